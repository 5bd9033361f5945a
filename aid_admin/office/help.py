"""帮助: the words of the pages explained, each with the clause of policy behind it where there is one.

Codes that the rules know (reasons, standings, whereabouts) bring their own sentence from the rules.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from eligibility.rules import CoverageReason, ReasonCode
from students.rules import Standing

POLICY_AID: Final = "学生资助资金管理办法（财科教〔2019〕19号）"
POLICY_RECOGNITION: Final = "教育部等六部门关于做好家庭经济困难学生认定工作的指导意见（教财〔2018〕16号）"
POLICY_PUBLICITY: Final = "教育部办公厅关于全面清理和规范学生资助公示信息的紧急通知（2017年11月）"
POLICY_LAW: Final = "个人信息保护法（2021年11月1日起施行）"
POLICY_WORDS: Final = "支付结算办法附一：正确填写票据和结算凭证的基本规定"


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the pages: what it means, what to do, and the clause behind it."""

    slug: str
    title: str
    text: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Terms that belong together."""

    title: str
    terms: tuple[Term, ...]


# reasons that lie in roll, stage or programme; the others lie in the category and its proof
_OF_THE_PROGRAMME: Final = frozenset({
    ReasonCode.GRANTED, ReasonCode.NOT_ENROLLED, ReasonCode.ROLL_NOT_ACTIVE, ReasonCode.TRANSFER_UNDER_WAY,
    ReasonCode.CLAIMED_TWICE, ReasonCode.NOT_ATTENDING, ReasonCode.ATTENDANCE_NOT_CONFIRMED, ReasonCode.YEAR_LIMIT,
    ReasonCode.KINDERGARTEN_NOT_INCLUSIVE, ReasonCode.CATEGORY_NOT_ADMITTED,
})  # fmt: skip
CHAPTERS: Final = (
    Chapter("名册", (
        Term("kind", "比较结果", "系统按核定结果应发的名单，与学校填报的名单逐人比较：一致、应助未报、多报、金额不符。学校填报不能增加人，也不能改金额。", POLICY_AID),
        Term("missing", "应助未报", "名单和标准都符合、学校没有填报的学生。默认予以资助；学校写明原因、初审采纳后才不发。", "不漏一人"),
        Term("too-many", "多报", "学校填报了、但不符合条件的学生，一律不发。学校认为应发的，先补办认定或更正学籍，再进入下一轮。"),
        Term("amount-differs", "金额不符", "学校填报的金额与标准不同，一律按核定金额发。"),
        Term("round", "轮次", "同一学校、同一项目、同一学期的名册分轮：后来符合条件的学生进入下一轮，另行公示和发放。"),
        Term("roster-state", "名册状态", "草稿（学校说明差异）→ 已上报 → 已初审 → 已复审（名单和金额固定）→ 公示 → 已确认（可以发放）。每一步由不同的人办理。"),
        Term("held", "暂缓", "公示期有异议的，只暂缓该生这一项，其他学生照常。异议办结后恢复或撤下。"),
    )),
    Chapter("公示", (
        Term("publicity-days", "公示期限", "自张贴次日起，满 7 个自然日且满 5 个工作日；节假日和调休按国务院办公厅的日历。", "民法典第二百零一条（期间开始当日不计入）"),
        Term("publicity-columns", "公示内容", "只有序号、学校、年级、班级、姓名、资助项目；不得出现身份证号、住址、电话、困难类别。", POLICY_PUBLICITY),
        Term("photos", "公示照片", "开始、结束各一张，能看清张贴的名单；由复审核查，核查人不能是上传人。"),
    )),
    Chapter("资格与比对", (
        Term("reason", "理由", "每个学生每个项目都有理由代码和文字说明，写明依据的名单、标准和文号。", POLICY_AID),
        Term("category", "困难类别", "一人有几个类别的，在每个项目里取金额最高的一个；金额相同取排在前面的。", POLICY_RECOGNITION),
        Term("verdict", "比对结论", "身份证号和姓名都一致的自动通过；身份证号一致姓名不同、或姓名相同号码不同的，由数据专员人工确认。"),
        Term("coverage", "不漏一人", "名单上 3 至 20 岁的孩子，每人都有结果：已资助、不符合（写明原因）、在外就读等去向、正在追踪。"),
    )),
    Chapter("资金", (
        Term("persons", "人数与人次", "人数按人去重，一人只数一次；人次每人每项数一次。两个数不能混用。"),
        Term("in-words", "金额大写", "按银行票据的写法：人民币开头，到元加“整”，中间有零写“零”。", POLICY_WORDS),
        Term("batch-no", "批次号", "编号依次是年份、学期（1 春季，2 秋季）、付款途径和第几批：RCC 是农村信用联社，CCB 是建设银行，FEE 是直接减免（不经银行）。补发的批次另编号，旁边写明补发。"),
        Term("batch-state", "批次状态", "已编制 → 已锁定（明细和金额固定）→ 已审核 → 已放行 → 已送银行 → 已办结。编制、审核、放行是三个人；放行前发现可疑的，审批人可以退回经办，经办人移出可疑明细后重新锁定。"),
        Term("payment-state", "发放结果", "待发、已送、成功、失败、未知、后退回。失败的更正账号并核对后补发一次；未知的查清前不能补发。后来的回盘与已登记的不一致时系统不改，由导入人以外的财务人员向银行查实后核定。"),
        Term("seal", "校验值", "名单和文件的 SHA-256。打印件、下载件上的校验值与系统中的一致，就是同一份。"),
    )),
    Chapter("告知与档案", (
        Term("letter-state", "告知书状态", "待打印 → 已打印，待送达 → 已送达，待回执 → 回执已收。登记错了可以撤回一步，写明原因。"),
        Term("dossier", "一生一档", "档案由系统归集：识别、资助、告知三个阶段的材料。缺件按每人应有的材料计算，走访只要求建档立卡学生。", "县学生资助档案要求（按学期、按村、一生一档）"),
        Term("mask", "号码遮盖", "身份证号、账号默认只显示首尾。点“查看”要写原因，显示 30 秒，系统留下记录。", POLICY_LAW),
    )),
    Chapter("核定理由代码", tuple(
        Term(f"reason-{r.value.lower()}", r.label, r.sentence, POLICY_AID if r in _OF_THE_PROGRAMME else POLICY_RECOGNITION)
        for r in ReasonCode
    )),
    Chapter("在籍在校", tuple(
        Term(f"standing-{s.value.lower()}", s.label, text)
        for s, text in (
            (Standing.GO, "本县学籍在校，学校也确认在校，可以资助。"),
            (Standing.ENROLLED_NOT_ATTENDING, "有本县学籍，学校确认不在校，不在本县资助。"),
            (Standing.ATTENDING_NOT_ENROLLED, "学校有人，本县学籍里没有，先办理学籍。"),
            (Standing.CLAIMED_TWICE, "两所学校或两份学籍都登记了，由数据专员核定由哪所学校资助。"),
            (Standing.TRANSFER, "转学正在办理，由数据专员核定。"),
            (Standing.UNCONFIRMED, "学校的在校确认表里没有，请学校补报。"),
        )
    )),
    Chapter("名单儿童去向", tuple(Term(f"gone-{c.value.lower()}", c.label, "由数据专员核实后登记，下一次比对生效。") for c in CoverageReason)),
)  # fmt: skip
TERMS: Final = {term.slug: term for chapter in CHAPTERS for term in chapter.terms}


def found(text: str) -> list[Chapter]:
    """Chapters with the terms that hold the text; all of them for an empty text."""
    chapters = [Chapter(chapter.title, tuple(_holding(chapter.terms, text))) for chapter in CHAPTERS]
    return [chapter for chapter in chapters if chapter.terms]


def _holding(terms: Iterable[Term], text: str) -> Iterable[Term]:
    return (term for term in terms if text in f"{term.title}{term.text}{term.clause}")
