"""Telephone numbers as they are shown."""

import pytest

from aid_admin.lib import phone


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800001234", "138****1234"),
        ("0392-7223456", "039*****3456"),
        ("7223456", "*****56"),
        ("119", "***"),
        ("", ""),
    ],
)
def test_mask(number: str, masked: str) -> None:
    assert phone.mask(number) == masked
