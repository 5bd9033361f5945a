"""One object of each kind that stands in an address: at school A, at school B, or of the county."""

from functools import cached_property
from typing import Any

from django.urls import URLResolver, get_resolver

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester
from aid_admin.files import store
from aid_admin.intake.models import Upload
from aid_admin.jobs.models import Job
from archives.models import ArchivePackage, EvidenceItem, HomeVisit, NoticeLetter, PeerActivity
from disbursement.actions.phone import Ticket
from disbursement.models import (
    DisbursementBatch,
    Objection,
    PaymentLine,
    PublicityEvidence,
    PublicityLine,
    PublicityPeriod,
    Roster,
    RosterLine,
)
from eligibility.models import AidApplication
from students.actions.accounts import correct_account
from students.actions.late import add_late_pupil
from students.models import BankAccount, Placement
from tests.disbursement.builders import TERM, photo
from tests.factories import people


def names() -> list[tuple[str, tuple[str, ...]]]:
    """Every route but the admin's: its name and what its address takes."""
    found: list[tuple[str, tuple[str, ...]]] = []

    def walk(patterns: Any, space: str) -> None:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                if pattern.namespace != "admin":
                    walk(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
            else:
                found.append((f"{space}{pattern.name}", tuple(sorted(pattern.pattern.converters))))

    walk(get_resolver().url_patterns, "")
    return found


def _first(model: Any, **of: Any) -> int:
    return int(model.objects.filter(**of).order_by("pk").first().pk)


def _village(period: int, school: School) -> str:
    """A village of the school's pupils on the period's list."""
    lines = PublicityLine.objects.filter(period=period, school=school).exclude(roster_line__student__village=None)
    return str(lines.order_by("pk").first().roster_line.student.village.code)


def _by(code: str) -> User:
    return User.objects.get(username=f"jingban-{code}")


def _file(code: str) -> Any:
    return store.put(photo().read(), kind="photo", name="x.jpg", media_type="image/jpeg", by=None, school_code=code)


class Objects:
    """What belongs to one school, made where the demo's semester has none."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.school = School.objects.get(code=code)
        self.term = Semester.objects.get(code=TERM)
        self.place = Placement.objects.filter(school=self.school, standing="GO").order_by("pk").first()

    @cached_property
    def pupil(self) -> int:
        """A pupil with a grant."""
        line = RosterLine.objects.filter(roster__school=self.school, state="ACCEPTED").order_by("pk").first()
        return int(line.student_id)

    @cached_property
    def letter(self) -> int:
        """A letter whose receipt came back."""
        found = NoticeLetter.objects.filter(school=self.school).order_by("pk").first()
        for state in ("PRINTED", "DELIVERED", "RECEIPT_SIGNED"):
            NoticeLetter.objects.filter(pk=found.pk).exclude(state="RECEIPT_SIGNED").update(
                state=state, delivered_on=self.term.ends_on, delivered_how="POST", signed_on=self.term.ends_on,
                signed_by="家长", receipt=_file(self.code),
            )  # fmt: skip
        return int(found.pk)

    @cached_property
    def print_job(self) -> int:
        """A document of letters, made."""
        return int(
            Job.objects.create(
                kind="letters.print", subject_type="semester", subject_id=TERM, params_digest=self.code, state="DONE",
                school_code=self.code, result=_file(self.code), by=_by(self.code),
            ).pk
        )  # fmt: skip

    def certificates(self, period: int) -> int:
        """A document of all certificates of the period, made."""
        return int(
            Job.objects.create(
                kind="publicity.print_all", subject_type="publicityperiod", subject_id=str(period), state="DONE",
                params={"what": "certificates"}, params_digest=self.code, result=_file(self.code), by=_by(self.code),
            ).pk
        )  # fmt: skip

    def batch_lists(self) -> int:
        """A document of all schools' lists of a batch, made."""
        batch = _first(DisbursementBatch, mode="ACCOUNT")
        return int(
            Job.objects.create(
                kind="batch.print_all", subject_type="disbursementbatch", subject_id=str(batch), state="DONE",
                params_digest=self.code, result=_file(""), by=_by(self.code),
            ).pk
        )  # fmt: skip

    @cached_property
    def visit(self) -> int:
        """A visit with a photo."""
        visit = HomeVisit.objects.filter(school=self.school).order_by("pk").first()
        more = {"student": self.place.student, "semester": self.term, "school": self.school, "by": _by(self.code)}
        made = HomeVisit.objects.create(
            **more, visited_on=self.term.ends_on, mode="HOME", teachers="李", policy_explained=True, amount_paid_fen=0,
            form_key=visit.form_key.__class__(int=int(self.code)), photo=_file(self.code),
        )  # fmt: skip
        return int(made.pk)

    @cached_property
    def activity(self) -> int:
        """An activity with a photo."""
        made = PeerActivity.objects.create(
            semester=self.term, school=self.school, held_on=self.term.starts_on, title="读书会", pupils=9,
            photo=_file(self.code), by=_by(self.code),
        )  # fmt: skip
        return int(made.pk)

    @cached_property
    def scan(self) -> int:
        """A scan in a dossier."""
        made = EvidenceItem.objects.create(
            student=self.place.student, semester=self.term, school=self.school, kind="IDENTITY", scan=_file(self.code),
            by=_by(self.code),
        )  # fmt: skip
        return int(made.pk)

    @cached_property
    def package(self) -> int:
        """A package."""
        made = ArchivePackage.objects.create(
            semester=self.term, school=self.school, file=_file(self.code), dossiers=1, missing=0, by=_by(self.code)
        )
        return int(made.pk)

    @cached_property
    def late(self) -> int:
        """A late pupil's entry."""
        stage = self.school.stages.first().stage
        grade = {"PRESCHOOL": "大班", "PRIMARY": "三年级", "JUNIOR": "七年级"}.get(stage, "一年级")
        moved = add_late_pupil(
            by=_by(self.code), semester=TERM, school=self.code, reason="转入", proof=photo(size=(40, int(self.code[-1]) + 30)).read(),
            name="晚到", id_number=people.id_number(int(self.code[-4:])), enrolment_no="G1", stage=stage, grade=grade,
            class_name="", boarding="DAY",
        )  # fmt: skip
        return int(moved[0].id)

    @cached_property
    def account(self) -> int:
        """A proposal with a photo of the card."""
        old = BankAccount.objects.usable().filter(source_row__school=self.school).order_by("pk")[0]
        moved = correct_account(
            by=_by(self.code), account=old.pk, holder_name="张三", holder_id=people.id_number(74),
            account_no=people.account_no(), bank="RCC", reason="换卡", proof=photo(size=(50, int(self.code[-1]) + 30)).read(),
        )  # fmt: skip
        return int(moved[0].id)

    @cached_property
    def upload(self) -> int:
        """The school's list of accounts."""
        return _first(Upload, school=self.school, kind="accounts")

    @cached_property
    def read_job(self) -> int:
        """The job that read it."""
        return _first(Job, school_code=self.code, kind="intake.read")

    def _of_money(self, period: int) -> dict[str, Any]:
        """Addresses of rosters, publicity and batches."""
        return {
            "disbursement:account_correct": lambda: {"pk": self.account},
            "disbursement:account_proof": lambda: {"pk": self.account},
            "disbursement:roster": lambda: {"pk": _first(Roster, school=self.school)},
            "disbursement:photo": lambda: {"pk": _first(PublicityEvidence, school=self.school)},
            "disbursement:photo_view": lambda: {"pk": _first(PublicityEvidence, school=self.school)},
            "disbursement:objection_add": lambda: {"line": _first(RosterLine, roster__school=self.school)},
            "disbursement:objection": lambda: {"pk": _first(Objection)},
            "disbursement:period": {"pk": period},
            "disbursement:period_lines": {"pk": period},
            "disbursement:villages": {"pk": period},
            "disbursement:village_notice": lambda: {"pk": period, "village": _village(period, self.school)},
            "disbursement:print_all": {"pk": period},
            "disbursement:papers": {"pk": period},
            "disbursement:paper": lambda: {"pk": period, "job": self.certificates(period)},
            "disbursement:certificate": {"pk": period, "school": self.code},
            "disbursement:notice": {"pk": period, "school": self.code},
            "disbursement:photo_add": {"pk": period, "school": self.code, "moment": "START"},
            "disbursement:photo_by_phone": {"pk": period, "school": self.code, "moment": "START"},
            "disbursement:photo_from_phone": lambda: {
                "ticket": Ticket.of(_by(self.code), period, self.code, "START").sealed()
            },
            "disbursement:batch_result": lambda: {
                "pk": _first(DisbursementBatch, mode="ACCOUNT"), "upload": _first(Upload, kind="returns"),
            },
            "disbursement:batch_waivers": lambda: {
                "pk": _first(DisbursementBatch, mode="WAIVER"),
                "school": PaymentLine.objects.filter(batch__mode="WAIVER").first().school.code,
            },
            "disbursement:batch_school": lambda: {
                "pk": _first(DisbursementBatch, mode="ACCOUNT"),
                "school": PaymentLine.objects.filter(batch__mode="ACCOUNT").first().school.code,
            },
            "disbursement:batch_paper": lambda: {"pk": _first(DisbursementBatch, mode="ACCOUNT"), "job": self.batch_lists()},
        }  # fmt: skip

    def _of_archives(self) -> dict[str, Any]:
        """Addresses of letters, visits and dossiers."""
        return {
            "archives:application_form": lambda: {"pk": _first(AidApplication, school=self.school)},
            "archives:letter": lambda: {"pk": self.letter},
            "archives:receipt": lambda: {"pk": self.letter},
            "archives:letter_print": lambda: {"pk": self.print_job},
            "archives:letter_download": lambda: {"pk": self.print_job},
            "archives:visit": lambda: {"pk": self.visit},
            "archives:visit_correct": lambda: {"pk": self.visit},
            "archives:visit_photo": lambda: {"pk": self.visit},
            "archives:visit_add": lambda: {"student": self.pupil},
            "archives:mentors": lambda: {"student": self.pupil},
            "archives:dossier": lambda: {"student": self.pupil},
            "archives:activity": lambda: {"pk": self.activity},
            "archives:activity_photo": lambda: {"pk": self.activity},
            "archives:package_download": lambda: {"pk": self.package},
            "archives:scan": lambda: {"pk": self.scan},
            "archives:scan_file": lambda: {"pk": self.scan},
        }  # fmt: skip

    def _of_others(self) -> dict[str, Any]:
        """Addresses of the rest."""
        return {
            "office:statistics_table": {"name": "school-stage"},
            "office:statistics_export": {"name": "school-stage"},
            "office:help_term": {"slug": "round"},
            "office:user": lambda: {"pk": User.objects.get(username="caiwu2").pk},
            "office:student": lambda: {"pk": self.pupil},
            "office:reveal": lambda: {"what": "student.id_number", "object_id": self.pupil},
            "students:late": lambda: {"pk": self.late},
            "students:late_proof": lambda: {"pk": self.late},
            "eligibility:application": lambda: {"pk": _first(AidApplication, school=self.school)},
            "intake:send": {"code": "accounts"},
            "intake:template": {"code": "accounts"},
        }  # fmt: skip

    def kwargs(self, name: str) -> dict[str, Any]:
        """What the route's address takes, with this school's objects."""
        space, _, _ = name.rpartition(":")
        period = _first(PublicityPeriod, rosters__school=self.school) if space == "disbursement" else 0
        made = (self._of_money(period) | self._of_archives() | self._of_others()).get(name)
        if made is None and space == "intake":
            return {"pk": self.upload}
        if made is None and space == "jobs":
            return {"pk": self.read_job}
        if made is None and space == "disbursement" and "pk" in dict(names()).get(name, ()):
            return {"pk": _first(DisbursementBatch, mode="ACCOUNT")}
        return made() if callable(made) else dict(made or {})
