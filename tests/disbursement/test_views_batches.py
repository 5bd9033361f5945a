"""Batches, payments and accounts."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from aid_admin.accounts.models import User
from aid_admin.audit.models import AuditEvent
from aid_admin.db import bulk
from aid_admin.lib.money import yuan_comma
from demo import bank as demo_bank
from disbursement.actions import batches as actions
from disbursement.actions import doubts
from disbursement.models import DisbursementBatch, PaymentLine, RosterLine
from students.models import AccountRow, BankAccount
from tests.disbursement.builders import TERM, do, done, enter

pytestmark = pytest.mark.usefixtures("pages")


@pytest.fixture
def drafted(county_at) -> DisbursementBatch:
    """Drafted batches; gives one through a bank."""
    county_at("publicised")
    actions.build_batches(by=User.objects.get(username="caiwu1"), semester=TERM)
    return DisbursementBatch.objects.filter(mode="ACCOUNT").order_by("pk").first()


@pytest.fixture
def released(county_at) -> DisbursementBatch:
    """Released batches with their files; gives one through a bank."""
    county_at("batched")
    return DisbursementBatch.objects.filter(mode="ACCOUNT").order_by("-pk").first()


def test_batch_page_sums_up_by_programme_and_school(drafted):
    text = enter("caiwu1").get(f"/batches/{drafted.pk}/").content.decode()
    sums = drafted.lines.sums()
    assert f"<b>{sums['person_times']}</b> 笔" in text
    for name, *_ in drafted.lines.sums_by("school__name", "school__code"):
        assert name in text


def test_batch_with_an_account_that_ended_shows_the_error_and_does_not_lock(drafted):
    line = drafted.lines.order_by("line_no").first()
    BankAccount.objects.filter(pk=line.account_id).update(verified_by=None, verified_at=None)
    clerk, path = enter("caiwu1"), f"/batches/{drafted.pk}/"
    assert "账户还没有核实" in clerk.get(path).content.decode()
    assert "不能锁定" in do(clerk, path, "lock").content.decode()
    drafted.refresh_from_db()
    assert drafted.state == "DRAFTED"


def test_buttons_follow_the_hands(drafted):
    path = f"/batches/{drafted.pk}/"
    done(enter("caiwu1"), path, "lock")
    assert 'value="review"' not in enter("caiwu1").get(path).content.decode()
    done(enter("shenpi1"), path, "review")
    assert 'value="release"' not in enter("shenpi1").get(path).content.decode()
    assert 'value="release"' in enter("shenpi2").get(path).content.decode()


def test_abort_needs_a_reason_and_frees_the_lines(drafted):
    path = f"/batches/{drafted.pk}/"
    assert "请写明原因" in do(enter("caiwu1"), path, "abort").content.decode()
    done(enter("caiwu1"), path, "abort", reason="账号有误")
    drafted.refresh_from_db()
    assert (drafted.state, drafted.abort_reason) == ("ABORTED", "账号有误")
    assert "账号有误" in enter("caiwu1").get(path).content.decode()


def test_released_batch_is_aborted_by_an_approver_who_did_not_release_it(released):
    path = f"/batches/{released.pk}/"
    releaser, another = released.released_by.username, released.reviewed_by.username
    for who in ("caiwu1", releaser):
        assert 'value="abort"' not in enter(who).get(path).content.decode()
        assert "须由放行人以外的财务审批" in do(enter(who), path, "abort", reason="银行退件").content.decode()
    assert "请写明原因" in do(enter(another), path, "abort").content.decode()
    done(enter(another), path, "abort", reason="银行退件")
    released.refresh_from_db()
    assert (released.state, released.aborted_by.username) == ("ABORTED", another)
    assert f"已中止：银行退件（{released.aborted_by.name}）" in enter("shenji1").get(path).content.decode()


def test_line_is_taken_out_of_a_draft_on_its_page(drafted):
    path, line = f"/batches/{drafted.pk}/", drafted.lines.order_by("line_no").first()
    clerk = enter("caiwu1")
    assert f'name="pick" value="{line.pk}"' in clerk.get(path).content.decode()
    assert 'value="take_out"' not in enter("shenpi1").get(path).content.decode()
    assert "请写明为什么移出" in do(clerk, path, "take_out", [line.pk]).content.decode()
    assert "请先在列表中选择" in do(clerk, path, "take_out", reason="可疑").content.decode()
    assert do(enter("shenpi1"), path, "take_out", [line.pk], reason="可疑").status_code == 403
    done(clerk, path, "take_out", [line.pk], reason="户名不是监护人")
    assert not drafted.lines.filter(pk=line.pk).exists()
    assert "户名不是监护人" in clerk.get(path).content.decode()


def test_locked_batch_is_given_back_and_its_page_says_why(drafted):
    path = f"/batches/{drafted.pk}/"
    done(enter("caiwu1"), path, "lock")
    assert 'value="give_back"' not in enter("caiwu1").get(path).content.decode()
    assert "请写明原因" in do(enter("shenpi1"), path, "give_back").content.decode()
    done(enter("shenpi1"), path, "give_back", reason="第8笔请核实")
    text = enter("caiwu1").get(path).content.decode()
    assert "退回经办：</b>第8笔请核实" in text
    assert 'value="lock"' in text


def test_dialogs_say_what_is_decided_on(drafted):
    path, sums = f"/batches/{drafted.pk}/", drafted.lines.sums()
    found = len(doubts.findings_of(drafted))
    done(enter("caiwu1"), path, "lock")
    text = enter("shenpi1").get(path).content.decode()
    dialog = text[text.index('id="do-review"') :]
    dialog = dialog[: dialog.index("</dialog>")]
    for words in (
        drafted.no,
        f"<b>{sums['person_times']}</b> 笔",
        f"<b>{sums['persons']}</b> 人",
        yuan_comma(sums["fen"]),
    ):
        assert words in dialog
    assert (f"疑点 {found} 处" if found else "没有发现疑点") in dialog


def test_dialog_of_many_batches_lists_those_that_are_picked(drafted):
    every = list(DisbursementBatch.objects.order_by("pk"))
    picked = every[:2]
    query = "&".join(f"pick={batch.pk}" for batch in picked)
    text = enter("shenpi1").get(f"/batches/look/?{query}&pick=x&pick=99999").content.decode()
    assert all(batch.no in text for batch in picked)
    assert every[2].no not in text
    fen = PaymentLine.objects.filter(batch__in=picked).sums()["fen"]
    assert yuan_comma(fen) in text
    assert "合计 2 个" in text
    assert enter("fushen1").get(f"/batches/look/?{query}").status_code == 403


def test_file_is_made_first_and_downloaded_then(drafted):
    path = f"/batches/{drafted.pk}/"
    for who, deed in (("caiwu1", "lock"), ("shenpi1", "review"), ("shenpi2", "release")):
        done(enter(who), path, deed)
    clerk = enter("caiwu1")
    before = clerk.get(path).content.decode()
    assert 'value="file"' in before
    assert not any(f'value="{deed}"' in before for deed in ("download", "send"))
    done(clerk, path, "file")
    after = clerk.get(path).content.decode()
    assert "已生成：RCC_" in after or "已生成：CCB_" in after
    assert 'value="file"' not in after
    assert all(f'value="{deed}"' in after for deed in ("download", "send"))
    assert _tones(after) == ("primary", "plain")
    assert 'data-then="send"' in after
    assert "attachment" in do(clerk, path, "download").headers["Content-Disposition"]
    fetched = clerk.get(path).content.decode()
    assert "下载代发文件</b>" in fetched
    assert _tones(fetched) == ("plain", "primary")
    assert "data-then" not in fetched


def _tones(page: str) -> tuple[str, ...]:
    """How the buttons 下载代发文件 and 登记已送银行 look."""
    fetching, telling = r'value="download" class="btn btn-(\w+)"', r'btn-(\w+)" data-dialog="do-send"'
    return tuple(re.findall(button, page)[0] for button in (fetching, telling))


def test_line_held_since_the_batch_was_built_stops_it(drafted):
    line = drafted.lines.order_by("line_no").first()
    RosterLine.objects.filter(pk=line.roster_line_id).update(state="HELD")
    clerk, path = enter("caiwu1"), f"/batches/{drafted.pk}/"
    assert f"减去暂缓{yuan_comma(line.amount_fen)}元" in clerk.get(path).content.decode()
    assert "不能锁定" in do(clerk, path, "lock").content.decode()


@pytest.mark.parametrize(("number", "told"), [("621585100000099998", True), ("", False)])
def test_account_other_than_the_one_last_paid_to_is_a_warning(drafted, number, told):
    line = drafted.lines.order_by("line_no").first()
    _paid_before(line, number or line.account_no)
    clerk, path = enter("caiwu1"), f"/batches/{drafted.pk}/"
    sentence = f"第{line.line_no}笔{line.student.name}的账户与上次发放成功的不同"
    assert (sentence in clerk.get(path).content.decode()) is told
    done(clerk, path, "lock")


def _paid_before(line: PaymentLine, number: str) -> None:
    """As if the pupil had been paid in an earlier semester."""
    same = "student_id, school_id, programme_id, payee_name, payee_relation, account_id, amount_fen, standard_id, seal"
    sealed = PaymentLine._meta.get_field("account_no").get_prep_value(number)
    bulk.execute("SET session_replication_role = replica")  # the earlier batch and its roster are not there
    bulk.execute(
        f"""INSERT INTO disbursement_paymentline (batch_id, line_no, roster_line_id, state, code, account_no, {same})
            SELECT 0, 1, 0, 'PAID', 'SUCCESS', %s, {same} FROM disbursement_paymentline WHERE id = %s""",
        [sealed, line.pk],
    )
    bulk.execute("SET session_replication_role = origin")


def test_file_is_for_the_finance_clerk_and_every_download_is_logged(released):
    path = f"/batches/{released.pk}/"
    assert do(enter("shenji1"), path, "download").status_code == 403
    before = AuditEvent.objects.filter(verb="batch.download").count()
    answer = do(enter("caiwu1"), path, "download")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert AuditEvent.objects.filter(verb="batch.download").count() == before + 1


def test_order_is_printed_for_the_auditor_too(released):
    auditor, path = enter("shenji1"), f"/batches/{released.pk}/"
    page = auditor.get(path).content.decode()
    assert '<button type="submit" form="downloads" name="do" value="order"' in page
    assert 'id="downloads"' in page
    assert "do-order" not in page  # nothing to ask, so no dialog
    answer = do(auditor, path, "order")
    assert answer.content.startswith(b"%PDF-")
    assert AuditEvent.objects.latest("seq").verb == "batch.print"


def test_waiver_list_of_a_school_and_of_no_school(released):
    waiver = DisbursementBatch.objects.get(mode="WAIVER")
    code = waiver.lines.first().school.code
    clerk = enter("caiwu1")
    assert clerk.post(f"/batches/{waiver.pk}/waivers/{code}/").content.startswith(b"%PDF-")
    assert clerk.post(f"/batches/{waiver.pk}/waivers/0000000000/").status_code == 404
    assert clerk.post(f"/batches/{released.pk}/waivers/{code}/").status_code == 409
    assert clerk.get(f"/batches/{waiver.pk}/waivers/{code}/").status_code == 405


def test_waiver_batch_offers_no_bank_file(released):
    waiver = DisbursementBatch.objects.get(mode="WAIVER")
    text = enter("caiwu1").get(f"/batches/{waiver.pk}/").content.decode()
    for deed in ("file", "download", "send", "reissue"):
        assert f'value="{deed}"' not in text
    assert 'value="close"' in text


def _send_and_refuse(batch: DisbursementBatch) -> PaymentLine:
    """Send the batch; the bank refuses its first line."""
    clerk, path = enter("caiwu1"), f"/batches/{batch.pk}/"
    assert "还没有人下载过" in do(clerk, path, "send").content.decode()
    content = do(clerk, path, "download").content
    done(clerk, path, "send")
    line = batch.lines.order_by("line_no").first()
    name, data = demo_bank.answer(batch.bank, content, {line.account_no: "户名不符"})
    loaded = clerk.post(f"{path}return/", {"file": SimpleUploadedFile(name, data)})
    assert loaded.status_code == 302, loaded.content.decode()[:3000]
    again = clerk.post(f"{path}return/", {"file": SimpleUploadedFile(name, data)}, follow=True)
    assert "已经导入过" in again.content.decode()
    return line


def test_failed_line_says_what_to_do_and_is_reissued_to_a_new_account_alone(released):
    line = _send_and_refuse(released)
    clerk, path = enter("caiwu1"), f"/batches/{released.pk}/"
    line.refresh_from_db()
    assert (line.state, line.code) == ("FAILED", "NAME_MISMATCH")
    text = enter(f"jingban-{line.school.code}").get("/payments/?state=FAILED").content.decode()
    assert "请核对生僻字、曾用名和银行登记的户名" in text
    assert "/uploads/new/accounts/" in text
    assert "办好后勾选本行" not in text  # another account is needed
    PaymentLine.objects.filter(pk=line.pk).update(code="ACCOUNT_FROZEN")
    text = enter(f"jingban-{line.school.code}").get("/payments/?state=FAILED").content.decode()
    assert "办好后勾选本行，点“申明账户可用”；换了账户的，<a" in text
    page = clerk.get(path).content.decode()
    assert f"回盘已齐：成功 <b>{released.line_count - 1}</b> 笔、失败 <b>1</b> 笔。失败的由学校更正账户" in page
    assert "<summary>再导入一个回盘文件</summary>" in page
    assert 'value="download" class="btn btn-plain"' in page
    assert "回盘已齐，待办结" in clerk.get("/batches/").content.decode()
    assert "没有可以补发的明细" in do(clerk, path, "reissue").content.decode()
    account = _propose(line)
    done(enter(f"fuze-{line.school.code}"), "/accounts/", "verify", [account.pk])
    done(clerk, path, "reissue")
    retry = PaymentLine.objects.get(retry_of=line)
    assert (retry.account_id, retry.amount_fen) == (account.pk, line.amount_fen)
    assert "失败的都已编入补发批次" in clerk.get(path).content.decode()
    grants = PaymentLine.objects.filter(batch__semester__code=TERM, retry=None).exclude(batch__state="ABORTED")
    listed = clerk.get("/payments/")
    assert listed.context["sums"] == grants.sums()
    assert listed.context["page"].total == grants.count() + 1
    assert "其中失败已补发 <b>1</b> 笔" in listed.content.decode()
    assert clerk.get("/payments/?state=FAILED").context["sums"]["person_times"] == 1


def _propose(line: PaymentLine) -> BankAccount:
    """The school's clerk proposes another account of the same bank."""
    old = line.account
    row = AccountRow.objects.get(pk=old.source_row_id)
    clerk = User.objects.get(username=f"jingban-{line.school.code}")
    return BankAccount.objects.create(
        student_id=line.student_id, version=old.version + 1, holder_name=old.holder_name, bank=old.bank,
        account_no="621585100000099998", kind="CARD", source_row=row, proposed_by=clerk, seal=b"",
    )  # fmt: skip


@pytest.mark.parametrize("path", ["/payments/?state=FAILED", "/accounts/"])
def test_account_that_the_bank_takes_again_is_reaffirmed_verified_and_paid_to(released, path):
    line = _send_and_refuse(released)
    school, finance = line.school.code, enter("caiwu1")
    clerk, head = enter(f"jingban-{school}"), enter(f"fuze-{school}")
    assert f'name="pick" value="{line.account_id}"' in clerk.get(path).content.decode()
    assert "请写明账户为什么可用" in do(clerk, path, "reaffirm", [line.account_id]).content.decode()
    done(clerk, path, "reaffirm", [line.account_id], reason="信用社已解冻")
    assert "已有待核对的账户" in do(clerk, path, "reaffirm", [line.account_id], reason="再报").content.decode()
    made = BankAccount.objects.get(student=line.student_id, verified_by=None, ended_at=None)
    assert "信用社已解冻" in head.get("/accounts/?verified=no").content.decode()
    done(head, "/accounts/", "verify", [made.pk])
    assert f'name="pick" value="{line.account_id}"' not in clerk.get(path).content.decode()
    done(finance, f"/batches/{released.pk}/", "reissue")
    assert PaymentLine.objects.get(retry_of=line).account_id == made.pk


def test_reaffirming_is_for_the_clerk_of_the_school(released):
    line = _send_and_refuse(released)
    for who in (f"fuze-{line.school.code}", "caiwu1"):
        for path in ("/payments/", "/accounts/"):
            assert 'value="reaffirm"' not in enter(who).get(path).content.decode()
            assert do(enter(who), path, "reaffirm", [line.account_id], reason="已解冻").status_code == 403
    other = PaymentLine.objects.exclude(school=line.school).first().school.code
    foreign = do(enter(f"jingban-{other}"), "/payments/", "reaffirm", [line.account_id], reason="已解冻")
    assert foreign.status_code == 404


def test_own_account_is_not_verified_by_its_proposer_nor_twice(released):
    line = released.lines.first()
    account = _propose(line)
    head = enter(f"fuze-{line.school.code}")
    assert "待核对" in head.get("/accounts/?verified=no").content.decode()
    done(head, "/accounts/", "verify", [account.pk])
    assert "已经核对过" in do(head, "/accounts/", "verify", [account.pk]).content.decode()
    assert do(enter(f"jingban-{line.school.code}"), "/accounts/", "verify", [account.pk]).status_code == 403


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04xx", "不是文本文件"),
        ("乱写|一行".encode(), "首行应有3栏（批次号|笔数|金额合计）"),
    ],
)
def test_return_file_that_is_none_is_refused_in_words(released, data, sentence):
    clerk, path = enter("caiwu1"), f"/batches/{released.pk}/"
    do(clerk, path, "download")
    done(clerk, path, "send")
    answer = clerk.post(f"{path}return/", {"file": SimpleUploadedFile("x.txt", data)})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not PaymentLine.objects.filter(batch=released).exclude(state="SENT").exists()


def test_return_before_sending_is_refused(released):
    answer = enter("caiwu1").post(f"/batches/{released.pk}/return/", {"file": SimpleUploadedFile("x.txt", b"1")})
    assert "还没有送银行，不能导入回盘文件" in answer.content.decode()
    assert not PaymentLine.objects.filter(batch=released).exclude(state="WAITING").exists()


def test_payments_export_is_masked_filtered_and_logged(small_county):
    school = PaymentLine.objects.order_by("pk").first().school
    answer = enter("shenji1").post(f"/payments/?school={school.code}", {"do": "take_list"})
    *rows, total, _, note = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))[1:]
    assert {row[2] for row in rows} == {school.name}
    assert len(rows) == PaymentLine.objects.filter(school=school).count()
    assert note[0].startswith(f"共 {len(rows)} 行。")
    assert (total[0], round(total[7] * 100)) == ("合计", round(sum(row[7] for row in rows) * 100))
    assert all("*" in row[6] for row in rows if row[6])
    event = AuditEvent.objects.latest("seq")
    assert (event.verb, event.count) == ("page.export", len(rows))
