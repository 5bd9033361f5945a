"""How the lists of these pages leave as workbooks: the columns of the screen, numbers masked."""

from datetime import date
from typing import Any, Final

from aid_admin.county.lists import ListOut
from aid_admin.lib import id_card
from aid_admin.lib.xlsx_out import ColumnOut, Value
from eligibility.rules import CoverageReason

_WORDS: Final = {"SAME": "同一人", "NOT_SAME": "不是同一人", "ASK": "待核实"}
_ID: Final = ColumnOut("身份证号", 20)


def _masked(number: str | None) -> str:
    return id_card.mask(number) if number else ""


def _home(village: Any) -> str:
    return f"{village.township.name}{village.name}" if village else ""


def _born(day: date | None) -> str:
    return day.isoformat() if day else ""


def _application(item: Any) -> list[Value]:
    return [
        item.student.name, _masked(item.student.id_number), item.school.name, item.get_category_display(),
        item.get_recommended_tier_display(), item.get_recognised_tier_display(), item.income_fen,
        "已签" if item.committed else "未签", item.get_state_display(), item.decision_reason,
    ]  # fmt: skip


APPLICATIONS: Final = ListOut(
    "认定申请", (
        ColumnOut("学生", 10), _ID, ColumnOut("学校", 28), ColumnOut("申请类别", 24), ColumnOut("推荐档次", 10),
        ColumnOut("认定档次", 10), ColumnOut("人均年收入（元）", 16, "money"), ColumnOut("承诺", 6), ColumnOut("状态", 12),
        ColumnOut("原因", 40),
    ), _application,
)  # fmt: skip


def _match(match: Any) -> list[Value]:
    record = match.record
    return [
        match.student.name, _masked(match.student.id_number), _born(match.student.birth_date), record.name,
        match.get_relation_display(), _masked(record.id_number), _born(record.birth_date), record.get_category_display(),
        _home(record.village), match.get_verdict_display(), "；".join(match.agreed), _WORDS.get(match.word or "", "未决定"),
    ]  # fmt: skip


MATCHES: Final = ListOut(
    "比对核查", (
        ColumnOut("学生", 10), _ID, ColumnOut("学生出生日期", 12), ColumnOut("名单姓名", 10), ColumnOut("名单上的人是", 12),
        ColumnOut("名单身份证号", 20), ColumnOut("名单出生日期", 12), ColumnOut("名单类别", 22), ColumnOut("乡镇村", 24),
        ColumnOut("结论", 20), ColumnOut("依据", 40), ColumnOut("人工决定", 12),
    ), _match,
)  # fmt: skip


def _standing(place: Any) -> list[Value]:
    return [
        place.student.name, _masked(place.student.id_number), place.enrolled_at,
        place.attends_at, f"{place.grade}{place.class_name}",
        place.get_standing_display(), place.attendance.reason if place.attendance else "",
        f"{place.decided_by.name}：{place.reason}" if place.decided_by else "",
    ]  # fmt: skip


STANDINGS: Final = ListOut(
    "在籍在校不符", (
        ColumnOut("学生", 10), _ID, ColumnOut("学籍学校", 28), ColumnOut("在校学校", 28), ColumnOut("年级班级", 14),
        ColumnOut("情况", 16), ColumnOut("不在校原因", 30), ColumnOut("核定", 30),
    ), _standing,
)  # fmt: skip


def _gap(gap: Any) -> list[Value]:
    record = gap.record
    settled = CoverageReason(gap.settled).label if gap.settled in list(CoverageReason) else ""
    return [
        record.name, _masked(record.id_number), _born(record.birth_date), _home(record.village),
        record.get_category_display(), record.relation, gap.get_outcome_display(), gap.get_reason_code_display(), settled,
    ]  # fmt: skip


GAPS: Final = ListOut(
    "不漏一人", (
        ColumnOut("姓名", 10), _ID, ColumnOut("出生日期", 12), ColumnOut("乡镇村", 24), ColumnOut("类别", 22),
        ColumnOut("关系", 10), ColumnOut("结果", 14), ColumnOut("去向", 20), ColumnOut("新核实的去向", 20),
    ), _gap,
)  # fmt: skip


def _entitlement(right: Any) -> list[Value]:
    return [
        right.student.name, _masked(right.student.id_number), right.school_name or "", right.programme.name,
        "应助" if right.granted else right.get_reason_code_display(), right.amount_fen if right.granted else None,
        right.category_words, right.why,
    ]  # fmt: skip


ENTITLEMENTS: Final = ListOut(
    "应助结果", (
        ColumnOut("学生", 10), _ID, ColumnOut("学校", 26), ColumnOut("资助项目", 30), ColumnOut("结果", 12),
        ColumnOut("金额（元）", 12, "money"), ColumnOut("类别", 22), ColumnOut("理由", 80),
    ), _entitlement,
)  # fmt: skip
