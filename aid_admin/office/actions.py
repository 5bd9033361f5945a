"""Exports leave a trace: what, how many rows, which bytes, why."""

import hashlib

from aid_admin.accounts.acting import action, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import BadInput
from aid_admin.lib.xlsx_out import ColumnOut, Sheet
from aid_admin.office import report
from aid_admin.office.permissions import ALLOWED

_COLUMNS = (
    ColumnOut("资助项目", 34), ColumnOut("人数", 10, "int"), ColumnOut("人次", 10, "int"),
    ColumnOut("金额（元）", 16, "money"), ColumnOut("建档立卡人数", 14, "int"), ColumnOut("建档立卡人次", 14, "int"),
    ColumnOut("建档立卡金额（元）", 20, "money"),
)  # fmt: skip
_DIFFERENCES = (
    ColumnOut("指标", 40), ColumnOut("已公布", 16), ColumnOut("系统计算", 16), ColumnOut("相差", 14),
    ColumnOut("原因", 60),
)  # fmt: skip


@action("list.export", ALLOWED)
def log_export(*, by: User, name: str, filters: str, rows: int, data: bytes, reason: str) -> str:
    """Log an export of a list with identity numbers; returns its sha256. A reason is needed."""
    if not reason.strip():
        raise BadInput("导出含身份证号的名单须填写用途（--reason），系统会留下记录。")
    sha256 = hashlib.sha256(data).hexdigest()
    record("export", name, to_state="EXPORTED", reason=f"{reason}（{filters}）", count=rows, digest=sha256)
    return sha256


@action("report.export", ALLOWED)
def export_report(*, by: User, semester: str) -> bytes:
    """The semester's overview as xlsx: figures, differences from what was printed, the paragraph."""
    term = calendar.semester(semester)
    found = report.semester_report(term)
    named = [(p["name"], p) for p in found["programmes"]] + [("合计", found["total"])]
    rows = [
        (
            name, f["persons"], f["person_times"], f["amount_fen"], f["registered_poor"]["persons"],
            f["registered_poor"]["person_times"], f["registered_poor"]["amount_fen"],
        )
        for name, f in named
    ]  # fmt: skip
    differences = [
        (d["what"], d["published"], d["computed"], d["difference"], d["explained_by"] or "；".join(d["candidates"]))
        for d in found["discrepancies"]
    ]
    sheets = [
        Sheet("学期总览", _COLUMNS, rows, (report.paragraph(found),)),
        Sheet("与已公布数字的差异", _DIFFERENCES, differences, ("金额单位为分，人次、人数为个。",)),
    ]
    data = xlsx_out.write(sheets, footer=f"{by.name}（{by.username}）{calendar.business_date()} 导出")
    record("semester", term.code, to_state="EXPORTED", count=len(rows), digest=hashlib.sha256(data).hexdigest())
    return data
