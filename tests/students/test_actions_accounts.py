"""Money never goes to somebody unknown: rows of persons on no roll are refused."""

from aid_admin.lib.sheets.columns import Status, TableRow
from students.actions.accounts import refuse_unknown
from students.models import Student


def test_refuse_unknown_refuses_who_is_on_no_roll_and_nobody_else(small_county):
    known = Student.objects.first()
    rows = [
        TableRow("表", 2, Status.ACCEPTED, {"id_number": known.id_number, "name": known.name}),
        TableRow("表", 3, Status.ACCEPTED, {"id_number": "11010519491231002X", "name": "李某"}),
        TableRow("表", 4, Status.IGNORED, {"ignored": "合计"}),
    ]
    refuse_unknown(None, rows, "身份证号")
    assert [row.status for row in rows] == [Status.ACCEPTED, Status.REFUSED, Status.IGNORED]
    assert [issue.code for issue in rows[1].issues] == ["UNKNOWN_STUDENT"]
    assert "第 3 行：李某的身份证号不在本县学籍中" in rows[1].issues[0].message
