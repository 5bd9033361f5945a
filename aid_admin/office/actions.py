"""Exports leave a trace: what, how many rows, which bytes, why."""

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Literal

from django.conf import settings

from aid_admin.accounts.acting import action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.audit import chain
from aid_admin.county import calendar
from aid_admin.county.models import School
from aid_admin.lib import xlsx_out
from aid_admin.lib.refusals import BadInput
from aid_admin.lib.xlsx_out import ColumnOut, Sheet
from aid_admin.office import invariants, report, statistics
from aid_admin.office.permissions import ALLOWED

_COLUMNS = (
    ColumnOut("资助项目", 34), ColumnOut("人数", 10, "int"), ColumnOut("人次", 10, "int"),
    ColumnOut("金额（元）", 16, "money"), ColumnOut("已发放人次", 12, "int"), ColumnOut("已发放（元）", 16, "money"),
    ColumnOut("建档立卡人数", 14, "int"), ColumnOut("建档立卡人次", 14, "int"),
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
    found, paid = report.semester_report(term), report.paid_sums(term)
    nothing = {"person_times": 0, "amount_fen": 0}
    named = [(p["name"], p, paid.get(p["code"], nothing)) for p in found["programmes"]]
    rows = [
        (
            name, f["persons"], f["person_times"], f["amount_fen"], given["person_times"], given["amount_fen"],
            f["registered_poor"]["persons"], f["registered_poor"]["person_times"], f["registered_poor"]["amount_fen"],
        )
        for name, f, given in [*named, ("合计", found["total"], paid[""])]
    ]  # fmt: skip
    differences = [
        (d["what"], d["published"], d["computed"], d["difference"], d["explained_by"] or "；".join(d["candidates"]))
        for d in found["discrepancies"]
    ]
    sheets = [
        Sheet("学期总览", _COLUMNS, rows, (report.paragraph(found),)),
        Sheet("与已公布数字的差异", _DIFFERENCES, differences, ("金额单位为分，人次、人数为个。",)),
    ]
    data = xlsx_out.write(sheets, footer=calendar.stamp(by))
    record("semester", term.code, to_state="EXPORTED", count=len(rows), digest=hashlib.sha256(data).hexdigest())
    return data


@action("statistics.export", ALLOWED)
def export_statistics(
    *, by: User, semester: str, table: str, told: str = "", schools: Collection[str] | None = None
) -> bytes:
    """One of the tables over the person's schools, or those of them that are meant, a sheet a measure.

    `schools` are codes; `told` says in words how they were chosen.
    """
    if table not in statistics.TABLES:
        raise BadInput(f"没有统计表“{table}”。可用：{'、'.join(statistics.TABLES)}。")
    term = calendar.semester(semester)
    within = School.objects.within(reach_for(by, "statistics.export"))
    within = within if schools is None else within.filter(code__in=schools)
    covered = list(within.values_list("code", flat=True))
    every = table.endswith("semester")
    found = statistics.table(table, semester=None if every else term.pk, schools=covered)
    footer = calendar.stamp(by, told)
    scope = f"范围：{'全部学期' if every else term}，{len(covered)} 所学校，已确认名册中没有撤下的学生。{footer}"
    sheets = [_statistics_sheet(found, measure, title, scope) for measure, title in statistics.MEASURES.items()]
    data = xlsx_out.write(sheets, footer=footer)
    sha256 = hashlib.sha256(data).hexdigest()
    record(
        "statistics",
        table,
        to_state="EXPORTED",
        reason=f"{term}；{told}" if told else str(term),
        count=len(found.lines),
        digest=sha256,
    )
    return data


def _statistics_sheet(found: statistics.Table, measure: str, title: str, scope: str) -> Sheet:
    kind: Literal["money", "int"] = "money" if measure == "amount_fen" else "int"
    columns = [ColumnOut(found.rows_title, 26), *(ColumnOut(name, 16, kind) for name in (*found.columns, "合计"))]
    rows = [
        (line.name, *(getattr(cell, measure) if cell else None for cell in line.cells), getattr(line.total, measure))
        for line in found.lines
    ]
    rows.append(("合计", *(getattr(cell, measure) for cell in found.totals), getattr(found.total, measure)))
    return Sheet(title, columns, rows, (scope,))


@action("audit.verify", ALLOWED)
def verify_trail(*, by: User) -> list[str]:
    """Check the audit chain and what must always hold; sentences of what is wrong, none when all is well."""
    rows, bad = chain.verify(Path(settings.AID_VAR) / "anchors.jsonl")
    faults = [] if bad is None else [f"审计链在第 {bad} 条处断开，请立即报告。"]
    faults += [check.sentence for check in invariants.run() if not check.ok]
    record("audit", "chain", to_state="FAULTY" if faults else "GOOD", count=rows, reason=faults[0] if faults else "")
    return faults
