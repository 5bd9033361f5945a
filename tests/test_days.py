"""A day's work of the people whom the school's semester (test_browser) does not show, each in the browser."""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count
from playwright.sync_api import expect

from aid_admin.accounts.models import User
from aid_admin.county.models import School
from aid_admin.jobs import queue
from aid_admin.lib import money
from archives.models import HomeVisit, MentoringPair, NoticeLetter
from disbursement.models import DisbursementBatch, PaymentLine, Roster
from eligibility.models import CoverageGap
from students.models import EnrolmentRecord
from tests.browser_files import cells, text_of
from tests.browsing import CHROMIUM, Office, Person, open_browser
from tests.disbursement.builders import photo

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"LEFT OUT: the browser run ({CHROMIUM} is missing)"),
]
PICTURE = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo().read()}


@pytest.fixture
def office(static_folder: None, calibrated_county: str, live_server: Any, tmp_path: Path) -> Iterator[Office]:
    """A browser before the live server of the published county at its semester's end."""
    shots = Path(os.environ.get("AID_SHOTS", str(tmp_path / "shots")))
    with open_browser() as browser:
        office = Office(browser, live_server.url, shots)
        yield office
        assert office.complaints == []


def a_school() -> str:
    """The code of a primary school with a dozen letters or more: the smallest of them."""
    rows = NoticeLetter.objects.filter(school__stages__stage="PRIMARY").values_list("school__code")
    return str(rows.annotate(n=Count("pk")).filter(n__gte=12).order_by("n", "school__code").first()[0])


def test_the_clerk_tells_families_and_visits_them(office: Office) -> None:
    school = a_school()
    clerk = office.person(f"jingban-{school}")
    letters = NoticeLetter.objects.filter(school__code=school)
    clerk.go("告知书")
    clerk.shot("letters")
    clerk.press("打印全校")
    clerk.press("开始生成")
    queue.work_all()
    button = clerk.page.get_by_role("button", name="下载 PDF")
    expect(button).to_be_visible()
    clerk.shot("letters-printed")
    with clerk.downloading() as files:
        button.click()
    assert "温馨告知书" in "".join(text_of(files[0]).split())
    clerk.follow("登记送达")
    clerk.pick_all()
    clerk.do("登记送达", 送达方式="家长会发放")
    clerk.told("已登记送达")
    assert set(letters.values_list("state", flat=True)) == {"DELIVERED"}
    clerk.page.get_by_role("main").get_by_role("link", name=re.compile("重置|看全部")).first.click()
    clerk.page.locator("tbody th a").first.click()
    clerk.press("登记回执")
    dialog = clerk.page.get_by_role("dialog")
    dialog.get_by_label(re.compile("^签收人")).fill("王建国")
    dialog.get_by_label("回执照片或扫描件").set_input_files(PICTURE)
    clerk.press("确认登记回执", within=dialog)
    clerk.sees("查看扫描件")
    clerk.shot("letter-signed")
    _visit(office, clerk, letters.first().student.name)
    clerk.go("一生一档")
    clerk.sees("缺件")
    clerk.shot("dossiers")
    clerk.go("结对帮扶")
    clerk.shot("pairing")
    pair = MentoringPair.objects.live().filter(school__code=school).first()
    clerk.row(pair.student.name).get_by_role("checkbox").check()
    clerk.do("安排帮扶教师", 帮扶教师="新教师", 变更原因="原教师调走")
    clerk.told("已为 1 名学生安排帮扶教师")


def _visit(office: Office, clerk: Person, name: str) -> None:
    """On the phone, beside the family."""
    clerk.page.set_viewport_size({"width": 390, "height": 844})
    clerk.page.goto("/visits/pick/")
    clerk.page.get_by_label("姓名、拼音首字母或身份证后四位").fill(name)
    clerk.press("查找")
    clerk.shot("visit-pick-390")
    clerk.page.locator(".pick-list a").first.click()
    clerk.page.get_by_label("家长说收到多少元").fill("1")
    clerk.page.get_by_label("主要困难").fill("父亲常年患病")
    clerk.page.get_by_label("走访照片").set_input_files(PICTURE)
    clerk.shot("visit-390")
    clerk.press("保存走访记录")
    clerk.sees("不一致", "父亲常年患病")
    clerk.shot("visit-saved-390")
    clerk.page.set_viewport_size({"width": 1366, "height": 768})
    assert HomeVisit.objects.filter(difficulty="父亲常年患病").count() == 1
    reviewer = office.person("chushen1")
    reviewer.page.goto("/visits/?differs=open")
    reviewer.page.get_by_role("row").filter(has_text="父亲常年患病").get_by_role("link").first.click()
    reviewer.do("登记核实结果", 核实结果="已看存折，家长记错")
    reviewer.told("已登记核实结果")


def test_a_late_pupil_comes_by_hand_to_the_second_round(office: Office) -> None:
    gap = (
        CoverageGap.objects.filter(record__registry="poverty", record__birth_date__year=2010)
        .order_by("-run", "pk")
        .first()
    )
    child = gap.record
    clerk = office.person(f"jingban-{a_school()}")
    clerk.go("学生$")
    clerk.follow("补录学生")
    clerk.follow("补录一名学生")
    page = clerk.page
    page.get_by_label("学生姓名").fill(child.name)
    page.get_by_label("身份证号", exact=False).first.fill(child.id_number)
    page.get_by_label("学籍号").fill(f"G{child.id_number}")
    page.get_by_label("学段").select_option(label="小学")
    page.get_by_label("年级").fill("四年级")
    page.get_by_label("补录原因").fill("四月转入")
    page.get_by_label("证明材料照片").set_input_files(PICTURE)
    clerk.shot("late-form")
    clerk.press("提交复核")
    clerk.sees("待复核", "四月转入")
    clerk.shot("late-proposed")
    _carry_on(office, child)


def _carry_on(office: Office, child: Any) -> None:
    """The second person, the comparison, the entitlement, the next round."""
    officer = office.person("shuju1")
    officer.go("学生$")
    officer.follow("补录学生")
    officer.page.get_by_role("link", name=child.name).click()
    officer.do("复核生效")
    officer.told("已生效")
    officer.shot("late-in-force")
    officer.go("部门比对")
    officer.do("执行比对")
    officer.told("比对已完成")
    reviewer = office.person("chushen1")
    reviewer.go("应助结果")
    reviewer.do("核定资格")
    reviewer.go("资助名册")
    reviewer.do("生成名册")
    reviewer.shot("late-second-round")
    assert EnrolmentRecord.objects.filter(upload__kind="late").count() == 1
    assert Roster.objects.filter(round=2, lines__student__id_number=child.id_number).exists()


def test_the_auditor_reads_and_checks(office: Office) -> None:
    auditor = office.person("shenji1")
    auditor.go("审计")
    auditor.shot("audit")
    auditor.press("校验审计链和数据")
    auditor.told("审计链完整")
    auditor.page.get_by_label("类别").select_option(label="批次与银行")
    auditor.press("查询")
    auditor.sees("放行批次")
    with auditor.downloading() as files:
        auditor.press("导出 Excel")
    assert files[0].startswith(b"PK")
    for menu in ("统计", "学期总览", "学校进度", "一生一档", "告知书"):
        auditor.go(menu)
        auditor.shot(f"auditor-{menu}")
    assert auditor.page.get_by_role("button", name="查看完整号码").count() == 0


def test_the_administrator_looks_after_users(office: Office) -> None:
    admin = office.person("guanli1")
    admin.go("用户与岗位")
    admin.shot("users")
    admin.follow("新建用户")
    admin.page.get_by_label("用户名").fill("zhang.san")
    admin.page.get_by_label("姓名").fill("张三")
    admin.page.get_by_label("岗位").select_option(label="财务经办")
    admin.press("建立")
    admin.told("一次性密码")
    admin.shot("user-made")
    school = a_school()
    person = User.objects.get(username=f"jingban-{school}")
    admin.page.goto(f"/users/{person.pk}/")
    admin.do("交接", 接手人的用户名="zhang.san", 原因="调走")
    admin.told("岗位已交接")
    admin.shot("handed-over")
    assert {post.school_code for post in User.objects.get(username="zhang.san").posts} == {"", school}
    admin.do("停用", 原因="调离教育系统")
    admin.told("已停用")
    admin.go("界面组件")
    admin.shot("components")


def test_the_finance_people_answer_for_every_fen(office: Office) -> None:
    clerk = office.person("caiwu1")
    clerk.home()
    clerk.go("资金发放")
    clerk.shot("batches")
    batch = DisbursementBatch.objects.filter(bank="RCC", reissue_of=None).get()
    clerk.follow(batch.no)
    clerk.shot("batch")
    with clerk.downloading() as files:
        clerk.press("打印拨付单")
    order = text_of(files[0])
    assert money.in_words(batch.total_fen) in order
    assert f"{batch.line_count}" in order.replace(",", "")
    with clerk.downloading() as files:
        clerk.press("下载代发文件")
    assert hashlib.sha256(files[0]).hexdigest() == batch.file.sha256
    clerk.go("发放明细")
    clerk.page.get_by_label("结果").first.select_option(label="发放失败")
    clerk.press("查询")
    clerk.sees("发放失败")
    clerk.shot("payments-failed")
    with clerk.downloading() as files:
        clerk.press("导出 Excel")
    failed = PaymentLine.objects.filter(state="FAILED").count()
    assert sum("发放失败" in row for row in cells(files[0])) == failed > 0
    approver = office.person("shenpi1")
    approver.go("资金发放")
    approver.follow(batch.no)
    approver.shot("batch-approver")
    assert approver.page.get_by_role("button", name="放行").count() == 0
    approver.go("统计")
    approver.shot("statistics-approver")


def test_the_bureau_and_the_head_read_what_the_semester_left(office: Office) -> None:
    school = a_school()
    head = office.person(f"fuze-{school}")
    head.go("资助名册")
    head.page.locator("tbody th a").first.click()
    head.shot("roster-head")
    with head.downloading() as files:
        head.do("下载名册")
    assert School.objects.get(code=school).name in text_of(files[0])
    publicity = office.person("gongshi1")
    publicity.go("公示管理")
    publicity.page.locator("tbody a").first.click()
    publicity.shot("period-ended")
    with publicity.downloading() as files:
        publicity.press_first("结果证明")
    assert "公示" in text_of(files[0])
    officer = office.person("shuju1")
    for menu in ("数据导入", "部门比对", "不漏一人", "在籍在校核对"):
        officer.go(menu)
        officer.shot(f"officer-{menu}")
    approver = office.person("fushen1")
    approver.go("公示异议")
    approver.shot("objections")
    approver.go("一生一档")
    approver.follow("按村")
    approver.shot("dossier-villages")
    approver.page.get_by_role("button", name=re.compile("^制作.*档案包")).first.click()
    queue.work_all()
    approver.go("一生一档")
    approver.follow("档案包")
    with approver.downloading() as files:
        approver.press_first("下载")
    names = zipfile.ZipFile(io.BytesIO(files[0])).namelist()
    assert any(name.endswith("manifest.sha256") or "sha256" in name for name in names)
    assert sum(name.endswith(".pdf") for name in names) > 1
    approver.shot("packages")
