"""Hop 2: every pupil against every registry in force, and every registry child against the rolls."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from aid_admin.accounts.acting import Moved, action, record
from aid_admin.accounts.models import User
from aid_admin.audit.rules import digest
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.db import bulk
from aid_admin.lib.refusals import Refused
from eligibility.actions.placing import settle_placements
from eligibility.matching import HOUSEHOLD_REGISTRIES, Judgement, names_agree
from eligibility.matching.registries import is_parent
from eligibility.models import ComparisonResult, CoverageGap, Run, RunKind, RunState
from eligibility.permissions import ALLOWED
from eligibility.pins import Pins, comparison_of, pins_of
from eligibility.rules import RULES_VERSION, Relation, Verdict

YOUNGEST, OLDEST = 3, 20  # ages of a registry child on the semester's first day
Pair = tuple[int, int, Relation, Judgement, int | None]  # student, record, relation, judgement, decision
RECORD_KEY = """COALESCE(encode(r.id_number, 'hex'),
                    r.name_key || '|' || COALESCE(r.birth_date::text, '') || '|' || COALESCE(r.village_id::text, ''))"""


@action("compare", ALLOWED)
def compare(*, by: User, semester: str) -> list[Moved]:
    """Settle placements, find every pupil in every registry in force, and list the gaps.

    The same uploads and decisions give the run that is there already. Raises Refused while no roll is in
    force.
    """
    term = calendar.semester(semester)
    calendar.refuse_closed(term)
    bulk.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"compare {term.code}"])
    pins = pins_of(term)
    if not pins.rolls:
        raise Refused("本学期还没有生效的学籍数据，请先导入学籍再比对。")
    settle_placements(term, pins)  # also for a run that is there: an upload may have been undone and put back
    same = comparison_of(term, pins)
    if same:
        return [Moved("run", same.pk, RunState.DONE, RunState.DONE)]
    run = Run.objects.create(
        kind=RunKind.COMPARE, semester=term, inputs_digest=pins.digest, rules_version=RULES_VERSION, by=by,
        inputs={"uploads": pins.uploads, "snapshots": pins.snapshots},
    )  # fmt: skip
    counts = _forward(run, term, pins)
    coverage = _reverse(run, term, pins)
    Run.objects.filter(pk=run.pk).update(
        state=RunState.DONE, counts={"verdicts": counts, "coverage": coverage}, result_digest=_result_digest(run)
    )
    record("run", run.pk, to_state=RunState.DONE, count=sum(counts.values()), digest=pins.digest)
    return [Moved("run", run.pk, None, RunState.DONE)]


def _forward(run: Run, term: Semester, pins: Pins) -> dict[str, int]:
    decided = _decisions()
    pairs = [_with_decision(pair, keys, decided) for pair, keys in _pairs(term, pins)]
    seen: dict[tuple[int, int, str], Pair] = {}
    for pair in pairs:
        seen.setdefault((pair[0], pair[1], pair[2].value), pair)
    bulk.copy(
        ComparisonResult,
        ("run_id", "student_id", "record_id", "relation", "verdict", "score", "agreed", "decision_id"),
        (
            (run.pk, student, found, relation.value, judged.verdict.value, judged.score, [judged.why], decision)
            for student, found, relation, judged, decision in seen.values()
        ),
    )
    return dict(Counter(pair[3].verdict.value for pair in seen.values()))


def _pairs(term: Semester, pins: Pins) -> Iterator[tuple[Pair, tuple[str, str]]]:
    """Every pair that shares an ID number: the pupil's own row, a parent's, the household's."""
    own: set[tuple[int, str]] = set()
    for student, found, registry, name, former, record_name, *keys in bulk.query(
        f"""SELECT st.id, r.id, r.registry, st.name, COALESCE(e.former_name, ''), r.name,
                   encode(st.id_number, 'hex'), {RECORD_KEY}
              FROM students_placement p JOIN students_student st ON st.id = p.student_id
              JOIN eligibility_registryrecord r ON r.id_number = st.id_number AND r.upload_id = ANY(%s)
              LEFT JOIN students_enrolmentrecord e ON e.id = p.enrolment_id
             WHERE p.semester_id = %s ORDER BY st.id, r.id""",
        [pins.registries, term.pk],
    ):
        own.add((student, registry))
        judged = names_agree(name=name, record_name=record_name, former_names=[former] if former else [])
        yield (student, found, Relation.SELF, judged, None), (keys[0], keys[1])
    for student, found, registry, relation, name, record_name, *keys in bulk.query(
        f"""SELECT st.id, r.id, r.registry, f.relation, f.name, r.name, encode(st.id_number, 'hex'), {RECORD_KEY}
              FROM students_placement p JOIN students_student st ON st.id = p.student_id
              JOIN students_familymember f ON f.enrolment_id = p.enrolment_id
              JOIN eligibility_registryrecord r ON r.id_number = f.id_number AND r.upload_id = ANY(%s)
             WHERE p.semester_id = %s AND r.registry IN ('poverty', 'low_income', 'disability')
             ORDER BY st.id, r.id""",
        [pins.registries, term.pk],
    ):
        if registry in HOUSEHOLD_REGISTRIES and (student, registry) not in own:
            judged = Judgement(Verdict.HOUSEHOLD_MATCH, 50, f"名单中有家庭成员{name}（{relation}），没有学生本人")
            yield (student, found, Relation.HOUSEHOLD, judged, None), (keys[0], keys[1])
        elif registry == "disability" and is_parent(relation):
            judged = names_agree(name=name, record_name=record_name)
            yield (student, found, Relation.CHILD_OF, judged, None), (keys[0], keys[1])


def _decisions() -> dict[tuple[str, str], tuple[int, str]]:
    rows = bulk.query(
        "SELECT student_key, record_key, id, decision FROM eligibility_matchdecision WHERE undone_at IS NULL"
    )
    return {(student, found): (pk, decision) for student, found, pk, decision in rows}


def _with_decision(pair: Pair, keys: tuple[str, str], decided: dict[tuple[str, str], tuple[int, str]]) -> Pair:
    """A person's word stands above the rules' verdict."""
    word = decided.get(keys)
    if word is None or word[1] == "ASK":
        return pair
    pk, decision = word
    verdict = Verdict.MATCHED if decision == "SAME" else Verdict.NOT_FOUND
    relation = pair[2] if decision != "SAME" or pair[2] is Relation.CHILD_OF else Relation.SELF
    return pair[0], pair[1], relation, Judgement(verdict, pair[3].score, f"人工决定；{pair[3].why}"), pk


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _reverse(run: Run, term: Semester, pins: Pins) -> dict[str, int]:
    rows = bulk.query(
        f"""SELECT r.id, {RECORD_KEY}, d.reason_code FROM eligibility_registryrecord r
              LEFT JOIN eligibility_coveragedecision d
                     ON d.record_key = {RECORD_KEY} AND d.semester_id = %s AND d.undone_at IS NULL
             WHERE r.upload_id = ANY(%s) AND r.birth_date > %s AND r.birth_date <= %s
               AND NOT EXISTS (SELECT 1 FROM students_placement p
                                 JOIN students_student s ON s.id = p.student_id
                                WHERE s.id_number = r.id_number AND p.semester_id = %s
                                  AND p.enrolment_id IS NOT NULL)
             ORDER BY r.id""",
        [
            term.pk, pins.registries, years_before(term.starts_on, OLDEST + 1), years_before(term.starts_on, YOUNGEST),
            term.pk,
        ],
    )  # fmt: skip
    gaps = [
        (run.pk, pk, key, "OUT_OF_ROLLS" if reason and reason != "UNKNOWN" else "UNKNOWN", reason or "UNKNOWN")
        for pk, key, reason in rows
    ]
    bulk.copy(CoverageGap, ("run_id", "record_id", "record_key", "outcome", "reason_code"), gaps)
    return dict(Counter(gap[4] for gap in gaps))


def _result_digest(run: Run) -> str:
    """Over natural keys only, so that the same inputs give the same digest in any database."""
    results = bulk.query(
        """SELECT encode(s.id_number, 'hex'), r.registry, r.sheet, r.row, c.relation, c.verdict
             FROM eligibility_comparisonresult c JOIN students_student s ON s.id = c.student_id
             JOIN eligibility_registryrecord r ON r.id = c.record_id WHERE c.run_id = %s
            ORDER BY 1, 2, 3, 4, 5""",
        [run.pk],
    )
    gaps = bulk.query(
        """SELECT r.registry, r.sheet, r.row, g.outcome, g.reason_code FROM eligibility_coveragegap g
             JOIN eligibility_registryrecord r ON r.id = g.record_id WHERE g.run_id = %s ORDER BY 1, 2, 3""",
        [run.pk],
    )
    return digest([*results, *gaps])
