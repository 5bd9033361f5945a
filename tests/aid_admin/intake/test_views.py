"""The import wizard, from the choice of a kind to undo."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from aid_admin.audit.models import AuditEvent
from aid_admin.files.models import StoredFile
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import UploadState, title_of
from aid_admin.jobs import queue
from aid_admin.lib.sheets.issues import CATALOGUE
from tests.aid_admin.intake.wizard import good, half_bad, id_number, send, sheet
from tests.browser_files import text_of

HTMX = {"HX-Request": "true"}


def test_uploads_anonymous(db):
    assert Client().get("/uploads/").status_code == 302


def test_choose_offers_own_kinds_only(client):
    text = client.get("/uploads/new/").content.decode()
    assert "在校就读确认" in text
    assert "建档立卡" not in text


def test_choose_wrong_role(staff, log_in):
    client = log_in(staff("approver"))
    assert client.get("/uploads/new/").status_code == 403
    assert client.get("/uploads/new/attendance/").status_code == 403


def test_send_kind_of_another_role(client):
    answer = client.get("/uploads/new/poverty/")
    assert answer.status_code == 403
    assert "您的岗位不报送" in answer.content.decode()
    assert client.get("/uploads/new/nothing/").status_code == 404


def test_template_is_a_workbook_of_text_columns(client):
    answer = client.get("/uploads/new/attendance/template/")
    assert "attachment" in answer.headers["Content-Disposition"]
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert "身份证号*" in [cell.value for cell in page[2]]


def test_send_without_file_keeps_the_form(client):
    answer = client.post("/uploads/new/attendance/", {"school": "3141000001"}, headers=HTMX)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "请选择要上传的文件" in text
    assert "<html" not in text


def test_send_for_a_foreign_school(client):
    answer = client.post("/uploads/new/attendance/", {"school": "3141000002", "file": sheet(good(1, "北阳镇中心小学"))})
    assert answer.status_code == 422
    assert not Upload.objects.exists()


def test_send_by_htmx_goes_to_the_upload(client):
    given = {"school": "3141000001", "file": sheet(good(1, "高村镇第一小学"))}
    answer = client.post("/uploads/new/attendance/", given, headers=HTMX)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/uploads/{Upload.objects.get().pk}/"


def test_reading_is_shown_until_the_worker_is_done(client):
    client.post("/uploads/new/attendance/", {"school": "3141000001", "file": sheet(good(1, "高村镇第一小学"))})
    upload = Upload.objects.get()
    assert "正在读取和检查" in client.get(f"/uploads/{upload.pk}/").content.decode()
    assert client.get(f"/uploads/{upload.pk}/progress/").status_code == 200
    queue.work_all()
    answer = client.get(f"/uploads/{upload.pk}/progress/")
    assert answer.status_code == 286
    assert answer.headers["HX-Refresh"] == "true"


def test_preview_names_row_column_and_person(client):
    upload = half_bad(client)
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "<b>3</b>" in text
    assert "李错" in text
    assert "没有找到学校“没有的学校”" in text
    assert "身份证号有误" not in text
    text = client.get(f"/uploads/{upload.pk}/?tab=all").content.decode()
    assert "身份证号有误" in text
    assert "410622201203010010" not in text
    assert "410622********0010" in text


def test_preview_shows_enough_of_a_short_number_to_find_the_slip(client):
    upload = send(client, "高村镇第一小学,三年级,1班,李错,41062220120301,是,")
    text = client.get(f"/uploads/{upload.pk}/?tab=all").content.decode()
    assert "身份证号有误：应为18位，现在是14位，少了4位；请核对户口本后改正" in text
    assert "410622****0301" in text


def test_preview_tabs_and_codes(client):
    upload = half_bad(client)
    assert "没有这一类问题" in client.get(f"/uploads/{upload.pk}/?tab=repair").content.decode()
    assert client.get(f"/uploads/{upload.pk}/?tab=nonsense&code=nonsense&page=-1").status_code == 200


def test_upload_of_another_school_is_not_found(client, staff, log_in, schools):
    upload = half_bad(client)
    other = log_in(staff("school_clerk", schools[1]))
    for path in ("", "progress/", "marked/"):
        assert other.get(f"/uploads/{upload.pk}/{path}").status_code == 404
    for path in ("commit/", "undo/", "mark/", "marked/file/", "issues/"):
        assert other.post(f"/uploads/{upload.pk}/{path}").status_code == 404
    assert "在校.csv" not in other.get("/uploads/").content.decode()


def test_commit_with_errors_is_refused_beside_the_form(client):
    upload = half_bad(client)
    answer = client.post(f"/uploads/{upload.pk}/commit/")
    assert answer.status_code == 200
    assert "没有导入任何一行" in answer.content.decode()
    upload.refresh_from_db()
    assert upload.state == UploadState.READ


def test_commit_partly_by_choice(client):
    upload = half_bad(client)
    answer = client.post(f"/uploads/{upload.pk}/commit/", {"partial": "on"}, follow=True)
    assert "数据已生效" in answer.content.decode()
    assert InForce.objects.filter(upload=upload, until=None).count() == 1


def test_commit_address_reloaded_shows_the_upload(client):
    upload = half_bad(client)
    assert client.get(f"/uploads/{upload.pk}/commit/").headers["Location"] == f"/uploads/{upload.pk}/"


def test_commit_by_a_role_without_the_right(client, staff, log_in):
    upload = half_bad(client)
    reviewer = log_in(staff("reviewer"))
    assert reviewer.post(f"/uploads/{upload.pk}/commit/").status_code == 403
    assert 'data-dialog="commit"' not in reviewer.get(f"/uploads/{upload.pk}/").content.decode()


def test_undo_needs_a_reason(client):
    upload = send(client, good(1, "高村镇第一小学"))
    client.post(f"/uploads/{upload.pk}/commit/")
    answer = client.post(f"/uploads/{upload.pk}/undo/", {"undo-reason": ""})
    assert "请写明原因" in answer.content.decode()
    assert InForce.objects.filter(until=None).exists()
    client.post(f"/uploads/{upload.pk}/undo/", {"undo-reason": "报错了班级"})
    assert not InForce.objects.filter(until=None).exists()
    assert AuditEvent.objects.filter(verb="upload.undo", reason="报错了班级").count() == 1


def test_same_file_again_leads_to_the_first(client):
    first = send(client, good(1, "高村镇第一小学"))
    answer = client.post(
        "/uploads/new/attendance/", {"school": "3141000001", "file": sheet(good(1, "高村镇第一小学"))}, follow=True
    )
    assert answer.redirect_chain[0][0] == f"/uploads/{first.pk}/"
    assert "已经上传过" in answer.content.decode()
    assert Upload.objects.count() == 1


def registry(name: str = "孤儿.csv") -> SimpleUploadedFile:
    rows = ["姓名,身份证号,福利证号", f"孙一,{id_number(7)},GE0001"]
    return SimpleUploadedFile(name, "\n".join(rows).encode("utf-8-sig"), "text/csv")


def test_registry_needs_a_second_person(staff, log_in, schools):
    first, second = (log_in(staff("registry_officer", username=name)) for name in ("shuju1", "shuju2"))
    first.post("/uploads/new/orphans/", {"file": registry()})
    queue.work_all()
    upload = Upload.objects.get()
    assert upload.accepted == 1, upload.message
    first.post(f"/uploads/{upload.pk}/commit/")
    assert not InForce.objects.exists()
    own = first.post(f"/uploads/{upload.pk}/activate/", {"activate-reason": ""}).content.decode()
    assert "提交人本人不能复核" in own
    assert "等待另一名数据专员复核" in second.get(f"/uploads/{upload.pk}/").content.decode()
    second.post(f"/uploads/{upload.pk}/activate/", {"activate-reason": "与来函一致"})
    assert InForce.objects.get().confirmed_by.username == "shuju2"


def test_marked_workbook_is_made_by_a_job_and_logged(client):
    upload = half_bad(client)
    answer = client.post(f"/uploads/{upload.pk}/mark/", headers=HTMX)
    assert "正在生成带标注的原表" in answer.content.decode()
    queue.work_all()
    answer = client.get(f"/uploads/{upload.pk}/marked/")
    assert answer.status_code == 286
    assert "下载带标注的原表" in answer.content.decode()
    now = '<span id="{}"{}>点“下载带标注的原表”，改正</span>'
    for place in ("marked-next", "marked-next-commit"):  # the sentences that name the button change with it
        assert now.format(place, ' hx-swap-oob="true"') in answer.content.decode()
        assert now.format(place, "") in client.get(f"/uploads/{upload.pk}/").content.decode()
    answer = client.post(f"/uploads/{upload.pk}/marked/file/")
    page = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert "错误原因" in [cell.value for cell in page[1]]
    assert "没有找到学校" in page.cell(3, page.max_column).value
    assert StoredFile.objects.filter(kind="marked").count() == 1
    assert AuditEvent.objects.filter(verb="upload.download", object_id=str(upload.pk)).count() == 1
    assert client.get(f"/uploads/{upload.pk}/marked/file/").status_code == 405


def test_marked_workbook_before_it_is_made(client):
    upload = half_bad(client)
    answer = client.post(f"/uploads/{upload.pk}/marked/file/")
    assert answer.status_code == 404
    assert "带标注的原表还没有生成" in answer.content.decode()


def test_list_of_issues_is_printed_masked_and_logged(client):
    upload = half_bad(client)
    assert "打印问题清单" in client.get(f"/uploads/{upload.pk}/").content.decode()
    answer = client.post(f"/uploads/{upload.pk}/issues/")
    assert answer.headers["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    listed = [*upload.issues.filter(level="error"), *upload.issues.filter(level="warning")]
    places = []
    for issue in listed:
        assert "".join(issue.message.split()) in text
        assert issue.person in text
        places.append(text.index("".join(issue.message.split())))
    assert places == sorted(places)
    assert "410622********0010" in text
    assert "410622201203010010" not in text
    assert f"共{upload.rows}行，{upload.accepted}行可以导入，{upload.refused}行有错误" in text
    assert AuditEvent.objects.filter(verb="upload.print", object_id=str(upload.pk), to_state="EXPORTED").count() == 1


def test_long_list_of_issues_says_where_the_rest_is(client, monkeypatch):
    monkeypatch.setattr("aid_admin.intake.actions.printing.MOST_PRINTED", 1)
    upload = half_bad(client)
    assert upload.issues.count() > 1
    text = text_of(client.post(f"/uploads/{upload.pk}/issues/").content)
    assert "以下列出前1处，其余见系统里的“带标注的原表”" in text


def test_list_of_issues_of_a_good_file_is_refused(client):
    upload = half_bad(client)
    upload.issues.all().delete()
    answer = client.post(f"/uploads/{upload.pk}/issues/")
    assert answer.status_code == 409
    assert "不需要问题清单" in answer.content.decode()


def test_unreadable_file_says_why_and_offers_another_try(client):
    file = SimpleUploadedFile("照片.xlsx", b"\xff\xd8\xff\xe0 not a sheet")
    client.post("/uploads/new/attendance/", {"school": "3141000001", "file": file})
    queue.work_all()
    upload = Upload.objects.get()
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert upload.message
    assert upload.message in text
    assert "重新上传" in text
    assert "data-dialog=" not in text


def test_list_filters(client):
    upload = half_bad(client)
    assert f"/uploads/{upload.pk}/" in client.get("/uploads/?state=READ").content.decode()
    assert f"/uploads/{upload.pk}/" not in client.get("/uploads/?state=IN_FORCE").content.decode()
    assert f"/uploads/{upload.pk}/" in client.get("/uploads/?q=高村").content.decode()
    assert "没有符合条件" in client.get("/uploads/?q=没有的学校").content.decode()
    assert client.get("/uploads/?state=NONSENSE").status_code == 200


def test_pages_stay_within_twelve_queries(client, django_assert_max_num_queries):
    upload = half_bad(client)
    with django_assert_max_num_queries(12):
        client.get("/uploads/")
    with django_assert_max_num_queries(12):
        client.get(f"/uploads/{upload.pk}/")


@pytest.mark.parametrize("code", list(CATALOGUE))
def test_title_of_an_issue_has_no_gaps(code):
    title = title_of(code)
    assert re.search("[\u4e00-\u9fff]", title), title
    assert "{" not in title


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("ID_INVALID", "身份证号有误"),
        ("FOREIGN_SCHOOL", "不是本校的行"),
        ("STAGE_NOT_TAUGHT", "学校没有这个学段"),
        ("DUPLICATE_PERSON", "同一个人重复"),
        ("UNKNOWN_SCHOOL", "没有找到学校"),
        ("DATE_INVALID", "该列不是日期"),
        ("SEX_MISMATCH", "性别与身份证号不一致"),
    ],
)
def test_title_of_an_issue_reads_as_a_heading(code, title):
    assert title_of(code) == title


def test_title_of_an_issue_that_no_parser_knows():
    assert title_of("UNKNOWN_STUDENT") == "身份证号不在本县学籍中"
    assert title_of("SOMETHING_NEW") == "其他问题"


def test_only_who_sees_one_school_alone_is_not_asked_for_it(client, clerk, schools):
    own = schools[0]
    assert (
        f'<input type="hidden" name="school" value="{own.code}"'
        in client.get("/uploads/new/attendance/").content.decode()
    )
    clerk.roleassignment_set.create(role="auditor", since=timezone.now() - timedelta(1))
    asked = client.get("/uploads/new/attendance/").content.decode()
    assert '<select name="school"' in asked
    assert all(school.code in asked for school in schools)
