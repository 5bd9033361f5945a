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
