"""Lists that leave the house as workbooks."""

import hashlib
from typing import Any, Final

from django.db.models import QuerySet

from aid_admin.accounts.acting import action, reach_for, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.county.models import Semester
from aid_admin.lib import id_card, xlsx_out
from aid_admin.lib.xlsx_out import ColumnOut
from eligibility.models import Entitlement
from eligibility.permissions import ALLOWED
from eligibility.pins import run_of, runs_shown
from students.models import Student

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = (
    ColumnOut("学生", 10), ColumnOut("身份证号", 20), ColumnOut("学校", 26), ColumnOut("资助项目", 30), ColumnOut("结果", 12),
    ColumnOut("金额（元）", 12, "money"), ColumnOut("类别", 22), ColumnOut("理由", 80),
)  # fmt: skip


def chosen(rows: Any, pupils: Any, term: Semester, wanted: dict[str, str]) -> Any:
    """Those of the entitlements that the list's filters want: programme, reason, granted (yes, no), school, q."""
    paths = {"programme": "programme__code", "reason": "reason_code"}
    rows = rows.filter(**{path: wanted[name] for name, path in paths.items() if wanted.get(name)})
    if wanted.get("granted"):
        rows = rows.filter(granted=wanted["granted"] == "yes")
    if wanted.get("school"):
        rows = rows.at_school(term, wanted["school"])
    if wanted.get("q"):
        rows = rows.filter(student__in=pupils.search(wanted["q"]))
    return rows.select_related("student", "programme", "standard")


def in_order(rows: Any, term: Semester) -> QuerySet[Any]:
    """With the school's name, by pupil and programme."""
    ordered: QuerySet[Any] = rows.with_school(term).order_by("student__name_key", "student", "programme__position")
    return ordered


@action("entitlement.export", ALLOWED)
def export_entitlements(*, by: User, semester: str, **wanted: str) -> tuple[str, str, bytes]:
    """What the pupils of the person's reach are entitled to, as the page shows it: (name, media type, xlsx)."""
    term = calendar.semester(semester)
    reach = reach_for(by, "entitlement.export")
    found = Entitlement.objects.within(reach).filter(run=run_of(runs_shown(term).entitlement))
    rows = [
        (
            right.student.name, id_card.mask(right.student.id_number or ""), right.school_name or "", right.programme.name,
            "应助" if right.granted else right.get_reason_code_display(), right.amount_fen if right.granted else None,
            right.get_category_display(), right.why,
        )
        for right in in_order(chosen(found, Student.objects.within(reach), term, wanted), term).iterator(chunk_size=2000)
    ]  # fmt: skip
    footer = calendar.stamp(by)
    data = xlsx_out.write([xlsx_out.Sheet("应助结果", _COLUMNS, rows)], footer=footer)
    name = f"应助结果-{term}.xlsx"
    sha256 = hashlib.sha256(data).hexdigest()
    record("entitlement", term.code, to_state="EXPORTED", count=len(rows), digest=sha256, reason=f"{name}（{wanted}）")
    return name, XLSX, data
