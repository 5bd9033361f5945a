"""Reference tables in and out of workbooks by django-import-export, through the one xlsx format."""

from typing import Any

from import_export import fields, resources, widgets
from import_export.formats import base_formats

from aid_admin.county.models import BankBin, Deadline, Holiday, School, SchoolFee, Semester, Township, Village
from aid_admin.lib import xlsx_out


class OfficeXlsx(base_formats.XLSX):
    """Exports by xlsxwriter, strings byte for byte; imports as the library does."""

    def export_data(self, dataset: Any, **_kwargs: Any) -> bytes:
        columns = [xlsx_out.ColumnOut(str(header), 18) for header in dataset.headers]
        rows = [["" if cell is None else str(cell) for cell in row] for row in dataset]
        return xlsx_out.write([xlsx_out.Sheet("数据", columns, rows)], footer="")


def by_code(model: Any, attribute: str, name: str) -> fields.Field:
    """A foreign key written as the other table's code."""
    return fields.Field(name, attribute, widgets.ForeignKeyWidget(model, "code"))


class DateRangeWidget(widgets.Widget):
    """A range of days as 2020-02-01/2020-08-31, the second empty while it is open."""

    def clean(self, value: Any, _row: Any = None, **_kwargs: Any) -> Any:
        begin, _, end = str(value or "").partition("/")
        day = widgets.DateWidget("%Y-%m-%d")
        lower, upper = day.clean(begin), day.clean(end) if end else None
        return (lower, upper.fromordinal(upper.toordinal() + 1) if upper else None)

    def render(self, value: Any, _obj: Any = None, **_kwargs: Any) -> str:
        if value is None:
            return ""
        last = value.upper.fromordinal(value.upper.toordinal() - 1) if value.upper else ""
        return f"{value.lower}/{last}"


class _Quiet:
    """Only rows that change are written; the diff is shown before."""

    skip_unchanged = True
    report_skipped = False


class TownshipResource(resources.ModelResource):
    """Townships by code."""

    class Meta(_Quiet):
        model = Township
        import_id_fields = ("code",)
        fields = ("code", "name")


class VillageResource(resources.ModelResource):
    """Villages by code."""

    township = by_code(Township, "township", "township")

    class Meta(_Quiet):
        model = Village
        import_id_fields = ("code",)
        fields = ("code", "name", "township", "since", "until")


class SchoolFeeResource(resources.ModelResource):
    """Fees by school, stage, major and dates."""

    school = by_code(School, "school", "school")
    during = fields.Field("during", "during", DateRangeWidget())

    class Meta(_Quiet):
        model = SchoolFee
        import_id_fields = ("school", "stage", "major_code", "during")
        fields = ("school", "stage", "major_code", "amount_fen", "during", "basis_doc")


class SemesterResource(resources.ModelResource):
    """Semesters by code."""

    class Meta(_Quiet):
        model = Semester
        import_id_fields = ("code",)
        fields = ("code", "starts_on", "ends_on", "cut_off_on", "publicity_days", "publicity_workdays")


class DeadlineResource(resources.ModelResource):
    """The schools' deadlines by semester and step."""

    semester = by_code(Semester, "semester", "semester")

    class Meta(_Quiet):
        model = Deadline
        import_id_fields = ("semester", "step")
        fields = ("semester", "step", "due_on")


class HolidayResource(resources.ModelResource):
    """Days that break the weekday rule."""

    class Meta(_Quiet):
        model = Holiday
        import_id_fields = ("day",)
        fields = ("day", "is_workday", "name")


class BankBinResource(resources.ModelResource):
    """Card prefixes."""

    class Meta(_Quiet):
        model = BankBin
        import_id_fields = ("prefix", "length")
        fields = ("prefix", "length", "bank", "kind")
