"""An upload's page: what comes next, its rows, its columns by hand."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from aid_admin.files.models import StoredFile
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import UploadState
from aid_admin.jobs import queue
from aid_admin.lib import id_card
from tests.aid_admin.intake.wizard import HEAD, good, half_bad, id_number, send


def buttons(text: str) -> dict[str, str]:
    """Title of each button at the head of the page -> how heavy it is."""
    head = text.split('class="page-actions"')[1].split("</div></div>")[0]
    found = re.findall(r'class="btn (btn-[\w-]+)"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', head, re.DOTALL)
    return {title.strip(): weight for weight, title in found}


def test_only_the_next_button_is_heavy(client):
    clean, faulty = send(client, good(1, "高村镇第一小学")), half_bad(client)
    weights = buttons(client.get(f"/uploads/{clean.pk}/").content.decode())
    assert weights == {"提交导入": "btn-primary", "重新上传": "btn-plain", "放弃": "btn-plain"}
    weights = buttons(client.get(f"/uploads/{faulty.pk}/").content.decode())
    assert weights == {
        "生成带标注的原表": "btn-plain",
        "打印问题清单": "btn-plain",
        "提交导入": "btn-plain",
        "重新上传": "btn-primary",
        "放弃": "btn-plain",
    }


def test_pages_say_what_comes_next(client):
    upload = send(client, good(1, "高村镇第一小学"))
    text = client.post(f"/uploads/{upload.pk}/commit/", follow=True).content.decode()
    assert "下一步：接着报送认定申请和银行账号" in text
    assert 'href="/uploads/new/">前往' in text
    text = client.post(f"/uploads/{upload.pk}/undo/", {"undo-reason": "报错了"}, follow=True).content.decode()
    assert "要报新的数据" in text
    assert buttons(text) == {"恢复生效": "btn-plain", "重新上传": "btn-primary"}
    client.post(f"/uploads/{upload.pk}/restore/", {"restore-reason": "撤销错了"})
    assert {held.upload for held in InForce.objects.all()} == {upload}


def test_file_of_another_semester_cannot_be_committed(client):
    lines = ["淇县2019年秋季学期在校就读情况表,,,,,,", HEAD, good(1, "高村镇第一小学")]
    file = SimpleUploadedFile("在校.csv", "\n".join(lines).encode("utf-8-sig"), "text/csv")
    client.post("/uploads/new/attendance/", {"school": "3141000001", "file": file})
    queue.work_all()
    upload = Upload.objects.get()
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "不是本学期，这份文件不能提交" in text
    assert buttons(text) == {
        "生成带标注的原表": "btn-plain",
        "打印问题清单": "btn-plain",
        "重新上传": "btn-primary",
        "放弃": "btn-plain",
    }
    assert "不是本学期的" in client.post(f"/uploads/{upload.pk}/commit/", {"partial": "on"}).content.decode()
    assert not InForce.objects.exists()


def test_rows_that_can_be_imported_are_shown_with_masked_numbers(client):
    upload = send(client, *(good(place, "高村镇第一小学") for place in range(25)))
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "系统读到的前 20 行" in text
    assert text.count("王小") == 20
    assert id_number(3) not in text
    assert id_card.mask(id_number(3)) in text
    assert "没有可导入的行" in client.get(f"/uploads/{nothing_right(client).pk}/?tab=rows").content.decode()


def nothing_right(client: Client) -> Upload:
    return send(client, "没有的学校,三年级,1班,李错,410622201203010010,是,")


def unrecognised(client: Client) -> Upload:
    lines = ["所在校,年级,班级,孩子,证号,来了没有", f"高村镇第一小学,三年级,1班,王小,{id_number(1)},是"]
    file = SimpleUploadedFile("在校.csv", "\n".join(lines).encode("utf-8-sig"), "text/csv")
    client.post("/uploads/new/attendance/", {"school": "3141000001", "file": file})
    queue.work_all()
    return Upload.objects.latest("pk")


def test_columns_by_hand(client):
    upload = unrecognised(client)
    page = f"/uploads/{upload.pk}/columns/"
    assert page in client.get(f"/uploads/{upload.pk}/").content.decode()
    text = client.get(page).content.decode()
    assert '<option value="年级" selected>' in text
    assert "所在校、年级、班级、孩子、证号、来了没有" in text
    given = {"school_name": "所在校", "grade": "年级", "name": "孩子", "id_number": "证号", "attending": "来了没有"}
    answer = client.post(page, given)
    mapped = Upload.objects.latest("pk")
    assert answer.headers["Location"] == f"/uploads/{mapped.pk}/"
    queue.work_all()
    mapped.refresh_from_db()
    assert (mapped.accepted, mapped.mapping) == (1, given | {"class_name": ""})
    assert "手工指定" in client.get(f"/uploads/{mapped.pk}/").content.decode()


def test_columns_that_are_missing_or_taken_twice(client):
    upload = unrecognised(client)
    answer = client.post(
        f"/uploads/{upload.pk}/columns/", {"name": "孩子", "school_name": "孩子", "attending": "没有的列"}
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "“孩子”已经对应了“学校名称”" in text
    assert "“身份证号”必须有，请选它在表里的列名" in text
    assert Upload.objects.count() == 1


def test_columns_of_what_is_committed_or_no_table(client):
    upload = send(client, good(1, "高村镇第一小学"))
    client.post(f"/uploads/{upload.pk}/commit/")
    given = {"name": "姓名", "id_number": "身份证号", "attending": "是否在校就读"}
    answer = client.post(f"/uploads/{upload.pk}/columns/", given)
    assert answer.status_code == 422
    assert "已经按原来的列对应提交" in answer.content.decode()
    file = SimpleUploadedFile("照片.xlsx", b"\xff\xd8\xff\xe0 not a sheet")
    client.post("/uploads/new/attendance/", {"school": "3141000001", "file": file})
    queue.work_all()
    answer = client.get(f"/uploads/{Upload.objects.latest('pk').pk}/columns/")
    assert "这是JPG 图片，不是表格" in answer.content.decode()


def test_file_that_is_no_table_has_no_columns_to_name_and_needs_nothing_more(client):
    file = SimpleUploadedFile("照片.xlsx", b"\xff\xd8\xff\xe0 not a sheet")
    answer = client.post("/uploads/new/attendance/", {"school": "3141000001", "file": file})
    queue.work_all()
    text = client.get(answer.headers["Location"]).content.decode()
    assert buttons(text) == {"重新上传": "btn-primary"}
    assert "这是JPG 图片，不是表格" in text
    assert "也不算待办，不用再处理" in text
    assert "重新上传" in buttons(client.get(f"/uploads/{unrecognised(client).pk}/").content.decode())


def test_columns_by_others(client, staff, log_in, schools):
    upload = unrecognised(client)
    page = f"/uploads/{upload.pk}/columns/"
    assert Client().get(page).status_code == 302
    assert log_in(staff("reviewer")).get(page).status_code == 403
    assert log_in(staff("school_clerk", schools[1])).get(page).status_code == 404
    assert log_in(staff("registry_officer")).get(page).status_code == 403


def test_upload_of_a_kind_with_a_page_of_its_own(staff, log_in):
    clerk = staff("finance_clerk")
    stored = StoredFile.objects.create(sha256="0" * 64, size=1, kind="return", name="回盘.txt", by=clerk)
    upload = Upload.objects.create(
        kind="returns", stored_file=stored, sha256="0" * 64, by=clerk, state=UploadState.COMMITTED,
        read_at=timezone.now(), committed_by=clerk, rows=1, accepted=1,
    )  # fmt: skip
    text = log_in(clerk).get(f"/uploads/{upload.pk}/?tab=rows").content.decode()
    assert "可导入的行" not in text
    assert "手工对应" not in text
    assert log_in(clerk).get(f"/uploads/{upload.pk}/columns/").status_code == 403
