"""The demo's two banks: they read a payment file and answer every line."""

from datetime import date

from aid_admin.lib.money import parse_yuan
from disbursement.banks.lines import FileHeader, FileLine, ReturnResult
from disbursement.banks.profile import Profile, profile_for
from disbursement.banks.writing import write_return_file
from disbursement.rules.payment import parse_line_reference


def answer(bank: str, payment_file: bytes, refusals: dict[str, str]) -> tuple[str, bytes]:
    """The return file for a payment file: (file name, bytes); `refusals` = account → the bank's text.

    Only what the bank can see is used: its own layout, and the accounts it knows to be wrong.
    """
    profile = profile_for(bank)
    lines = _read(profile, payment_file)
    results = [ReturnResult(line, refusals.get(line.account_no, "交易成功")) for line in lines]
    reference = parse_line_reference(lines[0].line_ref)
    batch_no = reference.batch_no if reference else ""
    header = FileHeader(batch_no, date(2020, 6, 12), len(lines), sum(line.amount_fen for line in lines))
    made = write_return_file(profile, header, results)
    return made.name, made.data


def _read(profile: Profile, data: bytes) -> list[FileLine]:
    fields = [column.field for column in profile.columns]
    lines = []
    for number, text in enumerate(data.decode(profile.encoding).split(profile.newline), 1):
        if not text:
            continue
        values = dict(zip(fields, text.split(profile.delimiter), strict=True))
        lines.append(
            FileLine(
                int(values.get("line_no") or number), values.get("line_ref") or values.get("summary", ""),
                values["account_no"], values["account_name"], parse_yuan(values["amount"]),
            )
        )  # fmt: skip
    return lines
