"""The pager of a list: near numbers, first and last page, a field to jump."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from aid_admin.county.models import Holiday
from aid_admin.db import bulk
from aid_admin.db.pages import Page, page_of
from disbursement.models import Roster, RosterLine


def page(number: int, last: int) -> Page:
    return Page([], number, last, last * 50, False, 1)


def links(number: int, last: int) -> str:
    request = RequestFactory().get("/x/?q=王&page=3")
    return render_to_string("components/_pagination.html", {"page": page(number, last)}, request)


@pytest.mark.parametrize(
    ("number", "last", "numbers", "dots"),
    [
        (1, 1, [], 0),
        (1, 3, [2, 3], 0),
        (1, 200, [2, 3, 200], 1),
        (100, 200, [1, 98, 99, 101, 102, 200], 2),
        (4, 8, [1, 2, 3, 5, 6, 8], 1),
        (200, 200, [1, 198, 199], 1),
    ],
)
def test_pager_offers_near_first_and_last_pages(number: int, last: int, numbers: list[int], dots: int) -> None:
    text = links(number, last)
    assert [n for n in range(1, last + 1) if f'page={n}" aria-label="第 {n} 页' in text] == numbers
    assert text.count("…") == dots


@pytest.mark.parametrize(("last", "long"), [(5, False), (6, True)])
def test_long_lists_have_a_field_to_jump(last: int, long: bool) -> None:
    assert page(1, last).is_long is long
    assert ('form="jump"' in links(1, last)) is long


@pytest.mark.django_db
def test_rows_that_were_counted_are_not_counted_again(django_assert_num_queries) -> None:
    rows = Holiday.objects.order_by("day")
    count = rows.count()
    with django_assert_num_queries(2):  # the keys, and their rows
        found = page_of(rows, "1", size=5, counted=count)
    with django_assert_num_queries(1):
        assert page_of(rows, "1", size=5, counted=count, at_once=True) == found
    assert (found.total, found.last, len(found)) == (count, -(-count // 5), 5)
    long = page_of(rows, "1", counted=20_000)
    assert (long.capped, long.total, long.last) == (True, 20_000, 200)


@pytest.mark.parametrize("number", ["1", "2", "99", "x", None])
def test_page_holds_the_rows_that_a_slice_would(small_county, number) -> None:
    """Also where the rows are annotated with sums over their lines, joined with others, and filtered."""
    plain = RosterLine.objects.filter(state="ACCEPTED").select_related("student").order_by("student__name_key", "pk")
    summed = Roster.objects.exclude(line_count=0).with_sums().order_by("school__code", "pk")
    for rows in (plain, summed):
        found = page_of(rows, number, size=4)
        start = (found.number - 1) * 4
        assert list(found) == list(rows[start : start + 4]) != []
        assert found.total == len(rows)
    assert [r.lines_fen for r in page_of(summed, number, size=4)] == [r.lines_fen for r in summed][start : start + 4]


@pytest.mark.parametrize("keys", [[], [3], range(1, 40)])
def test_among_finds_what_a_list_of_keys_finds(small_county, keys) -> None:
    found = Roster.objects.filter(pk__in=bulk.among(key for key in keys))
    assert set(found) == set(Roster.objects.filter(pk__in=list(keys)))
