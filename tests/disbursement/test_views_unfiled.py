"""A roster beside which the school has laid no list of its own: it is filed first, then answered and sent up."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from aid_admin.intake.models import InForce, Upload
from aid_admin.jobs import queue
from disbursement.models import Roster
from disbursement.rules.states import LineKind, RosterState
from tests.disbursement.builders import do, done, enter

pytestmark = pytest.mark.usefixtures("pages")
AGREED = "还没有上传填报名册，不能同意核定结果"


@pytest.fixture
def unfiled(county_at) -> Roster:
    """A draft of the first round as it is before the school has filed anything."""
    county_at("rostered")
    roster = Roster.objects.exclude(lines__kind=LineKind.TOO_MANY).filter(lines__isnull=False).order_by("pk").first()
    Roster.objects.filter(pk=roster.pk).update(state=RosterState.DRAFT, filed=None, submitted_by=None)
    roster.lines.update(answered_by=None, filed_line=None, kind=LineKind.MISSING, reason_code="", explanation="")
    return Roster.objects.select_related("school").get(pk=roster.pk)


def hands(roster: Roster) -> tuple[Client, Client]:
    return enter(f"jingban-{roster.school.code}"), enter(f"fuze-{roster.school.code}")


def test_page_asks_for_the_list_and_offers_nothing_before_it(unfiled):
    (clerk, head), path = hands(unfiled), f"/rosters/{unfiled.pk}/"
    page = clerk.get(path).content.decode()
    assert "还没有上传填报名册，请先上传。" in page
    assert 'class="btn btn-primary" href="/uploads/new/roster/"' in page
    for deed in ("agree_all", "agree", "disagree"):
        assert f'data-dialog="do-{deed}"' not in page
    assert "处差异没有说明" not in page
    page = head.get(path).content.decode()
    assert "学校还没有上传填报名册。" in page
    assert 'data-dialog="do-submit"' not in page


def test_agreeing_without_a_list_is_refused_and_nothing_goes_up(unfiled):
    (clerk, head), path = hands(unfiled), f"/rosters/{unfiled.pk}/"
    every = list(unfiled.lines.values_list("pk", flat=True))
    assert clerk.post(path, {"do": "agree", "pick": every}).status_code == 200
    assert not unfiled.lines.exclude(answered_by=None).exists()
    unfiled.lines.update(answered_by=clerk.session["_auth_user_id"])  # as it was before agreement was refused
    assert "<b>学校没有填报名册</b>" in head.get("/rosters/look/", {"pick": unfiled.pk}).content.decode()
    assert "还没有上传填报名册" in do(head, "/rosters/", "submit", [unfiled.pk]).content.decode()
    unfiled.refresh_from_db()
    assert unfiled.state == RosterState.DRAFT
    assert "名册未填报" in clerk.get("/").content.decode()
    assert "名册待上报" not in head.get("/").content.decode()


def test_agreement_that_a_stale_page_sends_is_told_why(unfiled):
    clerk = hands(unfiled)[0]
    assert AGREED in do(clerk, f"/rosters/{unfiled.pk}/", "agree_all").content.decode()


def test_school_that_has_nobody_to_file_says_why_of_every_pupil(unfiled):
    (clerk, head), path = hands(unfiled), f"/rosters/{unfiled.pk}/"
    first, *others = list(unfiled.lines.order_by("pk").values_list("pk", flat=True))
    done(clerk, path, "answer", [first], reason_code="LEFT", explanation="转走")
    assert "名册未填报" in clerk.get("/").content.decode()
    done(clerk, path, "answer", others, reason_code="LEFT", explanation="转走")
    assert "名册未填报" not in clerk.get("/").content.decode()
    assert "名册待上报" in head.get("/").content.decode()
    done(head, path, "submit")


def test_supplementary_round_has_no_list_and_is_answered_at_once(unfiled):
    later = Roster.objects.create(
        semester=unfiled.semester, school=unfiled.school, programme=unfiled.programme, round=2, run=unfiled.run,
        prepared_by=unfiled.prepared_by,
    )  # fmt: skip
    assert not Roster.objects.filter(pk=later.pk).to_be_filed().exists()
    assert Roster.objects.filter(pk=unfiled.pk).to_be_filed().exists()


def sent(clerk: Client, roster: Roster, **export: str) -> Upload:
    """The roster as it is downloaded, uploaded as the school's own list and read."""
    paper = do(clerk, f"/rosters/{roster.pk}/", "export", form="xlsx", **export)
    file = SimpleUploadedFile("名册.xlsx", b"".join(paper.streaming_content) if paper.streaming else paper.content)
    answer = clerk.post("/uploads/new/roster/", {"file": file, "school": roster.school.code})
    assert answer.status_code == 302, answer.content.decode()
    queue.work_all()
    return Upload.objects.get(pk=int(answer.headers["Location"].strip("/").split("/")[-1]))


def test_downloaded_roster_is_a_list_to_file_and_the_rest_is_named(unfiled):
    clerk = hands(unfiled)[0]
    other = Roster.objects.filter(school=unfiled.school).exclude(pk=unfiled.pk).first()
    InForce.objects.filter(kind="roster", school=unfiled.school, part=unfiled.programme.code).update(
        until=timezone.now()
    )
    page = clerk.get("/uploads/new/roster/").content.decode()
    assert f'<a href="/rosters/{unfiled.pk}/">{unfiled.programme.name}</a>' in page
    assert "还没有填报的名册 <b>1</b> 份" in page
    masked = sent(clerk, unfiled)
    assert masked.accepted == 0
    page = clerk.get(f"/uploads/{masked.pk}/").content.decode()
    assert "身份证号是遮盖的号码；请在“下载名册”时勾选显示完整号码重新下载，或填上完整号码，再上传" in page
    upload = sent(clerk, unfiled, in_clear="on", reason="填报名册")
    assert upload.refused == 0
    if other:
        Roster.objects.filter(pk=other.pk).update(state=RosterState.DRAFT, filed=None, submitted_by=None)
        other.lines.update(reason_code="")
    said = clerk.post(f"/uploads/{upload.pk}/commit/", follow=True).content.decode()
    assert ("还没有填报的：" in said) is bool(other)
    assert set(unfiled.lines.values_list("kind", flat=True)) == {LineKind.RIGHT}
    assert not Roster.objects.filter(pk=unfiled.pk).to_be_filed().exists()
