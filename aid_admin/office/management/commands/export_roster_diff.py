"""export_roster_diff SEMESTER --out F.csv --as U --reason R."""

from aid_admin.office.export_command import ExportCommand
from aid_admin.office.exports import roster_diff


class Command(ExportCommand):
    """See office.exports.roster_diff."""

    help = "导出名册差异"
    name = "roster_diff"
    header = roster_diff.HEADER
    rows = staticmethod(roster_diff.rows)
