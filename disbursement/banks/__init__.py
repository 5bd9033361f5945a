"""Banks' payment and return files: layouts as data, bytes out, rows in. Pure."""

from disbursement.banks.example import example_return
from disbursement.banks.lines import (
    FileHeader,
    FileLine,
    PaymentFileBytes,
    ReturnResult,
    ReturnRow,
)
from disbursement.banks.profile import (
    Profile,
    WrongProfile,
    default_return_codes,
    load_profiles,
    parse_profile,
    profile_for,
)
from disbursement.banks.reading import RowProblem, WrongReturnFile, parse_return, return_batch_no
from disbursement.banks.writing import (
    CannotWrite,
    Unwritable,
    unencodable,
    write_payment_file,
    write_return_file,
)

__all__ = [
    "CannotWrite",
    "FileHeader",
    "FileLine",
    "PaymentFileBytes",
    "Profile",
    "ReturnResult",
    "ReturnRow",
    "RowProblem",
    "Unwritable",
    "WrongProfile",
    "WrongReturnFile",
    "default_return_codes",
    "example_return",
    "load_profiles",
    "parse_profile",
    "parse_return",
    "profile_for",
    "return_batch_no",
    "unencodable",
    "write_payment_file",
    "write_return_file",
]
