"""Users and posts: made one by one and in bulk, posts since and until, hand-over, reset and disable."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from aid_admin.accounts import actions
from aid_admin.accounts.models import RoleAssignment, User
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from disbursement.models import Roster
from tests.disbursement.builders import do, done, enter

SCHOOL, OTHER = "3141000003", "1141000001"
HEAD = ["用户名", "姓名", "岗位", "学校标识码", "乡镇"]


def sheet(*rows: list[str]) -> SimpleUploadedFile:
    book = Workbook()
    for row in (HEAD, *rows):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("名单.xlsx", out.getvalue())


def by(name: str) -> User:
    return User.objects.get(username=name)


def test_a_new_user_gets_a_password_for_once(small_county):
    client = enter("guanli1")
    given = {"username": "li.si", "name": "李四", "role": "school_clerk"}
    kept = client.post("/users/new/", given).content.decode()
    assert "请选择学校" in kept
    assert 'value="li.si"' in kept
    answer = client.post("/users/new/", given | {"school": SCHOOL}, follow=True).content.decode()
    password = re.search(r"一次性密码：(\S+)（", answer)[1]
    fresh = Client()
    assert fresh.post("/login/", {"username": "li.si", "password": password}).status_code == 302
    assert fresh.get("/rosters/").headers["Location"] == "/password/", "the first password must be changed"
    assert "已被使用" in client.post("/users/new/", given | {"school": SCHOOL}).content.decode()
    assert "3 到 60" in client.post("/users/new/", given | {"school": SCHOOL, "username": "李四"}).content.decode()


def test_bulk_creation_is_all_or_nothing(small_county):
    client = enter("guanli1")
    before = User.objects.count()
    wrong = sheet(
        ["wang.wu", "王五", "学校经办人", SCHOOL, ""],
        ["wang.wu", "王六", "学校负责人", "999", ""],
        ["zhao", "赵七", "校工", "", ""],
        ["qian", "钱八", "财务经办", SCHOOL, ""],
    )
    text = client.post("/users/bulk/", {"file": wrong}).content.decode()
    for words in ("在表中重复", "没有学校“999”", "没有岗位“校工”", "县里的岗位不填学校", "一个用户也没有建立"):
        assert words in text
    assert User.objects.count() == before
    right = sheet(["wang.wu", "王五", "学校经办人", SCHOOL, ""], ["zhao.q", "赵七", "资助中心初审", "", "朝歌街道"])
    text = client.post("/users/bulk/", {"file": right}).content.decode()
    assert "建立 <b>2</b> 人" in text
    assert "朝歌街道" in text
    password = re.search(r"wang\.wu</th>.*?mono\">([^<]+)<", text, re.DOTALL)[1]
    assert Client().post("/login/", {"username": "wang.wu", "password": password}).status_code == 302
    assert RoleAssignment.objects.get(user__username="zhao.q").township_code
    sealed = re.search(r'name="sealed" value="([^"]+)"', text)[1]
    answer = client.post("/users/bulk/passwords/", {"sealed": sealed})
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[1] == ("wang.wu", "王五", password)
    assert client.post("/users/bulk/passwords/", {"sealed": sealed + "x"}).status_code == 409


def test_bulk_creation_may_leave_out_faulty_rows_and_says_which(small_county):
    client, before = enter("guanli1"), User.objects.count()
    rows = sheet(["wang.wu", "王五", "学校经办人", SCHOOL, ""], ["zhao", "赵七", "校工", "", ""])
    text = client.post("/users/bulk/", {"file": rows, "skip": "on"}).content.decode()
    assert "建立 <b>1</b> 人" in text
    assert "没有建立的行（1）" in text
    assert "没有岗位“校工”" in text
    assert User.objects.count() == before + 1


def test_filled_template_of_users_is_read(small_county):
    client = enter("guanli1")
    book = load_workbook(io.BytesIO(client.get("/users/bulk/template/").content))
    page = book.worksheets[0]
    places = {str(cell.value).rstrip("*"): cell.column for cell in page[2]}
    for title, value in {"用户名": "sun.ba", "姓名": "孙八", "岗位": "财务经办"}.items():
        page.cell(4, places[title], value)
    out = io.BytesIO()
    book.save(out)
    text = client.post("/users/bulk/", {"file": SimpleUploadedFile("名单.xlsx", out.getvalue())}).content.decode()
    assert "建立 <b>1</b> 人" in text


def test_users_are_found_by_how_they_stand(small_county):
    client = enter("guanli1")
    assert "caiwu2" in client.get("/users/?role=finance_clerk&state=NEVER").content.decode()
    assert "caiwu2" not in client.get("/users/?state=POSTLESS").content.decode()
    assert "caiwu2" not in client.get("/users/?state=DISABLED").content.decode()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", "姓名\n张三".encode()])
def test_a_bulk_file_that_is_none_is_refused(small_county, data):
    answer = enter("guanli1").post("/users/bulk/", {"file": SimpleUploadedFile("名单.xlsx", data)})
    assert answer.status_code == 200
    assert 'class="errorlist' in answer.content.decode()


def test_a_post_may_begin_later(small_county):
    client, clerk, today = enter("guanli1"), by(f"jingban-{SCHOOL}"), timezone.localdate()
    page, later = f"/users/{clerk.pk}/", today + timedelta(days=3)
    given = {"role": "school_clerk", "school": OTHER}
    text = do(client, page, "give_post", **given, since=today - timedelta(days=1)).content.decode()
    assert "任职起不能早于今天" in text
    text = do(client, page, "give_post", **given, since=later, until=today).content.decode()
    assert "任职止不能早于任职起" in text
    done(client, page, "give_post", **given, since=later, until=later)
    assert "未到任" in client.get(page).content.decode()
    assert OTHER not in by(clerk.username).reach().schools
    assert "已有这个岗位" in do(client, page, "give_post", **given).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        post = RoleAssignment.objects.get(user=clerk, school_code=OTHER)
        assert post.since <= timezone.now() < post.until
    coming = by("jingban-1141000002")
    done(client, page, "hand_over", to=coming.username, reason="调走")
    handed = RoleAssignment.objects.open().get(user=coming, school_code=OTHER)
    assert (handed.since, handed.until) == (post.since, post.until)


def test_posts_have_a_beginning_and_an_end(small_county):
    client = enter("guanli1")
    clerk = by(f"jingban-{SCHOOL}")
    page = f"/users/{clerk.pk}/"
    done(client, page, "give_post", role="school_clerk", school=OTHER)
    assert "已有这个岗位" in do(client, page, "give_post", role="school_clerk", school=OTHER).content.decode()
    assert {r.school.code for r in Roster.objects.visible_to(by(clerk.username))} == {SCHOOL, OTHER}
    post = RoleAssignment.objects.get(user=clerk, school_code=OTHER)
    assert "请写明" in do(client, page, "end_post", [post.pk]).content.decode()
    done(client, page, "end_post", [post.pk], reason="调回")
    assert {r.school.code for r in Roster.objects.visible_to(by(clerk.username))} == {SCHOOL}
    with pytest.raises(NotFound):
        actions.end_posts(by=by("guanli1"), post=[post.pk], reason="再结束")
    own = RoleAssignment.objects.get(user__username="guanli1")
    with pytest.raises(Refused, match="自己"):
        actions.end_posts(by=by("guanli1"), post=[own.pk], reason="误点")


def test_hand_over_takes_the_posts_and_ends_the_session(small_county):
    leaving, coming = enter(f"jingban-{SCHOOL}"), f"jingban-{OTHER}"
    assert leaving.get("/rosters/").status_code == 200
    client, person = enter("guanli1"), by(f"jingban-{SCHOOL}")
    page = f"/users/{person.pk}/"
    assert "没有用户“nobody”" in do(client, page, "hand_over", to="nobody", reason="调走").content.decode()
    done(client, page, "hand_over", to=coming, reason="调走")
    assert leaving.get("/rosters/").status_code == 302, "the session ended"
    assert by(f"jingban-{SCHOOL}").posts == []
    assert {post.school_code for post in by(coming).posts} == {SCHOOL, OTHER}
    assert Roster.objects.visible_to(by(coming)).filter(school__code=SCHOOL).exists()
    with pytest.raises(BadInput):
        actions.hand_over(by=by("guanli1"), username=coming, to=coming, reason="x")


def test_reset_and_disable_end_the_sessions(small_county):
    client, person = enter("guanli1"), by(f"jingban-{SCHOOL}")
    page = f"/users/{person.pk}/"
    clerk = enter(person.username)
    assert clerk.get("/rosters/").status_code == 200
    answer = client.post(page, {"do": "reset"}, follow=True).content.decode()
    assert "一次性密码" in answer
    assert clerk.get("/rosters/").status_code == 302
    clerk = enter(person.username)
    done(client, page, "disable", reason="停薪留职")
    assert clerk.get("/rosters/").status_code == 302
    assert not [s for s in Session.objects.all() if s.get_decoded().get("_auth_user_id") == str(person.pk)]
    done(client, page, "enable")
    assert by(person.username).is_active


def test_users_are_for_the_administrator(small_county):
    person = by(f"jingban-{SCHOOL}")
    assert enter("shenji1").get("/users/").status_code == 200
    assert enter("shenji1").get(f"/users/{person.pk}/").status_code == 200
    assert enter("shenji1").post(f"/users/{person.pk}/", {"do": "disable", "disable-reason": "x"}).status_code == 403
    for path in ("/users/", "/users/new/", "/users/bulk/", f"/users/{person.pk}/"):
        assert enter("chushen1").get(path).status_code == 403
        assert Client().get(path).status_code == 302
    assert "共 1 人" in enter("guanli1").get(f"/users/?q={person.username}").content.decode()
