"""What stands in the way of a batch before money leaves."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from aid_admin.lib.bank_card import CREDIT, mask
from aid_admin.lib.money import yuan_comma
from aid_admin.lib.names import Likeness, compare
from disbursement.rules.findings import Finding, Gravity

_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Person:
    """A pupil or a recorded guardian, as far as it is known."""

    name: str
    id_number: str | None = None


@dataclass(frozen=True, slots=True)
class PayeeLine:
    """One account line of a batch. `households` are whatever keys tell who lives together.

    `has_changed`: the account is another than the one that last brought this pupil money. `may_have_arrived`: the
    line pays again what failed, and the bank has said something else of that since. `taken_out`: how it left a draft
    before.
    """

    line_no: int
    student: Hashable
    pupil: Person
    guardians: tuple[Person, ...]
    households: frozenset[Hashable]
    amount_fen: int
    entitled_fen: int
    account_no: str | None
    holder: Person
    is_verified: bool
    bank: str
    bank_by_number: str | None = None
    has_changed: bool = False
    may_have_arrived: bool = False
    taken_out: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A line outside the batch that goes to an account of it; `where`: the batch it is in, or was taken out of."""

    where: str
    student: Hashable
    pupil: Person
    households: frozenset[Hashable]
    account_no: str


@dataclass(frozen=True, slots=True)
class BatchSums:
    """What the batch must come to: the total of its roster lines less what is held or taken away since."""

    bank: str
    lines: int
    total_fen: int
    rosters_fen: int
    held_fen: int


def blockers(lines: Sequence[PayeeLine], sums: BatchSums, elsewhere: Sequence[Elsewhere] = ()) -> list[Finding]:
    """List everything found in a batch before release, sums first, then line by line, then across lines and batches."""
    findings = list(_sums(lines, sums))
    for line in lines:
        findings.extend(_account(line, sums.bank))
        findings.extend(_holder(line))
        findings.extend(_amount(line))
        findings.extend(_arrived(line))
        findings.extend(_taken_out(line))
    findings.extend(_shared_accounts(lines, elsewhere))
    findings.extend(_paid_twice(lines))
    return findings


def short_of(programme: str, allotted_fen: int, approved_fen: int) -> Finding:
    """Less was allotted for the programme than the semester's approved rosters bind, this batch among them."""
    message = (
        f"{programme}：登记的指标{yuan_comma(allotted_fen)}元，全县已复审名册要{yuan_comma(approved_fen)}元，"
        f"差{yuan_comma(approved_fen - allotted_fen)}元，请先核对指标文件。"
    )
    return Finding(Gravity.WARNING, "ALLOTMENT_SHORT", message)


def _sums(lines: Sequence[PayeeLine], sums: BatchSums) -> Iterable[Finding]:
    total_fen = sum(line.amount_fen for line in lines)
    if (len(lines), total_fen) != (sums.lines, sums.total_fen):
        message = (
            f"批次登记{sums.lines}笔、{yuan_comma(sums.total_fen)}元，"
            f"明细是{len(lines)}笔、{yuan_comma(total_fen)}元，请重新生成批次。"
        )
        yield Finding(Gravity.ERROR, "BATCH_SUM_DIFFERS", message)
    if total_fen != sums.rosters_fen - sums.held_fen:
        message = (
            f"名册合计{yuan_comma(sums.rosters_fen)}元，减去暂缓{yuan_comma(sums.held_fen)}元，"
            f"与批次合计{yuan_comma(total_fen)}元不相等，请核对名册后重新生成批次。"
        )
        yield Finding(Gravity.ERROR, "ROSTER_SUM_DIFFERS", message)


def _account(line: PayeeLine, bank: str) -> Iterable[Finding]:
    who = _who(line)
    if not line.account_no:
        yield _error(line, "ACCOUNT_MISSING", f"{who}没有银行账户，请学校登记账户。")
        return
    if not line.is_verified:
        yield _error(line, "ACCOUNT_UNVERIFIED", f"{who}的账户还没有核实，请学校负责人核实。")
    if line.bank_by_number == CREDIT:
        yield _error(line, "CREDIT_CARD", f"{who}的账号是信用卡，不能用于发放，请学校更换账户。")
    elif line.bank != bank:
        yield _error(line, "OTHER_BANK", f"{who}的账户不属于本批次的银行，请移到另一批次。")
    elif line.bank_by_number not in (None, bank):
        yield _error(line, "OTHER_BANK", f"{who}的卡号是另一家银行的，请核对开户行。")
    elif line.bank_by_number is None:
        yield _warning(line, "BIN_UNKNOWN", f"{who}的账号开头几位认不出是哪家银行的，请学校对照银行卡或存折核对。")
    if line.has_changed:
        yield _warning(line, "ACCOUNT_CHANGED", f"{who}的账户与上次发放成功的不同，请向学校核实变更。")


def _holder(line: PayeeLine) -> Iterable[Finding]:
    """The holder should be the pupil or a recorded guardian, by name and, where known, by ID number.

    A sign of fraud, not a proof: an aunt may have opened the account. Whoever releases sees it and decides.
    """
    if not line.account_no:
        return
    likeness = {_likeness(line.holder, person) for person in (line.pupil, *line.guardians)}
    if Likeness.EQUAL in likeness:
        return
    if Likeness.VARIANT in likeness:
        message = f"{_who(line)}的账户户名与登记的姓名写法不同，请核对银行登记的户名。"
        yield _warning(line, "HOLDER_NAME_VARIANT", message)
        return
    message = f"{_who(line)}的账户户名既不是学生本人，也不是登记的监护人，请核实。"
    yield _warning(line, "HOLDER_UNKNOWN", message)


def _likeness(holder: Person, person: Person) -> Likeness:
    if holder.id_number and person.id_number and holder.id_number != person.id_number:
        return Likeness.DIFFERENT
    return compare(holder.name, person.name).kind


def _amount(line: PayeeLine) -> Iterable[Finding]:
    if line.amount_fen != line.entitled_fen:
        message = (
            f"{_who(line)}的金额{yuan_comma(line.amount_fen)}元与资助标准"
            f"{yuan_comma(line.entitled_fen)}元不符，请退回名册更正。"
        )
        yield _error(line, "AMOUNT_DIFFERS", message)


def _arrived(line: PayeeLine) -> Iterable[Finding]:
    if line.may_have_arrived:
        message = (
            f"{_who(line)}是补发，而银行后来的回盘与原来登记的失败不一致，可能已经到账。"
            "请先在原批次核定，或移出这一笔。"
        )
        yield _error(line, "MAY_HAVE_ARRIVED", message)


def _taken_out(line: PayeeLine) -> Iterable[Finding]:
    if line.taken_out:
        yield _warning(line, "TAKEN_OUT_BEFORE", f"{_who(line)}{line.taken_out}。")


def _shared_accounts(lines: Sequence[PayeeLine], elsewhere: Sequence[Elsewhere]) -> Iterable[Finding]:
    """One account for pupils of different households may be a teacher's or a broker's: a sign for the releaser."""
    others: dict[str, list[Elsewhere]] = defaultdict(list)
    for other in elsewhere:
        others[other.account_no].append(other)
    by_account: dict[str, list[PayeeLine]] = defaultdict(list)
    for line in lines:
        if line.account_no:
            by_account[line.account_no].append(line)
    for account_no, sharers in by_account.items():
        if _live_together([*sharers, *others[account_no]]):
            continue
        names = list(dict.fromkeys(line.pupil.name for line in sharers))
        names += dict.fromkeys(f"{other.pupil.name}（{other.where}）" for other in others[account_no])
        named = "、".join(names[:_NAMED_AT_MOST]) + ("等" if len(names) > _NAMED_AT_MOST else "")
        message = f"账户{mask(account_no)}被不同家庭的学生共用：{named}。请学校核实，各自更换账户。"
        subjects = tuple(line.line_no for line in sharers)
        yield Finding(Gravity.WARNING, "ACCOUNT_SHARED", message, subjects)


def _live_together(sharers: Sequence[PayeeLine | Elsewhere]) -> bool:
    """Say whether all are one pupil or linked, directly or through others, by a household key."""
    linked: set[Hashable] = {sharers[0].student, *sharers[0].households}
    rest = list(sharers[1:])
    while rest:
        joined = [line for line in rest if line.student in linked or line.households & linked]
        if not joined:
            return False
        rest = [line for line in rest if line not in joined]
        for line in joined:
            linked |= {line.student, *line.households}
    return True


def _paid_twice(lines: Sequence[PayeeLine]) -> Iterable[Finding]:
    seen: set[int] = set()
    for line in lines:
        if line.line_no in seen:
            yield _error(line, "LINE_TWICE", f"{_who(line)}在批次中出现了两次，请重新生成批次。")
        seen.add(line.line_no)


def _who(line: PayeeLine) -> str:
    return f"第{line.line_no}笔{line.pupil.name}"


def _error(line: PayeeLine, code: str, message: str) -> Finding:
    return Finding(Gravity.ERROR, code, message, (line.line_no,))


def _warning(line: PayeeLine, code: str, message: str) -> Finding:
    return Finding(Gravity.WARNING, code, message, (line.line_no,))
