"""Workbooks made for tests, sound and hostile."""

import io
import zipfile

import xlsxwriter

TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def workbook(*sheets, hidden=()):
    """Bytes of an .xlsx: each sheet a (name, rows) pair; None leaves a cell empty."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"strings_to_numbers": False, "strings_to_formulas": False})
    for name, rows in sheets:
        page = book.add_worksheet(name)
        if name in hidden:
            page.hide()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(number, place, cell)
                elif cell is not None:
                    page.write(number, place, cell)
    book.close()
    return buffer.getvalue()


def package(parts, base=None):
    """A zip of parts, over those of a sound workbook unless `base` is given."""
    held = dict(base) if base is not None else parts_of(workbook(("甲", [["姓名"], ["张三"]])))
    held.update(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in held.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def parts_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def far_cell_bomb():
    """Two cells, A1 and XFD1048576: a few kilobytes that no reader survives."""
    parts = parts_of(workbook(("甲", [["姓名"]])))
    parts["xl/worksheets/sheet1.xml"] = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )
    return package({}, base=parts)
