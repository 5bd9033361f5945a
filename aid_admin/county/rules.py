"""Stages and kinds of schools."""

from enum import StrEnum


class Stage(StrEnum):
    """学段."""

    PRESCHOOL = "PRESCHOOL"
    PRIMARY = "PRIMARY"
    JUNIOR = "JUNIOR"
    SENIOR = "SENIOR"
    VOCATIONAL = "VOCATIONAL"
    SPECIAL = "SPECIAL"


STAGE_NAMES = {
    Stage.PRESCHOOL: "学前",
    Stage.PRIMARY: "小学",
    Stage.JUNIOR: "初中",
    Stage.SENIOR: "普通高中",
    Stage.VOCATIONAL: "中职",
    Stage.SPECIAL: "特殊教育",
}
STAGE_CHOICES = [(stage.value, name) for stage, name in STAGE_NAMES.items()]


# What a school does in a semester, in its order; each may have a day by which it is due.
SCHOOL_STEPS = (
    ("ATTENDANCE", "在校确认"),
    ("APPLICATIONS", "认定申请"),
    ("ACCOUNTS", "银行账号核对"),
    ("ROSTERS", "名册上报"),
    ("PHOTOS", "公示照片"),
    ("LETTERS", "告知书送达"),
)
# a photo is due by the rule of its period (disbursement.rules.publicity.photo_days), not by a day of the semester
DATED_STEPS = tuple(step for step in SCHOOL_STEPS if step[0] != "PHOTOS")
