"""What may be done with rosters and with their lines, as the list and a roster's page offer it."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from aid_admin.accounts.deeds import Deed
from disbursement.actions import drafting, lines, passing, printing, rosters
from disbursement.forms import (
    AcceptForm,
    AgreeForm,
    AnswerForm,
    DisagreeForm,
    ExportForm,
    ReasonForm,
    RefuseForm,
    RemarkForm,
    ReturnForm,
    return_form,
)
from disbursement.rules.states import RETURNED_TO, RosterState

_S = RosterState
SUBMIT: Final = Deed(
    "submit", "roster.submit", "上报", rosters.submit_rosters, "roster", "已上报 {n} 份名册，等待初审。", icon="send",
    text="上报后由县资助中心初审，差异说明不能再改；初审以前可以撤回修改。", states={_S.DRAFT}, takes=("seen",),
    about="disbursement/_submit_about.html",
)  # fmt: skip
REVIEW: Final = Deed(
    "review", "roster.review", "初审通过", rosters.review_rosters, "roster", "已初审 {n} 份名册，等待复审。", tone="success",
    icon="check-lg", states={_S.SUBMITTED}, takes=("seen",),
    text="多报的学生、已标记“不予通过”或“采纳学校理由”的学生不通过，其余都通过；学校写了理由而没有采纳的，照常资助。",
)  # fmt: skip
APPROVE: Final = Deed(
    "approve", "roster.approve", "复审通过", rosters.approve_rosters, "roster", "已复审 {n} 份名册，名单已固定，等待安排公示。",
    tone="success", icon="check-lg", text="通过后人数、金额和名单固定，可以安排公示。", states={_S.REVIEWED}, takes=("seen",),
)  # fmt: skip
CONFIRM: Final = Deed(
    "confirm", "roster.confirm", "确认名册", rosters.confirm_rosters, "roster", "已确认 {n} 份名册，由财务经办编制批次。",
    tone="success", icon="shield-check", text="公示期满、照片核查通过后确认；确认后可以发放。", states={_S.APPROVED},
    takes=("seen",),
)  # fmt: skip
RETURN: Final = Deed(
    "return", "roster.return", "退回", rosters.return_rosters, "roster", "已退回 {n} 份名册，学校在待办和名册上看得到原因。",
    form=ReturnForm, tone="outline-danger", icon="arrow-counterclockwise", takes=("seen",),
    text="整份名册一起退回，请对方修改，须写明原因。退回不能收回；退错了，请学校负责人直接重新上报。",
    states={_S.SUBMITTED, _S.REVIEWED, _S.APPROVED},
)  # fmt: skip


def return_to(targets: Collection[str]) -> Deed:
    """退回 to these states alone; where there is one, its dialog says which instead of asking."""
    said = [words for code, words in RETURNED_TO.items() if code in targets]
    text = f"退回给：{said[0]}。{RETURN.text}" if len(said) == 1 else RETURN.text
    return replace(RETURN, form=return_form(targets), text=text)


DRAFT: Final = Deed(
    "draft", "roster.draft", "生成名册", drafting.draft_rosters, done="已按最近一次核定结果生成 {n} 份名册草稿（原有的已更新），由学校说明差异后上报。", takes=("semester",),
    icon="table", tone="plain", text="谁生成，谁就是拟稿人：您不能再初审这些名册，须由另一名初审人员初审。"
    "按最近一次核定结果，与学校填报的名单逐人比对。已上报的名册不变，后来符合条件的学生进入下一轮。",
)  # fmt: skip
_IN_BULK: Final = "批量通过只通过没有疑点、差异都已说明的名册；其余的留下，请打开名册逐人核对后通过。"
REVIEW_LISTED: Final = replace(REVIEW, act=passing.review_in_bulk, text=f"{_IN_BULK}{REVIEW.text}")
APPROVE_LISTED: Final = replace(APPROVE, act=passing.approve_in_bulk, text=f"{_IN_BULK}{APPROVE.text}")
_LISTED: Final = (
    replace(deed, about="disbursement/_rosters_about.html") for deed in (REVIEW_LISTED, APPROVE_LISTED, CONFIRM)
)
AGREE_ALL: Final = Deed(
    "agree_all", "roster.answer", "全部同意核定结果", rosters.answer_differences, "line", "已同意 {n} 名学生的核定结果。",
    form=AgreeForm, icon="check-lg", tone="plain", states={_S.DRAFT},
)  # fmt: skip
AGREE: Final = Deed(
    "agree", "roster.answer", "同意核定结果", rosters.answer_differences, "line", "已同意 {n} 名学生的核定结果。",
    form=AgreeForm, icon="check-lg", tone="plain", states={_S.DRAFT},
    text="同意后：应助未报的予以资助，多报的不资助，金额不符的按核定金额。",
)  # fmt: skip
ANSWER: Final = Deed(
    "answer", "roster.answer", "不应资助，说明原因", rosters.answer_differences, "line", "已说明 {n} 名学生的未报原因，由初审决定是否采纳。",
    form=AnswerForm, icon="pencil", tone="plain", states={_S.DRAFT},
    text="只用于确实不应资助的学生。学校漏报了、应当资助的，不用说明原因，点“同意核定结果”。由县资助中心初审决定：采纳您的理由，该生不资助；不采纳，照常资助。结果显示在该生这一行。",
    only="只用于应助未报：学校没有填报的学生才要说明。多报、金额不符不同意的，用“有异议”。",
)  # fmt: skip
DISAGREE: Final = Deed(
    "disagree", "roster.answer", "有异议", rosters.answer_differences, "line", "已记下对 {n} 名学生的异议，初审和复审都会看到。认为应当资助的，请补报认定申请或更正学籍，核定后进入补充名册（下一轮）。",
    form=DisagreeForm, icon="exclamation-circle", tone="plain", states={_S.DRAFT},
    text="用于多报和金额不符。本轮仍按核定结果办理；认为应当资助的，请补报认定申请（在“数据导入”）或更正学籍，核定后进入补充名册（下一轮）。",
    only="只用于多报和金额不符。应助未报、确实不应发的，用“不应资助，说明原因”。",
)  # fmt: skip
ACCEPT: Final = Deed(
    "accept", "roster.refuse", "采纳学校理由", lines.refuse_lines, "line", "已采纳 {n} 名学生的学校理由，不资助。",
    form=AcceptForm, icon="check-lg", tone="plain", states={_S.SUBMITTED},
    text="学校写了理由的应助未报：采纳，不资助。不采纳的不用选，照常资助。初审通过以前可以用“取消不予通过”取消。",
)  # fmt: skip
REFUSE: Final = Deed(
    "refuse", "roster.refuse", "不予通过", lines.refuse_lines, "line", "已标记 {n} 名学生不予通过，初审通过以前可以取消。",
    form=RefuseForm, icon="x-lg", tone="outline-danger", states={_S.SUBMITTED},
)  # fmt: skip
RESTORE: Final = Deed(
    "restore", "roster.restore", "取消不予通过", lines.restore_lines, "line", "已恢复 {n} 名学生。", icon="arrow-counterclockwise",
    tone="plain", states={_S.SUBMITTED}, text="取消后这些学生恢复为待审，学校的理由也重新待定。",
)  # fmt: skip
WITHDRAW: Final = Deed(
    "withdraw", "roster.withdraw", "撤回", rosters.withdraw_rosters, "roster", "已撤回，名册回到上一步。",
    form=RemarkForm, tone="plain", icon="arrow-left", takes=("seen",),
    text="撤回：收回您自己刚办的这一步，之后还没有人接着办理时可用。（退回是请别人改；作废是整份名册不要了。）",
    states={_S.SUBMITTED, _S.REVIEWED, _S.APPROVED, _S.CONFIRMED},
)  # fmt: skip
VOID: Final = Deed(
    "void", "roster.void", "作废", rosters.void_rosters, "roster", "名册已作废。", form=ReasonForm, tone="outline-danger",
    icon="trash", states={_S.DRAFT, _S.SUBMITTED, _S.REVIEWED, _S.APPROVED}, takes=("seen",),
    text="作废：整份名册不要了，不能恢复，其中的学生可以进入新的名册。（只是要改，请用退回。）",
)  # fmt: skip
EXPORT: Final = Deed(
    "export", "roster.export", "下载名册", printing.export_roster, "roster", one=True, form=ExportForm, tone="plain",
    icon="download", download=True, text="每次下载都会留下记录。",
)  # fmt: skip
LIST_DEEDS: Final = (SUBMIT, *_LISTED, RETURN, WITHDRAW, DRAFT)
LINE_DEEDS: Final = (AGREE, ANSWER, DISAGREE, ACCEPT, REFUSE, RESTORE)
OF_LINES: Final = frozenset(deed.name for deed in LINE_DEEDS)
