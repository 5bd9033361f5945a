"""What an account says of itself: what speaks against paying to it, and what its head should look at twice."""

from typing import Any

from aid_admin.county.models import BankBin
from aid_admin.lib import bank_card, id_card
from aid_admin.lib.names.keys import key as name_key
from aid_admin.lib.refusals import BadInput
from aid_admin.lib.sheets import words


def account_fault(number: str, kind: str) -> str:
    """Why money cannot go to an account of this number and kind; "" if nothing speaks against it.

    `number` is normalised; `kind` is CARD or PASSBOOK as somebody said, "" where the number alone tells, as in a sheet.
    """
    bins = BankBin.table()
    problem = bank_card.problem(number, bins)
    if problem and problem not in bank_card.WARNINGS:
        return f"{bank_card.PROBLEMS[problem]}。请对照银行卡或存折原件核对。"
    unlike = bank_card.kind_problem(number, kind, bins) if kind else None
    if not unlike:
        return ""
    return bank_card.PROBLEMS[unlike] + ("；是存折的请选存折。" if kind == "CARD" else "。")


def account_doubts(account: Any, bins: bank_card.Bins) -> list[str]:
    """What is odd about an account, in the staff's words, for who holds it against card or passbook.

    The same for an account from a sheet and for one from the page. `account.student` is at hand.
    """
    found = []
    problem = bank_card.problem(account.account_no or "", bins)
    if problem == "PASSBOOK" and account.kind == "CARD":
        problem = "UNKNOWN_BIN"  # a card of a bank that is not in the table: the clerk said so
    if problem in bank_card.WARNINGS:
        found.append(bank_card.PROBLEMS[problem])
    if words.bank(account.branch) not in ("", account.bank):
        found.append(f"开户行写的是“{account.branch}”，不是所选的银行，请核对")
    named_so = name_key(account.holder_name) == account.student.name_key
    own = words.relation(account.holder_relation) == "SELF"
    if own and not named_so:
        found.append("关系是“本人”，户名却不是学生，请核对")
    if not own and named_so and account.holder_relation:
        found.append(f"户名是学生，关系却是“{account.holder_relation}”，请核对")
    if not (own or named_so or account.holder_id):
        found.append("没有持卡人身份证号，请看持卡人证件")
    return found


def corrected_facts(
    item: Any, *, holder_name: str, holder_relation: str, holder_id: str, account_no: str, kind: str,
    bank: str, branch: str,
) -> dict[str, Any]:  # fmt: skip
    """The facts of the account that takes this one's place. Raises BadInput, with the field that is wrong."""
    if not holder_name.strip():
        raise BadInput("请填写账户户名。", field="holder_name")
    own = words.relation(holder_relation) == "SELF"
    facts = {
        "holder_name": holder_name.strip(), "holder_relation": holder_relation.strip(), "branch": branch.strip(),
        **_number(bank_card.normalise(account_no), kind, bank),
        "holder_id": _holder_id(item, holder_id, own=own, same=holder_name.strip() == item.holder_name),
    }  # fmt: skip
    _refuse_another_as_self(item.student, facts, own=own)
    return facts


def _number(number: str, kind: str, bank: str) -> dict[str, str]:
    """Number, kind and bank; what the number tells of the bank counts."""
    if fault := account_fault(number, kind):
        raise BadInput(f"银行账号：{fault}", field="account_no")
    bins = BankBin.table()
    told = bank_card.find_bank(number, bins)
    if told and told != bank:
        raise BadInput("银行账号：这个卡号不是所选银行的，请核对卡号和银行。", field="account_no")
    if bank not in set(bins.values()) - {bank_card.CREDIT}:
        raise BadInput("请选择开户银行。", field="bank")
    return {"account_no": number, "kind": kind or bank_card.kind(number, bins), "bank": bank}


def _holder_id(item: Any, typed: str, *, own: bool, same: bool) -> str | None:
    """The number that was typed; else the holder's who stays, else the pupil's own. Another holder has to show his."""
    holder = id_card.normalise(typed)
    if holder and (problem := id_card.problem(holder)):
        raise BadInput(f"持卡人身份证号：{id_card.PROBLEMS[problem]}。", field="holder_id")
    if not (holder or same or own):
        raise BadInput("户名变了，请填写新持卡人的身份证号。", field="holder_id")
    kept: str | None = item.holder_id if same else item.student.id_number
    return holder or kept


def _refuse_another_as_self(student: Any, facts: dict[str, Any], *, own: bool) -> None:
    """An account of the pupil's own carries his name and ID number; anybody else's has another number."""
    if own and name_key(facts["holder_name"]) != student.name_key:
        raise BadInput(
            f"与学生关系是“本人”，户名应当是“{student.name}”。是家长的账户，请改填关系。", field="holder_name"
        )
    if own and facts["holder_id"] and facts["holder_id"] != student.id_number:
        raise BadInput("与学生关系是“本人”，持卡人身份证号却不是这名学生的。请核对，或改填关系。", field="holder_id")
    if not own and facts["holder_relation"] and facts["holder_id"] and facts["holder_id"] == student.id_number:
        raise BadInput("持卡人身份证号是学生本人的，与学生关系却不是“本人”。请核对。", field="holder_relation")
