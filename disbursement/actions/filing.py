"""What schools file: typed rows, and the draft roster laid beside them anew."""

from typing import Any

from django.db.models import Count
from django.db.models import Sum as Total

from aid_admin.accounts.models import User
from aid_admin.county.models import Deadline, Semester
from aid_admin.db import bulk
from aid_admin.intake.models import Upload
from aid_admin.intake.registry import Owed, Sum
from aid_admin.lib.sheets.table import TableRow
from disbursement.models import FiledLine, Roster
from disbursement.rules.states import RosterState
from eligibility.models import AidProgramme
from students.actions.accounts import refuse_unknown
from students.actions.rolls import school_ids

_FIELDS = (
    "upload_id", "sheet", "row", "school_id", "semester_id", "programme_id", "id_number", "name", "grade",
    "class_name", "amount_fen", "account_no", "account_name", "bank_name", "category_text",
)  # fmt: skip


def extras() -> dict[str, Any]:
    """Names of programmes for the parser: names, aliases and codes."""
    names: dict[str, str] = {}
    for programme in AidProgramme.objects.all():
        names |= dict.fromkeys((programme.name, programme.code, *programme.aliases), programme.code)
    return {"programmes": names}


def check_filed(upload: Upload, rows: list[TableRow]) -> None:
    """A filed person must be on a roll of the county; everything else is answered beside the entitlement."""
    refuse_unknown(upload, rows, "身份证号")


def store_filed(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of a filed roster."""
    schools, programmes = school_ids(), dict(AidProgramme.objects.values_list("code", "id"))
    bulk.copy(
        FiledLine,
        _FIELDS,
        (
            (
                upload.pk, row.sheet, row.row, schools[row.values["school"]], upload.semester_id,
                programmes[row.values["programme"]], row.values["id_number"], row.values["name"],
                row.values.get("grade") or "", row.values.get("class_name") or "", row.values["amount_fen"],
                row.values.get("account_no") or None, row.values.get("account_name") or "",
                row.values.get("bank_name") or "", row.values.get("category_text") or "",
            )
            for row in rows
        ),
    )  # fmt: skip


def filed_sums(upload: Upload) -> list[Sum]:
    """Per sheet and programme: lines, persons and fen of a filed list, for the clerk to check."""
    grouped = FiledLine.objects.filter(upload=upload).values("sheet", "programme__name")
    counted = grouped.annotate(lines=Count("pk"), persons=Count("id_number", distinct=True), fen=Total("amount_fen"))
    return [
        Sum(row["sheet"], row["programme__name"], row["lines"], row["persons"], row["fen"])
        for row in counted.order_by("sheet", "programme__position", "programme__name")
    ]


def filed_rosters(upload: Upload) -> list[tuple[str, str]]:
    """The rosters that stand beside a filed list: title and address."""
    rosters = Roster.objects.filter(filed=upload).exclude(state=RosterState.VOIDED)
    return [(str(r), f"/rosters/{r.pk}/") for r in rosters.select_related("school", "programme").order_by("pk")]


def owed_rosters(user: User, semester: Semester) -> list[Owed]:
    """The rosters that the person's schools have still to file: the programme, with the school where they are several."""
    rosters = Roster.objects.visible_to(user).of(semester).to_be_filed().select_related("school", "programme")
    found = list(rosters.order_by("school__code", "programme__position", "pk"))
    several = len({roster.school_id for roster in found}) > 1
    due = Deadline.objects.filter(semester=semester, step="ROSTERS").values_list("due_on", flat=True).first()
    return [Owed(str(r) if several else r.programme.name, f"/rosters/{r.pk}/", due) for r in found]
