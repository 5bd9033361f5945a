"""What is looked at before a school's head sends rosters up: the guards of roster.submit, and what only warns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from aid_admin.accounts.models import User
from aid_admin.lib.money import yuan_comma
from disbursement.actions.flags import shared_accounts
from disbursement.models import Roster, RosterLine
from disbursement.rules.states import HAND_NAMES
from students.models import BankAccount, Placement
from students.rules import Standing


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `title` says that all is well with it, `found` in short what is not.

    `fault` says what is wrong and what to do, "" where nothing is; `blocks`: the action refuses.
    """

    title: str
    found: str
    blocks: bool
    fault: str
    path: str = ""


def own_hand(roster: Any, by: User) -> str:
    """Why the person may not do the next step of a roster, for he did an earlier one; else ""."""
    for hand, name in HAND_NAMES.items():
        if hand != "confirmed_by" and getattr(roster, f"{hand}_id") == by.pk:
            return f"您已经手过{roster}的{name}，这一步须由另一人办理。"
    return ""


def submission_checks(rosters: Sequence[Any], by: User) -> list[Check]:
    """Everything that is looked at, in order; roster.submit refuses with the first fault that blocks."""
    lines = RosterLine.objects.filter(roster__in=rosters)
    return [*_guards(rosters, lines, by), *_warnings(rosters, lines)]


def _guards(rosters: Sequence[Any], lines: Any, by: User) -> list[Check]:
    own = next((told for told in (own_hand(roster, by) for roster in rosters) if told), "")
    if not own and lines.filter(answered_by=by).exists():
        own = "差异说明是您本人填写的，须由另一人上报。"
    filled = set(lines.order_by().values_list("roster", flat=True).distinct())
    empty = next((roster for roster in rosters if roster.pk not in filled), None)
    return [
        Check("您没有经手过前面的步骤，可以上报", "须由另一人上报", blocks=True, fault=own),
        Check("学校已填报名册", "学校没有填报名册", blocks=True, fault=_unfiled(rosters)),
        Check("差异都已说明", "有差异没有说明", blocks=True, fault=_open(lines), path="/rosters/?open=yes"),
        Check("名册上有学生", "名册上没有学生", blocks=True, fault=f"{empty}没有任何学生，无需上报。" if empty else ""),
    ]


def _unfiled(rosters: Sequence[Any]) -> str:
    waiting = Roster.objects.filter(pk__in=[roster.pk for roster in rosters if roster.unfiled]).to_be_filed()
    first = waiting.select_related("school", "programme").order_by("pk").first()
    return f"{first}还没有上传填报名册，请经办人先上传“资助发放名册”，说明差异后再上报。" if first else ""


def _open(lines: Any) -> str:
    open_lines = lines.unanswered()
    count = open_lines.count()
    if not count:
        return ""
    first = open_lines.select_related("student", "roster__school", "roster__programme").order_by("pk").first()
    return (
        f"{first.roster}还有 {count} 处差异没有说明（如 {first.student.name}：{first.get_kind_display()}），"
        "请经办人逐条说明后再上报。"
    )


def _warnings(rosters: Sequence[Any], lines: Any) -> list[Check]:
    counted = lines.counted()
    accounts, away, proposed = counted.without_account().count(), _away(counted), _proposed(counted)
    stale = Roster.objects.filter(pk__in=[roster.pk for roster in rosters]).returned().with_mended()
    returned = stale.exists()
    unmended = next((str(roster) for roster in stale.filter(mended=False).select_related("school", "programme")), "")
    found = [
        Check(
            "银行账号都已核对", "银行账号没有都核对", blocks=False, path="/accounts/?verified=no",
            fault=_of_accounts(accounts, proposed),
        ),
        Check(
            "账号没有与别的学生相同", "有账号与别的学生相同", blocks=False, path="/accounts/?verified=shared",
            fault=_shared(counted),
        ),
        Check(
            "学生都在本校就读", "有学生在籍在校有变化", blocks=False, path="/standings/",
            fault=f"{away} 人次，请先核对；不在校的请用“不应资助，说明原因”或请初审不予通过。" if away else "",
        ),
        Check("学校填报与核定的合计相等", "学校填报与核定的合计不相等", blocks=False, fault=_sums(lines, counted)),
        Check(
            "退回以后有改动，请对照退回原因逐条核对", "退回以后没有改动", blocks=False, path="/rosters/?open=returned",
            fault=f"{unmended}退回以后还没有改动过，请对照退回原因核对。" if unmended else "",
        ),
    ]  # fmt: skip
    return found if returned else found[:-1]


def _proposed(counted: Any) -> int:
    """Pupils whose new account waits for the head: until then the money would go to the old one."""
    waiting = BankAccount.objects.filter(student__in=counted.values("student"), verified_by=None, ended_at=None)
    return waiting.values("student").distinct().count()


def _of_accounts(accounts: int, proposed: int) -> str:
    missing = f"{accounts} 人次没有核对过的银行账号，发放时会留下，请经办人报送账号、负责人核对。" if accounts else ""
    return missing + (f"{proposed} 名学生更正的账号还没有核对，核对以前仍按原账号发放。" if proposed else "")


def _shared(counted: Any) -> str:
    """How many pupils are paid to an account of another family; never whose, who may be of another school."""
    sharers: set[int] = set()
    for term in set(counted.values_list("semester", flat=True)):
        accounts = BankAccount.objects.filter(student__in=counted.filter(semester=term).values("student"))
        sharers |= set(accounts.filter(pk__in=shared_accounts(term)).values_list("student", flat=True))
    return (
        f"{len(sharers)} 名学生的账号与别的学生相同，又不是一家人，请经办人对照原件核对，错的更正账户。"
        if sharers
        else ""
    )


def _away(counted: Any) -> int:
    """Lines of pupils who are not, or no longer, on the school's roll and at school."""
    here = Placement.objects.filter(standing=Standing.GO, semester__in=counted.values("semester"))
    placed = set(here.filter(student__in=counted.values("student")).values_list("student", "semester", "school"))
    wanted = counted.values_list("student", "semester", "roster__school")
    return sum(row not in placed for row in wanted)


def _sums(lines: Any, counted: Any) -> str:
    """What the school filed beside what was computed; they differ by what was explained."""
    filed = lines.aggregate(fen=Sum("filed_line__amount_fen"))["fen"] or 0
    computed = counted.sums()["fen"]
    if filed == computed:
        return ""
    gap = yuan_comma(abs(filed - computed))
    told = f"学校填报 {yuan_comma(filed)} 元，核定 {yuan_comma(computed)} 元，相差 {gap} 元"
    return f"{told}。按核定金额发放；相差的都在“只看差异”里。"
