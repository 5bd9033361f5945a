"""How the lists of these pages leave as workbooks: the columns of the screen, numbers masked."""

from typing import Any, Final, NamedTuple

from aid_admin.county.lists import ListOut
from aid_admin.lib import bank_card
from aid_admin.lib.xlsx_out import ColumnOut, Value
from disbursement.actions.printing import BANK_NAMES
from disbursement.rules.publicity import Gap, GapKind

_SCHOOL: Final = ColumnOut("学校", 28)
_PROGRAMME: Final = ColumnOut("资助项目", 32)
_STATE: Final = ColumnOut("状态", 12)
_FEN: Final = ColumnOut("金额（元）", 14, "money")
_OUTCOMES: Final = {"": "未办结", "SUSTAINED": "成立", "DISMISSED": "不成立"}


def _roster(roster: Any) -> list[Value]:
    return [
        roster.school.name, roster.programme.name, roster.round, roster.get_state_display(), roster.lines_count,
        roster.lines_fen, roster.differences, roster.open_differences, roster.return_reason,
        roster.period.get_state_display() if roster.period else "",
    ]  # fmt: skip


ROSTERS: Final = ListOut(
    "资助名册", (
        _SCHOOL, _PROGRAMME, ColumnOut("轮次", 6, "int"), _STATE, ColumnOut("人数", 8, "int"), _FEN,
        ColumnOut("差异", 8, "int"), ColumnOut("未说明", 8, "int"), ColumnOut("退回原因", 40), ColumnOut("公示", 10),
    ), _roster,
)  # fmt: skip


def _batch(batch: Any) -> list[Value]:
    return [
        batch.no, "补发" if batch.reissue_of_id else "", batch.get_mode_display(), BANK_NAMES.get(batch.bank, ""),
        batch.get_state_display(), batch.lines_count, batch.lines_fen, batch.doubts_kept, batch.pending, batch.failed, batch.built_by.name,
        batch.made_on,
    ]  # fmt: skip


BATCHES: Final = ListOut(
    "发放批次", (
        ColumnOut("批次号", 22), ColumnOut("补发", 8), ColumnOut("方式", 12), ColumnOut("银行", 16), _STATE,
        ColumnOut("笔数", 8, "int"), _FEN, ColumnOut("疑点", 8, "int"), ColumnOut("未回盘", 8, "int"), ColumnOut("失败", 8, "int"), ColumnOut("编制人", 10),
        ColumnOut("编制日期", 12),
    ), _batch,
)  # fmt: skip


def sums_of(sums: dict[str, int]) -> str:
    """What the sums of the batches are the sums of."""
    left_out = f"（不含已中止的 {sums['aborted']} 个）" if sums["aborted"] else ""
    return f"合计 {sums['batches'] - sums['aborted']} 个{left_out}"


def batch_total(sums: dict[str, int]) -> list[Value]:
    """The row of sums below the batches."""
    counted = [sums["lines_count"], sums["lines_fen"], None, sums["pending"], sums["failed"]]
    return [sums_of(sums), *[None] * 4, *counted, None, None]


def _account(account: Any) -> list[Value]:
    state = "被退回" if account.declined_by_id else "已核对" if account.verified_by_id else "待核对"
    return [
        account.student.name, account.source_row.school.name, account.holder_name, account.holder_relation,
        BANK_NAMES.get(account.bank, account.bank), bank_card.mask(account.account_no or ""), account.get_kind_display(), state,
        account.proposed_by.name, account.reason, account.verified_by.name if account.verified_by else "",
        account.declined_reason,
    ]  # fmt: skip


ACCOUNTS: Final = ListOut(
    "银行账户", (
        ColumnOut("学生", 10), _SCHOOL, ColumnOut("户名", 10), ColumnOut("关系", 8), ColumnOut("银行", 16),
        ColumnOut("账号", 22), ColumnOut("类型", 10), _STATE, ColumnOut("报送人", 16), ColumnOut("更正原因", 30),
        ColumnOut("核对人", 16), ColumnOut("退回原因", 30),
    ), _account,
)  # fmt: skip


def _objection(item: Any) -> list[Value]:
    line = item.roster_line
    return [
        item.pk, line.student.name, line.roster.school.name, line.programme.name, item.channel, item.text, item.received_on,
        item.due_on, _OUTCOMES.get(item.outcome, item.outcome), item.decided_by.name if item.decided_by else "",
    ]  # fmt: skip


OBJECTIONS: Final = ListOut(
    "异议", (
        ColumnOut("编号", 8, "int"), ColumnOut("学生", 10), _SCHOOL, _PROGRAMME, ColumnOut("渠道", 10), ColumnOut("内容", 50),
        ColumnOut("收到", 12), ColumnOut("办理期限", 12), ColumnOut("结论", 10), ColumnOut("办理人", 10),
    ), _objection,
)  # fmt: skip


def _payment(line: Any) -> list[Value]:
    return [
        line.batch.no, line.line_no, line.school.name, line.student.name, line.programme.name, line.payee_name,
        bank_card.mask(line.account_no or ""), line.amount_fen, line.get_state_display(), line.get_code_display(),
        line.next_step,
    ]  # fmt: skip


PAYMENTS: Final = ListOut(
    "发放明细", (
        ColumnOut("批次号", 14), ColumnOut("序号", 7, "int"), ColumnOut("学校", 24), ColumnOut("学生", 10), _PROGRAMME,
        ColumnOut("收款户名", 12), ColumnOut("账号", 22), _FEN, ColumnOut("结果", 10), ColumnOut("银行说明", 14), ColumnOut("办法", 36),
    ), _payment, summed={"金额（元）"},
)  # fmt: skip


class LatePhoto(NamedTuple):
    """A photo that a school owes or sent late, with the clerks to ring up."""

    school: Any
    period: Any
    gap: Gap
    clerks: list[Any]

    @property
    def words(self) -> str:
        """Which photo, and what is amiss with it; by how much stands beside."""
        if self.gap.kind is GapKind.LATE:
            return f"{self.gap.moment.label}照片已交，迟交"
        if self.gap.kind is GapKind.REFUSED:
            return f"{self.gap.moment.label}照片不通过，还没有重传"
        return self.gap.kind.label


def _late_photo(one: LatePhoto) -> list[Value]:
    return [
        one.school.name, one.school.township.name, one.period.title, one.words, one.gap.due_on, one.gap.late,
        one.school.phone, "、".join(f"{clerk.name} {clerk.phone}".strip() for clerk in one.clerks),
    ]  # fmt: skip


LATE_PHOTOS: Final = ListOut(
    "公示照片逾期提醒", (
        _SCHOOL, ColumnOut("乡镇", 12), ColumnOut("公示", 32), ColumnOut("缺什么", 30), ColumnOut("应交", 12),
        ColumnOut("逾期（工作日）", 14, "int"), ColumnOut("学校电话", 18), ColumnOut("经办人", 30),
    ), _late_photo,
)  # fmt: skip
