"""export_comparison SEMESTER --out F.csv --as U --reason R."""

from aid_admin.office.export_command import ExportCommand
from aid_admin.office.exports import comparison


class Command(ExportCommand):
    """See office.exports.comparison."""

    help = "导出比对结果"
    name = "comparison"
    header = comparison.HEADER
    rows = staticmethod(comparison.rows)
