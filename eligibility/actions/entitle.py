"""Hop 3: facts and dated standards to amounts with reason code, reason in words and frozen facts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import Any

from aid_admin.accounts.acting import Moved, action, record
from aid_admin.accounts.models import User
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import SchoolFee, Semester
from aid_admin.db import bulk
from aid_admin.lib import semester as semester_text
from aid_admin.lib.refusals import Refused
from eligibility.actions.placing import settle_placements
from eligibility.entitlement.book import Rulebook
from eligibility.entitlement.claims import judge
from eligibility.entitlement.decide import entitle as decide
from eligibility.entitlement.decide import programmes_considered
from eligibility.entitlement.facts import AdmissionRule, Claim, Decision, PupilFacts, Standard
from eligibility.matching.registries import category_of
from eligibility.models import (
    AidApplication,
    AidProgramme,
    AidStandard,
    CategoryRule,
    Entitlement,
    Run,
    RunKind,
    RunState,
    StudentCategory,
)
from eligibility.permissions import ALLOWED
from eligibility.pins import comparison_of, pins_of, run_of, runs_shown
from eligibility.rules import RULES_VERSION, ApplicationState, Category, Relation, primary_category
from students.rules import LIVE_ROLLS, Standing

_ENTITLEMENT = (
    "run_id", "student_id", "programme_id", "granted", "amount_fen", "reason_code", "why", "standard_id", "rule_id",
    "category", "facts",
)  # fmt: skip


@action("entitle", ALLOWED)
def entitle(*, by: User, semester: str) -> list[Moved]:
    """Decide every programme for every pupil considered, on the newest comparison.

    The same comparison, applications, standards and fees give the run that is there already. Raises Refused
    while the comparison is missing or older than the data in force.
    """
    term = calendar.semester(semester)
    calendar.refuse_closed(term)
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"entitle {term.code}"])
    pins = pins_of(term)
    compared = comparison_of(term, pins)
    if compared is None:
        raise Refused("部门数据、学籍或人工决定在比对之后有变化（或尚未比对），请先由数据专员重新比对，再核定资格。")
    book = rulebook(term)
    inputs = _inputs_digest(term, compared, book)
    same = Run.objects.filter(
        kind=RunKind.ENTITLE, semester=term, inputs_digest=inputs, rules_version=RULES_VERSION, state=RunState.DONE
    ).first()
    if same:
        return [Moved("run", same.pk, RunState.DONE, RunState.DONE)]
    settle_placements(term, pins)  # those of another comparison, where an undone upload led back to this one
    run = Run.objects.create(
        kind=RunKind.ENTITLE, semester=term, inputs={"compare_run": compared.pk}, inputs_digest=inputs,
        rules_version=RULES_VERSION, by=by,
    )  # fmt: skip
    counts = _decide_all(run, term, compared, book)
    Run.objects.filter(pk=run.pk).update(state=RunState.DONE, counts=counts, result_digest=_result_digest(run))
    record("run", run.pk, to_state=RunState.DONE, count=sum(counts["reasons"].values()), digest=inputs)
    return [Moved("run", run.pk, None, RunState.DONE, counts["persons"], counts["person_times"], counts["amount_fen"])]


def rulebook(term: Semester) -> Rulebook:
    """All dated standards and rules, with the semester's first day as the day of reckoning."""
    standards = tuple(
        Standard(
            s.pk, s.programme.code, s.stage, s.boarding, s.tier, tuple(s.grades), s.amount_fen, s.by_school_fee,
            s.during.lower, _last_day(s.during), s.basis_doc,
        )
        for s in AidStandard.objects.select_related("programme").order_by("pk")
    )  # fmt: skip
    rules = tuple(
        AdmissionRule(
            r.pk, r.programme.code, r.boarding, r.category, r.variant, r.admitted, r.tier, r.inclusive_only,
            r.during.lower, _last_day(r.during), r.basis_doc,
        )
        for r in CategoryRule.objects.select_related("programme").order_by("pk")
    )  # fmt: skip
    return Rulebook(standards, rules, term.starts_on)


def _last_day(during: Any) -> Any:
    return None if during.upper is None else during.upper.fromordinal(during.upper.toordinal() - 1)


def _fees(term: Semester) -> dict[tuple[int, str, str], int]:
    rows = SchoolFee.objects.filter(during__contains=term.starts_on)
    return {(fee.school_id, fee.stage, fee.major_code): fee.amount_fen for fee in rows}


def _inputs_digest(term: Semester, compared: Run, book: Rulebook) -> str:
    applications = _recognised(term).order_by("student__name_key", "student_id")
    return digest(
        [
            compared.result_digest,
            compared.inputs_digest,
            *(replace(row, id=0) for row in book.standards),
            *(replace(row, id=0) for row in book.rules),
            *SchoolFee.objects.order_by("school__code", "stage", "major_code", "during").values_list(
                "school__code", "stage", "major_code", "amount_fen", "during"
            ),
            *applications.values_list("student__name_key", "school__code", "recognised_tier"),
        ]
    )


def _recognised(term: Semester) -> Any:
    return AidApplication.objects.filter(
        state=ApplicationState.RECOGNISED, school_year=semester_text.school_year(term.code)
    )


def _claims(term: Semester, compared: Run) -> dict[int, list[Claim]]:
    found: dict[int, list[Claim]] = defaultdict(list)
    for row in bulk.query(
        """SELECT c.student_id, r.category, r.variant, c.relation, c.verdict, r.policy_status, r.proof_state,
                  r.valid_to, r.is_covered_member, c.id
             FROM eligibility_comparisonresult c JOIN eligibility_registryrecord r ON r.id = c.record_id
            WHERE c.run_id = %s ORDER BY c.id""",
        [compared.pk],
    ):
        student, category, variant, relation, verdict, policy, proof, valid_to, covered, reference = row
        found[student].append(
            Claim(
                category_of(category, relation).value, variant, relation, verdict, policy, proof, valid_to, covered,
                reference=reference,
            )
        )  # fmt: skip
    everyone = AidApplication.objects.filter(school_year=semester_text.school_year(term.code))
    for pk, student, state, tier in everyone.order_by("pk").values_list("pk", "student", "state", "recognised_tier"):
        recognised = state == ApplicationState.RECOGNISED
        found[student].append(
            Claim(
                Category.OTHER_DIFFICULTY.value, relation=Relation.APPLICATION.value, tier=tier,
                recognised=recognised, reference=pk,
            )
        )  # fmt: skip
    return found


_PLACED = """
SELECT p.student_id, p.school_id, p.stage, p.grade_year, p.boarding, p.standing, e.roll_status,
       COALESCE(e.residence, ''), COALESCE(e.major_code, ''), COALESCE(e.is_agricultural, false), s.inclusive, NULL
  FROM students_placement p LEFT JOIN students_enrolmentrecord e ON e.id = p.enrolment_id
  LEFT JOIN county_school s ON s.id = p.school_id
 WHERE p.semester_id = %(term)s AND (p.stage = 'VOCATIONAL' OR p.student_id = ANY(%(named)s))
 ORDER BY p.student_id"""
_SECOND_ROLLS = """
SELECT p.student_id, e.school_id, e.stage, e.grade_year, e.boarding, p.standing, e.roll_status,
       e.residence, e.major_code, e.is_agricultural, s.inclusive, e.id
  FROM students_placement p JOIN students_student t ON t.id = p.student_id
  JOIN students_enrolmentrecord e ON e.id_number = t.id_number AND e.id <> p.enrolment_id
       AND e.upload_id = ANY(%(uploads)s) AND e.roll_status = ANY(%(live)s)
  JOIN county_school s ON s.id = e.school_id
 WHERE p.semester_id = %(term)s AND p.standing = ANY(%(unsettled)s)
   AND (e.stage = 'VOCATIONAL' OR p.student_id = ANY(%(named)s))
 ORDER BY p.student_id, e.id"""


def _pupils(term: Semester, compared: Run, claims: dict[int, list[Claim]]) -> Iterable[tuple[int, PupilFacts]]:
    """Everybody to be considered where he is placed; then, until a person settles it, by the other rolls that hold him."""
    fees = _fees(term)
    given = {
        "term": term.pk, "named": list(claims), "uploads": compared.inputs["uploads"], "live": sorted(LIVE_ROLLS),
        "unsettled": [Standing.CLAIMED_TWICE, Standing.TRANSFER],
    }  # fmt: skip
    for row in chain(bulk.query(_PLACED, given), bulk.query(_SECOND_ROLLS, given)):
        student, school, stage, year, boarding, standing, status, residence, major, farming, inclusive, second = row
        fee = fees.get((school, stage, major)) or fees.get((school, stage, ""))
        yield (
            student,
            PupilFacts(
                stage, year, boarding, residence, major, farming, status, standing, inclusive is not False, fee,
                tuple(claims.get(student, ())), second,
            ),
        )  # fmt: skip


def _decide_all(run: Run, term: Semester, compared: Run, book: Rulebook) -> dict[str, Any]:
    programmes = dict(AidProgramme.objects.values_list("code", "id"))
    claims = _claims(term, compared)
    decided: dict[tuple[int, str], Decision] = {}
    categories: list[tuple[Any, ...]] = []
    for student, facts in _pupils(term, compared, claims):
        for programme in programmes_considered(facts, bool(facts.claims)):
            if (student, programme) not in decided:
                decided[student, programme] = decide(facts, programme, book)
        if facts.second_roll is None:
            categories += _categories(run, student, facts, book)
    bulk.copy(
        Entitlement,
        _ENTITLEMENT,
        (
            (
                run.pk, student, programmes[programme], d.granted, d.amount_fen, str(d.reason_code), d.why,
                d.standard_id, d.rule_id, d.category, d.facts,
            )
            for (student, programme), d in decided.items()
        ),
    )  # fmt: skip
    bulk.copy(
        StudentCategory,
        ("run_id", "student_id", "category", "result_id", "application_id", "valid_to", "is_primary"),
        categories,
    )
    granted = [(student, d) for (student, _), d in decided.items() if d.granted]
    return {
        "reasons": dict(Counter(str(d.reason_code) for d in decided.values())),
        "persons": len({student for student, _ in granted}),
        "person_times": len(granted),
        "amount_fen": sum(d.amount_fen for _, d in granted),
    }


def _categories(run: Run, student: int, facts: PupilFacts, book: Rulebook) -> list[tuple[Any, ...]]:
    """The categories that the pupil holds on the day of reckoning, one of them primary."""
    held: dict[str, Claim] = {}
    for claim in facts.claims:
        judged = judge(claim, book.day)
        if judged and judged.reason is None:
            held.setdefault(judged.category, claim)
    primary = primary_category(held)
    return [
        (
            run.pk, student, category,
            None if claim.relation == Relation.APPLICATION else claim.reference,
            claim.reference if claim.relation == Relation.APPLICATION else None,
            claim.valid_to, category == primary,
        )
        for category, claim in held.items()
    ]  # fmt: skip


def _result_digest(run: Run) -> str:
    return digest(
        bulk.query(
            """SELECT encode(s.id_number, 'hex'), p.code, e.granted, e.amount_fen, e.reason_code, e.category
                 FROM eligibility_entitlement e JOIN students_student s ON s.id = e.student_id
                 JOIN eligibility_aidprogramme p ON p.id = e.programme_id
                WHERE e.run_id = %s ORDER BY 1, 2""",
            [run.pk],
        )
    )


def newest_run(term: Semester) -> Run | None:
    """The entitlement that people see: the newest of what is in force now (pins.runs_shown)."""
    return run_of(runs_shown(term).entitlement)
