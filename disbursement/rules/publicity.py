"""When a publicity period may end: 7 calendar days, 5 working days, both photos of each school."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from aid_admin.lib.workdays import publicity_ends_on
from disbursement.rules.findings import Finding, Gravity
from students.rules import Labelled


class Moment(Labelled):
    START = "START", "开始"
    END = "END", "结束"


class PhotoState(Labelled):
    ABSENT = "ABSENT", "未上传"
    UNCHECKED = "UNCHECKED", "待核查"
    REFUSED = "REFUSED", "核查不通过"
    GOOD = "GOOD", "核查通过"


@dataclass(frozen=True, slots=True)
class SchoolPhotos:
    """What stands of one school's two photos of the posted list."""

    school: str
    school_name: str
    start: PhotoState
    end: PhotoState


@dataclass(frozen=True, slots=True)
class PeriodLength:
    """How long a list hangs: calendar days and working days, both to be full."""

    days: int = 7
    workdays: int = 5


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """When a photo was sent in (business date) and, if the camera said so, taken."""

    moment: str
    sent_on: date | None
    taken_on: date | None


def may_end_on(started_on: date, length: PeriodLength, holidays: Mapping[date, bool]) -> date:
    """Return the first day on which a period may be ended; the day of posting does not count.

    `holidays` as aid_admin.lib.workdays takes it.
    """
    return publicity_ends_on(started_on, length.days, length.workdays, holidays)


def obstacles_to_end(
    *,
    started_on: date,
    today: date,
    length: PeriodLength,
    holidays: Mapping[date, bool],
    photos: Iterable[SchoolPhotos],
) -> list[Finding]:
    """Say what keeps a running period from being ended today; empty if nothing does."""
    findings = []
    first_day = may_end_on(started_on, length, holidays)
    if today < first_day:
        message = (
            f"公示须满{length.days}天且满{length.workdays}个工作日，"
            f"{started_on.isoformat()}开始的公示最早{first_day.isoformat()}可以结束。"
        )
        findings.append(Finding(Gravity.ERROR, "TOO_EARLY", message))
    return findings + obstacles_in_photos(photos)


def outlook(*, today: date, last_day: date, missing: int) -> str:
    """Until when a running period hangs, how many photos are still to come or to be checked, and who ends it."""
    photos = f"还有 {missing} 张照片没有上传或核查通过" if missing else "照片都已核查通过"
    if today < last_day:
        return f"公示到 {last_day} 期满，{photos}；期满且照片齐全后，由复审人员结束公示"
    return f"公示已满期（{last_day}），{photos}；{'齐全后' if missing else ''}由复审人员结束公示"


def days_late(moment: str, *, sent_on: date | None, started_on: date) -> int:
    """How many days after the start an opening photo was sent in; 0 where it came in time, by the next day."""
    late = (sent_on - started_on).days if sent_on and moment == Moment.START else 0
    return late if late > 1 else 0


def doubts_about_photo(photo: PhotoFacts, *, started_on: date, last_day: date) -> list[str]:
    """What the checker should look at before a photo is found good; empty if its days fit."""
    doubts = []
    if late := days_late(photo.moment, sent_on=photo.sent_on, started_on=started_on):
        doubts.append(f"开始后第{late}天才上传，请看清名单是哪天张贴的。")
    if photo.taken_on is None:
        return [*doubts, "照片没有带拍摄时间，请看照片里的日期。"]
    shown = photo.taken_on.isoformat()
    if photo.taken_on < started_on:
        doubts.append(f"拍摄于{shown}，早于公示开始。")
    elif photo.moment == Moment.END and photo.taken_on < last_day:
        doubts.append(f"拍摄于{shown}，早于公示期最后一天{last_day.isoformat()}。")
    elif photo.moment == Moment.START and (photo.taken_on - started_on).days > 1:
        doubts.append(f"拍摄于{shown}，不是开始当天。")
    return doubts


def obstacles_in_photos(photos: Iterable[SchoolPhotos]) -> list[Finding]:
    """Name each school that lacks a checked photo of either moment."""
    return [
        Finding(Gravity.ERROR, f"PHOTO_{state}", _sentence(one.school_name, moment, state), (one.school,))
        for one in photos
        for moment, state in ((Moment.START, one.start), (Moment.END, one.end))
        if state is not PhotoState.GOOD
    ]


def _sentence(school_name: str, moment: Moment, state: PhotoState) -> str:
    what = f"{school_name}的公示{moment.label}照片"
    if state is PhotoState.ABSENT:
        return f"{what}还没有上传，请学校上传。"
    if state is PhotoState.UNCHECKED:
        return f"{what}还没有核查，请复审人员核查。"
    return f"{what}核查不通过，请学校重新上传。"
