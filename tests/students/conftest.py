"""The people of the pages."""

from tests.aid_admin.conftest import _own_folder, log_in, schools, staff

__all__ = ["_own_folder", "log_in", "schools", "staff"]
