"""The pager of a list: near numbers, first and last page, a field to jump."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from aid_admin.county.models import Holiday
from aid_admin.db.pages import Page, page_of


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
    with django_assert_num_queries(1):
        found = page_of(rows, "1", size=5, counted=count)
    assert (found.total, found.last, len(found)) == (count, -(-count // 5), 5)
    assert page_of(rows, "1", counted=20_000).capped
