"""学期总览: per programme persons, person-times and fen, and published figures beside computed ones."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from aid_admin.county.models import PublishedFigure, Semester
from aid_admin.db import bulk
from aid_admin.lib.money import wan, yuan
from eligibility.models import AidProgramme

Figures = dict[str, Any]
_LINES = """
SELECT g.code, l.student_id, l.amount_fen, l.category = 'REGISTERED_POOR'
  FROM disbursement_rosterline l JOIN disbursement_roster r ON r.id = l.roster_id AND r.state = 'CONFIRMED'
  JOIN eligibility_aidprogramme g ON g.id = l.programme_id
 WHERE l.semester_id = %s AND l.state IN ('ACCEPTED', 'HELD')"""
_PAID = """
SELECT g.code, count(*), sum(p.amount_fen)
  FROM disbursement_paymentline p JOIN disbursement_disbursementbatch b ON b.id = p.batch_id
  JOIN eligibility_aidprogramme g ON g.id = p.programme_id
 WHERE b.semester_id = %s AND p.state = 'PAID' GROUP BY g.code"""
_MEASURES = (
    ("person_times", "person_times", False),
    ("amount_fen", "amount_fen", False),
    ("registered_poor_person_times", "person_times", True),
    ("registered_poor_amount_fen", "amount_fen", True),
    ("registered_poor_persons", "persons", True),
)
_NAMES = {
    "person_times": "资助人次",
    "amount_fen": "资助金额",
    "registered_poor_person_times": "建档立卡人次",
    "registered_poor_amount_fen": "建档立卡金额",
    "registered_poor_persons": "建档立卡人数",
}


def semester_report(term: Semester) -> Figures:
    """The shape of `semester_report --json`: over lines of confirmed rosters that were not withdrawn."""
    rows = bulk.query(_LINES, [term.pk])
    programmes = [
        {"code": code, "name": name, **_count(row for row in rows if row[0] == code)}
        for code, name in AidProgramme.objects.values_list("code", "name")
    ]
    total = _count(rows)
    published = _published(term)
    return {
        "semester": term.code,
        "programmes": programmes,
        "total": total,
        "published": published,
        "discrepancies": discrepancies(programmes, total, published),
    }


def paid_sums(term: Semester) -> dict[str, dict[str, int]]:
    """By programme code, and under "" in all: person-times and fen whose money arrived, or whose fee was waived."""
    rows = bulk.query(_PAID, [term.pk])
    total = ("", sum(times for _, times, _ in rows), sum(fen for *_, fen in rows))
    return {code: {"person_times": times, "amount_fen": int(fen)} for code, times, fen in [*rows, total]}


def _count(rows: Iterable[tuple[Any, ...]]) -> Figures:
    every = list(rows)
    poor = [row for row in every if row[3]]
    return _sums(every) | {"registered_poor": _sums(poor)}


def _sums(rows: list[tuple[Any, ...]]) -> dict[str, int]:
    return {
        "persons": len({row[1] for row in rows}),
        "person_times": len(rows),
        "amount_fen": sum(row[2] for row in rows),
    }


def _published(term: Semester) -> dict[str, dict[str, int]]:
    """Published figures by programme code; "" is the headline."""
    found: dict[str, dict[str, int]] = {}
    for figure in PublishedFigure.objects.filter(semester=term).order_by("programme", "measure"):
        found.setdefault(figure.programme or "headline", {})[figure.measure] = figure.value
    return found


def value_of(figures: Figures, measure: str, *, poor: bool) -> int:
    """One figure of a programme or of the total."""
    return int((figures["registered_poor"] if poor else figures)[measure])


def discrepancies(
    programmes: list[Figures], total: Figures, published: dict[str, dict[str, int]]
) -> list[dict[str, Any]]:
    """Every published figure that the computed ones do not meet, with an explanation found by search."""
    found = []
    by_code = {p["code"]: p for p in programmes}
    for place, figures in published.items():
        computed = total if place == "headline" else by_code[place]
        for name, measure, poor in _MEASURES:
            if name in figures and figures[name] != value_of(computed, measure, poor=poor):
                found.append(_discrepancy(place, name, figures, computed, programmes))
    return found


def _discrepancy(
    place: str, name: str, figures: dict[str, int], computed: Figures, programmes: list[Figures]
) -> dict[str, Any]:
    measure, poor = next((m, p) for n, m, p in _MEASURES if n == name)
    value = value_of(computed, measure, poor=poor)
    difference = figures[name] - value
    explained: str | None = None
    candidates: list[str] = []
    if place == "headline" and name == "registered_poor_persons":
        explained, candidates = _persons_or_times(figures, programmes, value)
    elif place == "headline":
        explained, candidates = _left_out(name, figures, programmes)
        if explained is None and measure == "person_times":
            candidates = _swapped_digits(programmes, difference, poor=poor)
    return {
        "what": f"{'全县合计' if place == 'headline' else place}：{_NAMES[name]}",
        "published": figures[name],
        "computed": value,
        "difference": difference,
        "explained_by": explained,
        "candidates": candidates,
    }


def _gaps(figures: dict[str, int], programmes: list[Figures], *, poor: bool) -> tuple[int, int]:
    """By how much the lines exceed the headline: (person-times, fen)."""
    times, fen = [name for name, measure, p in _MEASURES if p is poor and measure in ("person_times", "amount_fen")]
    return (
        sum(value_of(p, "person_times", poor=poor) for p in programmes) - figures.get(times, 0),
        sum(value_of(p, "amount_fen", poor=poor) for p in programmes) - figures.get(fen, 0),
    )


def _left_out(name: str, figures: dict[str, int], programmes: list[Figures]) -> tuple[str | None, list[str]]:
    """Lines that, left out, close both the gap of heads and that of money: the smallest such set, if one only."""
    poor = name.startswith("registered_poor")
    heads, fen = _gaps(figures, programmes, poor=poor)
    for size in range(1, len(programmes)):
        fitting = [
            chosen
            for chosen in combinations(programmes, size)
            if sum(value_of(p, "person_times", poor=poor) for p in chosen) == heads
            and sum(value_of(p, "amount_fen", poor=poor) for p in chosen) == fen
        ]
        texts = ["、".join(f"{p['name']}（{_pair(p, poor=poor)}）" for p in chosen) for chosen in fitting]
        if len(texts) == 1:
            return f"合计漏加：{texts[0]}", texts
        if texts:
            return None, [f"合计漏加：{text}" for text in texts]
    return None, []


def _pair(figures: Figures, *, poor: bool) -> str:
    return f"{value_of(figures, 'person_times', poor=poor)}人次、{wan(value_of(figures, 'amount_fen', poor=poor))}万元"


def _swapped_digits(programmes: list[Figures], difference: int, *, poor: bool) -> list[str]:
    """Lines of which one pair of neighbouring digits, swapped, is worth the difference."""
    found = []
    for programme in programmes:
        value = value_of(programme, "person_times", poor=poor)
        digits = str(value)
        for place in range(len(digits) - 1):
            swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
            if not swapped.startswith("0") and int(swapped) - value == difference:
                found.append(f"{programme['name']}的 {value} 误作 {swapped}（相邻两位数字颠倒）")
    return found


def _persons_or_times(figures: dict[str, int], programmes: list[Figures], persons: int) -> tuple[str | None, list[str]]:
    """A published number of persons that is really one of person-times."""
    printed = figures["registered_poor_persons"]
    if printed == figures.get("registered_poor_person_times"):
        text = f"所印人数 {printed} 其实是人次；按身份证号去重后为 {persons} 人，一人享受多个项目时被重复计算"
        return text, [text]
    return None, []


def paragraph(report: Figures) -> str:
    """The report's paragraph in words, from the figures."""
    year, half = report["semester"].split("-")
    total = report["total"]
    head = (
        f"“实打实”落实政策。{year}年{'春' if half == 'spring' else '秋'}季学期共资助家庭经济困难学生"
        f"{total['person_times']}人次（{total['persons']}人），资助资金{wan(total['amount_fen'])}万元，"
        f"其中建档立卡学生{total['registered_poor']['person_times']}人次"
        f"（{total['registered_poor']['persons']}人），资助资金{wan(total['registered_poor']['amount_fen'])}万元。"
    )
    parts = [
        f"{p['name']}{p['person_times']}人，资金{wan(p['amount_fen'])}万元，"
        f"其中建档立卡学生{p['registered_poor']['person_times']}人，资金{wan(p['registered_poor']['amount_fen'])}万元"
        for p in report["programmes"]
        if p["person_times"]
    ]
    return head + "；".join(parts) + "。"


def table_rows(report: Figures) -> list[list[str | int]]:
    """Rows of the overview's table: programme, persons, person-times, yuan, and the registered-poor share."""
    rows = [[p["name"], *_cells(p)] for p in report["programmes"]]
    return [*rows, ["合计", *_cells(report["total"])]]


def _cells(figures: Figures) -> list[str | int]:
    poor = figures["registered_poor"]
    return [
        figures["persons"], figures["person_times"], yuan(figures["amount_fen"]), poor["persons"],
        poor["person_times"], yuan(poor["amount_fen"]),
    ]  # fmt: skip
