from datetime import date

import pytest

from disbursement.rules.findings import blocks
from disbursement.rules.publicity import (
    GapKind,
    Hanging,
    PeriodLength,
    PhotoFacts,
    PhotoState,
    SchoolPhotos,
    Sent,
    awaited_in,
    doubts_about_photo,
    gaps_in,
    may_end_on,
    obstacles_to_end,
    outlook,
    photo_days,
)

GOOD = SchoolPhotos("3141000001", "淇县第一小学", PhotoState.GOOD, PhotoState.GOOD)
# May 2020: 1 to 5 off, 9 worked (days off are True)
HOLIDAYS = {
    date(2020, 5, 1): True,
    date(2020, 5, 4): True,
    date(2020, 5, 5): True,
    date(2020, 5, 9): False,
}


def _codes(started_on: date, today: date, *photos: SchoolPhotos) -> list[str]:
    found = obstacles_to_end(
        started_on=started_on, today=today, length=PeriodLength(), holidays=HOLIDAYS, photos=photos
    )
    assert blocks(found) == bool(found)
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("started_on", "first_day"),
    [
        (date(2020, 6, 15), date(2020, 6, 22)),  # seven days are longer
        (date(2020, 4, 29), date(2020, 5, 9)),  # working days 30, 6, 7, 8, 9: they are longer
    ],
)
def test_both_counts_must_be_full(started_on: date, first_day: date) -> None:
    assert may_end_on(started_on, PeriodLength(), HOLIDAYS) == first_day
    assert _codes(started_on, first_day, GOOD) == []
    assert _codes(started_on, date.fromordinal(first_day.toordinal() - 1), GOOD) == ["TOO_EARLY"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PhotoState.ABSENT, "还没有上传"),
        (PhotoState.UNCHECKED, "还没有核查"),
        (PhotoState.REFUSED, "核查不通过"),
    ],
)
def test_each_school_needs_both_photos_checked(state: PhotoState, words: str) -> None:
    lacking = SchoolPhotos("3141000002", "淇县第二小学", PhotoState.GOOD, state)

    (found,) = obstacles_to_end(
        started_on=date(2020, 6, 15),
        today=date(2020, 6, 30),
        length=PeriodLength(),
        holidays={},
        photos=[GOOD, lacking],
    )

    assert (found.code, found.subjects) == (f"PHOTO_{state}", ("3141000002",))
    assert "淇县第二小学的公示结束照片" in found.message
    assert words in found.message


START, LAST = date(2020, 6, 1), date(2020, 6, 8)


@pytest.mark.parametrize(
    ("moment", "sent_on", "taken_on", "said"),
    [
        ("START", START, START, []),
        ("END", LAST, LAST, []),
        ("START", date(2020, 6, 2), date(2020, 6, 2), []),
        ("START", date(2020, 6, 4), START, ["开始后第3天才上传"]),
        ("START", START, date(2020, 5, 30), ["早于公示开始"]),
        ("START", date(2020, 6, 5), date(2020, 6, 5), ["开始后第4天才上传", "不是开始当天"]),
        ("END", LAST, date(2020, 6, 7), ["早于公示期最后一天2020-06-08"]),
        ("END", LAST, None, ["没有带拍摄时间"]),
        ("START", None, START, []),
    ],
)
def test_checker_is_told_what_to_look_at(moment: str, sent_on: date, taken_on: date, said: list[str]) -> None:
    found = doubts_about_photo(PhotoFacts(moment, sent_on, taken_on), started_on=START, last_day=LAST)

    assert len(found) == len(said)
    assert all(part in text for part, text in zip(said, found, strict=True))


@pytest.mark.parametrize(
    ("today", "missing", "said"),
    [
        (START, 12, "公示到 2020-06-08 期满，还有 12 张照片没有上传或核查通过；期满且照片齐全后，由复审人员结束公示"),
        (START, 0, "公示到 2020-06-08 期满，照片都已核查通过；期满且照片齐全后，由复审人员结束公示"),
        (LAST, 1, "公示已满期（2020-06-08），还有 1 张照片没有上传或核查通过；齐全后由复审人员结束公示"),
        (LAST, 0, "公示已满期（2020-06-08），照片都已核查通过，可以结束了：由复审人员点“结束公示”"),
    ],
)
def test_outlook_says_until_when_what_is_missing_and_who_ends(today: date, missing: int, said: str) -> None:
    assert outlook(today=today, last_day=LAST, missing=missing) == said


HUNG, FULL = date(2020, 6, 15), date(2020, 6, 22)


def _gaps(until: date, start: Sent, end: Sent) -> list[tuple[GapKind, int]]:
    return [(gap.kind, gap.late) for gap in gaps_in(Hanging(HUNG, FULL, until, start, end), HOLIDAYS)]


@pytest.mark.parametrize(
    ("until", "start", "end", "gaps"),
    [
        (date(2020, 6, 16), Sent(), Sent(), []),  # due by the day after posting
        (date(2020, 6, 17), Sent(), Sent(), [(GapKind.NO_START, 1)]),
        (date(2020, 6, 21), Sent(), Sent(), [(GapKind.NO_START, 3)]),  # a weekend does not count
        (date(2020, 6, 16), Sent(PhotoState.REFUSED, HUNG), Sent(), [(GapKind.REFUSED, 0)]),
        (date(2020, 6, 18), Sent(PhotoState.UNCHECKED, HUNG), Sent(), [(GapKind.UNCHECKED, 2)]),
        (date(2020, 6, 23), Sent(PhotoState.GOOD, HUNG), Sent(), []),
        (date(2020, 6, 24), Sent(PhotoState.GOOD, HUNG), Sent(), [(GapKind.NO_END, 1)]),
        (date(2020, 6, 30), Sent(PhotoState.GOOD, date(2020, 6, 18)), Sent(PhotoState.GOOD, FULL), [(GapKind.LATE, 2)]),
        (date(2020, 6, 30), Sent(PhotoState.GOOD, None), Sent(PhotoState.GOOD, FULL), []),
    ],
)
def test_gaps_are_counted_in_working_days(until: date, start: Sent, end: Sent, gaps: list[tuple[GapKind, int]]) -> None:
    assert _gaps(until, start, end) == gaps


@pytest.mark.parametrize(
    ("until", "start", "end", "moments"),
    [
        (HUNG, Sent(), Sent(), ["START", "END"]),
        (date(2020, 6, 17), Sent(), Sent(), ["END"]),  # the opening one is late
        (date(2020, 6, 17), Sent(PhotoState.UNCHECKED, HUNG), Sent(), ["END"]),
        (date(2020, 6, 16), Sent(PhotoState.REFUSED, HUNG), Sent(), ["END"]),
        (date(2020, 6, 23), Sent(PhotoState.GOOD, HUNG), Sent(), ["END"]),
        (date(2020, 6, 24), Sent(PhotoState.GOOD, HUNG), Sent(), []),
    ],
)
def test_photo_is_awaited_until_it_is_due(until: date, start: Sent, end: Sent, moments: list[str]) -> None:
    assert [one.moment for one in awaited_in(Hanging(HUNG, FULL, until, start, end))] == moments


def test_photo_is_due_the_day_after_it_can_be_taken() -> None:
    days = {m: photo_days(m, started_on=HUNG, last_day=FULL) for m in ("START", "END")}
    assert (days["START"].opens_on, days["START"].due_on) == (HUNG, date(2020, 6, 16))
    assert (days["END"].opens_on, days["END"].due_on) == (FULL, date(2020, 6, 23))
    assert [days["END"].late(day, HOLIDAYS) for day in (HUNG, date(2020, 6, 23), date(2020, 6, 24))] == [0, 0, 1]


def test_outlook_says_what_is_not_due_yet() -> None:
    assert "还有 12 张照片没有上传或核查通过（其中尚未到期 5 张）" in outlook(
        today=START, last_day=LAST, missing=12, awaited=5
    )


def test_gap_is_told_in_words() -> None:
    (gap,) = gaps_in(Hanging(HUNG, FULL, date(2020, 6, 17)), HOLIDAYS)
    assert gap.words == "没有开始照片，已逾期 1 个工作日"
    assert gap.open
