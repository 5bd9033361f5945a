"""States of an upload, and what a second person must confirm."""

from enum import StrEnum

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


STANDING_NAMES = {
    Standing.READING: "读取中",
    Standing.READ: "待提交",
    Standing.REFUSED: "未接收",
    Standing.PROPOSED: "待复核",
    Standing.IN_FORCE: "生效中",
    Standing.OUT_OF_FORCE: "已停用",
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
CHUNK = 2000  # rows of one transaction while an upload is read
