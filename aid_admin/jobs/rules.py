"""States of a job; they say how the work goes, never how the business object stands."""

from enum import StrEnum


class JobState(StrEnum):
    """States of the queue's row."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    QUARANTINED = "QUARANTINED"


STATE_NAMES = {
    JobState.QUEUED: "排队中",
    JobState.RUNNING: "进行中",
    JobState.DONE: "已完成",
    JobState.FAILED: "未完成",
    JobState.QUARANTINED: "已隔离",
}
MOST_ATTEMPTS = 3  # claims without progress; the fourth quarantines
QUARANTINE_SENTENCE = "处理中断 3 次仍未成功，已停止自动重试。请检查文件内容，或把任务编号告诉系统管理员。"
