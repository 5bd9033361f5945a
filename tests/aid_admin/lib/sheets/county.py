"""A small made-up county for the tests of sheets, and a reader of lines."""

from datetime import date

from aid_admin.lib.bank_card import luhn_digit
from aid_admin.lib.sheets.context import Context, SchoolInfo, school_key
from aid_admin.lib.sheets.reading import RawRow
from aid_admin.lib.sheets.table import read_table

SCHOOLS = (
    SchoolInfo("3141000001", "淇县第一小学", frozenset({"PRIMARY"}), "410622001"),
    SchoolInfo("3141000002", "淇县第一中学", frozenset({"SENIOR"}), "410622001"),
    SchoolInfo("3141000003", "淇县职业中专", frozenset({"VOCATIONAL", "SENIOR"}), "410622002"),
)
CONTEXT = Context(
    semester="2020-spring",
    semester_label="2020年春季学期",
    starts_on=date(2020, 3, 1),
    schools_by_code={school.code: school for school in SCHOOLS},
    schools_by_name={school_key(school.name): [school.code] for school in SCHOOLS},
    villages={"高村镇思德": "410622101231", "思德": "410622101231"},
    townships={"高村镇": "410622101"},
    bins={("621585", 18): "RCC", ("436742", 19): "CCB"},
    programmes={
        "营养改善计划": "NUTRITION",
        "家庭经济困难学生生活补助": "LIVING_ALLOWANCE",
        "一补": "LIVING_ALLOWANCE",
    },
)
CARD = "62158533333333333" + luhn_digit("62158533333333333")


def parse(module, *people, context=CONTEXT, title=None, second=None):
    """What a sheet's module makes of one line per person: a mapping of headings to cells."""
    head = list(dict.fromkeys(header for person in people for header in person))
    lines = [
        *([[title]] if title else []),
        head,
        *([person.get(header) for header in head] for person in people),
    ]
    raw = [RawRow("甲", number, line) for number, line in enumerate(lines, start=1)]
    raw += [RawRow("乙", number, line) for number, line in enumerate(second or [], start=1)]
    rows = read_table(raw, module.COLUMNS, others=getattr(module, "OTHERS", ()))
    return list(module.parse(rows, context))


def data(rows):
    return [row for row in rows if "ignored" not in row.values]


def codes(row):
    return [issue.code for issue in row.issues]
