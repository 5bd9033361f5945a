"""问题清单 on paper: what is wrong in an upload, for the desk of whoever puts the sheet right."""

import hashlib
from typing import Any, Final

from django.conf import settings
from django.db.models import Case, Count, IntegerField, Value, When
from django.template.loader import render_to_string

from aid_admin.accounts.acting import action, record
from aid_admin.accounts.models import User
from aid_admin.county import calendar
from aid_admin.intake.actions.marking import upload_in_reach
from aid_admin.intake.permissions import ALLOWED
from aid_admin.intake.rules import title_of
from aid_admin.lib.pdf.printing import MEDIA_TYPE, make_pdf
from aid_admin.lib.refusals import Refused
from aid_admin.lib.sheets.issues import Level

MOST_PRINTED: Final = 500  # a longer list is put right in the marked workbook
LEVELS: Final = {Level.ERROR: "错误", Level.WARNING: "提醒"}  # repairs need nobody's hand
_WORST_FIRST: Final = Case(When(level=Level.ERROR, then=Value(0)), default=Value(1), output_field=IntegerField())


@action("upload.print", ALLOWED)
def print_issues(*, by: User, upload: int) -> tuple[str, str, bytes]:
    """The upload's errors and warnings as PDF (name, media type, bytes), values masked, with room for the answer.

    Raises Refused while the file is being read and where there is nothing to put right.
    """
    found = upload_in_reach(upload, "upload.print", by)
    if found.read_at is None:
        raise Refused("文件还在读取，请等进度走完。")
    data = make_pdf(issues_html(found, by))
    digest = hashlib.sha256(data).hexdigest()
    record("upload", found.pk, school_code=found.scope_code, to_state="EXPORTED", digest=digest, reason="打印问题清单")
    return f"问题清单-{found.kind_title}-第{found.pk}号.pdf", MEDIA_TYPE, data


def issues_html(upload: Any, by: User) -> str:
    """The list before it is printed: errors first, each in the order of the sheet."""
    issues = upload.issues.filter(level__in=list(LEVELS))
    sums = list(issues.order_by().values("level", "code").annotate(n=Count("pk")).order_by(_WORST_FIRST, "-n", "code"))
    total = sum(one["n"] for one in sums)
    if not total:
        raise Refused("这个文件没有错误，也没有提醒，不需要问题清单。")
    listed = issues.order_by(_WORST_FIRST, "sheet", "row", "pk")[:MOST_PRINTED]
    shown = {
        "upload": upload,
        "sums": [one | {"title": title_of(one["code"]), "level": LEVELS[one["level"]]} for one in sums],
        "issues": [(issue, LEVELS[Level(issue.level)]) for issue in listed],
        "total": total,
        "most": MOST_PRINTED,
        "printed_on": calendar.business_date(),
        "by": by.name,
        "phone": settings.AID_OFFICE_PHONE,
    }
    return render_to_string("intake/papers/issues.html", shown)
