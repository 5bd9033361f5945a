"""How the lists of these pages leave as workbooks: the columns of the screen."""

from typing import Any, Final

from aid_admin.county.lists import ListOut
from aid_admin.lib.xlsx_out import ColumnOut, Value


def _letter(letter: Any) -> list[Value]:
    facts, village = letter.facts, letter.student.village
    return [
        letter.student.name, facts.get("guardian", ""), letter.school.name, f"{facts['grade']}{facts['class_name']}",
        f"{village.township.name}{village.name}" if village else "", facts["total_fen"], letter.get_state_display(),
        letter.printed_on, letter.delivered_on, letter.get_delivered_how_display(), letter.delivered_by, letter.signed_on,
        letter.signed_by,
    ]  # fmt: skip


LETTERS: Final = ListOut(
    "温馨告知书", (
        ColumnOut("学生", 10), ColumnOut("家长", 10), ColumnOut("学校", 28), ColumnOut("班级", 14), ColumnOut("户籍村", 24),
        ColumnOut("金额（元）", 14, "money"), ColumnOut("状态", 16), ColumnOut("打印", 12), ColumnOut("送达", 12),
        ColumnOut("送达方式", 12), ColumnOut("送达人", 10), ColumnOut("签收", 12), ColumnOut("签收人", 10),
    ), _letter,
)  # fmt: skip


def _peers(pair: Any) -> list[Value]:
    return [pair.helper.name, pair.helped.name, pair.school.name, pair.club, pair.began_on, pair.ended_on]


PEERS: Final = ListOut(
    "手拉手", (
        ColumnOut("帮扶学生", 12), ColumnOut("被帮扶学生", 12), ColumnOut("学校", 28), ColumnOut("社团或活动", 16), ColumnOut("结对日期", 12),
        ColumnOut("结束日期", 12),
    ), _peers,
)  # fmt: skip
