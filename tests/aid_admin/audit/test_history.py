"""What a page shows of an object's history."""

import pytest
from django.template.loader import render_to_string

from aid_admin.accounts.rules import Role
from aid_admin.audit.history import history_of
from aid_admin.audit.models import AuditEvent
from aid_admin.intake.actions import force
from tests.factories import accounts, county, files, intake, people

pytestmark = pytest.mark.django_db


def test_a_deed_is_shown_once_with_the_name_of_the_person(django_assert_num_queries) -> None:
    officer = accounts.user(Role.REGISTRY_OFFICER, username="shuju1")
    officer.name = "王芳"
    officer.save()
    row = files.roll_row(county.school().code, name=people.name(), id_number=people.id_number())
    upload = intake.in_force(officer, "roll", files.sheet("roll", [row]))
    force.undo_upload(by=officer, upload=upload.pk, reason="发错了")

    assert AuditEvent.objects.filter(object_id=str(upload.pk), verb="upload.commit").count() == 2
    with django_assert_num_queries(1):
        events = history_of("upload", upload.pk)
    assert [(event.verb, event.count) for event in events] == [
        ("upload.undo", None), ("upload.commit", 1), ("upload.stage", None),
    ]  # fmt: skip
    text = render_to_string("components/_history.html", {"events": events})
    assert text.count("提交导入") == 1
    assert text.count('title="shuju1">王芳<') == 3
    assert "发错了" in text


def test_deeds_of_somebody_who_is_no_user_keep_the_user_name(operator_events) -> None:
    assert [(event.actor_name, event.actor_username) for event in operator_events] == [(None, "nobody")]


@pytest.fixture
def operator_events() -> list[AuditEvent]:
    AuditEvent.objects.create(
        seq=10_000_000, at="2020-06-01T09:00:00Z", actor_username="nobody", verb="upload.stage", object_type="thing",
        object_id="1", chain_hash="0" * 64,
    )  # fmt: skip
    return history_of("thing", 1)
