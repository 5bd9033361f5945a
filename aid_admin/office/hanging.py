"""公示 as a school hears of it on the home page: what was planned, hangs or has ended of its own lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from aid_admin.county import calendar
from aid_admin.county.models import Semester
from disbursement.actions.publicity import length_of
from disbursement.rules.publicity import may_end_on

_PHOTO: Final = """EXISTS (SELECT 1 FROM disbursement_publicityevidence e WHERE e.period_id = p.id
    AND e.school_id = r.school_id AND e.moment = '{moment}' AND e.ok IS {ok})"""
_SENT, _GOOD = "NOT FALSE", "TRUE"
# one row of a school's approved rosters (`mine`: ids of the schools); of the county, which is told otherwise, it is empty
SQL: Final = f"""SELECT count(*) FILTER (WHERE p.id IS NULL OR p.state = 'ABORTED') AS unplanned,
    min(p.planned_on) FILTER (WHERE p.state = 'PLANNED') AS planned_on,
    min(p.started_on) FILTER (WHERE p.state = 'RUNNING') AS started_on,
    bool_and({_PHOTO.format(moment="START", ok=_SENT)}) FILTER (WHERE p.state = 'RUNNING') AS opening,
    bool_and({_PHOTO.format(moment="END", ok=_SENT)}) FILTER (WHERE p.state = 'RUNNING') AS closing,
    bool_and({_PHOTO.format(moment="START", ok=_GOOD)} AND {_PHOTO.format(moment="END", ok=_GOOD)})
        FILTER (WHERE p.state = 'RUNNING') AS good,
    count(*) FILTER (WHERE p.state = 'ENDED') AS ended
    FROM disbursement_roster r LEFT JOIN disbursement_publicityperiod p ON p.id = r.period_id
    WHERE NOT %(county)s AND r.semester_id = %(semester)s AND r.state = 'APPROVED'
      AND r.school_id IN (SELECT id FROM mine)"""


@dataclass(frozen=True, slots=True)
class Hanging:
    """What of a school's approved lists waits for publicity, hangs, or has hung; the columns of SQL.

    `opening`, `closing`: that photo of all that hangs is there and was not refused; `good`: both were found good.
    """

    unplanned: int = 0
    planned_on: date | None = None
    started_on: date | None = None
    opening: bool | None = None
    closing: bool | None = None
    good: bool | None = None
    ended: int = 0

    def words(self, today: date, last_day: date | None) -> str:
        """What is told of it; "" where nothing of the school's is under way. `last_day`: of what hangs."""
        return "；".join(self._parts(today, last_day))

    def _parts(self, today: date, last_day: date | None) -> Iterator[str]:
        if self.unplanned:
            yield "名册已复审，等公示专员安排公示"
        if self.planned_on:
            yield f"公示计划 {_day(self.planned_on)}开始，开始后打印张贴"
        if last_day:
            yield self._of_photos(today, last_day)
        if self.ended:
            yield "公示已结束，等资助中心确认名册、财务发放"

    def _of_photos(self, today: date, last_day: date) -> str:
        if not self.opening:
            return "公示已经开始：打印公示、张贴，拍一张开始照片上传"
        if self.good:
            return "照片都已核查通过，等资助中心结束公示"
        if self.closing:
            return "照片已交，等复审核查"
        if today < last_day:
            return f"正在公示，{_day(last_day)}期满，期满当天起拍结束照片"
        return f"公示已在 {_day(last_day)}期满：取下以前拍一张结束照片上传"


def _day(day: date) -> str:
    return f"{day.month} 月 {day.day} 日"


def told_of(hanging: Hanging, term: Semester, today: date) -> str:
    """The words, once the last day is reckoned. One query where something hangs."""
    started_on = hanging.started_on
    last_day = may_end_on(started_on, length_of(term), calendar.holidays()) if started_on else None
    return hanging.words(today, last_day)
