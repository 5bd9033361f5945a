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
    if problem == "LENGTH":
        known = bank_card.lengths_for(number, bins)
        right = f"这个开头的卡号应是 {'、'.join(map(str, known))} 位" if known else "应是 12 至 22 位"
        return f"您填了 {len(number)} 位，{right}。请对照银行卡或存折原件核对。"
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
    """The facts of the account that takes this one's place. Raises BadInput, with the first field that is wrong."""
    typed = {
        "holder_name": holder_name.strip(), "holder_relation": holder_relation.strip(),
        "holder_id": id_card.normalise(holder_id), "account_no": bank_card.normalise(account_no), "kind": kind, "bank": bank,
    }  # fmt: skip
    for field, fault in correction_faults(item, **typed).items():
        raise BadInput(fault, field=field)
    same = typed["holder_name"] == item.holder_name
    kept = item.holder_id if same else item.student.id_number
    told = kind or bank_card.kind(typed["account_no"], BankBin.table())
    return typed | {"branch": branch.strip(), "kind": told, "holder_id": typed["holder_id"] or kept}


def correction_faults(
    item: Any, *, holder_name: str, holder_relation: str, holder_id: str, account_no: str, kind: str, bank: str
) -> dict[str, str]:
    """All that is wrong with an account that was typed to take this one's place, by field; {} if it may.

    Names and numbers are normalised; another holder has to show an ID number, the one who stays need not again.
    """
    own, same = words.relation(holder_relation) == "SELF", holder_name in ("", item.holder_name)
    found = {
        "holder_name": _name_fault(item.student, holder_name, own=own),
        "holder_id": _holder_fault(item, holder_id, own=own, same=same),
        "holder_relation": _relation_fault(item, holder_relation, holder_id, own=own, same=same),
        **_number_faults(account_no, kind, bank),
    }
    return {field: fault for field, fault in found.items() if fault}


def _name_fault(student: Any, name: str, *, own: bool) -> str:
    """An account of the pupil's own carries his name."""
    if not name:
        return "请填写账户户名。"
    if own and name_key(name) != student.name_key:
        return f"与学生关系是“本人”，户名应当是“{student.name}”。是家长的账户，请改填关系。"
    return ""


def _holder_fault(item: Any, holder: str, *, own: bool, same: bool) -> str:
    """The number is one, it is the pupil's if the account is, and there is one for a new holder."""
    if holder and (problem := id_card.problem(holder)):
        return f"持卡人身份证号：{id_card.PROBLEMS[problem]}。"
    known = holder or (item.holder_id if same else None)
    if own and known and known != item.student.id_number:
        return "与学生关系是“本人”，持卡人身份证号却不是这名学生的。请核对，或改填关系。"
    return "" if holder or same or own else "户名变了，请填写新持卡人的身份证号。"


def _relation_fault(item: Any, relation: str, holder: str, *, own: bool, same: bool) -> str:
    """Anybody else than the pupil has another number than his."""
    known = holder or (item.holder_id if same else None)
    if relation and not own and known and known == item.student.id_number:
        return "持卡人身份证号是学生本人的，与学生关系却不是“本人”。请核对。"
    return ""


def _number_faults(number: str, kind: str, bank: str) -> dict[str, str]:
    """Money can go there; what the number tells of its bank counts."""
    bins = BankBin.table()
    if fault := account_fault(number, kind):
        return {"account_no": f"银行账号：{fault}"}
    if bank not in set(bins.values()) - {bank_card.CREDIT}:
        return {"bank": "请选择开户银行。"}
    told = bank_card.find_bank(number, bins)
    unlike = told not in ("", None, bank)
    return {"account_no": "银行账号：这个卡号不是所选银行的，请核对卡号和银行。"} if unlike else {}
