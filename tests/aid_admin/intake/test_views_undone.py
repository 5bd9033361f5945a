"""What a sender may do about an upload that was undone, given up, or came too late; and what the preview adds up."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aid_admin.accounts.rules import Role
from aid_admin.intake.models import InForce, Upload
from aid_admin.intake.rules import SENT_BEFORE, Standing, UploadState
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from disbursement.models import Roster
from disbursement.rules.states import RosterState
from eligibility.models import AidProgramme, Run, RunKind
from tests.aid_admin.intake.wizard import good, half_bad, id_number, send, sheet
from tests.factories import accounts, county, files, people, students

HERE = "高村镇第一小学"


def undone(client: Client) -> Upload:
    upload = send(client, good(1, HERE))
    client.post(f"/uploads/{upload.pk}/commit/")
    client.post(f"/uploads/{upload.pk}/undo/", {"undo-reason": "报错了"})
    return upload


def again(client: Client, *rows: str) -> str:
    """The page that the same file leads to when it is sent once more."""
    given = {"school": "3141000001", "file": sheet(*rows)}
    return client.post("/uploads/new/attendance/", given, follow=True).content.decode()


# ---- undone ----


def test_undone_upload_says_what_to_do_and_is_restored(client):
    upload = undone(client)
    page = f"/uploads/{upload.pk}/"
    text = client.get(page).content.decode()
    assert "点右上角“恢复生效”" in text
    assert 'data-dialog="restore"' in text
    text = client.post(f"{page}restore/", {"restore-reason": ""}).content.decode()
    assert "请写明原因" in text
    assert not InForce.objects.filter(until=None).exists()
    text = client.post(f"{page}restore/", {"restore-reason": "撤错了"}, follow=True).content.decode()
    assert "已恢复，1 行数据重新生效" in text
    assert "恢复生效</b>" in text  # the history
    assert InForce.objects.filter(upload=upload, until=None).exists()


def test_same_file_again_is_told_what_to_do_by_how_the_first_stands(client):
    upload = send(client, good(1, HERE))
    assert "还没有提交。下一步" in again(client, good(1, HERE))
    client.post(f"/uploads/{upload.pk}/commit/")
    assert "正在生效，不用再传" in again(client, good(1, HERE))
    client.post(f"/uploads/{upload.pk}/undo/", {"undo-reason": "报错了"})
    text = again(client, good(1, HERE))
    assert f"已经上传过（第 {upload.pk} 号，下面就是那一次），{SENT_BEFORE[Standing.OUT_OF_FORCE]}" in text
    assert 'data-dialog="restore"' in text
    newer = send(client, good(2, HERE))
    client.post(f"/uploads/{newer.pk}/commit/")
    text = again(client, good(1, HERE))
    assert f"后来被第 {newer.pk} 号代替" in text
    assert 'data-dialog="restore"' not in text
    assert f"请撤销第 {newer.pk} 号" in text


def test_restore_past_a_later_upload_is_refused_beside_the_form(client):
    first = undone(client)
    newer = send(client, good(2, HERE))
    client.post(f"/uploads/{newer.pk}/commit/")
    text = client.post(f"/uploads/{first.pk}/restore/", {"restore-reason": "撤错了"}).content.decode()
    assert f"之后提交的第 {newer.pk} 号正在生效" in text


def test_registry_is_restored_by_the_second_officer(staff, log_in, schools):
    first, second = (log_in(staff("registry_officer", username=name)) for name in ("shuju1", "shuju2"))
    file = SimpleUploadedFile(
        "孤儿.csv", f"姓名,身份证号,福利证号\n孙一,{id_number(7)},GE0001".encode("utf-8-sig"), "text/csv"
    )
    first.post("/uploads/new/orphans/", {"file": file})
    queue.work_all()
    page = f"/uploads/{Upload.objects.get().pk}/"
    first.post(f"{page}commit/")
    second.post(f"{page}activate/", {"activate-reason": ""})
    first.post(f"{page}undo/", {"undo-reason": "旧数据"})
    text = first.get(page).content.decode()
    assert "须由提交人以外的数据专员" in text
    assert 'data-dialog="restore"' not in text
    assert 'data-dialog="restore"' in second.get(page).content.decode()
    second.post(f"{page}restore/", {"restore-reason": "是新的"})
    assert InForce.objects.get(until=None).confirmed_by.username == "shuju2"


def test_restore_and_discard_by_others(client, staff, log_in, schools):
    upload = undone(client)
    for deed in ("restore", "discard"):
        path = f"/uploads/{upload.pk}/{deed}/"
        assert Client().post(path).headers["Location"].startswith("/login/")
        assert log_in(staff("reviewer", username=f"v-{deed}")).post(path).status_code == 403
        other = staff("school_clerk", schools[1], username=f"c-{deed}")
        assert log_in(other).post(path, {"restore-reason": "x"}).status_code == 404
        assert client.get(path).headers["Location"] == f"/uploads/{upload.pk}/"
    assert 'data-dialog="restore"' not in log_in(staff("auditor")).get(f"/uploads/{upload.pk}/").content.decode()


# ---- given up, or too late ----


def test_discarded_upload_leaves_the_list_of_what_waits(client):
    upload = half_bad(client)
    assert "文件已读完，等待提交" in client.get("/").content.decode()
    text = client.post(f"/uploads/{upload.pk}/discard/", follow=True).content.decode()
    assert "已放弃，没有导入任何数据" in text
    assert "放弃了这次上传" in text
    assert "重新上传" in text
    assert "文件已读完，等待提交" not in client.get("/").content.decode()
    upload.refresh_from_db()
    assert upload.state == UploadState.REFUSED


def test_discard_of_a_committed_upload_is_refused(client):
    upload = send(client, good(1, HERE))
    client.post(f"/uploads/{upload.pk}/commit/")
    assert "不能放弃" in client.post(f"/uploads/{upload.pk}/discard/").content.decode()


def test_reading_that_broke_down_can_be_given_up(client):
    client.post("/uploads/new/attendance/", {"school": "3141000001", "file": sheet(good(1, HERE))})
    upload = Upload.objects.get()
    page = f"/uploads/{upload.pk}/"
    assert 'data-dialog="discard"' not in client.get(page).content.decode()
    assert "还在读取" in client.post(f"{page}discard/").content.decode()
    Job.objects.update(state="QUARANTINED")
    assert 'data-dialog="discard"' in client.get(page).content.decode()
    assert "已放弃" in client.post(f"{page}discard/", follow=True).content.decode()


def tags(client: Client, query: str = "") -> dict[int, str]:
    """Number of each upload in the list -> how it stands."""
    rows = client.get(f"/uploads/{query}").content.decode().split("<tbody>")[-1].split("<tr>")[1:]
    return {
        int(re.search(r'"num">(\d+)<', row)[1]): re.search(r'class="tag is-\w+"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', row)[1]
        for row in rows
    }


def test_file_whose_place_a_later_one_took_says_so_and_waits_no_longer(client):
    first, broken = send(client, good(1, HERE)), half_bad(client)
    client.post(f"/uploads/{first.pk}/commit/")
    assert tags(client) == {first.pk: "生效中", broken.pk: "待提交"}
    home = client.get("/").content.decode()
    assert "文件已读完，等待提交" in home
    assert "改正后重新上传，或放弃" in home
    newer = send(client, good(2, HERE))
    client.post(f"/uploads/{newer.pk}/commit/")
    gone = f"已被第 {newer.pk} 号代替"
    assert tags(client) == {first.pk: gone, broken.pk: gone, newer.pk: "生效中"}
    assert tags(client, "?state=READ") == tags(client, "?state=OUT_OF_FORCE") == {}
    assert tags(client, "?state=REPLACED") == {first.pk: gone, broken.pk: gone}
    assert '<span class="tag is-idle">' in client.get(f"/uploads/{broken.pk}/").content.decode()
    assert "文件已读完，等待提交" not in client.get("/").content.decode()
    client.post(f"/uploads/{newer.pk}/undo/", {"undo-reason": "报错了"})
    assert tags(client) == {first.pk: "生效中", broken.pk: "待提交", newer.pk: "已停用"}
    client.post(f"/uploads/{broken.pk}/commit/", {"partial": "on"})
    assert tags(client)[first.pk] == f"已被第 {broken.pk} 号代替"


def test_commit_of_a_file_older_than_the_one_in_force_warns(client):
    older, newer = send(client, good(1, HERE)), send(client, good(2, HERE))
    assert "上传得早" not in client.get(f"/uploads/{older.pk}/").content.decode()
    client.post(f"/uploads/{newer.pk}/commit/")
    text = client.get(f"/uploads/{older.pk}/").content.decode()
    assert f"第 {newer.pk} 号（在校.csv）</a>上传得早" in text
    dialog = text.split('<dialog id="commit"')[1].split("</dialog>")[0]
    assert f"正在生效的第 {newer.pk} 号“在校.csv”是之后上传的" in dialog


# ---- faulty rows ----


def test_dialog_with_refused_rows_gives_two_clear_choices(client):
    upload = half_bad(client)
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    dialog = text.split('<dialog id="commit"')[1].split("</dialog>")[0]
    # as in every dialog the main button stands last; the keyboard begins there
    found = re.findall(r"<button([^>]*)>([^<]+)</button>", dialog)
    assert [title for _, title in found] == ["只导入没有错误的 1 行", "不导入，改好再传"]
    assert "btn-primary" in found[-1][0]
    assert "autofocus" in found[-1][0]
    assert "点“生成带标注的原表”，下载后改正" in dialog
    assert "点“生成带标注的原表”，下载后改正" in text.split('<dialog id="commit"')[0]
    assert 'name="partial" value="on"' in dialog
    assert "checkbox" not in dialog


def test_whole_file_of_another_school_is_refused_in_one_sentence(client):
    upload = send(client, *(good(place, "北阳镇中心小学") for place in range(1, 12)))
    assert (upload.state, upload.refused) == (UploadState.REFUSED, 11)
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "整个文件是“北阳镇中心小学”的，不是本校的" in text
    assert "请删去" not in text
    assert 'data-dialog="commit"' not in text
    assert "文件已读完，等待提交" not in client.get("/").content.decode()
    assert "没有被接收" in client.post(f"/uploads/{upload.pk}/commit/", {"partial": "on"}).content.decode()
    assert upload.issues.count() == 11  # kept for the marked copy and the command


def test_rows_of_several_other_schools(client):
    upload = send(client, good(1, "北阳镇中心小学"), good(2, "西岗镇初级中学"))
    assert "等几所学校的" in upload.message


def test_file_without_one_good_row_is_refused_and_says_why(client):
    upload = send(client, "没有的学校,三年级,1班,李错,410622201203010010,是,", good(1, "北阳镇中心小学"))
    assert upload.state == UploadState.REFUSED
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "2 行都有错误，没有可以导入的行，不能提交" in text
    assert "没有找到学校“没有的学校”" in text
    assert send(client, good(1, "北阳镇中心小学")).pk > upload.pk


def test_file_without_rows_is_refused(client):
    upload = send(client)
    assert upload.state == UploadState.REFUSED
    assert "表里没有数据行" in client.get(f"/uploads/{upload.pk}/").content.decode()


def test_figures_count_what_the_tabs_count(client):
    upload = half_bad(client)
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    figures = {name: int(n) for n, name in re.findall(r'<div class="figure[^>]*><b>(\d+)</b>([^<]+)<', text)}
    warnings = upload.issues.filter(level="warning").count()
    assert (figures["处提醒"], upload.warned) == (warnings, 0)  # the only warning stands in a refused row
    assert f'提醒<span class="count">{warnings}</span>' in text


# ---- a roster: what a clerk checks ----


@pytest.fixture
def pupils(schools):
    return [students.student() for _ in range(3)]


def roster(pupils, total: list[object], fen: int = 40000, school: str = HERE) -> SimpleUploadedFile:
    head = ["学校名称", "学生姓名", "身份证号", "资助项目", "资助金额"]
    rows = [[school, p.name, p.id_number, "义务教育营养改善计划", str(fen // 100)] for p in pupils]
    return SimpleUploadedFile("名册.xlsx", files.workbook(head, [*rows, total], "名册"))


def filed(client: Client, file: SimpleUploadedFile) -> Upload:
    client.post("/uploads/new/roster/", {"school": "3141000001", "file": file})
    queue.work_all()
    return Upload.objects.latest("pk")


def test_roster_shows_programme_persons_and_amount_beside_its_own_total(client, pupils):
    upload = filed(client, roster(pupils, ["合计", "合计人数：3人", "", "", "1200"]))
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    assert "义务教育营养改善计划</th>" in text
    assert "<b>1,200.00</b>" in text
    assert "与表中合计一致" in text
    assert "数据日期" not in text


def test_list_names_a_rosters_programme_and_the_whole_file_name(client, pupils, django_assert_max_num_queries):
    filed(client, roster(pupils, ["合计", "3人", "", "", "1200"]))
    with django_assert_max_num_queries(12):
        text = client.get("/uploads/").content.decode()
    assert '资助发放名册（学校填报）</a><div class="small soft fw-normal text-wrap">义务教育营养改善计划</div>' in text
    assert 'title="名册.xlsx"' in text


def test_roster_rows_have_their_amounts_to_the_right(client, pupils):
    upload = filed(client, roster(pupils, ["合计", "3人", "", "", "1200"]))
    text = client.get(f"/uploads/{upload.pk}/?tab=rows").content.decode()
    assert '<th scope="col" class="num">资助金额</th>' in text
    assert text.count('<td class="num">400.00</td>') == 3


def test_roster_that_is_committed_says_its_sum_and_which_one_it_replaces(client, pupils):
    first = filed(client, roster(pupils, ["合计", "3人", "", "", "1200"]))
    dialog = client.get(f"/uploads/{first.pk}/").content.decode().split('<dialog id="commit"')[1]
    assert "合计 <b>1,200.00</b> 元" in dialog
    assert "代替" not in dialog.split("</dialog>")[0]
    told = client.post(f"/uploads/{first.pk}/commit/", follow=True).content.decode()
    assert (told.count("数据已生效"), "已导入的行" in told, "可导入的行" in told) == (1, True, False)
    assert "这份数据已生效。" in client.get(f"/uploads/{first.pk}/").content.decode()
    second = filed(client, roster(pupils[:2], ["合计", "2人", "", "", "800"]))
    assert f"并代替现在生效的第 {first.pk} 号" in client.get(f"/uploads/{second.pk}/").content.decode()


def test_roster_whose_total_differs_warns_and_names_both(client, pupils):
    upload = filed(client, roster(pupils, ["合计", "4人", "", "", "1,600.00"]))
    text = client.get(f"/uploads/{upload.pk}/").content.decode()
    for place in (text, text.split('<dialog id="commit"')[1]):
        assert "“合计”写的是 <b>4</b> 人 <b>1,600.00</b> 元" in place
        assert "系统读到可导入的是 <b>3</b> 人 <b>1,200.00</b> 元" in place


def test_roster_with_refused_rows_says_that_they_are_not_counted(client, pupils):
    stranger = type(pupils[0])(name="陌生", id_number=people.id_number())
    upload = filed(client, roster([*pupils, stranger], ["合计", "4人", "", "", "1600"]))
    assert upload.refused == 1
    assert "有错误的 1 行没有计入" in client.get(f"/uploads/{upload.pk}/").content.decode()


def test_roster_in_force_leads_to_its_page_once_it_is_drafted(client, pupils, schools):
    upload = filed(client, roster(pupils, ["合计", "3人", "", "", "1200"]))
    page = f"/uploads/{upload.pk}/"
    text = client.post(f"{page}commit/", follow=True).content.decode()
    assert "生成名册以后，名册会出现在您的待办里" in text
    run = Run.objects.create(kind=RunKind.ENTITLE, semester=county.semester(), inputs_digest="x", rules_version="y")
    made = Roster.objects.create(
        semester=county.semester(), school=schools[0], programme=AidProgramme.objects.get(code="NUTRITION"), run=run,
        filed=upload, prepared_by=accounts.user(Role.REVIEWER),
    )  # fmt: skip
    assert f'<a href="/rosters/{made.pk}/">打开{HERE}义务教育营养改善计划名册</a>' in client.get(page).content.decode()


def test_list_whose_roster_was_reported_says_so_and_offers_no_commit(client, pupils, schools):
    upload = filed(client, roster(pupils, ["合计", "3人", "", "", "1200"]))
    page = f"/uploads/{upload.pk}/"
    run = Run.objects.create(kind=RunKind.ENTITLE, semester=county.semester(), inputs_digest="x", rules_version="y")
    made = Roster.objects.create(
        semester=county.semester(), school=schools[0], programme=AidProgramme.objects.get(code="NUTRITION"), run=run,
        prepared_by=accounts.user(Role.REVIEWER),
    )  # fmt: skip
    assert 'data-dialog="commit"' in client.get(page).content.decode()
    head = accounts.user(Role.SCHOOL_HEAD, school=schools[0].code)
    Roster.objects.filter(pk=made.pk).update(state=RosterState.SUBMITTED, submitted_by=head)
    for text in (client.get(page).content.decode(), client.post(f"{page}commit/").content.decode()):
        assert "“义务教育营养改善计划”的名册已经上报，这份文件现在不能提交" in text
        assert "提交后立即生效" not in text
        assert 'data-dialog="commit"' not in text
        assert 'data-dialog="discard"' in text


def test_day_of_the_data_is_asked_and_shown_for_the_countys_data_alone(staff, log_in, schools, client):
    assert "数据日期" not in client.get("/uploads/new/attendance/").content.decode()
    officer = log_in(staff("registry_officer"))
    assert "数据日期" in officer.get("/uploads/new/orphans/").content.decode()
