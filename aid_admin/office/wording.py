"""The trail in plain Chinese: what actions, objects and states are called."""

from functools import cache
from typing import Final

from django.apps import apps

from aid_admin.accounts.rules import ROLE_NAMES, Role
from disbursement.rules.returns import Verdict
from disbursement.rules.states import DiffReason

VERBS: Final[dict[str, str]] = {
    "upload.stage": "上传文件",
    "upload.commit": "提交导入",
    "upload.activate": "复核生效",
    "upload.undo": "撤销导入",
    "upload.restore": "恢复生效",
    "upload.discard": "放弃上传",
    "upload.mark": "生成带标注的原表",
    "upload.download": "下载带标注的原表",
    "upload.print": "打印问题清单",
    "application.submit": "提交申请",
    "application.review": "学校评议",
    "application.recognise": "认定",
    "application.return": "退回申请",
    "application.reject": "不予认定",
    "application.print": "打印认定申请表",
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
    "roster.summary": "导出审核汇总",
    "publicity.print": "打印公示",
    "publicity.print_village": "打印村公示",
    "publicity.print_all": "打印全部公示",
    "publicity.certify": "打印公示结果证明",
    "publicity.download": "下载打印文件",
    "batch.print": "打印拨付单",
    "batch.waivers": "打印减免清单",
    "entitlement.export": "导出应助结果",  # this and the next two: in trails of earlier versions
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
    "objection.print": "打印异议告知书",
    "objection.reveal": "查看异议人电话",
    "account.verify": "核对账号",
    "account.decline": "退回账户",
    "account.reaffirm": "申明账户可用",
    "account.correct": "更正账户",
    "funds.allot": "登记指标",
    "funds.take_back": "撤销指标",
    "batch.build": "编制批次",
    "batch.take_out": "移出明细",
    "batch.put_back": "放回待编",
    "batch.lock": "锁定批次",
    "batch.give_back": "退回经办",
    "batch.review": "审核批次",
    "batch.release": "放行批次",
    "batch.file": "生成代发文件",
    "batch.download": "下载代发文件",
    "batch.send": "登记已送银行",
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
    "visit.correct": "更正走访",
    "visit.withdraw": "撤回走访",
    "visit.settle": "核实金额",
    "visit.export": "导出走访记录",
    "pairing.assign": "安排帮扶教师",
    "pairing.end": "结束结对",
    "pairing.export": "导出结对名单",
    "peers.pair": "手拉手结对",
    "peers.end": "结束手拉手",
    "peers.activity": "登记活动",
    "activity.correct": "更正活动",
    "activity.withdraw": "撤回活动",
    "archive.scan": "加入扫描件",
    "archive.withdraw_scan": "撤回扫描件",
    "archive.print": "打印档案",
    "archive.export_missing": "导出缺件清单",
    "archive.pack": "制作档案包",
    "archive.packed": "档案包制成",
    "archive.download": "下载档案包",
    "semester.close": "学期办结",
    "semester.reopen": "重新打开学期",
    "statistics.export": "导出统计",
    "pupil.add_late": "补录学生",
    "upload.decline": "不予生效",
    "audit.verify": "校验审计链",
    "audit.export": "导出审计记录",
    "list.export": "导出名单",
    "page.export": "导出列表",
    "identity.reveal": "查看完整号码",
    "user.create": "建立用户",
    "user.reset": "重置密码",
    "user.disable": "停用用户",
    "user.enable": "启用用户",
    "user.give_post": "加岗位",
    "user.end_post": "结束任职",
    "user.hand_over": "交接岗位",
    "user.create_many": "批量建立用户",
    "policy.print": "打印政策宣传栏",
    "reference.import": "导入基础数据",
    "reference.save": "修改基础数据",
    "reference.delete": "删除基础数据",
    "demo.mark": "标记为演示库",
    "demo.business_date": "改演示日期",
    "semester.create": "建立学期",
    "user.password": "修改密码",
    "factor.set_up": "设置动态口令",
    "factor.check": "输入动态口令",
    "factor.reset": "重置动态口令",
}

_OBJECTS: Final = {
    "student.id_number": "学生身份证号", "family.id_number": "家庭成员身份证号", "family.phone": "家庭电话",
    "objection.phone": "异议人电话",
    "account.account_no": "银行账号", "account.holder_id": "持卡人身份证号", "payment.account_no": "收款账号",
    "registry.id_number": "名单身份证号", "registry.cert_no": "名单证件编号",
    "audit": "审计记录", "batches": "发放批次", "export": "名单导出", "lines": "发放明细", "statistics": "统计",
    "democlock": "演示日期", "policy": "政策宣传", "run": "核定与比对",
}  # fmt: skip
# What an event says of one kind of object, where the bare code says something else of others.
_OWN: Final[dict[str, dict[str, str]]] = {
    "audit": {"GOOD": "完整"},
    "bankaccount": {"PROPOSED": "待核对", "DECLINED": "退回更正"},
    "comparisonresult": {"SAME": "同一人", "NOT_SAME": "不是同一人", "ASK": "待核实"},
    "disbursementbatch": {verdict.value: verdict.label for verdict in Verdict} | {"PUT_BACK": "放回待编"},
    "homevisit": {"WITHDRAWN": "已撤回"},
    "peeractivity": {"HELD": "已举办", "WITHDRAWN": "已撤回"},
    "publicityevidence": {"GOOD": "核查通过", "REFUSED": "不通过"},
    "publicityperiod": {"START": "开始照片", "END": "结束照片", "GOOD": "照片核查通过", "REFUSED": "照片不通过"},
    "semester": {"OPEN": "办理中", "CLOSED": "已办结", "CREATED": "已建立"},
    "roster": {reason.value: reason.label for reason in DiffReason}
    | {"AGREED": "同意核定结果", "PROPOSED": "恢复待审", "REFUSED": "有学生不通过"},
}
# What an event says of any other object, where that is no state of the object's own.
_STATES: Final = {
    "ACTIVE": "在用", "CHANGED": "已修改", "DONE": "完成", "FILE_MADE": "已生成代发文件", "CORRECTED": "已更正", "CREATED": "已建立", "DECLINED": "不予生效", "DELETED": "已删除", "DISABLED": "已停用",
    "FACTOR_SET_UP": "已设置动态口令", "FACTOR_RIGHT": "动态口令正确", "FACTOR_WRONG": "动态口令不对",
    "FACTOR_LOCKED": "动态口令已锁定", "FACTOR_RESET": "已重置动态口令",
    "DOSSIER_PRINTED": "已打印档案", "DOWNLOADED": "已下载", "ENDED": "已结束", "EXPORTED": "已导出", "FAULTY": "发现问题",
    "IMPORTED": "已导入", "IN_FORCE": "生效中", "LETTERS_DRAWN_UP": "已生成告知书",
    "MISSING_EXPORTED": "已导出缺件", "OPEN": "未办结", "PACKED": "已制成", "PACK_ASKED": "已提交制作", "PAIRED": "已安排",
    "PASSWORD_CHANGED": "已改密码", "POST_ENDED": "结束任职", "POST_GIVEN": "已任职", "PRINTED": "已打印",
    "PRINT_ASKED": "已提交打印", "PROPOSED": "待复核", "RECORDED": "已登记", "RESET": "已重置密码", "RETURN_LOADED": "已导入回盘",
    "REVEALED": "已查看", "SETTLED": "已核实", "UNDONE": "已撤销", "VERIFIED": "已核对", "WITHDRAWN": "已撤下",
}  # fmt: skip
# In what an action counts its rows, for all that do.
_COUNTED_IN: Final = {
    "人": ("coverage.settle", "roster.answer", "roster.refuse", "roster.restore", "peers.activity"),
    "人次": ("roster.draft", "publicity.print", "publicity.print_village", "publicity.certify", "semester.close"),
    "笔": (
        "batch.build", "batch.take_out", "batch.put_back", "batch.load_return", "batch.settle", "batch.print",
        "batch.list", "batch.waivers", "batch.reissue", "batch.file", "batch.download",
    ),
    "份": (
        "publicity.plan", "publicity.print_all", "objection.print", "letters.draw_up", "letters.print",
        "letters.printed", "archive.packed", "archive.download",
    ),
    "张": ("publicity.check",),
    "个": ("account.verify",),
    "所学校": ("batch.print_all",),
    "行": (
        "roster.export", "roster.summary", "list.export", "page.export", "report.export", "visit.export",
        "pairing.export", "archive.export_missing", "reference.import",
        "upload.commit", "upload.activate", "upload.undo", "upload.restore", "upload.decline",
    ),
    "条": ("compare", "entitle", "audit.verify"),
}  # fmt: skip
_UNITS: Final = {verb: unit for unit, verbs in _COUNTED_IN.items() for verb in verbs}


def counted(verb: str, count: int) -> str:
    """How many rows an action had, in the unit of that action."""
    return f"{count} {_UNITS.get(verb, '条')}"


@cache
def _models() -> dict[str, tuple[str, dict[str, str]]]:
    """Object type → what it is called, and what the codes of its fields are called; those of `state` first."""
    found = {}
    for model in apps.get_models():
        chosen = [field for field in model._meta.fields if field.choices]
        names: dict[str, str] = {}
        for field in sorted(chosen, key=lambda field: field.name == "state"):
            names |= {str(value): str(label) for value, label in field.flatchoices if str(value) != str(label)}
        found[str(model._meta.model_name)] = (str(model._meta.verbose_name), names)
    return found


def verb_name(verb: str) -> str:
    """What an action is called."""
    return VERBS.get(verb, verb)


def role_name(role: str) -> str:
    """What a role is called."""
    return ROLE_NAMES[Role(role)] if role in list(Role) else role


def object_name(object_type: str) -> str:
    """What an event's object is called."""
    return _OBJECTS.get(object_type) or _models().get(object_type, (object_type, {}))[0]


def state_name(object_type: str, state: str | None) -> str:
    """What an object's state is called; the code itself where nobody has named it."""
    code = state or ""
    told = _OWN.get(object_type, {}), _models().get(object_type, ("", {}))[1], _STATES
    return next((names[code] for names in told if code in names), code)
