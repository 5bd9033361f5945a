"""审核汇总表: what schools sent up and what became of it, by township, school and programme; to be signed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from django.template.loader import render_to_string

from aid_admin.lib import xlsx_out
from aid_admin.lib.money import in_words, yuan, yuan_comma
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from aid_admin.lib.xlsx_out import ColumnOut
from disbursement.papers.paper import AID_CENTRE, XLSX, Office, Paper, day

MEASURES: Final = (("sent", "上报"), ("passed", "通过"), ("refused", "不通过"), ("returned", "退回待改"))
_COLUMNS: Final = (
    ColumnOut("乡镇", 14), ColumnOut("学校", 26), ColumnOut("资助项目", 34),
    *(column for _, name in MEASURES
      for column in (ColumnOut(f"{name}人次", 10, "int"), ColumnOut(f"{name}金额（元）", 15, "money"))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """Person-times and fen."""

    person_times: int = 0
    fen: int = 0

    @property
    def amount(self) -> str:
        """Yuan as printed."""
        return yuan_comma(self.fen) if self.person_times else ""


_ONE_PAGE, _ONE_PAGE_CLOSE = 14, 18  # rows with the signatures on one page, as usual and set close; measured


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One school's programme; `sent` = passed + refused + what is still looked at; `returned` is back at the school."""

    township: str
    school: str
    programme: str
    sent: Part
    passed: Part
    refused: Part
    returned: Part
    position: int = 0  # of the programme among all

    @property
    def parts(self) -> list[Part]:
        """In the order of MEASURES."""
        return [self.sent, self.passed, self.refused, self.returned]


@dataclass(frozen=True, slots=True)
class ReviewSummary:
    """All rows, in order of townships; sums are made of them."""

    semester: str
    made_on: date
    rows: Sequence[SummaryRow]
    what: str = ""  # the part of the county or the programme that it is limited to
    office: Office = AID_CENTRE

    @property
    def title(self) -> str:
        """The heading."""
        return f"淇县{self.semester}学生资助名册审核汇总表"

    @property
    def total(self) -> list[Part]:
        """Of all rows."""
        return _sum(self.rows)

    @property
    def by_township(self) -> list[tuple[str, list[SummaryRow], list[Part]]]:
        """Township, its rows, their sum."""
        return [(name, of, _sum(of)) for name, of in _grouped(self.rows, lambda row: row.township)]

    @property
    def by_programme(self) -> list[tuple[str, list[Part]]]:
        """Programme and its sum over all schools."""
        names = dict.fromkeys(row.programme for row in sorted(self.rows, key=lambda row: row.position))
        return [(name, _sum(row for row in self.rows if row.programme == name)) for name in names]

    @property
    def lines(self) -> int:
        """How many rows the printed table has, with all sums."""
        return len(self.rows) + len(self.by_township) + len(self.by_programme) + 2

    @property
    def words(self) -> list[tuple[str, str]]:
        """The amounts of 上报 and 通过 in words."""
        sent, passed, *_ = self.total
        return [("上报金额", in_words(sent.fen)), ("通过金额", in_words(passed.fen))]


def _grouped(rows: Sequence[SummaryRow], key: Callable[[SummaryRow], str]) -> Iterable[tuple[str, list[SummaryRow]]]:
    return ((name, list(of)) for name, of in groupby(rows, key))


def _sum(rows: Iterable[SummaryRow]) -> list[Part]:
    columns = list(zip(*(row.parts for row in rows), strict=True)) or [()] * len(MEASURES)
    return [Part(sum(p.person_times for p in column), sum(p.fen for p in column)) for column in columns]


def summary_html(summary: ReviewSummary) -> str:
    """The page before it is printed."""
    return render_to_string(
        "disbursement/papers/review_summary.html",
        {
            "summary": summary,
            "measures": MEASURES,
            "made_on": day(summary.made_on),
            "close": _ONE_PAGE < summary.lines <= _ONE_PAGE_CLOSE,
        },
    )


def summary_paper(summary: ReviewSummary) -> Paper:
    """The sign sheet as PDF, A4 landscape."""
    return Paper(f"审核汇总表-{summary.semester}.pdf", MEDIA_TYPE, make_pdf(summary_html(summary)))


def summary_workbook(summary: ReviewSummary, *, footer: str) -> Paper:
    """The same as workbook; sums of townships and the total stand below the rows they sum up."""
    rows: list[tuple[str | int, ...]] = []
    for township, of, sums in summary.by_township:
        rows += [_cells((township, row.school, row.programme), row.parts) for row in of]
        rows.append(_cells((f"{township}小计", "", ""), sums))
    rows.append(_cells(("合计", "", ""), summary.total))
    notes = [
        *(f"{name}：{yuan(part.fen)} 元，{words}" for part, (name, words) in zip(summary.total, summary.words, strict=False)),
        "经办人：　　　　　　　　审核人：　　　　　　　　负责人：　　　　　　　　　　年　　月　　日",
    ]  # fmt: skip
    above = (summary.title, f"{summary.what or '全县'}　　制表日期：{day(summary.made_on)}　　单位：元")
    page = xlsx_out.Sheet("审核汇总", _COLUMNS, rows, notes, above)
    return Paper(f"审核汇总表-{summary.semester}.xlsx", XLSX, xlsx_out.write([page], footer=footer))


def _cells(head: tuple[str, str, str], parts: Sequence[Part]) -> tuple[str | int, ...]:
    return (*head, *(value for part in parts for value in (part.person_times, part.fen)))
