"""Schools and fees: rows of an upload become the county's reference tables when it is put in force."""

from typing import Any

from aid_admin.county.models import School, SchoolStage, Township
from aid_admin.db import bulk
from aid_admin.intake.models import FeeRow, SchoolRow, Upload
from aid_admin.lib import names
from aid_admin.lib.sheets.table import TableRow

_SCHOOL = ("code", "name", "stage", "township", "inclusive", "address", "head", "phone")
_FEE = ("school", "stage", "major_code", "amount_fen", "starts_on", "ends_on", "basis_doc")
_NULLABLE = {"ends_on"}


def _copy(model: Any, fields: tuple[str, ...], upload: Upload, rows: list[TableRow]) -> None:
    def value(row: TableRow, name: str) -> Any:
        found = row.values.get(name)
        return "" if found is None and name not in _NULLABLE else found

    bulk.copy(
        model,
        ("upload_id", "sheet", "row", *fields),
        ((upload.pk, row.sheet, row.row, *(value(row, name) for name in fields)) for row in rows),
    )


def store_schools(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of the list of schools."""
    for row in rows:
        row.values["inclusive"] = row.values.get("inclusive") is not False
    _copy(SchoolRow, _SCHOOL, upload, rows)


def store_fees(upload: Upload, rows: list[TableRow]) -> None:
    """Write a chunk of the list of fees."""
    _copy(FeeRow, _FEE, upload, rows)


def schools_in_force(upload: Upload) -> None:
    """Create or update the schools of the list and their stages; schools not on it stay."""
    townships = dict(Township.objects.values_list("code", "id"))
    rows = list(SchoolRow.objects.filter(upload=upload).order_by("row"))
    schools = {
        row.code: School(
            code=row.code, name=row.name, name_key=names.key(row.name), township_id=townships[row.township],
            inclusive=row.inclusive, address=row.address, head_name=row.head, phone=row.phone,
        )
        for row in rows
    }  # fmt: skip
    columns = ["name", "name_key", "township", "inclusive", "address", "head_name", "phone"]
    School.objects.bulk_create(schools.values(), update_conflicts=True, unique_fields=["code"], update_fields=columns)
    ids = dict(School.objects.filter(code__in=schools).values_list("code", "id"))
    stages = {(ids[row.code], row.stage) for row in rows}
    SchoolStage.objects.bulk_create(
        [SchoolStage(school_id=school, stage=stage) for school, stage in sorted(stages)], ignore_conflicts=True
    )


def fees_in_force(upload: Upload) -> None:
    """Add the fees of the list that are not there yet; an overlap with another amount is refused by the table."""
    bulk.execute(
        """INSERT INTO county_schoolfee (school_id, stage, major_code, amount_fen, during, basis_doc)
           SELECT s.id, r.stage, r.major_code, r.amount_fen, daterange(r.starts_on, r.ends_on + 1), r.basis_doc
             FROM intake_feerow r JOIN county_school s ON s.code = r.school
            WHERE r.upload_id = %s AND NOT EXISTS (
                  SELECT 1 FROM county_schoolfee f WHERE f.school_id = s.id AND f.stage = r.stage
                     AND f.major_code = r.major_code AND f.amount_fen = r.amount_fen
                     AND f.during = daterange(r.starts_on, r.ends_on + 1))""",
        [upload.pk],
    )
