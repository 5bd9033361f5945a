"""An invented return file in a bank's layout, so that people see what one looks like."""

from datetime import date
from typing import Final

from disbursement.banks.lines import FileHeader, FileLine, ReturnResult
from disbursement.banks.profile import Profile
from disbursement.banks.writing import write_return_file
from disbursement.rules.payment import line_reference

_ON: Final = date(2020, 1, 2)
_SERIAL: Final = "999"
_PEOPLE: Final = (
    ("6200000000000000001", "张某某", 62500, "交易成功"),
    ("6200000000000000002", "李某某", 40000, "户名不符"),
)


def example_return(profile: Profile, batch_no: str) -> list[str]:
    """The lines of an invented return file of two payments, as a text editor shows them.

    Its batch has the bank's letters and a number that no batch has, so it fits nothing when it is sent in.
    """
    invented = batch_no[: -len(_SERIAL)] + _SERIAL
    results = [
        ReturnResult(FileLine(number, line_reference(invented, number), account, name, fen), text)
        for number, (account, name, fen, text) in enumerate(_PEOPLE, 1)
    ]
    header = FileHeader(invented, _ON, len(results), sum(one.line.amount_fen for one in results))
    made = write_return_file(profile, header, results)
    return made.data.decode(profile.returns.encoding).rstrip("\r\n").splitlines()
