"""公示 photos by phone: the code serves its maker's photo once, for a quarter of an hour, and nothing else."""

import re
import time
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.audit.models import AuditEvent
from aid_admin.lib.refusals import Refused
from disbursement.actions import publicity
from disbursement.actions.phone import SALT, Ticket
from disbursement.models import PublicityEvidence, PublicityPeriod
from tests.disbursement.builders import do, done, enter, photo
from tests.disbursement.test_views_publicity import school_of, send

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def desk(period: PublicityPeriod) -> str:
    """The address of the clerk's page with the code for the first photo."""
    return f"/publicity/{period.pk}/photo/{school_of(period)}/START/phone/"


def clerk_of(period: PublicityPeriod) -> Client:
    return enter(f"jingban-{school_of(period)}")


def code_on(page: str) -> str:
    """The address that the page shows beside its code, without the host."""
    found = re.search(r"(/phone/[^/<]+/)", page)
    assert found
    return found[1]


def scanned(period: PublicityPeriod, desk: str) -> str:
    return code_on(clerk_of(period).get(desk).content.decode())


def test_photo_from_a_phone_stands_in_the_clerks_name(period, desk):
    clerk = clerk_of(period)
    assert desk in clerk.get(f"/publicity/{period.pk}/").content.decode()
    page = clerk.get(desk).content.decode()
    assert "data:image/svg+xml" in page
    address, phone = code_on(page), Client()
    assert "公示开始照片" in phone.get(address).content.decode()
    standing = {"standing": "0", "asked": str(int(time.time()))}
    waiting = clerk.get(desk, standing, headers={"HX-Request": "true"})
    assert {"HX-Redirect", "HX-Refresh"} & set(waiting.headers) == set()
    answer = phone.post(address, {"file": photo()})
    assert "照片已上传" in answer.content.decode()
    evidence = PublicityEvidence.objects.get()
    assert (evidence.school.code, evidence.moment) == (school_of(period), "START")
    assert evidence.by.username == f"jingban-{school_of(period)}"
    told = AuditEvent.objects.filter(object_type="publicityperiod", actor_username=evidence.by.username).latest("seq")
    assert (told.verb, told.reason) == ("publicity.photo", f"{evidence.school.name}开始照片（手机）")
    answer = clerk.get(desk, standing, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == f"/publicity/{period.pk}/"
    assert "开始照片已收到" in clerk.get(f"/publicity/{period.pk}/").content.decode()


def test_code_serves_once(period, desk):
    address, phone = scanned(period, desk), Client()
    phone.post(address, {"file": photo()})
    first = PublicityEvidence.objects.get().photo_id
    for answer in (phone.get(address), phone.post(address, {"file": photo(size=(90, 70))})):
        assert answer.status_code == 410
        assert "已经过期或已经用过" in answer.content.decode()
    assert PublicityEvidence.objects.get().photo_id == first
    assert scanned(period, desk) != address  # the next code may exchange it


def test_code_made_before_another_photo_came_is_used_up(period, desk):
    address = scanned(period, desk)
    send(period, school_of(period))
    assert Client().post(address, {"file": photo(size=(90, 70))}).status_code == 410


def test_two_phones_with_one_code_bring_one_photo(period, desk):
    """What a ticket's check cannot see, a photo that comes between it and the writing, the action refuses itself."""
    clerk = User.objects.get(username=f"jingban-{school_of(period)}")
    given = {"by": clerk, "period": period.pk, "school": school_of(period), "moment": "START", "standing": 0}
    publicity.add_photo(**given, file=photo().read())
    first = PublicityEvidence.objects.get().photo_id
    with pytest.raises(Refused, match="已经有了更新的照片"):
        publicity.add_photo(**given, file=photo(size=(90, 70)).read())
    assert PublicityEvidence.objects.get().photo_id == first


def test_screen_that_waits_too_long_or_in_vain_is_loaded_anew(period, desk):
    clerk, ajax = clerk_of(period), {"HX-Request": "true"}
    old = {"standing": "0", "asked": str(int(time.time()) - 14 * 60 - 5)}
    for asked in (old, {"standing": "0"}, {"standing": "0", "asked": "x"}):
        assert clerk.get(desk, asked, headers=ajax).headers["HX-Refresh"] == "true"
    done(enter("gongshi1"), f"/publicity/{period.pk}/", "abort", reason="名单有误")
    now = {"standing": "0", "asked": str(int(time.time()))}
    assert clerk.get(desk, now, headers=ajax).headers["HX-Refresh"] == "true"
    assert Client().get(desk, now, headers=ajax, follow=True).headers["HX-Refresh"] == "true"  # and so to the login


def test_code_is_good_for_a_quarter_of_an_hour(period, desk, time_machine):
    address = scanned(period, desk)
    time_machine.move_to(timezone.now() + timedelta(minutes=14))
    assert Client().get(address).status_code == 200
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    assert Client().get(address).status_code == 410


def test_code_ends_with_the_clerks_password_and_account(period, desk):
    address = scanned(period, desk)
    clerk = User.objects.get(username=f"jingban-{school_of(period)}")
    clerk.set_password("another-long-secret-2020")
    clerk.save()
    assert Client().get(address).status_code == 410
    renewed = f"/phone/{Ticket.of(clerk, period.pk, school_of(period), 'START').sealed()}/"
    assert Client().get(renewed).status_code == 200
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert Client().post(renewed, {"file": photo()}).status_code == 410
    assert not PublicityEvidence.objects.exists()


def test_forged_code(period, desk):
    clerk = User.objects.get(username=f"jingban-{school_of(period)}")
    login = clerk.get_session_auth_hash()[:12]
    forged = signing.dumps([clerk.pk, login, period.pk, school_of(period), "START", 0], salt=SALT, key="guessed")
    wrong_salt = signing.dumps([clerk.pk, login, period.pk, school_of(period), "START", 0], salt="session")
    for text in (forged, wrong_salt, "x", "a:b:c"):
        assert Client().post(f"/phone/{text}/", {"file": photo()}).status_code == 410
    assert not PublicityEvidence.objects.exists()


def test_code_of_another_school_or_role_is_not_shown(period, desk):
    second = sorted(set(period.rosters.values_list("school__code", flat=True)) - {school_of(period)})[0]
    assert enter(f"jingban-{second}").get(desk).status_code == 404
    assert enter("fushen1").get(desk).status_code == 403
    assert clerk_of(period).get(desk.replace("START", "MIDDLE")).status_code == 404


def test_closing_photo_by_phone_before_its_day_is_refused_in_words(period, desk):
    answer = clerk_of(period).get(desk.replace("START", "END"))
    assert answer.status_code == 409
    assert "现在还早" in answer.content.decode()
    clerk = User.objects.get(username=f"jingban-{school_of(period)}")
    address = f"/phone/{Ticket.of(clerk, period.pk, school_of(period), 'END').sealed()}/"
    answer = Client().post(address, {"file": photo()})
    assert answer.status_code == 422
    assert "现在还早" in answer.content.decode()


def test_code_ends_with_the_clerks_post(period, desk):
    address = scanned(period, desk)
    RoleAssignment.objects.filter(user__username=f"jingban-{school_of(period)}").update(
        until=timezone.now() - timedelta(days=1)
    )
    assert Client().get(address).status_code == 410


def test_picture_from_a_phone_that_is_none(period, desk):
    address = scanned(period, desk)
    bad = Client().post(address, {"file": SimpleUploadedFile("x.jpg", b"not a picture", "image/jpeg")})
    assert bad.status_code == 422
    assert "不是 JPG 或 PNG 照片" in bad.content.decode()
    assert Client().get(address).status_code == 200


def test_code_after_the_period_was_called_off(period, desk):
    address = scanned(period, desk)
    done(enter("gongshi1"), f"/publicity/{period.pk}/", "abort", reason="名单有误")
    answer = Client().post(address, {"file": photo()})
    assert answer.status_code == 422
    assert "不在公示期内" in answer.content.decode()
    assert do(clerk_of(period), desk, "x").status_code == 405


def test_phone_opens_its_camera_and_may_show_what_was_taken(period, desk):
    answer = Client().get(scanned(period, desk))
    text = answer.content.decode()
    assert 'capture="environment" data-face="拍照" data-preview' in text
    assert "点“拍照”，拍下张贴的公示，看清楚以后点“上传”" in text
    assert 'data-must="还没有选照片' in text
    assert "img-src 'self' data: blob:;" in answer.headers["Content-Security-Policy"]
    at_the_desk = clerk_of(period).get(f"/publicity/{period.pk}/").content.decode()
    assert "data-face" not in at_the_desk
    assert 'data-must="还没有选照片' in at_the_desk
