"""Papers for hand-outs and walls: application forms and policy posters."""

import hashlib
from typing import Any

from aid_admin.accounts.acting import action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import School, SchoolStage, Village
from aid_admin.lib.money import yuan
from aid_admin.lib.refusals import BadInput, NotFound
from archives.papers.application import ApplicationForm, Member, application_pdf
from archives.papers.letter import MEDIA_TYPE
from archives.papers.poster import Offer, Poster, poster_pdf
from archives.permissions import ALLOWED
from disbursement.actions.printing import office
from disbursement.papers.paper import Paper, day
from eligibility.models import AidApplication, AidProgramme, AidStandard, CategoryRule
from eligibility.rules import PROGRAMMES_OF_STAGE, Category, PaymentMode
from students.models import Placement
from students.rules import Boarding, Residence, Stage

_CATEGORIES = [category.label for category in Category]


@action("application.print", ALLOWED)
def print_application(*, by: User, application: int = 0) -> Paper:
    """An application as the province's form, its identity number masked; without an id the blank form."""
    if not application:
        form = ApplicationForm(categories=_CATEGORIES, office=office())
        return Paper("家庭经济困难学生认定申请表（空白）.pdf", MEDIA_TYPE, application_pdf(form))
    rows = AidApplication.objects.within(reach_for(by, "application.print"))
    found: Any = rows.select_related("student", "school", "source_row", "semester").filter(pk=application).first()
    if found is None:
        raise NotFound("没有找到这份申请，或不在您的范围内。")
    data = application_pdf(_form(found))
    digest = hashlib.sha256(data).hexdigest()
    record("aidapplication", found.pk, school_code=found.school.code, to_state="PRINTED", digest=digest)
    return Paper(f"认定申请表-{found.student.name}.pdf", MEDIA_TYPE, data)


def _form(found: Any) -> ApplicationForm:
    row, student = found.source_row, found.student
    details = row.details if row else {}
    place = Placement.objects.of(found.semester).filter(student=student).select_related("enrolment").first()
    enrolment: Any = place.enrolment if place else None
    residence = details.get("residence", "")
    return ApplicationForm(
        school=found.school.name, grade=place.grade if place else "", class_name=place.class_name if place else "",
        name=student.name, sex=student.sex, born=f"{student.birth_date:%Y年%m月}" if student.birth_date else "",
        id_number=student.id_number or "", enrolment_no=(enrolment.enrolment_no or "") if enrolment else "",
        cert_no=(row.cert_no or "") if row else "", residence=Residence(residence).label if residence in list(Residence) else "",
        household_size=str(details.get("household_size") or ""), address=details.get("address", ""),
        members=[_member(m) for m in row.family.order_by("pk")] if row else (), category=found.get_category_display(),
        income=yuan(found.income_fen) if found.income_fen is not None else "", factors=found.factors,
        committed=found.committed, applied_on=day(row.applied_on) if row and row.applied_on else "",
        recommended=found.get_recommended_tier_display(), reason=row.reason if row else "",
        recognised=found.get_recognised_tier_display(), decision=found.decision_reason, categories=_CATEGORIES,
        office=office(),
    )  # fmt: skip


def _member(member: Any) -> Member:
    details = member.details
    income = details.get("income_fen")
    return Member(
        member.name, str(details.get("age") or ""), member.relation, details.get("employer") or "",
        details.get("occupation") or "", yuan(int(income)) if income not in (None, "") else "",
        details.get("health") or "",
    )  # fmt: skip


@action("policy.print", ALLOWED)
def print_poster(*, by: User, stage: str, village: str = "", school: str = "") -> Paper:
    """The poster of a stage for a village or school, by the standards in force today."""
    if stage not in list(Stage):
        raise BadInput("请选择学段。", field="stage")
    if bool(village) == bool(school):
        raise BadInput("请选择一个村或一所学校。", field="place")
    found = _place(by, village, school)
    _refuse_stage(found, Stage(stage))
    place = f"{found.township}{found}" if village else str(found)
    today = calendar.business_date()
    poster = Poster(
        stage=Stage(stage).label, place=place, semester=str(calendar.semester()), in_force_on=today,
        offers=_offers(stage, today), office=office(),
    )  # fmt: skip
    data = poster_pdf(poster)
    record(
        "policy", stage, school_code=school, to_state="PRINTED", digest=hashlib.sha256(data).hexdigest(), reason=place
    )
    return Paper(f"资助政策宣传栏-{poster.stage}-{place}.pdf", MEDIA_TYPE, data)


def _place(by: User, village: str, school: str) -> Any:
    if school:
        found: Any = School.objects.within(reach_for(by, "policy.print")).filter(code=school).first()
    else:
        found = Village.objects.select_related("township").filter(code=village).first()
    if found is None:
        raise NotFound("没有这个村或这所学校，或不在您的范围内。")
    return found


def _refuse_stage(place: Any, stage: Stage) -> None:
    """A school's wall shows the stages it teaches, a village's those that its children are in."""
    term = calendar.semester()
    if isinstance(place, School):
        own = {"school": place}
        taught = set(SchoolStage.objects.filter(school=place).values_list("stage", flat=True))
    else:
        own, taught = {"student__village": place}, set()
    taught |= set(Placement.objects.of(term).filter(**own).order_by().values_list("stage", flat=True).distinct())
    if stage not in taught:
        has = "、".join(one.label for one in Stage if one in taught)
        raise BadInput(f"{place}没有{stage.label}的学生，" + (f"请选择：{has}。" if has else "不用张贴。"))


def _offers(stage: str, today: Any) -> list[Offer]:
    """The stage's programmes as the dated tables have them; nothing is written by hand."""
    offers = []
    for programme in AidProgramme.objects.filter(code__in=PROGRAMMES_OF_STAGE[Stage(stage)]).order_by("position"):
        standards = AidStandard.objects.filter(programme=programme, stage=stage, during__contains=today)
        rules = CategoryRule.objects.filter(programme=programme, admitted=True, during__contains=today)
        ways = {PaymentMode.ACCOUNT: "打入监护人的银行账户"}
        offers.append(
            Offer(
                programme.name, [_standard(row) for row in standards.order_by("boarding", "-amount_fen")],
                _admitted(list(rules)),
                ways.get(PaymentMode(programme.payment_mode), "学校直接免收，不用先交"),
                sorted({row.basis_doc for row in standards}),
            )
        )  # fmt: skip
    return [offer for offer in offers if offer.standards]


def _admitted(rules: list[Any]) -> list[str]:
    """Who is admitted, in words; boarders and day pupils apart where the rules tell them apart."""
    lines = []
    for boarding in sorted({rule.boarding for rule in rules}):
        held = {rule.category for rule in rules if rule.boarding == boarding}
        names = [c.label for c in Category if c in held] + (["农村户籍或涉农专业学生"] if "" in held else [])
        place = f"{Boarding(boarding).label}：" if boarding in list(Boarding) else ""
        lines.append(place + "、".join(names))
    return lines


def _standard(row: Any) -> str:
    words = Boarding(row.boarding).label if row.boarding in list(Boarding) else ""
    words += row.get_tier_display() if row.tier else ""
    words += f"{min(row.grades)}至{max(row.grades)}年级" if row.grades else ""
    return (
        f"{words}：{yuan(row.amount_fen)} 元".lstrip("：")
        if row.amount_fen
        else f"{words}：按批准的收费标准".lstrip("：")
    )
