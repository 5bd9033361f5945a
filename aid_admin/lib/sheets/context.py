"""What a sheet's rows are checked against, and the checks that several sheets share."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Final

from aid_admin.lib import bank_card, id_card, names
from aid_admin.lib import semester as semesters
from aid_admin.lib.sheets.columns import Status, TableRow
from aid_admin.lib.sheets.issues import Issue, Level, make
from aid_admin.lib.sheets.words import AGES, STAGE_NAMES, squeeze

_VILLAGE_ENDINGS: Final = (
    "村民委员会",
    "居民委员会",
    "村委会",
    "居委会",
    "社区居委会",
    "行政村",
    "村",
    "社区",
)
_COUNTY_STARTS: Final = ("河南省", "鹤壁市", "淇县")


@dataclass(frozen=True, slots=True)
class SchoolInfo:
    code: str
    name: str
    stages: frozenset[str] = frozenset()
    township: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """County data at the time of an upload. `school` is set when a school sends a sheet of its own."""

    semester: str
    semester_label: str
    starts_on: date
    schools_by_code: Mapping[str, SchoolInfo] = field(default_factory=dict)
    schools_by_name: Mapping[str, list[str]] = field(default_factory=dict)
    villages: Mapping[str, str] = field(default_factory=dict)
    townships: Mapping[str, str] = field(default_factory=dict)
    bins: bank_card.Bins = field(default_factory=dict)
    school: str | None = None
    programmes: Mapping[str, str] = field(default_factory=dict)


def school_key(name: str) -> str:
    """The form under which `Context.schools_by_name` keeps a school's name."""
    return names.key(squeeze(name))


def issue(row: TableRow, code: str, column: str = "", value: str = "", **details: object) -> Issue:
    """An issue at a row of a table."""
    return make(code, sheet=row.sheet, row=row.row, column=column, value=value, **details)


def find_school(row: TableRow, context: Context, *, code: str, name: str) -> tuple[str, list[Issue]]:
    """The school's code by its ten digits, or by its name when that is one school's; "" with an issue."""
    codes = [code] if code in context.schools_by_code else []
    by_name = context.schools_by_name.get(school_key(name), []) if name else []
    if code and not codes:
        return "", [issue(row, "UNKNOWN_SCHOOL", "学校标识码", code, hint=_hint(name, context))]
    if codes and by_name and code not in by_name:
        return "", [issue(row, "SCHOOL_MISMATCH", "学校名称", name)]
    found = codes or list(by_name)
    if not found and not name and context.school:
        found = [context.school]
    if len(found) > 1:
        return "", [issue(row, "AMBIGUOUS_SCHOOL", "学校名称", name)]
    if not found:
        return "", [issue(row, "UNKNOWN_SCHOOL", "学校名称", name, hint=_hint(name, context))]
    if context.school and found[0] != context.school:
        label = name or context.schools_by_code[found[0]].name
        return found[0], [issue(row, "FOREIGN_SCHOOL", "学校名称", label)]
    return found[0], []


def _hint(name: str, context: Context) -> str:
    near = get_close_matches(school_key(name), list(context.schools_by_name), n=1, cutoff=0.6) if name else []
    if not near:
        return ""
    code = context.schools_by_name[near[0]][0]
    known = context.schools_by_code.get(code)
    return f"（是不是“{known.name if known else near[0]}”？）"


def find_village(context: Context, text: str, township: str = "") -> str:
    """The village's code, by township and village or by a bare name; "" when it is not of this county."""
    plain = squeeze(text)
    for start in _COUNTY_STARTS:
        plain = plain.removeprefix(start)
    for candidate in _village_spellings(squeeze(township), plain):
        if candidate in context.villages:
            return context.villages[candidate]
    return ""


def _village_spellings(township: str, plain: str) -> Iterator[str]:
    if not plain:
        return
    bare = next((plain.removesuffix(end) for end in _VILLAGE_ENDINGS if plain.endswith(end)), plain)
    for text in (plain, bare, f"{bare}村", f"{bare}社区"):
        if township:
            yield township + text
        yield text


def check_semester(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """The same rows; a title above that names another semester stays set aside, with the error that stops the file."""
    in_title: set[str] = set()
    for row in rows:
        if row.status is not Status.IGNORED:
            in_title.add(row.sheet)
        elif row.sheet not in in_title and "学期" in (title := str(row.values.get("ignored", ""))):
            named = semesters.find(title)
            if named and named != context.semester:
                wrong = issue(row, "WRONG_SEMESTER", "", semesters.label(named), expected=context.semester_label)
                yield TableRow(row.sheet, row.row, row.status, row.values, (*row.issues, wrong), row.table)
                continue
        yield row


def is_data(row: TableRow) -> bool:
    """Whether a row has typed values: neither set aside nor a remark on a whole sheet."""
    return "ignored" not in row.values


def person_key(row: TableRow) -> tuple[str, ...] | None:
    """What makes two rows of one file the same person: the number, else nothing can be said."""
    number = row.values.get("id_number")
    return (number,) if number else None


class Doubles:
    """Finds the second row of a person within one file."""

    def __init__(self, code: str = "DUPLICATE_PERSON") -> None:
        self._code = code
        self._first: dict[tuple[str, ...], int] = {}

    def check(self, row: TableRow, key: tuple[str, ...] | None, column: str = "身份证号") -> list[Issue]:
        if key is None:
            return []
        first = self._first.setdefault(key, row.row)
        return [] if first == row.row else [issue(row, self._code, column, first=first)]


def check_person(row: TableRow, *, column: str, stage: str = "", on: date | None = None) -> list[Issue]:
    """Birth date, sex and age beside the identity number: warnings."""
    number = row.values.get("id_number")
    if not number:
        return []
    found = []
    born = id_card.birth_date(number)
    stated = row.values.get("birth_date")
    if stated and stated != born and (stated.year, stated.month, 1) != (born.year, born.month, stated.day):
        found.append(issue(row, "BIRTH_DATE_MISMATCH", "出生日期", stated.isoformat()))
    sex = row.values.get("sex")
    if sex in {"男", "女"} and sex != id_card.sex(number):
        found.append(issue(row, "SEX_MISMATCH", "性别", sex))
    if on is not None and stage in AGES:
        age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        youngest, oldest = AGES[stage]
        if not youngest <= age <= oldest:
            found.append(issue(row, "AGE_UNLIKELY", column, age=age, stage=STAGE_NAMES[stage]))
    return found


def read_word(
    row: TableRow, words: Mapping[str, str], text: str, column: str, *, strict: bool = False
) -> tuple[str, list[Issue]]:
    """The code of a word; an unknown one gives "" and an issue, an error when `strict`."""
    plain = squeeze(text)
    if not plain or plain in words:
        return words.get(plain, ""), []
    if not strict:
        return "", [issue(row, "WORD_UNSURE", column, text)]
    allowed = "、".join(word for word in list(words)[:8] if not word.isascii())
    return "", [issue(row, "WORD_UNKNOWN", column, text, allowed=allowed)]


def check_account(row: TableRow, context: Context, bank_name: str = "") -> tuple[str, str, list[Issue]]:
    """(bank code, CARD or PASSBOOK, issues) of the row's account_no."""
    number = row.values.get("account_no", "")
    if not number:
        return "", "", []
    kind = bank_card.kind(number, context.bins)
    bank = bank_card.find_bank(number, context.bins) or ""
    problem = bank_card.problem(number, context.bins)
    if problem is None:
        return bank, kind, []
    sure = problem not in bank_card.WARNINGS
    found = issue(
        row,
        "ACCOUNT_INVALID" if sure else "ACCOUNT_UNSURE",
        "银行账号",
        number,
        reason=bank_card.PROBLEMS[problem],
        level=Level.ERROR if sure else Level.WARNING,
    )
    return bank, kind, [found]
