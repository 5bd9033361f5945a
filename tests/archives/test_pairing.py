"""1+1 结对, 手拉手 and activities."""

import pytest
from django.db import IntegrityError, transaction

from aid_admin.county.models import Semester
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from archives.actions import pairing
from archives.models import MentoringPair, PeerActivity, PeerPair
from archives.rules import MAX_PUPILS_PER_MENTOR
from disbursement.models import RosterLine
from students.models import Placement
from tests.disbursement.builders import do, done, enter

TERM = "2020-spring"
SCHOOL = "3141000003"


def poor(school: str = SCHOOL) -> list[int]:
    rows = RosterLine.objects.filter(roster__school__code=school, category="REGISTERED_POOR", state="ACCEPTED")
    return sorted(set(rows.values_list("student", flat=True)))


def elsewhere() -> int:
    """A registered-poor pupil of another school."""
    rows = RosterLine.objects.filter(category="REGISTERED_POOR", state="ACCEPTED").exclude(roster__school__code=SCHOOL)
    return rows.order_by("pk").first().student_id


def test_every_registered_poor_pupil_has_a_mentor_in_the_demo(small_county):
    term = Semester.objects.get(code=TERM)
    wanted = set(
        RosterLine.objects.filter(category="REGISTERED_POOR", state="ACCEPTED").values_list("student", flat=True)
    )
    assert {row["student"] for row in pairing.poor_pupils(term)} == wanted
    assert set(MentoringPair.objects.live().values_list("student", flat=True)) == wanted


def test_a_change_of_mentor_ends_the_pair_with_a_reason(small_county, by):
    pupil = poor()[0]
    given = {"by": by(f"jingban-{SCHOOL}"), "student": [pupil], "semester": TERM, "mentor_name": "新老师"}
    with pytest.raises(BadInput, match="变更原因"):
        pairing.assign_mentor(**given)
    pairing.assign_mentor(**given, reason="原教师调走")
    old, new = MentoringPair.objects.filter(student=pupil).order_by("pk")
    assert (old.ended_on is not None, old.end_reason, new.mentor_name, new.ended_on) == (
        True,
        "原教师调走",
        "新老师",
        None,
    )
    assert pairing.assign_mentor(**given) == [], "the same mentor again changes nothing"


def test_a_mentor_has_no_more_pupils_than_allowed(small_county, by):
    pupils = poor()
    clerk = by(f"jingban-{SCHOOL}")
    MentoringPair.objects.live().filter(school__code=SCHOOL)
    pairing.end_pairs(by=clerk, pair=list(MentoringPair.objects.live().filter(school__code=SCHOOL).values_list("pk", flat=True)),
                      reason="重排")  # fmt: skip
    assert len(pupils) > MAX_PUPILS_PER_MENTOR
    with pytest.raises(Refused, match="最多"):
        pairing.assign_mentor(by=clerk, student=pupils[: MAX_PUPILS_PER_MENTOR + 1], semester=TERM, mentor_name="李")
    assert not MentoringPair.objects.live().filter(school__code=SCHOOL).exists()


def test_foreign_pupils_are_not_found(small_county, by):
    with pytest.raises(NotFound):
        pairing.assign_mentor(by=by(f"jingban-{SCHOOL}"), student=[elsewhere()], semester=TERM, mentor_name="李")


def test_one_live_mentor_holds_against_sql(small_county, by):
    pair = MentoringPair.objects.live().first()
    with pytest.raises(IntegrityError), transaction.atomic():
        MentoringPair.objects.create(
            student=pair.student, school=pair.school, mentor_name="二", began_on=pair.began_on, by=pair.by
        )


def test_peers_are_found_by_name_and_class(small_county, by):
    clerk = by(f"jingban-{SCHOOL}")
    one, two = Placement.objects.filter(school__code=SCHOOL).select_related("student").order_by("-pk")[:2]
    given = {"by": clerk, "semester": TERM}
    text = [f"{p.student.name} {p.grade}{p.class_name}" for p in (one, two)]
    pair = pairing.pair_peers(**given, helper=text[0], helped=text[1])[0].id
    with pytest.raises(Refused, match="已经结对"):
        pairing.pair_peers(**given, helper=text[1], helped=text[0])
    with pytest.raises(BadInput, match="同一人"):
        pairing.pair_peers(**given, helper=text[0], helped=text[0])
    with pytest.raises(BadInput, match="没有找到"):
        pairing.pair_peers(**given, helper="无此人", helped=text[0])
    pairing.end_peers(by=clerk, pair=[pair])
    assert PeerPair.objects.get(pk=pair).ended_on is not None


def test_pages_of_pairing(small_county):
    clerk = enter(f"jingban-{SCHOOL}")
    pupil = poor()[0]
    text = clerk.get("/pairing/").content.decode()
    assert f"/pairing/{pupil}/" in text
    assert f"/pairing/{elsewhere()}/" not in text
    kept = do(clerk, "/pairing/", "assign", [pupil], mentor_name="新老师").content.decode()
    assert "变更原因" in kept
    assert 'value="新老师"' in kept
    done(clerk, "/pairing/", "assign", [pupil], mentor_name="新老师", reason="调动")
    history = clerk.get(f"/pairing/{pupil}/").content.decode()
    assert "新老师" in history
    assert "调动" in history
    assert enter("jingban-1141000001").get(f"/pairing/{pupil}/").status_code == 404
    done(clerk, "/pairing/activities/", "activity", title="读书会二", held_on="2020-06-01", pupils="20")
    twice = do(clerk, "/pairing/activities/", "activity", title="读书会二", held_on="2020-06-01", pupils="20")
    assert "已经登记过" in twice.content.decode()
    assert PeerActivity.objects.filter(title="读书会二").count() == 1
    assert "读书会二" not in enter("jingban-1141000001").get("/pairing/activities/").content.decode()
    assert clerk.post("/pairing/export/").content.startswith(b"PK")
    assert enter("caiwu1").get("/pairing/").status_code == 403


def test_an_activity_is_corrected_and_withdrawn(small_county):
    clerk, head = enter(f"jingban-{SCHOOL}"), enter(f"fuze-{SCHOOL}")
    done(clerk, "/pairing/activities/", "activity", title="朗读会", held_on="2020-06-01", pupils="20")
    activity = PeerActivity.objects.get(title="朗读会")
    path = f"/pairing/activities/{activity.pk}/"
    assert path in clerk.get("/pairing/activities/").content.decode()
    same = {"title": "朗读会", "held_on": "2020-06-01", "pupils": "20", "reason": "看错"}
    assert "内容没有改动" in do(clerk, path, "correct", **same).content.decode()
    done(clerk, path, "correct", **same | {"pupils": "32", "reason": "人数少记了"})
    text = clerk.get(path).content.decode()
    assert "人数少记了（人数原为“20”）" in text
    assert "32 人" in text
    assert do(enter("chushen1"), path, "withdraw", reason="x").status_code == 403
    done(head, path, "withdraw", reason="没有办过")
    assert "没有办过" in clerk.get(path).content.decode()
    assert "朗读会" not in clerk.get("/pairing/activities/").content.decode()
    done(clerk, "/pairing/activities/", "activity", title="朗读会", held_on="2020-06-01", pupils="9")
