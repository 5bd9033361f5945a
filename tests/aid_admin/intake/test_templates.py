"""The templates that schools download: what they look like, and that a filled-in one is read without a word."""

import io

import pytest
from openpyxl import Workbook, load_workbook

from aid_admin.accounts.rules import Role
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import KINDS
from aid_admin.intake.rules import Standing
from aid_admin.lib.sheets.columns import HELP_SHEET, SAMPLE_ID, SAMPLE_MARK, VERSION_SHEET
from aid_admin.lib.sheets.template import VERSION, blank_workbook
from eligibility.models import AidProgramme
from tests.factories import intake, people, students

HERE = "高村镇第一小学"
OF_SCHOOLS = ["attendance", "accounts", "applications", "roster"]


def template(client, kind: str) -> Workbook:
    return load_workbook(io.BytesIO(client.get(f"/uploads/new/{kind}/template/").content))


def headings(page) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in page[2] if cell.value}


def filled(book: Workbook, rows: list[dict[str, str]], place: int = 0) -> bytes:
    """The template with rows typed under its sample."""
    page = book.worksheets[place]
    columns = {title.rstrip("*"): column for title, column in headings(page).items()}
    for number, row in enumerate(rows, start=4):
        for title, value in row.items():
            page.cell(number, columns[title], value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(kind: str) -> list[dict[str, str]]:
    found = []
    for number, pupil in enumerate([students.student(), students.student()]):
        name = "姓名" if kind in ("attendance", "applications") else "学生姓名"
        number_title = "学生身份证号" if kind == "accounts" else "身份证号"
        own = {
            "序号": str(number + 1),
            "年级": "三年级",
            "班级": "1班",
            name: pupil.name,
            number_title: pupil.id_number,
        }
        found.append(own | MORE[kind](pupil))
    return found


MORE = {
    "attendance": lambda _pupil: {"是否在校就读": "是"},
    "accounts": lambda pupil: {
        "开户行": "农村信用联社", "账户户名": pupil.name, "与学生关系": "本人", "银行账号": "623059758239621974",
    },
    "applications": lambda _pupil: {
        "户口性质": "农村", "困难类别": "低保", "推荐档次": "一般困难", "是否承诺": "是", "申请日期": "2020-04-01",
        "人均年收入": "3200.50", "监护人姓名": "王大山", "与学生关系": "父亲", "联系电话": "13800000001",
    },
    "roster": lambda _pupil: {"学段": "小学", "是否寄宿": "是", "资助项目": "义务教育营养改善计划", "资助金额": "400",
                              "性别": "", "困难类别": "建档立卡"},
}  # fmt: skip


@pytest.mark.parametrize("kind", OF_SCHOOLS)
def test_filled_template_is_read_without_a_word(client, clerk, schools, kind):
    upload = intake.read(clerk, kind, filled(template(client, kind), rows_of(kind)), school=schools[0].code)
    issues = [(issue.row, issue.column, issue.message) for issue in upload.issues.all()]
    assert issues == []
    assert (upload.rows, upload.accepted, upload.warned, upload.repaired) == (2, 2, 0, 0)
    assert Upload.objects.with_standing().get().standing == Standing.READ


def test_family_has_a_sheet_of_its_own(client, clerk, schools):
    book = template(client, "applications")
    rows = rows_of("applications")
    member = {
        "学生身份证号": rows[0]["身份证号"],
        "姓名": "王大山",
        "年龄": "40",
        "与学生关系": "父亲",
        "年收入": "20000",
    }
    filled(book, [member], place=1)
    upload = intake.read(clerk, "applications", filled(book, rows), school=schools[0].code)
    assert list(upload.issues.all()) == []
    assert upload.accepted == 2
    assert upload.applicationrow_set.filter(family__name="王大山").count() == 1


@pytest.mark.parametrize("kind", OF_SCHOOLS)
def test_template_helps_who_fills_it_in(client, kind):
    book = template(client, kind)
    page = book.worksheets[0]
    assert page.freeze_panes == "A3"
    assert page.protection.sheet
    assert page["B2"].protection.locked
    assert page["A3"].value == SAMPLE_MARK
    assert not page["B3"].protection.locked
    assert not page.column_dimensions["B"].protection.locked
    assert {page.cell(3, column).number_format for column in headings(page).values()} == {"@"}
    assert (book[VERSION_SHEET]["A1"].value, book[VERSION_SHEET].sheet_state) == (VERSION, "veryHidden")
    assert "带 * 的红色列" in str(book[HELP_SHEET]["A1"].value)
    for one in page.data_validations.dataValidation:
        assert one.formula1.lstrip("=") in book.defined_names, "lists stand on the hidden sheet, under a name"
    needed = {column.header for column in KINDS[kind].parser().COLUMNS if column.must}
    assert {title.rstrip("*") for title in headings(page) if title.endswith("*")} == needed


def test_roster_names_the_programmes(client):
    book = template(client, "roster")
    column = headings(book.worksheets[0])["资助项目*"]
    (own,) = [
        one.formula1.lstrip("=")
        for one in book.worksheets[0].data_validations.dataValidation
        if any(area.min_col == column for area in one.sqref.ranges)
    ]
    place = book.defined_names[own].attr_text.split("!")[1].replace("$", "")
    words = {row[0].value for row in book[VERSION_SHEET][place]}
    assert words == set(AidProgramme.objects.values_list("name", flat=True))


def test_lists_belong_to_a_heading():
    """残疾类别 is no 困难类别, though the field is called the same."""
    columns = KINDS["disability"].parser().COLUMNS
    book = load_workbook(io.BytesIO(blank_workbook(columns, "名单")))
    page = book.worksheets[0]
    place = headings(page)["残疾类别"]
    areas = [area for one in page.data_validations.dataValidation for area in one.sqref.ranges]
    assert place not in {area.min_col for area in areas}
    assert headings(page)["性别"] in {area.min_col for area in areas}


def test_sample_row_overwritten_with_a_pupil_counts(client, clerk, schools):
    book = template(client, "attendance")
    page, number = book.worksheets[0], people.id_number()
    columns = headings(page)
    page.cell(3, columns["姓名*"], "王小一")
    page.cell(3, columns["身份证号*"], number)
    page.cell(3, columns["学校名称"], HERE)
    out = io.BytesIO()
    book.save(out)
    upload = intake.read(clerk, "attendance", out.getvalue(), school=schools[0].code)
    assert (upload.accepted, number == SAMPLE_ID) == (1, False)


def test_what_the_demo_leaves_out_is_not_asked_for(small_county):
    """Whatever must be filled in by the template is filled in in each row of the county's own files."""
    wrong = []
    for kind in OF_SCHOOLS:
        must = [column for column in KINDS[kind].parser().COLUMNS if column.must]
        for path in sorted((small_county.folder / FOLDERS[kind]).glob("*.xlsx")):
            page = load_workbook(path).worksheets[0]
            rows = [list(row) for row in page.iter_rows(values_only=True)]
            first = next(n for n, row in enumerate(rows) if {"姓名", "学生姓名"} & set(row))
            places = {title: place for place, title in enumerate(rows[first]) if title}
            for column in must:
                place = next((places[name] for name in (column.header, *column.aliases) if name in places), None)
                people = [row for row in rows[first + 1 :] if row[3] and row[4] and row[5]]
                missing = place is None or any(row[place] in (None, "") for row in people if column.asked)
                wrong += [(path.name, column.header)] if missing else []
    assert wrong == []


FOLDERS = {"attendance": "attendance", "accounts": "accounts", "applications": "applications", "roster": "rosters"}


def test_kinds_of_schools_are_all_tested():
    own = {code for code, kind in KINDS.items() if Role.SCHOOL_CLERK in kind.roles and not kind.own_page}
    assert own == set(OF_SCHOOLS)
