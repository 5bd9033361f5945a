import io
from datetime import date

import pytest
import xlwt
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from aid_admin.lib import xlsx_out
from aid_admin.lib.sheets.columns import VERSION_SHEET
from aid_admin.lib.sheets.issues import CATALOGUE, Level, make
from aid_admin.lib.sheets.marking import LAST_HEADER, mark
from aid_admin.lib.sheets.reading import read_rows
from aid_admin.lib.sheets.table import Column, Status, read_table
from aid_admin.lib.sheets.template import VERSION, blank_workbook
from tests.aid_admin.lib.people import id_number
from tests.aid_admin.lib.sheets.books import workbook

RISKY = ["=1+1", "+86", "-5", "@a", "\tx", "http://a.b", "0012", "410622201103154028", "{=1}"]
COLUMNS = (
    Column("name", "姓名", kind="name", required=True, filled=True),
    Column("id_number", "身份证号", kind="id_number", required=True),
    Column("ok", "是否在校", kind="yes_no"),
)


def test_text_is_written_byte_for_byte_and_money_as_a_number():
    columns = [
        xlsx_out.ColumnOut("文本"),
        xlsx_out.ColumnOut("金额", kind="money"),
        xlsx_out.ColumnOut("人数", kind="int"),
    ]
    rows = [[text, 31250, 3] for text in RISKY] + [[date(2020, 3, 1), None, ""]]
    data = xlsx_out.write([xlsx_out.Sheet("表[1]", columns, rows, ["注：x"])], footer="张三 & 李四")
    page = load_workbook(io.BytesIO(data)).worksheets[0]
    assert page.title == "表_1_"
    assert [page.cell(n, 1).value for n in range(2, len(RISKY) + 3)] == [*RISKY, "2020-03-01"]
    assert all(page.cell(n, 1).data_type == "s" for n in range(2, len(RISKY) + 2))
    assert (page["B2"].value, page["B2"].number_format, page["C2"].value) == (312.5, "#,##0.00", 3)
    assert page["A1"].font.bold
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == f"A1:C{len(rows) + 1}"
    assert "注：x" in [cell.value for cell in page["A"]]
    assert "张三 & 李四" in (page.oddFooter.left.text or "").replace("&&", "&")


def test_equal_input_gives_equal_bytes():
    sheet = xlsx_out.Sheet("表", [xlsx_out.ColumnOut("甲")], [["x"]])
    assert xlsx_out.write([sheet], footer="f") == xlsx_out.write([sheet], footer="f")


def test_csv_has_its_mark_and_no_formula():
    data = xlsx_out.write_csv(["甲", "乙"], [["=1+1", "a,b"], [None, -3]])
    assert data == b"\xef\xbb\xbf" + '甲,乙\r\n\'=1+1,"a,b"\r\n,-3\r\n'.encode()


def test_template_filled_in_is_read_back(tmp_path):
    data = blank_workbook(COLUMNS, "名册", ["每校一份"])
    book = load_workbook(io.BytesIO(data))
    page = book["名册"]
    assert (book[VERSION_SHEET]["A1"].value, book[VERSION_SHEET].sheet_state) == (VERSION, "veryHidden")
    assert page.column_dimensions["C"].width > 20
    page["B4"], page["C4"], page["D4"] = "张三", id_number(103), "是"
    path = tmp_path / "filled.xlsx"
    book.save(path)
    rows = list(read_table(read_rows(path, media="xlsx"), COLUMNS))
    assert [row.values["name"] for row in rows if row.status is Status.ACCEPTED] == ["张三"]
    assert [issue for row in rows for issue in row.issues] == []


CELLS = [["名册"], ["姓名", "身份证号"], ["张三", "=1+1"], ["李四", "x"]]
ISSUES = [
    make("ID_INVALID", sheet="甲", row=3, column="身份证号", reason="位数不对"),
    make("NAME_UNREADABLE", sheet="甲", row=4, column="姓名"),
    make("SHEET_IGNORED", sheet="甲", row=0, value="甲"),
]


def old_workbook(cells):
    book = xlwt.Workbook()
    page = book.add_sheet("甲")
    for number, row in enumerate(cells):
        for place, cell in enumerate(row):
            page.write(number, place, cell)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (workbook(("甲", CELLS)), "xlsx"),
        (old_workbook(CELLS), "xls"),
        ("\r\n".join(",".join(row) for row in CELLS).encode("gb18030"), "csv"),
    ],
)
def test_marked_workbook_shows_what_is_wrong_where(data, media):
    page = load_workbook(io.BytesIO(mark(data, media, ISSUES))).worksheets[0]
    last = page.max_column
    assert page.cell(2, last).value == LAST_HEADER
    assert "位数不对" in page.cell(3, last).value
    assert page["B3"].fill.start_color.rgb == "FFFFC7CE"
    assert "位数不对" in page["B3"].comment.text
    assert page["A4"].fill.start_color.rgb == "FFFFEB9C"
    assert (page["A3"].value, page["B3"].value, page["B3"].data_type) == ("张三", "=1+1", "s")
    assert page["A3"].fill.fill_type is None
    assert get_column_letter(last) == "C"


def test_catalogue_sentences_are_whole():
    values = dict.fromkeys(
        (
            "reason",
            "limit",
            "allowed",
            "hint",
            "school",
            "expected",
            "first",
            "age",
            "stage",
            "missing",
            "kind",
            "amount",
            "standard",
        ),
        "x",
    )
    for code, entry in CATALOGUE.items():
        issue = make(code, sheet="甲", row=3, column="姓名", value="v", **values)
        assert issue.level is entry.level
        assert "{" not in issue.message
        assert issue.where == "工作表“甲”第3行“姓名”"
    assert make("ID_INVALID", sheet="", row=1, reason="x", level=Level.WARNING).level is Level.WARNING
