"""统计: two axes against each other over the lines that count; persons, person-times and fen, each with its totals.

What counts is what counts in the overview: lines of confirmed rosters that were not withdrawn. Persons are
counted apart in every cell and every total, so that they never add up where somebody has two grants.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aid_admin.db import bulk
from disbursement.rules.states import PaymentState
from eligibility.rules import Category
from students.rules import Stage


@dataclass(frozen=True, slots=True)
class Axis:
    """One way of dividing: the SQL of its code and order, and the words for its codes (None: a column).

    `join` is SQL that finds what they need and the other tables do not.
    """

    title: str
    code: str
    name: str
    order: str
    labels: Mapping[str, str] | None = None
    join: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Distinct persons, person-times, fen."""

    persons: int = 0
    person_times: int = 0
    amount_fen: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its name, one cell per column (None: nothing), its total."""

    code: str
    name: str
    cells: Sequence[Figures | None]
    total: Figures


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its totals; `columns` are the names of the columns."""

    title: str
    rows_title: str
    columns: Sequence[str]
    lines: Sequence[Line]
    totals: Sequence[Figures]
    total: Figures


def _in_order_of(column: str, codes: Iterable[str]) -> str:
    """SQL that sorts a column of codes as the enumeration has them, anything else last."""
    cases = " ".join(f"WHEN '{code}' THEN {place:03d}" for place, code in enumerate(codes))
    return f"CASE {column} {cases} ELSE 999 END"


# The line's newest payment that was not broken off with its batch; whether it was taken out of a draft and nobody has
# put it back or verified the account anew: TakenOut.waiting().
_PAYMENT: Final = """LEFT JOIN LATERAL (
       SELECT y.state FROM disbursement_paymentline y JOIN disbursement_disbursementbatch b ON b.id = y.batch_id
        WHERE y.roster_line_id = l.id AND b.state <> 'ABORTED' ORDER BY y.id DESC LIMIT 1) w ON true
  LEFT JOIN LATERAL (
       SELECT true AS is_out FROM disbursement_takenout o LEFT JOIN students_bankaccount d ON d.id = o.account_id
        WHERE o.roster_line_id = l.id AND o.put_back_by_id IS NULL AND d.ended_at IS NULL LIMIT 1) x ON true"""
_NO_PAYMENT: Final = {"HELD": "暂缓（公示异议）", "OUT": "移出待核实", "NONE": "还没有编批次"}
_MONEY: Final = "COALESCE(w.state, CASE WHEN l.state = 'HELD' THEN 'HELD' WHEN x.is_out THEN 'OUT' ELSE 'NONE' END)"
_MONEY_LABELS: Final = _NO_PAYMENT | {s.value: s.label for s in PaymentState}

AXES: Final = {
    "home": Axis("户籍乡镇", "COALESCE(ht.code, '')", "COALESCE(ht.name, '（外县或未登记）')", "COALESCE(ht.code, '9')"),
    "township": Axis("学校所在乡镇", "st.code", "st.name", "st.code"),
    "school": Axis("学校", "s.code", "s.name", "s.code"),
    "stage": Axis(
        "学段", "COALESCE(p.stage, '')", "COALESCE(p.stage, '')", _in_order_of("p.stage", Stage),
        {stage.value: stage.label for stage in Stage},
    ),
    "category": Axis(
        "困难类别", "l.category", "l.category", _in_order_of("l.category", Category), {c.value: c.label for c in Category} | {"": "普惠（不分类别）"}
    ),
    "programme": Axis("资助项目", "g.code", "g.name", "g.position"),
    "money": Axis("资金去向", _MONEY, _MONEY, _in_order_of(_MONEY, _MONEY_LABELS), _MONEY_LABELS, _PAYMENT),
    "semester": Axis("学期", "m.code", "m.code", "m.starts_on"),
}  # fmt: skip
TABLES: Final = {
    "township-stage": ("乡镇 × 学段", "township", "stage"),
    "home-stage": ("户籍乡镇 × 学段", "home", "stage"),
    "school-stage": ("学校 × 学段", "school", "stage"),
    "category-programme": ("类别 × 项目", "category", "programme"),
    "school-programme": ("学校 × 项目", "school", "programme"),
    "programme-money": ("项目 × 资金去向", "programme", "money"),
    "school-money": ("学校 × 资金去向", "school", "money"),
    "programme-semester": ("项目 × 学期", "programme", "semester"),
}
MEASURES: Final = {"amount_fen": "金额（元）", "person_times": "人次", "persons": "人数"}
_QUERY: Final = """
SELECT {rows}, {columns}, GROUPING({rows}), GROUPING({columns}), min({row_name}), min({column_name}),
       count(DISTINCT l.student_id), count(*), sum(l.amount_fen)::bigint, min({row_order}), min({column_order})
  FROM disbursement_rosterline l
  JOIN disbursement_roster r ON r.id = l.roster_id AND r.state = 'CONFIRMED'
  JOIN county_semester m ON m.id = l.semester_id
  JOIN county_school s ON s.id = r.school_id JOIN county_township st ON st.id = s.township_id
  JOIN eligibility_aidprogramme g ON g.id = l.programme_id
  JOIN students_student t ON t.id = l.student_id
  LEFT JOIN students_placement p ON p.student_id = l.student_id AND p.semester_id = l.semester_id
  LEFT JOIN county_village v ON v.id = t.village_id LEFT JOIN county_township ht ON ht.id = v.township_id
  {joins}
 WHERE l.state IN ('ACCEPTED', 'HELD') AND s.code = ANY(%(schools)s)
   AND (%(semester)s IS NULL OR l.semester_id = %(semester)s)
 GROUP BY CUBE (({rows}), ({columns}))"""


def table(name: str, *, semester: int | None, schools: Sequence[str]) -> Table:
    """One of TABLES over the schools with these codes; `semester` None takes all semesters. One query."""
    title, row_axis, column_axis = TABLES[name]
    rows, columns = AXES[row_axis], AXES[column_axis]
    sql = _QUERY.format(
        rows=rows.code, columns=columns.code, row_name=rows.name, column_name=columns.name, row_order=rows.order,
        column_order=columns.order, joins=f"{rows.join} {columns.join}",
    )  # fmt: skip
    found = bulk.query(sql, {"semester": semester, "schools": list(schools)})
    return _arrange(title, rows, columns, found)


def _arrange(title: str, rows: Axis, columns: Axis, found: Sequence[tuple[Any, ...]]) -> Table:
    cells = {
        (None if no_row else row, None if no_column else column): Figures(persons, times, fen or 0)
        for row, column, no_row, no_column, _, _, persons, times, fen, _, _ in found
    }
    sides = {
        row: _word(rows, row, name)
        for row, _, no_row, no_column, name, *_ in sorted(found, key=lambda one: one[-2])
        if no_column and not no_row
    }
    heads = {
        column: _word(columns, column, name)
        for _, column, no_row, no_column, _, name, *_ in sorted(found, key=lambda one: one[-1])
        if no_row and not no_column
    }
    nothing = Figures()
    lines = [
        Line(row, name, [cells.get((row, column)) for column in heads], cells[row, None]) for row, name in sides.items()
    ]
    totals = [cells[None, column] for column in heads]
    return Table(title, rows.title, list(heads.values()), lines, totals, cells.get((None, None), nothing))


def _word(axis: Axis, code: str, name: str) -> str:
    return axis.labels.get(code, code or "（未登记）") if axis.labels is not None else name
