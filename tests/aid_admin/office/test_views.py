"""Home, menu, semester, refusals, reveal; and what every page must be."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone

from aid_admin.accounts.rules import SCHOOL_ROLES, Role
from aid_admin.audit.models import AuditEvent
from aid_admin.county.models import Semester
from aid_admin.files.models import StoredFile
from aid_admin.intake.models import Upload
from aid_admin.intake.rules import UploadState
from aid_admin.lib.refusals import BadInput, Forbidden, NotFound, Refused
from aid_admin.office import menu
from aid_admin.office.middleware import OfficeGate
from aid_admin.office.overview import TITLES, steps_of
from aid_admin.office.waiting import waiting_for
from eligibility.pins import RunsShown
from students.models import Placement, Student
from students.rules import Standing

TERM = "2020-spring"


@pytest.fixture
def term(db) -> Semester:
    return Semester.objects.get(code=TERM)


def upload(by, **more) -> Upload:
    stored = StoredFile.objects.create(sha256="0" * 64, size=1, kind="sheet", name="名单.xlsx", by=by)
    digest = f"{Upload.objects.count():064d}"
    return Upload.objects.create(stored_file=stored, sha256=digest, by=by, **more)


def pupil(school, term, name="王小明", number="410622201203010010", standing=Standing.GO) -> Student:
    made = Student.objects.create(
        name=name, name_key=name, pinyin_initials="wxm", id_number=number, id_tail=number[-4:]
    )
    Placement.objects.create(student=made, semester=term, school=school, stage="PRIMARY", standing=standing)
    return made


# ---- home ----


def test_home_anonymous(db):
    assert Client().get("/").status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_home_of_every_role_says_when_nothing_waits(staff, log_in, schools, role):
    user = staff(role, schools[0] if role in SCHOOL_ROLES else None)
    answer = log_in(user).get("/")
    assert answer.status_code == 200
    waits = "在校就读确认待报送" if role == "school_clerk" else "没有待办事项"
    assert waits in answer.content.decode()


def test_home_shows_count_and_link(staff, log_in, term):
    first, second = staff("registry_officer", username="shuju1"), staff("registry_officer", username="shuju2")
    upload(
        first, kind="orphans", semester=term, state=UploadState.COMMITTED, read_at=timezone.now(), committed_by=first
    )
    text = log_in(second).get("/").content.decode()
    assert "部门名单待您复核生效" in text
    assert 'href="/uploads/?state=PROPOSED"' in text
    assert "没有待办事项" in log_in(first).get("/").content.decode()


def test_waiting_is_counted_in_one_query(staff, term, django_assert_num_queries):
    user = staff("registry_officer")
    assert user.posts
    with django_assert_num_queries(1):
        assert waiting_for(user, term, term.starts_on, RunsShown()) == []


def test_waiting_after_the_semester_is_late(staff, term):
    user = staff("registry_officer")
    upload(user, kind="roll", semester=term, read_at=timezone.now())
    (line,) = waiting_for(user, term, term.ends_on, RunsShown())
    assert (line.count, line.late) == (1, False)
    (line,) = waiting_for(user, term, term.ends_on.replace(year=2021), RunsShown())
    assert line.late


def test_waiting_of_a_school_is_its_own(staff, term, schools):
    clerk, other = (staff("school_clerk", school) for school in schools[:2])
    upload(clerk, kind="attendance", semester=term, school=schools[0], read_at=timezone.now())
    assert [line.count for line in waiting_for(clerk, term, term.starts_on, RunsShown())] == [1]
    (line,) = waiting_for(other, term, term.starts_on, RunsShown())
    assert (line.title, line.path) == ("在校就读确认待报送", "/uploads/new/attendance/")


@pytest.mark.parametrize("role", sorted(set(Role) - SCHOOL_ROLES))
def test_home_costs_at_most_twelve_queries(small_county, staff, log_in, role, django_assert_max_num_queries):
    client = log_in(staff(role, username="look"))
    with django_assert_max_num_queries(12):
        assert client.get("/").status_code == 200


# ---- the bar and the menu ----


def test_steps_begin_with_the_first(staff, term, schools, django_assert_num_queries):
    user = staff("reviewer")
    assert user.posts
    with django_assert_num_queries(1):
        steps = steps_of(term, user.reach(), RunsShown())
    assert tuple(step.title for step in steps) == TITLES
    assert [step.state for step in steps] == ["now"] + ["later"] * 7
    assert steps[1].note == "0/3 校"


def test_steps_of_a_school_count_that_school(staff, term, schools):
    assert steps_of(term, staff("school_clerk", schools[0]).reach(), RunsShown())[1].note == "0/1 校"


@pytest.mark.parametrize("role", list(Role))
def test_menu_leads_to_pages_that_open(staff, log_in, schools, role):
    user = staff(role, schools[0] if role in SCHOOL_ROLES else None)
    client = log_in(user)
    paths = [item.path for group in menu.menu_for(user.roles, "/", 0) for item in group.items]
    assert "/" in paths
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_system_admin_gets_no_search_and_no_students(staff, log_in):
    client = log_in(staff("system_admin"))
    assert 'id="search"' not in client.get("/").content.decode()
    assert client.get("/students/").status_code == 403


# ---- the semester ----


def test_semester_is_kept(staff, log_in, term):
    Semester.objects.create(code="2019-autumn", starts_on="2019-08-20", ends_on="2020-01-20", cut_off_on="2019-09-20")
    client = log_in(staff("auditor"))
    answer = client.post("/semester/", {"semester": "2019-autumn", "next": "/jobs/?page=2"})
    assert answer.headers["Location"] == "/jobs/"
    assert '<option value="2019-autumn" selected>' in client.get("/jobs/").content.decode()


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_semester_never_leads_outside(staff, log_in, term, target):
    answer = log_in(staff("auditor")).post("/semester/", {"semester": TERM, "next": target})
    assert answer.headers["Location"] == "/"


def test_semester_unknown_and_by_get(staff, log_in):
    client = log_in(staff("auditor"))
    assert client.post("/semester/", {"semester": "1999-spring"}).status_code == 400
    assert client.get("/semester/").status_code == 405


# ---- numbers in clear ----


def test_reveal_asks_for_a_reason_and_logs(staff, log_in, schools, term):
    student = pupil(schools[0], term)
    client = log_in(staff("registry_officer", username="shuju"))
    address = f"/reveal/student.id_number/{student.pk}/"
    assert "410622201203010010" not in client.get(address).content.decode()
    refused = client.post(address, {"reason": " "}).content.decode()
    assert "请写明为什么" in refused
    assert "410622201203010010" not in refused
    assert not AuditEvent.objects.filter(verb="identity.reveal").exists()
    assert "410622201203010010" in client.post(address, {"reason": "核对证件原件"}).content.decode()
    event = AuditEvent.objects.get(verb="identity.reveal")
    assert (event.actor_username, event.object_id, event.reason) == ("shuju", str(student.pk), "核对证件原件")


@pytest.mark.parametrize("role", ["auditor", "publicity_officer", "system_admin"])
def test_reveal_without_the_right(staff, log_in, schools, term, role):
    student = pupil(schools[0], term)
    answer = log_in(staff(role)).post(f"/reveal/student.id_number/{student.pk}/", {"reason": "x"})
    assert answer.status_code == 403
    assert "410622201203010010" not in answer.content.decode()


def test_reveal_of_a_foreign_pupil_and_of_nonsense(staff, log_in, schools, term):
    student = pupil(schools[0], term)
    client = log_in(staff("school_clerk", schools[1]))
    assert client.post(f"/reveal/student.id_number/{student.pk}/", {"reason": "x"}).status_code == 404
    assert client.get("/reveal/student.password/1/").status_code == 404
    assert not AuditEvent.objects.filter(verb="identity.reveal").exists()


def test_auditor_sees_no_button_to_reveal(staff, log_in, schools, term):
    pupil(schools[0], term)
    text = log_in(staff("auditor")).get("/students/").content.decode()
    assert "410622********0010" in text
    assert "/reveal/" not in text


# ---- the student's page ----


def test_student_page_masks(staff, log_in, schools, term):
    student = pupil(schools[0], term)
    text = log_in(staff("reviewer")).get(f"/students/{student.pk}/").content.decode()
    assert "王小明" in text
    assert "410622********0010" in text
    assert "410622201203010010" not in text
    assert schools[0].name in text


def test_student_page_foreign_school(staff, log_in, schools, term):
    student = pupil(schools[0], term)
    assert log_in(staff("school_clerk", schools[1])).get(f"/students/{student.pk}/").status_code == 404
    assert Client().get(f"/students/{student.pk}/").status_code == 302


def test_student_page_of_the_driven_county(small_county, staff, log_in, django_assert_max_num_queries):
    paid = Student.objects.filter(paymentline__state="PAID").order_by("pk").first()
    client, path = log_in(staff("reviewer", username="look")), f"/students/{paid.pk}/"
    client.get(path)  # the semester bar is remembered for some seconds
    with django_assert_max_num_queries(15):  # the history takes two of them
        text = client.get(path).content.decode()
    assert "发放成功" in text
    assert "应助" in text
    assert not re.search(r"\d{17}[\dX]", text)


# ---- refusals ----


@pytest.mark.parametrize(("problem", "status"), [(Refused, 409), (Forbidden, 403), (NotFound, 404), (BadInput, 400)])
def test_refusal_becomes_a_page_or_a_part(staff, problem, status):
    gate = OfficeGate(lambda request: None)
    request = RequestFactory().get("/x/")
    request.user, request.session = staff("auditor"), {}
    page = gate.process_exception(request, problem("没有做成，因为下雨。"))
    assert page.status_code == status
    assert "没有做成，因为下雨。" in page.content.decode()
    request = RequestFactory().get("/x/", headers={"HX-Request": "true"})
    request.user, request.session = staff("auditor", username="b"), {}
    part = gate.process_exception(request, problem("没有做成，因为下雨。"))
    assert part.headers["HX-Retarget"] == "#messages"
    assert "<html" not in part.content.decode()


def test_refusal_leaves_other_errors_alone(staff):
    assert OfficeGate(lambda request: None).process_exception(RequestFactory().get("/"), ValueError()) is None


def test_unknown_address_has_a_page(staff, log_in):
    answer = log_in(staff("auditor")).get("/gibt-es-nicht/")
    assert answer.status_code == 404
    assert "没有找到" in answer.content.decode()


# ---- what every page must be ----

PAGES = ["/", "/uploads/", "/uploads/new/", "/uploads/new/roll/", "/students/", "/jobs/", "/password/", "/login/"]


@pytest.mark.parametrize("path", PAGES)
def test_page_has_one_heading_labels_and_nothing_inline(staff, log_in, schools, path):
    client = Client() if path == "/login/" else log_in(staff("registry_officer"))
    answer = client.get(path)
    text = answer.content.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert len(re.findall(r"<h1\b", text)) == 1
    assert not re.search(r"<style\b|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)
    for field in re.findall(r'<(?:input|select|textarea)\b[^>]*\bid="([^"]+)"', text):
        assert f'for="{field}"' in text, field


STATIC = Path(settings.BASE_DIR) / "static"
TOO_NEW = re.compile(r"color-mix|:has\(|@layer|@container|:is\(|:where\(|&\s*[.:{>]|aspect-ratio|popover")


def test_style_runs_on_chromium_86():
    css = (STATIC / "office" / "office.css").read_text()
    assert TOO_NEW.findall(css) == []


def test_vendored_files_carry_no_source_map_and_have_licences():
    for file in (STATIC / "vendor").iterdir():
        assert "sourceMappingURL" not in file.read_text(), file.name
    licences = (STATIC / "vendor" / "LICENSES.txt").read_text()
    assert all(name in licences for name in ("bootstrap 5.3.9", "htmx.org 2.0.11", "bootstrap-icons 1.13.2"))


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "office" / "icons.svg").read_text()))
    named = {entry.icon for _, entries in menu.MENU for entry in entries}
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        text = template.read_text()
        named |= set(re.findall(r'_icon\.html" with name="([^"]+)"', text))
        named |= set(re.findall(r'\bicon="([^"]+)"', text))
    assert named - sprite == set()


def test_no_comment_of_a_template_runs_over_its_line():
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        assert not re.search(r"\{#[^}]*\n", template.read_text()), template


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        *((name, f"{name}-paper") for name in ("good", "bad", "warn", "info", "idle")),
        *((name, "paper") for name in ("ink", "ink-soft", "link", "primary")),
        *((name, "sheet") for name in ("ink", "ink-soft", "link", "primary", "bad")),
        ("navy-text", "navy"),
        ("navy-text", "navy-dark"),
        ("sheet", "primary"),
        ("sheet", "primary-dark"),
    ],
)
def test_colours_have_contrast(text, paper):
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", (STATIC / "office" / "office.css").read_text()))
    light, dark = sorted((_luminance(tokens[text]), _luminance(tokens[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
