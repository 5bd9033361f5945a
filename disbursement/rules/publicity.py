"""When a publicity period may end: 7 calendar days, 5 working days, both photos of each school."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from aid_admin.lib.workdays import publicity_ends_on, workdays_between
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


class GapKind(Labelled):
    NO_START = "NO_START", "没有开始照片"
    NO_END = "NO_END", "没有结束照片"
    REFUSED = "REFUSED", "照片不通过，未重传"
    UNCHECKED = "UNCHECKED", "照片待核查"
    LATE = "LATE", "照片迟交"


@dataclass(frozen=True, slots=True)
class Sent:
    """What stands of one photo, and on which business date it was sent in."""

    state: PhotoState = PhotoState.ABSENT
    sent_on: date | None = None


@dataclass(frozen=True, slots=True)
class Hanging:
    """One school's list of a started period as it hangs: its days and its two photos.

    `until`: the day up to which it is judged, today or the day the period ended.
    """

    started_on: date
    last_day: date
    until: date
    start: Sent = Sent()
    end: Sent = Sent()


@dataclass(frozen=True, slots=True)
class Gap:
    """What is amiss with one photo; `late` working days after `due_on`; `open` while the school is to act."""

    kind: GapKind
    moment: Moment
    due_on: date
    late: int

    @property
    def open(self) -> bool:
        """Whether the school still owes the photo."""
        return self.kind in (GapKind.NO_START, GapKind.NO_END, GapKind.REFUSED)

    @property
    def words(self) -> str:
        """What is told beside the school: which photo, and by how much it is late."""
        if self.kind is GapKind.UNCHECKED:
            return f"{self.moment.label}照片待核查"
        if self.kind is GapKind.LATE:
            return f"{self.moment.label}照片迟交 {self.late} 个工作日"
        told = f"{self.moment.label}照片不通过，还没有重传" if self.kind is GapKind.REFUSED else self.kind.label
        return f"{told}，已逾期 {self.late} 个工作日" if self.late else told


@dataclass(frozen=True, slots=True)
class PhotoDays:
    """Since when a photo can be taken and sent, and by when it is due."""

    opens_on: date
    due_on: date

    def late(self, day: date, holidays: Mapping[date, bool]) -> int:
        """By how many working days a photo that has not come is late on that day; 0 in time."""
        return workdays_between(self.due_on, day, holidays)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A photo that is still to come and not late."""

    moment: Moment
    days: PhotoDays

    @property
    def words(self) -> str:
        """Which photo, and by when."""
        return f"{self.moment.label}照片应交 {self.days.due_on:%m-%d}"


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


def is_anonymous(channel: str) -> bool:
    """Whether an objection came without a name, as its channel says: 匿名, 匿名信."""
    return "匿名" in channel


def may_end_on(started_on: date, length: PeriodLength, holidays: Mapping[date, bool]) -> date:
    """Return the first day on which a period may be ended; the day of posting does not count.

    `holidays` as aid_admin.lib.workdays takes it.
    """
    return publicity_ends_on(started_on, length.days, length.workdays, holidays)


def photo_days(moment: str, *, started_on: date, last_day: date) -> PhotoDays:
    """Since when and until when a photo is to be sent: due by the day after it can be taken.

    The opening photo is taken on the day of posting, the closing one on the last day. The one rule for every page.
    """
    opens_on = started_on if moment == Moment.START else last_day
    return PhotoDays(opens_on, opens_on + timedelta(days=1))


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


def outlook(*, today: date, last_day: date, missing: int, awaited: int = 0) -> str:
    """Until when a running period hangs, how many photos are still to come or to be checked, and who ends it.

    `awaited`: how many of the missing ones are not due yet, where that is known.
    """
    photos = f"还有 {missing} 张照片没有上传或核查通过" if missing else "照片都已核查通过"
    photos += f"（其中尚未到期 {awaited} 张）" if awaited else ""
    if today < last_day:
        return f"公示到 {last_day} 期满，{photos}；期满且照片齐全后，由复审人员结束公示"
    if missing:
        return f"公示已满期（{last_day}），{photos}；齐全后由复审人员结束公示"
    return f"公示已满期（{last_day}），{photos}，可以结束了：由复审人员点“结束公示”"


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


def gaps_in(hanging: Hanging, holidays: Mapping[date, bool]) -> list[Gap]:
    """What is amiss with a school's photos, each by its photo_days.

    A refused photo is amiss at once, one that waits for its check too, though not by the school's doing.
    """
    found = []
    for moment, days, sent in _both(hanging):
        due_on = days.due_on
        kind = _gap(moment, sent, overdue=hanging.until > due_on, in_time=_in_time(sent, due_on))
        if kind:
            day = sent.sent_on if kind is GapKind.LATE and sent.sent_on else hanging.until
            found.append(Gap(kind, moment, due_on, workdays_between(due_on, day, holidays)))
    return found


def awaited_in(hanging: Hanging) -> list[Awaited]:
    """The photos of a school that are still to come and not late."""
    return [
        Awaited(moment, days)
        for moment, days, sent in _both(hanging)
        if sent.state is PhotoState.ABSENT and hanging.until <= days.due_on
    ]


def _both(hanging: Hanging) -> list[tuple[Moment, PhotoDays, Sent]]:
    days = {m: photo_days(m, started_on=hanging.started_on, last_day=hanging.last_day) for m in Moment}
    return [(Moment.START, days[Moment.START], hanging.start), (Moment.END, days[Moment.END], hanging.end)]


def _in_time(sent: Sent, due_on: date) -> bool:
    return sent.sent_on is None or sent.sent_on <= due_on


def _gap(moment: Moment, sent: Sent, *, overdue: bool, in_time: bool) -> GapKind | None:
    if sent.state is PhotoState.REFUSED:
        return GapKind.REFUSED
    if sent.state is PhotoState.UNCHECKED:
        return GapKind.UNCHECKED
    if sent.state is PhotoState.GOOD:
        return None if in_time else GapKind.LATE
    absent = GapKind.NO_START if moment is Moment.START else GapKind.NO_END
    return absent if overdue else None


def day_in_period(day: date, *, started_on: date, last_day: date) -> str:
    """Where a day lies beside the period, in words: before it, on its first or last day, within, or after it."""
    if day < started_on:
        return f"开始前 {(started_on - day).days} 天"
    if day == started_on:
        return "开始当天"
    if day < last_day:
        return f"公示第 {(day - started_on).days} 天"
    return "期满当天" if day == last_day else f"期满后 {(day - last_day).days} 天"


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
