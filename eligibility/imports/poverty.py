"""The poverty office's list of persons (建档立卡; domain §4.1): variants A, B and the township's own."""

from collections.abc import Iterable, Iterator
from typing import Final

from aid_admin.lib.sheets.columns import Column, TableRow
from aid_admin.lib.sheets.context import Context
from aid_admin.lib.sheets.words import squeeze
from eligibility.imports.registry import Entry, parse_registry, unsure

TITLE: Final = "建档立卡人口信息"
COLUMNS: Final[tuple[Column, ...]] = (
    Column("township", "乡(镇)", ("乡镇", "乡镇街道"), max_length=30),
    Column("village_text", "行政村", ("村",), max_length=100),
    Column("hamlet", "自然村", max_length=100),
    Column("household_no", "户编号", ("户编码",), kind="cert_no", max_length=40),
    Column("member_no", "人编号", ("人编码",), kind="cert_no", max_length=40),
    Column("name", "姓名", ("家庭成员姓名", "成员姓名"), kind="name", required=True, filled=True, max_length=50),
    Column(
        "id_number",
        "证件号码",
        ("身份证号", "身份证", "身份证号码"),
        kind="id_number",
        required=True,
        filled=True,
    ),
    Column("household_size", "人数", ("家庭人口",), kind="integer"),
    Column("relation", "与户主关系", ("关系", "与户主的关系"), max_length=20),
    Column("schooling", "在校生状况", ("是否在校",), max_length=30),
    Column("health", "健康状况", max_length=60),
    Column("policy_text", "脱贫属性", ("户类型",), max_length=40),
    Column("household_kind", "贫困户属性", max_length=40),
    Column("monitored_text", "易返贫致贫户类型", ("监测对象类型", "易返贫致贫户(监测对象)类型"), max_length=40),
    Column("risk_gone", "风险是否消除", max_length=20),
)
POLICY: Final = {
    "未脱贫": "POOR",
    "已脱贫享受政策": "LIFTED_WITH_POLICY",
    "脱贫享受政策": "LIFTED_WITH_POLICY",
    "脱贫享受政策户": "LIFTED_WITH_POLICY",
    "脱贫户": "LIFTED_WITH_POLICY",
    "已脱贫不享受政策": "LIFTED_WITHOUT_POLICY",
    "脱贫不享受政策": "LIFTED_WITHOUT_POLICY",
    "稳定脱贫": "LIFTED_WITHOUT_POLICY",
    "稳定脱贫户": "LIFTED_WITHOUT_POLICY",
    "返贫": "RETURNED",
    "预脱贫": "PRE_LIFTED",
}
_HOUSEHOLD_KINDS: Final = {
    "一般": "ORDINARY",
    "低保": "LOW_INCOME",
    "特困": "EXTREME_POVERTY",
    "五保": "EXTREME_POVERTY",
}


def parse(rows: Iterable[TableRow], context: Context) -> Iterator[TableRow]:
    """One row a person; an unknown 脱贫属性 is never guessed."""
    return parse_registry(rows, context, _read)


def _read(row: TableRow) -> Entry:
    text = row.values["policy_text"]
    status = POLICY.get(squeeze(text), "UNKNOWN")
    kind = next((code for word, code in _HOUSEHOLD_KINDS.items() if word in row.values["household_kind"]), "")
    extra = {
        "household_kind": kind,
        "household_size": row.values["household_size"],
        "schooling": row.values["schooling"],
        "monitored": row.values["monitored_text"],
    }
    return Entry(
        "REGISTERED_POOR",
        policy_status=status,
        extra={field: value for field, value in extra.items() if value},
        issues=unsure(row, "脱贫属性", text or "空白") if status == "UNKNOWN" else (),
    )
