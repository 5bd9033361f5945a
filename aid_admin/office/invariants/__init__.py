"""What must always hold, as statements over the stored rows: run nightly, before a release, after a restore."""

from aid_admin.office.invariants.checks import Result, run

__all__ = ["Result", "run"]
