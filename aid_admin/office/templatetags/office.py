"""How values are shown: money, masked numbers, status tags. No queries here; loaded for every template."""

from typing import Final

from django import template

from aid_admin.accounts.rules import ROLE_NAMES, Role
from aid_admin.lib import bank_card, id_card, money

register = template.Library()

# tone → (icon, states); a state that is named nowhere is shown in the idle tone
_TONES: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "good": (
        "check-circle",
        frozenset(
            [
                "IN_FORCE",
                "DONE",
                "APPROVED",
                "CONFIRMED",
                "ACCEPTED",
                "RECOGNISED",
                "ENDED",
                "PAID",
                "CLOSED",
                "GO",
                "MATCHED",
                "RIGHT",
                "AIDED",
                "GRANTED",
                "VERIFIED",
                "RECEIPT_SIGNED",
                "GOOD",
                "repair",
                "accepted",
                "yes",
            ]
        ),
    ),
    "info": (
        "hourglass-split",
        frozenset(
            [
                "READ",
                "QUEUED",
                "RUNNING",
                "SUBMITTED",
                "REVIEWED",
                "SCHOOL_REVIEWED",
                "PLANNED",
                "LOCKED",
                "RELEASED",
                "SENT",
                "PROPOSED",
                "WAITING",
                "READING",
                "MATCHED_NAME_VARIANT",
                "COMMITTED",
                "DRAFTED",
                "PRINTED",
                "DELIVERED",
            ]
        ),
    ),
    "warn": (
        "exclamation-triangle",
        frozenset(
            [
                "HELD",
                "RETURNED",
                "UNKNOWN",
                "UNCONFIRMED",
                "TRANSFER",
                "CLAIMED_TWICE",
                "AMOUNT_DIFFERS",
                "MISSING",
                "AMBIGUOUS",
                "OPEN",
                "ID_MATCH_NAME_CONFLICT",
                "NAME_MATCH_ID_CONFLICT",
                "HOUSEHOLD_MATCH",
                "RETURNED_LATER",
                "warning",
                "UNVERIFIED",
            ]
        ),
    ),
    "bad": (
        "x-circle",
        frozenset(
            [
                "REFUSED",
                "FAILED",
                "QUARANTINED",
                "REJECTED",
                "ABORTED",
                "VOIDED",
                "TOO_MANY",
                "SUSTAINED",
                "ENROLLED_NOT_ATTENDING",
                "ATTENDING_NOT_ENROLLED",
                "error",
                "no",
            ]
        ),
    ),
}
_IDLE: Final = ("idle", "dash-circle")


def _tone(state: object) -> tuple[str, str]:
    text = str(state)
    return next(((tone, icon) for tone, (icon, states) in _TONES.items() if text in states), _IDLE)


@register.filter
def tone(state: object) -> str:
    """The tone of a state's tag: good, info, warn, bad or idle."""
    return _tone(state)[0]


@register.filter
def tone_icon(state: object) -> str:
    """The icon that stands beside a state's word, so that colour is never alone."""
    return _tone(state)[1]


@register.filter
def yuan(fen: int | str | None) -> str:
    """Fen as yuan with thousands separators; nothing for no amount."""
    return "" if fen is None or fen == "" else money.yuan_comma(int(fen))


@register.filter
def wan(fen: int | str | None) -> str:
    """Fen as exact 万元."""
    return "" if fen is None or fen == "" else money.wan(int(fen))


@register.filter
def in_words(fen: int) -> str:
    """Fen as the amount in words (大写)."""
    return money.in_words(int(fen))


@register.filter
def mask_id(text: str | None) -> str:
    """An identity number fit for a screen."""
    return id_card.mask(text) if text else ""


@register.filter
def mask_account(text: str | None) -> str:
    """An account number fit for a screen: the last four digits."""
    return bank_card.mask(text) if text else ""


@register.filter
def bank_name(code: str | None) -> str:
    """A bank's code in Chinese."""
    return _BANKS.get(code or "", code or "")


@register.filter
def role_name(role: str) -> str:
    """A role in Chinese."""
    return ROLE_NAMES[Role(role)] if role in list(Role) else role


@register.filter
def verb_name(verb: str) -> str:
    """An action in Chinese, for histories."""
    return _VERBS.get(verb, verb)


_BANKS: Final = {"RCC": "农村信用联社", "CCB": "建设银行"}
_VERBS: Final[dict[str, str]] = {
    "upload.stage": "上传文件",
    "upload.commit": "提交导入",
    "upload.activate": "复核生效",
    "upload.undo": "撤销导入",
    "upload.restore": "恢复生效",
    "upload.discard": "放弃上传",
    "upload.mark": "生成标注表",
    "upload.download": "下载文件",
    "application.submit": "提交申请",
    "application.review": "学校评议",
    "application.recognise": "认定",
    "application.return": "退回申请",
    "application.reject": "不予认定",
    "compare": "执行比对",
    "entitle": "核定资格",
    "match.decide": "确认比对结果",
    "claim.settle": "核定就读学校",
    "coverage.settle": "核实去向",
    "roster.draft": "生成名册",
    "roster.answer": "说明差异",
    "roster.submit": "上报名册",
    "roster.refuse": "标记不通过",
    "roster.restore": "取消不通过",
    "roster.review": "初审",
    "roster.approve": "复审",
    "roster.return": "退回",
    "roster.withdraw": "撤回",
    "roster.confirm": "确认名册",
    "roster.void": "作废",
    "roster.export": "导出名册",
    "publicity.print": "打印公示",
    "publicity.print_village": "打印村公示",
    "publicity.print_all": "打印全部公示",
    "publicity.certify": "打印公示结果证明",
    "publicity.download": "下载打印文件",
    "batch.print": "打印拨付单",
    "batch.waivers": "打印减免清单",
    "payment.export": "导出发放明细",
    "report.export": "导出统计报表",
    "publicity.plan": "制订公示",
    "publicity.start": "开始公示",
    "publicity.photo": "上传公示照片",
    "publicity.check": "核查照片",
    "publicity.end": "结束公示",
    "publicity.abort": "中止公示",
    "objection.add": "登记异议",
    "objection.decide": "办结异议",
    "account.verify": "核对账号",
    "batch.build": "编制批次",
    "batch.take_out": "移出明细",
    "batch.lock": "锁定批次",
    "batch.give_back": "退回经办",
    "batch.review": "审核批次",
    "batch.release": "放行批次",
    "batch.file": "生成代发文件",
    "batch.download": "下载代发文件",
    "batch.send": "送交银行",
    "batch.load_return": "导入回盘",
    "batch.settle": "核定回盘",
    "batch.list": "打印发放明细",
    "batch.print_all": "打印全部学校清单",
    "batch.take_printed": "下载打印文件",
    "batch.close": "办结批次",
    "batch.abort": "中止批次",
    "batch.reissue": "补发",
    "letters.draw_up": "生成告知书",
    "letters.print": "打印告知书",
    "letters.printed": "打印告知书",
    "letters.download": "下载告知书",
    "letters.deliver": "登记送达",
    "letters.sign": "登记回执",
    "letters.take_back": "撤回登记",
    "visit.record": "登记走访",
    "visit.settle": "核实金额",
    "visit.export": "导出走访记录",
    "pairing.assign": "安排帮扶教师",
    "pairing.end": "结束结对",
    "pairing.export": "导出结对名单",
    "peers.pair": "手拉手结对",
    "peers.end": "结束手拉手",
    "peers.activity": "登记活动",
    "archive.scan": "加入扫描件",
    "archive.withdraw_scan": "撤回扫描件",
    "archive.print": "打印档案",
    "archive.export_missing": "导出缺件清单",
    "archive.pack": "制作档案包",
    "archive.packed": "档案包制成",
    "archive.download": "下载档案包",
    "statistics.export": "导出统计",
    "pupil.add_late": "补录学生",
    "upload.decline": "不予生效",
    "audit.verify": "校验审计链",
    "audit.export": "导出审计记录",
    "list.export": "导出名单",
    "identity.reveal": "查看完整号码",
    "user.create": "建立用户",
    "user.reset": "重置密码",
    "user.disable": "停用用户",
    "user.enable": "启用用户",
    "user.give_post": "加岗位",
    "user.end_post": "结束任职",
    "user.hand_over": "交接岗位",
    "user.create_many": "批量建立用户",
    "demo.business_date": "改演示日期",
    "semester.create": "建立学期",
    "user.password": "修改密码",
}
