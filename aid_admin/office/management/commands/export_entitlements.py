"""export_entitlements SEMESTER --out F.csv --as U --reason R."""

from aid_admin.office.export_command import ExportCommand
from aid_admin.office.exports import entitlements


class Command(ExportCommand):
    """See office.exports.entitlements."""

    help = "导出资格核定结果"
    name = "entitlements"
    header = entitlements.HEADER
    rows = staticmethod(entitlements.rows)
