"""Histories say from which state to which; a student's page has one of all that hangs on the student."""

import pytest
from django.template.loader import render_to_string

from aid_admin.audit.history import history_of, history_of_all
from disbursement.models import RosterLine
from tests.disbursement.builders import enter


def test_a_history_tells_from_which_state_to_which(small_county, django_assert_num_queries) -> None:
    line = RosterLine.objects.filter(state="ACCEPTED", roster__state="CONFIRMED").select_related("roster").first()
    events = history_of("roster", line.roster_id)
    text = render_to_string("components/_history.html", {"events": events})
    assert "草稿 → 已上报" in text
    assert "已复审 → 已确认" in text
    with django_assert_num_queries(1):
        both = history_of_all({"roster": [line.roster_id], "rosterline": [line.pk], "paymentline": []})
    assert {event.object_type for event in both} <= {"roster", "rosterline"}
    assert len(both) >= len(events)
    assert '<span class="soft">资助发放名册</span>' in render_to_string(
        "components/_history.html", {"events": both, "many": True}
    )


@pytest.mark.parametrize(
    ("who", "sees"), [("fushen1", True), ("shenji1", True), ("caiwu1", False), ("gongshi1", False)]
)
def test_a_students_page_has_the_history_for_who_may_see_it(small_county, who: str, sees: bool) -> None:
    line = RosterLine.objects.filter(state="ACCEPTED", roster__state="CONFIRMED").select_related("roster").first()
    text = enter(who).get(f"/students/{line.student_id}/").content.decode()
    assert ("这名学生的名册、账户" in text) is sees
    assert ("已复审 → 已确认" in text) is sees
    school = enter(f"jingban-{line.roster.school.code}").get(f"/students/{line.student_id}/").content.decode()
    assert "草稿 → 已上报" in school
