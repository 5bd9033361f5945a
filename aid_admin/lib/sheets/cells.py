"""Typed values out of cells. A converter returns the value and notes what it found; it never raises."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from aid_admin.lib import bank_card, disability_card, id_card, money
from aid_admin.lib.sheets.columns import Column
from aid_admin.lib.sheets.formulas import NO_RESULT
from aid_admin.lib.sheets.issues import Level
from aid_admin.lib.sheets.reading import Cell

Found = list[tuple[str, dict[str, Any]]]
Converter = Callable[[Cell, Column, Found], Any]

# A spreadsheet keeps 15 digits; from here on the last ones of a number are lost.
LOSSY: Final = 10**15
ERROR_TEXTS: Final = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!")
)

_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACES: Final = re.compile(r"\s+")
_SCIENTIFIC: Final = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{2}")
_NAME_GAP: Final = re.compile(r"(?<![A-Za-z.·])\s+|\s+(?![A-Za-z])")
_UNREADABLE: Final = re.compile("[?？□■�\ue000-\uf8ff]")
_DATE: Final = re.compile(r"(\d{4})[-./年](\d{1,2})(?:[-./月](\d{1,2})?日?|月)?(?:[T\s].*)?")
_DATE_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_FIRST_SERIAL, _LAST_SERIAL = 1, 73050
_EPOCH: Final = date(1899, 12, 30)
_ENDLESS: Final = frozenset(("长期", "永久", "长期有效", "无", "-", "—", "/"))
_YES: Final = frozenset(("是", "√", "✓", "✔", "1", "有", "Y", "YES", "TRUE", "T", "对", "已", "在", "属于", "在校"))
_NO: Final = frozenset(
    (
        "否",
        "×",
        "X",
        "✕",
        "✗",
        "0",
        "无",
        "N",
        "NO",
        "FALSE",
        "F",
        "不是",
        "未",
        "不",
        "没有",
        "不在",
        "不属于",
        "不在校",
    )
)
# a number as lists and papers show it: stars in the middle, or its last digits alone
_MASKED: Final = re.compile(r"[0-9]*\*{2,}[0-9Xx*]*|尾号\s*[0-9]{2,6}")
_PHONE: Final = re.compile(r"\+?[0-9()\-]{7,20}([/、,;][+0-9()\-]{7,20})*")


def as_text(cell: Cell) -> str:
    """Any cell as the words on the screen; invisible characters dropped, ends stripped."""
    if type(cell) is str:
        if cell.isprintable():
            return cell.strip()
        return _SPACES.sub(" ", _INVISIBLE.sub("", cell)).strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < LOSSY:
        return str(int(cell))
    return str(cell)


def is_failed(value: str) -> bool:
    """Whether the cell holds no content but the word for a formula that failed or has no result."""
    return value in ERROR_TEXTS or value == NO_RESULT


def text(cell: Cell, column: Column, found: Found) -> str:
    value = as_text(cell)
    if value and value[0] in "#（" and is_failed(value):
        _faulty(found, column, "", value)
        return ""
    if column.max_length is not None and len(value) > column.max_length:
        found.append(("TOO_LONG", {"limit": column.max_length}))
    return value


def name(cell: Cell, column: Column, found: Found) -> str:
    value = text(cell, column, found)
    if value.isalpha():
        return value
    if " " in value or "\u3000" in value:
        closed = _NAME_GAP.sub("", value)
        if closed != value:
            found.append(("NAME_REPAIRED", {}))
            value = closed
    if _UNREADABLE.search(value):
        found.append(("NAME_UNREADABLE", {}))
    return value


def id_number(cell: Cell, column: Column, found: Found) -> tuple[str | None, str]:
    """(valid number, "") or (None, the text as it stood)."""
    if type(cell) is str and len(cell) == 18 and id_card.is_valid(cell):
        return cell, ""
    typed = as_text(cell)
    if not typed:
        return None, ""
    if _is_destroyed(cell, typed):
        found.append(("ID_DESTROYED", {"level": Level.ERROR}))
        return None, typed
    number = id_card.normalise(typed)
    if id_card.is_valid(number):
        found.append(("ID_REPAIRED", {}))
        return number, ""
    if _MASKED.fullmatch(number):
        _faulty(found, column, "NUMBER_MASKED", typed)
        return None, typed
    if inner := disability_card.id_part(number):
        found.append(("ID_FROM_CERTIFICATE", {}))
        return inner, ""
    problem = id_card.problem(number)
    if problem == "FIFTEEN" and column.adult:
        found.append(("ID_REPAIRED", {}))
        return id_card.to_18(number), ""
    _faulty(found, column, "ID_INVALID", typed, reason=id_card.fault(number))
    return None, "" if is_failed(typed) else typed


def account_no(cell: Cell, column: Column, found: Found) -> str:
    value = text(cell, column, found)
    if value and _is_destroyed(cell, value) and not (isinstance(cell, str) and bank_card.luhn_ok(value)):
        found.append(("NUMBER_DESTROYED", {}))
        return ""
    number = bank_card.normalise(value)
    if _MASKED.fullmatch(number):
        _faulty(found, column, "NUMBER_MASKED", value)
        return ""
    return number


def cert_no(cell: Cell, column: Column, found: Found) -> str:
    if type(cell) is str and cell.isascii() and cell.isalnum():
        return cell.upper()
    value = text(cell, column, found)
    if value and _is_destroyed(cell, value):
        _faulty(found, column, "NUMBER_DESTROYED")
        return ""
    return id_card.normalise(value)


def phone(cell: Cell, column: Column, found: Found) -> str:
    value = text(cell, column, found)
    if len(value) == 11 and value.isascii() and value.isdecimal():
        return value
    value = unicodedata.normalize("NFKC", value).replace(" ", "")
    if value and not _PHONE.fullmatch(value):
        _faulty(found, column, "PHONE_INVALID")
    return value[:64]


def day(cell: Cell, column: Column, found: Found) -> date | None:
    if isinstance(cell, date):
        return cell
    typed = unicodedata.normalize("NFKC", as_text(cell))
    if not typed or typed in _ENDLESS:
        return None
    match = _DATE.fullmatch(typed) or _DATE_DIGITS.fullmatch(typed)
    if match is not None:
        value = _date_of(match[1], match[2], match[3] or "1")
        if value is not None and not match[3]:
            found.append(("DATE_INCOMPLETE", {}))
    else:
        value = _from_serial(typed)
    if value is None:
        _faulty(found, column, "DATE_INVALID", as_text(cell))
    return value


def yuan(cell: Cell, column: Column, found: Found) -> int | None:
    if cell is None or cell == "":
        return None
    try:
        return money.parse_yuan(cell if isinstance(cell, int | float) else as_text(cell))
    except ValueError as problem:
        _faulty(found, column, "AMOUNT_INVALID", as_text(cell), reason=str(problem))
        return None


def integer(cell: Cell, column: Column, found: Found) -> int | None:
    typed = unicodedata.normalize("NFKC", as_text(cell)).rstrip("人口个岁")
    if not typed:
        return None
    if typed.isascii() and typed.isdecimal() and len(typed) <= 9:
        return int(typed)
    _faulty(found, column, "INTEGER_INVALID", as_text(cell))
    return None


def yes_no(cell: Cell, column: Column, found: Found) -> bool | None:
    if isinstance(cell, bool) or cell is None:
        return cell
    typed = unicodedata.normalize("NFKC", as_text(cell)).upper()
    if typed in _YES:
        return True
    if typed in _NO:
        return False
    if typed:
        _faulty(found, column, "YES_NO_INVALID", as_text(cell))
    return None


CONVERTERS: Final[dict[str, Converter]] = {
    "text": text,
    "name": name,
    "id_number": id_number,
    "account_no": account_no,
    "cert_no": cert_no,
    "phone": phone,
    "date": day,
    "yuan": yuan,
    "integer": integer,
    "yes_no": yes_no,
}
EMPTY: Final[dict[str, Any]] = dict.fromkeys(("id_number", "date", "yuan", "integer", "yes_no"))


def _faulty(found: Found, column: Column, code: str, typed: str = "", **details: Any) -> None:
    """Note a faulty cell; what a formula left there (`typed`) is told as that, whatever was expected."""
    level = Level.ERROR if column.strict else Level.WARNING
    if is_failed(typed):
        needed = column.filled and column.kind != "id_number"  # without it the row would be refused as well
        code = "CELL_NO_RESULT" if typed == NO_RESULT else "CELL_ERROR"
        details, level = {}, Level.ERROR if needed else level
    found.append((code, {**details, "level": level}))


def _is_destroyed(cell: Cell, typed: str) -> bool:
    """Whether a long number has lost its last digits: kept as a number, or saved from one."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return abs(cell) >= LOSSY
    if _SCIENTIFIC.fullmatch(typed):
        return True
    return len(typed) == 18 and typed.isdecimal() and typed.endswith("000") and not id_card.is_valid(typed)


def _date_of(year: str, month: str, day_of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        return None


def _from_serial(typed: str) -> date | None:
    """A spreadsheet's day number such as 43709."""
    whole = typed.split(".")[0]
    if not (whole.isascii() and whole.isdecimal() and len(whole) == 5):
        return None
    serial = int(whole)
    return _EPOCH + timedelta(days=serial) if _FIRST_SERIAL <= serial <= _LAST_SERIAL else None
