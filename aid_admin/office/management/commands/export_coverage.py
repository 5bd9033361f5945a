"""export_coverage SEMESTER --out F.csv --as U --reason R."""

from aid_admin.office.export_command import ExportCommand
from aid_admin.office.exports import coverage


class Command(ExportCommand):
    """See office.exports.coverage."""

    help = "导出不漏一人清单"
    name = "coverage"
    header = coverage.HEADER
    rows = staticmethod(coverage.rows)
