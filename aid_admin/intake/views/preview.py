"""What a person checks of an upload before it is committed: its issues, its first rows, its sums."""

from typing import Any, Final

from django.db.models import Count

from aid_admin.accounts.gate import StaffRequest
from aid_admin.db.fields import FenField, SealedField
from aid_admin.db.pages import page_of
from aid_admin.intake.changes import Change
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import FOREIGN, STOPPING, Standing, compare_totals, title_of
from aid_admin.lib import bank_card, id_card, money
from aid_admin.lib.sheets.issues import Level
from aid_admin.lib.sheets.words import SAID

TABS: Final = {Level.ERROR: "错误", Level.WARNING: "提醒", Level.REPAIR: "修正"}
ROWS: Final = "rows"  # the tab of the rows that can be imported
MOST_ROWS: Final = 20
LONG: Final = 8  # characters of a school or a bank that may stand in two lines


def issues_of(request: StaffRequest, upload: Any) -> dict[str, Any]:
    """The issues of the chosen tab and code, page by page, with the sums over all of them."""
    issues = upload.issues.all()
    sums = list(issues.order_by().values("level", "code").annotate(n=Count("pk")).order_by("-n"))
    tabs = [(level.value, name, sum(s["n"] for s in sums if s["level"] == level)) for level, name in TABS.items()]
    words = "已导入的行" if upload.standing == Standing.IN_FORCE else "可导入的行"
    rows_tab = [(ROWS, words, upload.accepted)] if KINDS[upload.kind].rows else []
    first = next((level for level, _, count in tabs if count), ROWS)
    tab = request.GET.get("tab", first)
    change = Change(tab) if tab in list(Change) else None
    tab = tab if change or tab in [*Level, *(name for name, *_ in rows_tab)] else "all"
    codes = [s | {"title": title_of(s["code"])} for s in sums if tab in ("all", s["level"])]
    chosen = request.GET.get("code", "")
    rows = issues if tab == "all" else issues.filter(level=tab)
    rows = rows.filter(code=chosen) if chosen in {s["code"] for s in codes} else rows
    return {
        "tabs": [*tabs, ("all", "全部问题", sum(s["n"] for s in sums)), *rows_tab],
        "tab": tab,
        "counts": {level: count for level, _, count in tabs},
        "issue_count": sum(s["n"] for s in sums),
        "stopped": any(s["code"] == STOPPING for s in sums),
        "all_foreign": 0 < upload.rows == sum(s["n"] for s in sums if s["code"] == FOREIGN),
        "preview": _preview(upload) if tab == ROWS else None,
        "change": change,
        "codes": codes,
        "code": chosen,
        "page": None if change else page_of(rows.order_by("sheet", "row", "pk"), request.GET.get("page"), at_once=True),
    }


def sums_of(upload: Upload) -> dict[str, Any]:
    """What the accepted rows come to, beside what the sheet itself says; nothing for kinds without sums."""
    count = KINDS[upload.kind].call("sums") if upload.accepted else None
    if count is None:
        return {}
    sums = count(upload)
    read: dict[str, tuple[int, int, int]] = {}
    for one in sums:
        lines, persons, fen = read.get(one.sheet, (0, 0, 0))
        read[one.sheet] = (lines + one.lines, persons + one.persons, fen + one.fen)
    return {"sums": sums, "sum_fen": sum(one.fen for one in sums), "totals": compare_totals(upload.stated, read)}


def _preview(upload: Upload) -> dict[str, Any]:
    """The first rows as they were understood: headings, and for each its number and its cells, numbers masked."""
    rows = upload.first_rows(MOST_ROWS)
    own = {field.name: field for field in rows[0]._meta.fields} if rows else {}
    heads = {name: title for name, title in (("student", "学生"), ("school", "学校")) if name in own}
    heads |= {c.field: c.header for c in KINDS[upload.kind].parser().COLUMNS if c.field in own} if rows else {}
    return {
        "heads": [(title, _way(own[name])) for name, title in heads.items()],
        "rows": [(row.row, [_shown(own[name], getattr(row, name)) for name in heads]) for row in rows],
    }


def _shown(field: Any, value: Any) -> tuple[str, str]:
    text = cell_of(field, value)
    return text, _way(field, text)


def _way(field: Any, text: str = "") -> str:
    """How a cell is set: amounts to the right, long words in two lines where the page has no room, all else in one."""
    if isinstance(field, FenField):
        return "num"
    return "" if len(text) > LONG and not isinstance(field, SealedField) else "nowrap"


def cell_of(field: Any, value: Any) -> str:
    """A value as a page shows it: numbers masked, codes in words."""
    if value in (None, ""):
        return ""
    if isinstance(field, SealedField):
        return bank_card.mask(value) if field.kind == "account_no" else id_card.mask(value)
    if isinstance(field, FenField):
        return money.yuan_comma(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "、".join(str(SAID.get(part, part)) for part in value.values())
    words: dict[Any, str] = SAID | dict(field.flatchoices)
    return str(getattr(value, "name", words.get(value, value)))
