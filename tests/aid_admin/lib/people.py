"""Made-up people for the tests of lib: valid numbers, no one's own."""

from aid_admin.lib.id_card import check_digit


def id_number(serial: int, born: str = "20110315", division: str = "410622") -> str:
    """A valid number; an odd serial is a boy's."""
    first17 = f"{division}{born}{serial:03d}"
    return first17 + check_digit(first17)
