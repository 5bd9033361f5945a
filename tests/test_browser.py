"""One school's semester by clicking, in a real browser: from the filed roster to the money that arrived.

The school is one of 134 in the county of the published report, whose other rosters lie beside it all the time.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from aid_admin.accounts.actions import operator
from aid_admin.county import calendar
from aid_admin.county.actions import set_business_date
from aid_admin.jobs import queue
from demo import bank as demo_bank
from disbursement.models import DisbursementBatch, PaymentFile, PaymentLine, PublicityPeriod, Roster, RosterLine
from disbursement.rules.publicity import PeriodLength, may_end_on
from disbursement.rules.returns import ReturnCode
from students.models import Student
from tests import databases
from tests.browser_files import corrected, text_of, with_broken_number
from tests.browsing import (
    CHROMIUM,
    Office,
    Person,
    marked_workbook,
    open_browser,
    photograph,
    photograph_by_phone,
    send,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"LEFT OUT: the browser run ({CHROMIUM} is missing)"),
]
SCHOOL, NAME, OTHER = databases.CLICKED_SCHOOL, "朝歌街道西街村小学", "2141000063"
LIVING, NUTRITION = "生活补助", "营养改善计划"
NEW_ACCOUNT = "622991926600565608"
BROKEN_ROW = 6  # as the spreadsheet counts
CLERK, HEAD, STRANGER = f"jingban-{SCHOOL}", f"fuze-{SCHOOL}", f"jingban-{OTHER}"


@pytest.fixture
def office(static_folder: None, compared_county: str, live_server: Any, tmp_path: Path) -> Iterator[Office]:
    """A browser before the live server of the published county, which is compared."""
    shots = Path(os.environ.get("AID_SHOTS", str(tmp_path / "shots")))
    with open_browser() as browser:
        yield Office(browser, live_server.url, shots)


def test_one_schools_semester(office: Office) -> None:
    file_the_roster(office, databases.calibrated_folder() / databases.CLICKED_ROSTER)
    entitle_and_draft(office)
    settle_the_differences(office)
    review_and_approve(office)
    publicise(office)
    build_and_release(office)
    mend_and_reissue(office, pay(office))
    assert office.complaints == []


def file_the_roster(office: Office, path: Path) -> None:
    """The clerk's file: first with a broken number, then as it should be."""
    clerk = office.person(CLERK)
    clerk.home()
    clerk.go("数据导入")
    clerk.shot("uploads")
    clerk.follow("导入文件")
    clerk.shot("upload-choose")
    clerk.follow(re.compile("^上传 ?资助发放名册"))
    broken = send(clerk, "名册（有误）.xlsx", with_broken_number(path, BROKEN_ROW))
    clerk.sees("有 1 行存在错误", "校验不符")
    expect(clerk.page.get_by_role("row").filter(has_text="身份证号").first).to_contain_text(str(BROKEN_ROW))
    clerk.shot("upload-with-error")
    read_issues(clerk)
    clerk.press("提交导入")
    expect(clerk.page.get_by_role("dialog")).to_contain_text("只导入没有错误的")
    clerk.shot("upload-commit-refused")
    clerk.press("不导入，改好再传")
    marked_workbook(clerk)
    clerk.follow("重新上传")
    good = send(clerk, path.name, path.read_bytes())
    clerk.sees("检查完毕，没有错误")
    clerk.shot("upload-good")
    clerk.press("提交导入")
    clerk.shot("upload-commit")
    clerk.press("确认提交")
    clerk.told("数据已生效")
    clerk.shot("upload-committed")
    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.state, broken.refused, good.state, good.refused) == ("READ", 1, "COMMITTED", 0)


def read_issues(clerk: Person) -> None:
    """The printed 问题清单 names the row and what to do."""
    with clerk.downloading() as files:
        clerk.press("打印问题清单")
    (clerk.office.shots / "issues.pdf").write_bytes(files[0])
    text = text_of(files[0])
    assert "“资助发放名册（学校填报）”问题清单" in text
    assert "身份证号有误1处" in text
    assert "校验不符" in text


def entitle_and_draft(office: Office) -> None:
    """The first reviewer decides who is entitled and drafts the rosters."""
    reviewer = office.person("chushen1")
    reviewer.home()
    reviewer.follow(re.compile("待核定资格"))
    reviewer.shot("entitlements-none")
    reviewer.do("核定资格")
    queue.work_all()
    reviewer.go("应助结果")
    reviewer.sees("应助")
    reviewer.shot("entitlements")
    reviewer.home()
    reviewer.follow(re.compile("待生成名册"))
    reviewer.do("生成名册")
    reviewer.told("名册草稿")
    reviewer.shot("rosters-drafted")
    reviewer.refused("/batches/build/", 403)
    reviewer.shot("refusal-403")
    mine = Roster.objects.filter(school__code=SCHOOL)
    assert set(mine.values_list("programme__code", "state")) == {("LIVING_ALLOWANCE", "DRAFT"), ("NUTRITION", "DRAFT")}


def settle_the_differences(office: Office) -> None:
    """The clerk answers what differs, the head submits; another school's clerk finds nothing."""
    clerk, head = office.person(CLERK), office.person(HEAD)
    roster = Roster.objects.get(school__code=SCHOOL, programme__code="LIVING_ALLOWANCE")
    clerk.go("资助名册")
    clerk.shot("rosters-clerk")
    clerk.row(LIVING).get_by_role("link").first.click()
    clerk.sees("处差异没有说明")
    clerk.shot("roster-draft")
    answer_all(clerk)
    stranger = office.person(STRANGER)
    stranger.refused(f"/rosters/{roster.pk}/", 404)
    stranger.shot("refusal-404")
    assert not RosterLine.objects.filter(roster__school=roster.school, answered_by=None).exclude(kind="RIGHT").exists()
    head.home()
    head.go("资助名册")
    head.pick(LIVING, NUTRITION)
    head.shot("rosters-head")
    head.do("上报")
    head.told("已上报 2 份名册")
    head.shot("rosters-submitted")
    roster.refresh_from_db()
    assert (roster.state, roster.submitted_by.username) == ("SUBMITTED", HEAD)


def answer_all(clerk: Person) -> None:
    """Agree to what was computed for every pupil who was filed wrongly or not at all."""
    for tab in ("应助未报", "多报", "金额不符"):
        link = clerk.page.get_by_role("navigation", name="比较结果").get_by_role("link", name=tab)
        if link.inner_text().removeprefix(tab).strip() == "0":
            continue
        link.click()
        clerk.pick_all()
        clerk.press("同意核定结果")
        clerk.shot("roster-answer")
        clerk.page.get_by_role("dialog").get_by_role("button", name="确认同意核定结果").click()
        clerk.told("核定结果")
    clerk.shot("roster-answered")


def review_and_approve(office: Office) -> None:
    """The second reviewer reviews in bulk, the approver approves."""
    reviewer, approver = office.person("chushen2"), office.person("fushen1")
    reviewer.home()
    reviewer.follow("名册待初审")
    reviewer.pick(LIVING, NUTRITION)
    reviewer.do("初审通过")
    reviewer.told("已初审 2 份名册")
    reviewer.shot("rosters-reviewed")
    approver.home()
    approver.follow("名册待复审")
    approver.row(LIVING).get_by_role("link").first.click()
    approver.shot("roster-reviewed")
    approver.do("复审通过")
    approver.told("名单已固定")
    approver.shot("roster-approved")
    approver.home()
    approver.follow("名册待复审")
    approver.pick(NUTRITION)
    approver.do("复审通过")
    mine = Roster.objects.filter(school__code=SCHOOL)
    assert set(mine.values_list("state", flat=True)) == {"APPROVED"}
    assert not mine.filter(digest="").exists()


def publicise(office: Office) -> None:
    """Posted, photographed, run its time, checked, ended, confirmed."""
    officer, clerk, approver = office.person("gongshi1"), office.person(CLERK), office.person("fushen1")
    officer.home()
    officer.go("公示管理")
    officer.follow("制订公示")
    officer.pick(LIVING, NUTRITION)
    officer.shot("period-plan")
    officer.do("制订公示")
    officer.told("公示已制订")
    officer.do("开始公示")
    officer.told("公示已开始")
    officer.shot("period-running")
    read_notice(officer)
    photograph(clerk, "开始")
    period = PublicityPeriod.objects.get()
    length = PeriodLength(period.semester.publicity_days, period.semester.publicity_workdays)
    set_business_date(by=operator(), date=may_end_on(period.started_on, length, calendar.holidays()))
    photograph_by_phone(office, clerk, "结束")
    approver.go("公示管理")
    approver.shot("periods")
    approver.follow(period.title)
    approver.shot("period-waiting")
    approver.follow("核查照片")
    approver.pick_all()
    approver.shot("photos")
    approver.do("核查通过")
    approver.told("2 张照片核查通过")
    approver.go("公示管理")
    approver.follow(period.title)
    approver.do("结束公示")
    approver.told("公示已结束")
    approver.shot("period-ended")
    approver.home()
    approver.follow("名册待确认")
    approver.pick(LIVING, NUTRITION)
    approver.do("确认名册")
    approver.told("已确认 2 份名册")
    approver.shot("rosters-confirmed")
    assert set(period.rosters.values_list("state", flat=True)) == {"CONFIRMED"}


def read_notice(officer: Person) -> None:
    """The printed notice names the school and every pupil, and no number of anybody's."""
    with officer.downloading() as files:
        officer.press("打印公示")
    expect(officer.page.locator("#messages")).to_contain_text("文件已下载")  # the page was asked for anew
    text = text_of(files[0])
    names = Student.objects.filter(rosterline__roster__period__isnull=False, rosterline__state="ACCEPTED")
    assert NAME in text
    missing = [name for name in names.values_list("name", flat=True) if name not in text]
    assert not missing
    assert not re.search(r"\d{15,}[0-9X]?", text)
    assert "贫困" not in text


def build_and_release(office: Office) -> None:
    """A job builds the batches; locked, reviewed by one, released by another."""
    clerk = office.person("caiwu1")
    clerk.home()
    clerk.go("资金发放")
    clerk.shot("batches-none")
    clerk.follow("编制批次")
    clerk.shot("batch-build")
    payable = RosterLine.objects.payable().count()
    clerk.do("编制批次")
    clerk.shot("job-running")
    queue.work_all()
    clerk.told(f"共 {payable} 笔")  # the page went on to the batches by itself
    clerk.shot("batches-built")
    clerk.pick_all()
    clerk.do("锁定")
    clerk.told("已锁定")
    clerk.shot("batches-locked")
    hand_on(office.person("shenpi1"), "审核通过", "已审核")
    hand_on(office.person("shenpi2"), "放行", "已放行")
    assert set(DisbursementBatch.objects.values_list("state", flat=True)) == {"RELEASED"}


def hand_on(approver: Person, deed: str, told: str) -> None:
    """A finance approver's step on all batches."""
    approver.home()
    approver.go("资金发放")
    approver.pick_all()
    approver.do(deed, "疑点已逐条看过")
    approver.told(told)
    approver.shot(f"batches-{approver.username}")


def pay(office: Office) -> PaymentLine:
    """Every bank gets its file and answers it; one account is refused."""
    clerk = office.person("caiwu1")
    lines = list(PaymentLine.objects.filter(batch__bank="RCC").order_by("line_no"))
    times = Counter(line.account_no for line in lines)  # brothers and sisters share a card, programmes do too
    line = next(line for line in lines if times[line.account_no] == 1)
    for batch in DisbursementBatch.objects.filter(mode="ACCOUNT").order_by("pk"):
        file = fetch_papers(clerk, batch)
        answered(clerk, batch, file, {line.account_no: "账户状态冻结"})
    clerk.go("发放明细")
    clerk.shot("payments")
    line.refresh_from_db()
    assert (line.state, line.code) == ("FAILED", "ACCOUNT_FROZEN")
    assert set(PaymentLine.objects.exclude(pk=line.pk).values_list("state", flat=True)) == {"PAID"}
    return line


def fetch_papers(clerk: Person, batch: DisbursementBatch) -> bytes:
    """The bank's file, byte for byte what is kept, and the payment order."""
    clerk.go("资金发放")
    clerk.follow(batch.no)
    clerk.shot("batch-released")
    clerk.do("生成代发文件")
    clerk.told("代发文件已生成")
    with clerk.downloading() as files:
        clerk.press("下载代发文件")
    kept = PaymentFile.objects.get(batch=batch)
    assert hashlib.sha256(files[0]).hexdigest() == kept.sha256
    lines = batch.lines.order_by("line_no")
    sent = files[0].decode("gb18030").split()
    assert len(sent) == len(lines)
    assert all(line.account_no in text and line.payee_name in text for line, text in zip(lines, sent, strict=True))
    with clerk.downloading() as papers:
        clerk.press("打印拨付单")
    assert batch.no in text_of(papers[0])
    return files[0]


def answered(clerk: Person, batch: DisbursementBatch, file: bytes, refusals: dict[str, str]) -> None:
    """Sent to the bank, and the bank's answer loaded."""
    clerk.go("资金发放")
    clerk.follow(batch.no)
    clerk.do("登记已送银行")
    clerk.told("等待回盘")
    clerk.shot("batch-sent")
    name, data = demo_bank.answer(batch.bank or "", file, refusals)
    clerk.page.get_by_label("回盘文件").set_input_files({"name": name, "mimeType": "text/plain", "buffer": data})
    clerk.press("导入回盘")
    clerk.told("笔结果")
    clerk.sees("文件各行均已登记")
    clerk.shot("batch-return")
    if clerk.page.get_by_role("link", name="看失败明细").count():
        clerk.follow("看失败明细")
        expect(clerk.page.locator("#lines")).to_contain_text("账户冻结")
        expect(clerk.page.locator("#lines .grid")).to_be_in_viewport()
        clerk.shot("batch-failed-lines")


def mend_and_reissue(office: Office, line: PaymentLine) -> None:
    """The school sends another account, the head verifies it, the money goes out again and arrives."""
    clerk, head, finance = office.person(CLERK), office.person(HEAD), office.person("caiwu1")
    clerk.home()
    expect(clerk.page.get_by_role("main")).not_to_contain_text("等待提交")  # the broken file was followed by a good one
    clerk.follow(re.compile("发放失败待更正账户"))
    failed = clerk.row(line.student.name)
    expect(failed).to_contain_text(re.compile(f"发放失败.*{ReturnCode.ACCOUNT_FROZEN.next_step}", re.DOTALL))
    clerk.shot("payments-clerk")
    clerk.follow("成批更正账户（上传表）")
    send(clerk, "更正账号.xlsx", corrected(line, NAME, NEW_ACCOUNT))
    for press in ("提交导入", "确认提交"):
        clerk.press(press)
    clerk.told("数据已生效")
    head.home()
    head.follow(re.compile("银行账号待核对"))
    head.pick(line.student.name)
    head.do("核对无误")
    head.told("已核对 1 个账户")
    finance.go("资金发放")
    finance.follow(line.batch.no)
    finance.shot("batch-failed")
    finance.do("补发失败的")
    finance.told("已编制 1 个补发批次")
    again = DisbursementBatch.objects.get(reissue_of=line.batch)
    finance.go("资金发放")
    finance.pick(again.no)
    finance.do("锁定")
    finance.told("已锁定")
    for username, deed, told in (("shenpi1", "审核通过", "已审核"), ("shenpi2", "放行", "已放行")):
        approver = office.person(username)
        approver.go("资金发放")
        approver.pick(again.no)
        approver.do(deed)
        approver.told(told)
    answered(finance, again, fetch_papers(finance, again), {})
    line.refresh_from_db()
    assert (line.retry.state, line.retry.account_no) == ("PAID", NEW_ACCOUNT)
    finance.go("发放明细")
    finance.shot("payments-paid")
