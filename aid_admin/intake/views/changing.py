"""What an upload would change, as its page shows it before it counts: sums, and the rows of one kind of change."""

from typing import Any, Final, NamedTuple

from aid_admin.accounts.gate import StaffRequest
from aid_admin.intake.changes import Change, Sides, sides_of
from aid_admin.intake.models import Upload
from aid_admin.intake.rules import Standing
from aid_admin.intake.views.preview import cell_of
from aid_admin.lib import id_card
from aid_admin.lib.sheets.words import SAID

NAMES: Final = {Change.ADDED: "新增", Change.CHANGED: "修改", Change.SAME: "不变", Change.REMOVED: "将去除"}
BEFORE: Final = (Standing.READ, Standing.PROPOSED)
MANY: Final = 5  # so many removed rows of a hundred are worth a warning


class Edit(NamedTuple):
    """One value that changes: what it is called, what it was, what it becomes."""

    title: str
    old: str
    new: str


def changes_of(request: StaffRequest, upload: Any, holder: Upload | None, change: Change | None) -> dict[str, Any]:
    """The sums of what would change, and the page of rows of the chosen change; nothing once the upload counts."""
    sides = sides_of(upload, holder) if upload.standing in BEFORE and upload.accepted else None
    if sides is None:
        return {}
    changes, page = sides.page(change, request.GET.get("page")) if change else (sides.counted(), None)
    found: dict[str, Any] = {
        "changes": changes,
        "change_tabs": [(code.value, name, changes.counts[code]) for code, name in NAMES.items()],
        "removes_many": changes.counts[Change.REMOVED] * 100 > changes.old * MANY,
    }
    return found | {"page": page, **_rows(sides, page.rows, change)} if change and page else found


def _rows(sides: Sides, pairs: list[Any], change: Change) -> dict[str, Any]:
    titles, every = _titles(sides), sides.kind.facts
    facts = [name for name in every if name != "name"] if change != Change.CHANGED else []
    rows = []
    for old, new in pairs:
        row = new or old
        edits = [edit for name in every if _differs(name, old, new) for edit in _edits(titles, name, old, new)]
        cells = [(cell_of(_field(row, name), getattr(row, name)), "nowrap") for name in facts]
        rows.append((getattr(row, "row", ""), *_person(row), edits, cells))
    own = {field.name for field in sides.now.model._meta.fields}
    return {
        "changed_rows": rows,
        "change_heads": [titles[name] for name in facts],
        "by_person": bool(own & {"id_number", "student"}),
    }


def _titles(sides: Sides) -> dict[str, str]:
    """What each compared value is called: as the models have it, else as the sheet's heading."""
    columns = {column.field.removesuffix("_text"): column.header for column in sides.kind.parser().COLUMNS}
    names: dict[str, str] = {}
    for model in (sides.now.model, sides.old.model):
        own = {field.name: str(field.verbose_name).removesuffix("（分）") for field in model._meta.fields}
        names |= {name: title for name, title in own.items() if not title.isascii()}
    found = {name: names.get(name) or columns.get(name, name) for name in sides.kind.facts}
    return found | {key: title for key, title in columns.items() if "extra" in found and key not in found}


def _field(row: Any, name: str) -> Any:
    return row._meta.get_field(name)


def _differs(name: str, old: Any, new: Any) -> bool:
    return bool(old and new) and getattr(old, _field(old, name).attname) != getattr(new, _field(new, name).attname)


def _edits(titles: dict[str, str], name: str, old: Any, new: Any) -> list[Edit]:
    values = [getattr(row, name) for row in (old, new)]
    if isinstance(values[0], dict):  # what only this registry has
        before, after = values
        keys = [key for key in before | after if before.get(key) != after.get(key)]
        return [Edit(titles.get(key, titles[name]), _word(before.get(key)), _word(after.get(key))) for key in keys]
    was, becomes = (
        cell_of(_field(row, name), value) + _bank(name, row) for row, value in zip((old, new), values, strict=True)
    )
    if was == becomes:  # of masked numbers only what is hidden differs
        becomes += "（隐去的几位不同）"
    return [Edit(titles[name], was or "空", becomes or "空")]


def _bank(name: str, row: Any) -> str:
    """An account of which only the last digits are shown is told with its bank."""
    bank = getattr(row, "bank", "") if name == "account_no" else ""
    return f"（{_word(bank)}）" if bank else ""


def _word(value: Any) -> str:
    return str(SAID.get(value, value)) if value not in (None, "") else "空"


def _person(row: Any) -> tuple[str, str]:
    """Whose row it is: name, and number masked."""
    person = getattr(row, "student", row)
    number = getattr(person, "id_number", "") or getattr(person, "id_text", "") or ""
    return str(getattr(person, "name", row)), id_card.mask(number) if number else ""
