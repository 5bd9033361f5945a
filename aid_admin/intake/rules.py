"""States of an upload, and what a second person must confirm."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from aid_admin.lib.sheets.issues import CATALOGUE
from aid_admin.lib.states import Move


class UploadState(StrEnum):
    """READ → COMMITTED | REFUSED; whether it is in force stands beside it."""

    READ = "READ"
    COMMITTED = "COMMITTED"
    REFUSED = "REFUSED"


STATE_NAMES = {UploadState.READ: "待提交", UploadState.COMMITTED: "已提交", UploadState.REFUSED: "未接收"}


class Standing(StrEnum):
    """How an upload stands, as pages show it: its state and whether it is in force, in one word."""

    READING = "READING"
    READ = "READ"
    REFUSED = "REFUSED"
    PROPOSED = "PROPOSED"
    IN_FORCE = "IN_FORCE"
    OUT_OF_FORCE = "OUT_OF_FORCE"
    REPLACED = "REPLACED"  # of READ or OUT_OF_FORCE, where another upload has its place; only as it is shown


STANDING_NAMES = {
    Standing.READING: "读取中",
    Standing.READ: "待提交",
    Standing.REFUSED: "未接收",
    Standing.PROPOSED: "待复核",
    Standing.IN_FORCE: "生效中",
    Standing.OUT_OF_FORCE: "已停用",
    Standing.REPLACED: "已被代替",
}
MOVES = {
    "commit": Move(frozenset({UploadState.READ}), UploadState.COMMITTED),
    "refuse": Move(frozenset({UploadState.READ}), UploadState.REFUSED),
}
REGISTRY_KINDS = frozenset(
    {"poverty", "low_income", "extreme_poverty", "orphans", "unattended", "disability", "martyrs"}
)
SECOND_PERSON_KINDS = REGISTRY_KINDS | {"late"}  # put in force by another person only; the table refuses anything else
STOPPING = "WRONG_SEMESTER"  # an issue that stops the whole file, whatever its rows are
FOREIGN = "FOREIGN_SCHOOL"  # a row of another school; where every row is one, the whole file is
DISCARDED = "放弃"  # the reason of an upload that its sender gave up
CHUNK = 2000  # rows of one transaction while an upload is read

# What to do with a file that was sent before, by how that first upload stands now.
SENT_BEFORE: Final = {
    Standing.READING: "正在读取，请等读完，不用再传。",
    Standing.READ: "还没有提交。下一步：核对下面的问题清单后点“提交导入”；不要了就点“放弃”。",
    Standing.PROPOSED: "已经提交，正等另一名数据专员复核，不用再传。",
    Standing.IN_FORCE: "正在生效，不用再传。数据有变化的，请上传改过的文件。",
    Standing.OUT_OF_FORCE: "已经撤销，现在不生效。要再用这一份，请点右上角“恢复生效”；数据有变化的，请上传改过的文件。",
}

# Titles of issues whose sentence is all particulars, or that parsers do not know (they need the database).
TITLES: Final = {
    "ACCOUNT_INVALID": "银行账号有错误",
    "ACCOUNT_UNSURE": "银行账号请核对",
    "AMOUNT_ABOVE_STANDARD": "金额大于资助标准",
    "AMOUNT_INVALID": "金额有错误",
    "AGE_UNLIKELY": "年龄与学段不合",
    "BANK_MISMATCH": "开户行与卡号不符",
    "DUPLICATE_HEADER": "有两列同名",
    "DUPLICATE_PERSON": "同一个人重复",
    "DUPLICATE_ROW": "同一个人写了两行",
    "FOREIGN_SCHOOL": "不是本校的行",
    "ID_INVALID": "身份证号有误",
    "NUMBER_MASKED": "号码是遮盖的",
    "ID_MISSING": "没有填写身份证号",
    "OTHER_KIND": "不是要交的表",
    "SHEET_OTHER_KIND": "有的工作表不是要交的表",
    "STAGE_NOT_TAUGHT": "学校没有这个学段",
    "UNKNOWN_TOWNSHIP": "没有这个乡镇或街道",
    "UNKNOWN_STUDENT": "身份证号不在本县学籍中",
    "WRONG_SEMESTER": "不是本学期的表",
}
OTHER_TITLE: Final = "其他问题"


@dataclass(frozen=True, slots=True)
class Compared:
    """A sheet's own total beside what was read of it; None where the sheet says nothing of it."""

    sheet: str
    row: int
    stated_persons: int | None
    stated_fen: int | None
    lines: int
    persons: int
    fen: int

    @property
    def differs(self) -> bool:
        """Whether the sheet says another number of persons or another amount; persons may be lines or heads."""
        heads = self.stated_persons is not None and self.stated_persons not in (self.lines, self.persons)
        return heads or (self.stated_fen is not None and self.stated_fen != self.fen)


def compare_totals(stated: list[Mapping[str, Any]], read: Mapping[str, tuple[int, int, int]]) -> list[Compared]:
    """The last total of each sheet beside (lines, persons, fen) of its accepted rows."""
    last = {str(total["sheet"]): total for total in stated}
    return [
        Compared(sheet, total["row"], total["persons"], total["fen"], *read.get(sheet, (0, 0, 0)))
        for sheet, total in last.items()
    ]


def title_of(code: str) -> str:
    """An issue's title in Chinese: its sentence without its particulars, where that still says something."""
    if code in TITLES or code not in CATALOGUE:
        return TITLES.get(code, OTHER_TITLE)
    text = re.sub(
        r"\{(age|limit|stage)\}", "…", CATALOGUE[code].template.replace("{first}", "前面某").replace("{column}", "该列")
    )
    title = re.sub(r"“\{\w+\}”|\{\w+\}", "", text).split("；", 1)[0].split("，", 1)[0].strip("：， ")
    return title or OTHER_TITLE
