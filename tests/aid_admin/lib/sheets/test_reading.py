import io
import os
import re
import time
from contextlib import closing
from datetime import date

import msoffcrypto
import pytest
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile

from aid_admin.lib.sheets.formulas import NO_RESULT, failed_cells
from aid_admin.lib.sheets.limits import ReadLimits
from aid_admin.lib.sheets.reading import MESSAGES, Unreadable, read_rows
from tests.aid_admin.lib.sheets.books import far_cell_bomb, package, parts_of, workbook


def read(tmp_path, data, media="xlsx", **options):
    path = tmp_path / "file"
    path.write_bytes(data)
    return list(read_rows(path, media=media, **options))


def refusal(tmp_path, data, media="xlsx", **options):
    with pytest.raises(Unreadable) as caught:
        read(tmp_path, data, media, **options)
    assert caught.value.message
    assert "{" not in caught.value.message
    return caught.value.code


def test_cells_keep_place_type_and_row_number(tmp_path):
    data = workbook(
        ("甲", [[], [None, "姓名", 12, 2.5, True], [None, "=1+1", date(2019, 9, 1)], ["末"]]), ("乙", [["x"]])
    )
    rows = read(tmp_path, data)
    assert [(row.sheet, row.row) for row in rows] == [("甲", 1), ("甲", 2), ("甲", 3), ("甲", 4), ("乙", 1)]
    assert rows[1].cells == [None, "姓名", 12, 2.5, True]
    assert rows[2].cells[1] == "=1+1"


def test_dates_and_leading_empty_columns(tmp_path):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("甲")
    page.write_datetime(3, 2, date(2019, 9, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    rows = read(tmp_path, buffer.getvalue())
    assert (rows[-1].row, rows[-1].cells) == (4, [None, None, date(2019, 9, 1)])


def test_formulas_that_failed_or_have_no_result_are_told(tmp_path):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=甲!$D$3:$D$4"})
    book.add_chartsheet("图").set_chart(chart)
    page = book.add_worksheet("甲")
    page.write_row(1, 1, ["姓名", "身份证号", "金额"])
    page.write_formula(2, 1, "=A1", None, "")
    page.write_formula(2, 2, "=VLOOKUP(A1,B:C,2)", None, "#REF!")
    page.write_formula(2, 3, "=1+1", None, 2)
    page.write_string(3, 1, "张三")
    page.write_formula(3, 4, '=IF(A1="x","y","")', None, "#N/A")
    page.merge_range(4, 1, 5, 1, "")
    page.write_formula(4, 1, "=NA()", None, "#N/A")
    page.write(5, 2, "x")
    book.close()
    parts = parts_of(buffer.getvalue())
    name = "xl/worksheets/sheet1.xml"
    empty = b'<c r="D4" t="str"><f>""</f><v></v></c><c r="E4"'
    parts[name] = parts[name].replace(b'<c r="E4"', empty)
    for prefix in (b"", b"x:"):  # the standard allows a prefix for every name
        if prefix:
            parts[name] = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", parts[name]).replace(b"xmlns=", b"xmlns:x=", 1)
        cells = [row.cells for row in read(tmp_path, package({}, base=parts))]
        assert cells[2] == [None, NO_RESULT, "#REF!", 2, None][: len(cells[2])]
        assert cells[3] == [None, "张三", None, None, "#N/A"]
        assert [row[1] for row in cells[4:]] == ["#N/A", "#N/A"]


def test_formulas_of_a_hostile_sheet_take_no_time(tmp_path):
    for cell in (b'<c t="e">', b'<c r="A1" t="e"', b'<c r="A1"><f>', b'<c r="A1"><f ', b'<f><c r="A1" '):
        parts = parts_of(workbook(("甲", [["姓名"]])))
        parts["xl/worksheets/sheet1.xml"] = cell * 200_000
        path = tmp_path / "hostile.xlsx"
        path.write_bytes(package({}, base=parts))
        begun = time.process_time()
        assert failed_cells(str(path)) == [{}]
        assert time.process_time() - begun < 5


def test_vertical_merges_are_filled_down_and_horizontal_ones_are_not(tmp_path):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("甲")
    page.merge_range(0, 0, 0, 2, "标题")
    page.merge_range(1, 0, 3, 0, "一班")
    for number in range(1, 5):
        page.write(number, 1, f"学生{number}")
    book.close()
    cells = [row.cells for row in read(tmp_path, buffer.getvalue())]
    assert cells[0] == ["标题", None]
    assert [row[0] for row in cells[1:]] == ["一班", "一班", "一班", None]


def test_hidden_sheets_are_told_and_an_only_sheet_is_not_hidden(tmp_path):
    rows = read(tmp_path, workbook(("甲", [["a"]]), ("hidden1", [["b"]]), hidden=("hidden1",)))
    assert [(row.sheet, row.hidden) for row in rows] == [("甲", False), ("hidden1", True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_of_each_encoding(tmp_path, encoding, delimiter):
    text = f'姓名{delimiter}住址\r\n王䶮{delimiter}"朝歌\n街道"\r\n'
    rows = read(tmp_path, text.encode(encoding), "csv")
    assert [row.cells for row in rows] == [["姓名", "住址"], ["王䶮", "朝歌\n街道"]]


def test_csv_of_no_encoding_is_refused(tmp_path):
    assert refusal(tmp_path, b"a,b\n\xff\xff\xff,c", "csv") == "ENCODING"


def test_old_workbook(tmp_path):
    book = xlwt.Workbook()
    page = book.add_sheet("名册")
    page.write(1, 0, "姓名")
    page.write(2, 0, 410622201103154028)
    buffer = io.BytesIO()
    book.save(buffer)
    rows = read(tmp_path, buffer.getvalue(), "xls")
    assert [row.cells for row in rows if row.cells != [None]] == [["姓名"], [float(410622201103154028)]]


def test_far_cell_ends_as_an_ordinary_refusal(tmp_path):
    started = time.monotonic()
    code = refusal(tmp_path, far_cell_bomb())
    assert code in {"CRASHED", "TOO_LARGE", "TOO_MANY_ROWS", "TOO_MANY_COLUMNS", "DAMAGED"}
    assert code in MESSAGES
    assert time.monotonic() - started < 10


def test_limits_of_rows_columns_and_merges(tmp_path):
    data = workbook(("甲", [["a"] * 6] * 8))
    assert refusal(tmp_path, data, limits=ReadLimits(rows=5)) == "TOO_MANY_ROWS"
    assert refusal(tmp_path, data, limits=ReadLimits(columns=5)) == "TOO_MANY_COLUMNS"
    assert len(read(tmp_path, data, limits=ReadLimits(rows=8, columns=6))) == 8
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("甲")
    page.merge_range(0, 0, 20, 0, "x")
    page.write(20, 1, "y")
    book.close()
    assert refusal(tmp_path, buffer.getvalue(), limits=ReadLimits(filled_cells=5)) == "TOO_MANY_MERGES"


def test_damaged_and_cut_files(tmp_path):
    data = workbook(("甲", [["a"]]))
    assert refusal(tmp_path, data[:300]) == "DAMAGED"
    assert refusal(tmp_path, b"not a workbook") == "DAMAGED"


def test_silent_child_is_stopped(tmp_path):
    assert refusal(tmp_path, workbook(("甲", [["a"]])), limits=ReadLimits(silent_seconds=0.0)) == "TIMED_OUT"


def test_closing_early_ends_the_child(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(workbook(("甲", [["a" * 200] * 20] * 5000)))
    with closing(read_rows(path, media="xlsx")) as rows:
        next(rows)
        children = _children()
        assert children
    assert not set(children) & set(_children())


def _children():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return file.read().split()


def test_password_opens_what_it_should(tmp_path):
    plain = workbook(("甲", [["姓名"], ["张三"]]))
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt("县资助中心", sealed)
    assert msoffcrypto.OfficeFile(sealed).is_encrypted()
    rows = read(tmp_path, sealed.getvalue(), password="县资助中心")
    assert [row.cells for row in rows] == [["姓名"], ["张三"]]
    assert refusal(tmp_path, sealed.getvalue(), password="wrong") == "WRONG_PASSWORD"
    assert refusal(tmp_path, b"junk", password="wrong") == "DAMAGED"
