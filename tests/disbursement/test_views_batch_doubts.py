"""疑点 stay with a batch: who looked, what was kept, what was taken out; what may not be done yet says why."""

import re
from collections.abc import Callable

import pytest

from aid_admin.audit.models import AuditEvent
from aid_admin.db import bulk
from aid_admin.lib.refusals import Refused
from disbursement.actions import bank, batches, doubts, printing, taking_out
from disbursement.models import BatchLook, DisbursementBatch, PaymentLine, TakenOut
from disbursement.rules.findings import Finding, Gravity
from students.actions.accounts import reaffirm_accounts, verify_accounts
from tests.disbursement.builders import TERM, do, done, enter
from tests.disbursement.money import drafted, fresh, line_of, load, person, released, sent
from tests.refusing import refused

pytestmark = pytest.mark.usefixtures("pages")
At = Callable[[str], str]
Found = list[Finding]


@pytest.fixture
def draft(county_at: At) -> DisbursementBatch:
    """A draft through a bank."""
    county_at("publicised")
    return drafted()


@pytest.fixture
def found(draft: DisbursementBatch, monkeypatch: pytest.MonkeyPatch) -> Found:
    """What the check finds in it: one doubt of one line, one of two."""
    first, second, *_ = draft.lines.order_by("line_no")
    told = [
        Finding(Gravity.WARNING, "BIN_UNKNOWN", f"第1笔{first.student.name}的账号不在本行卡号段内。", (1,)),
        Finding(Gravity.WARNING, "ACCOUNT_SHARED", "账户6217****1234被不同家庭的学生共用。", (1, second.line_no)),
    ]
    monkeypatch.setattr(doubts, "findings_of", lambda _batch: told)
    return told


def _text(batch: DisbursementBatch, who: str = "caiwu1", query: str = "") -> str:
    return enter(who).get(f"/batches/{batch.pk}/{query}").content.decode()


def _lock(batch: DisbursementBatch) -> None:
    done(enter("caiwu1"), f"/batches/{batch.pk}/", "lock")


def test_review_and_release_ask_whether_the_doubts_were_looked_at(draft: DisbursementBatch, found: Found) -> None:
    path = f"/batches/{draft.pk}/"
    _lock(draft)
    assert "疑点已逐条看过" in _text(draft, "shenpi1")
    unsaid = do(enter("shenpi1"), path, "review").content.decode()
    assert "有疑点 2 处，涉及 2 笔，逐条看过、勾选以后才能审核。" in unsaid
    assert fresh(draft).state == "LOCKED"
    done(enter("shenpi1"), path, "review", looked="on")
    assert do(enter("shenpi2"), path, "release").status_code == 200
    done(enter("shenpi2"), path, "release", looked="on")
    assert fresh(draft).state == "RELEASED"
    told = AuditEvent.objects.filter(verb="batch.release").latest("seq").reason
    assert told == "疑点 2 处，涉及 2 笔，已逐条看过"


def test_doubts_stay_as_they_were_once_the_batch_is_decided(
    draft: DisbursementBatch, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/batches/{draft.pk}/"
    _lock(draft)
    done(enter("shenpi1"), path, "review", looked="on")
    done(enter("shenpi2"), path, "release", looked="on")
    monkeypatch.setattr(doubts, "findings_of", lambda _batch: [])  # an account was corrected since, say
    batch = sent(fresh(draft))
    for _ in range(2):
        text = _text(batch)
        assert "有疑点 2 处，涉及 2 笔。</b>这是放行时的疑点" in text
        for look in BatchLook.objects.filter(batch=batch):
            assert f"{look.get_step_display()}：{look.by.name} " in text
        assert len(re.findall('class="looked">[^<]+，已逐条看过</span>', text)) == 2
        assert "账号不在本行卡号段内" in _text(batch, query="?state=doubts")
        load(batch, {})
        batch = fresh(batch)


def test_what_nobody_recorded_is_not_claimed(draft: DisbursementBatch, found: Found) -> None:
    batch = released(draft)  # by the commands, which ask nothing
    text = _text(batch)
    assert "已逐条看过" not in text
    assert text.count("，没有登记是否逐条看过</span>") == 2


def test_batch_decided_before_doubts_were_kept_says_what_is_known(draft: DisbursementBatch, found: Found) -> None:
    batch = sent(released(draft))
    bulk.execute("SET session_replication_role = replica")
    BatchLook.objects.filter(batch=batch).delete()
    bulk.execute("SET session_replication_role = origin")
    text = _text(batch)
    assert "当时没有记下疑点，下面是按现在的登记情况核对的。" in text
    names = f"审核：{person('shenpi1').name}；放行：{person('shenpi2').name}"
    assert f"{names}。系统没有登记他们是否逐条看过疑点。" in text


def test_what_was_kept_stays(draft: DisbursementBatch, found: Found) -> None:
    looks = list(BatchLook.objects.filter(batch=sent(released(draft))).order_by("pk"))
    assert [look.step for look in looks] == ["LOCK", "REVIEW", "RELEASE"]
    assert looks[-1].findings == found
    refused("DELETE FROM disbursement_batchlook", "Cannot update or delete")
    refused("UPDATE disbursement_batchlook SET looked = true", "Cannot update or delete")


def test_looks_before_a_batch_was_given_back_are_not_those_of_now(draft: DisbursementBatch, found: Found) -> None:
    path = f"/batches/{draft.pk}/"
    _lock(draft)
    done(enter("shenpi1"), path, "review", looked="on")
    done(enter("shenpi2"), path, "give_back", reason="第1笔请核实")
    assert 'class="looked"' not in _text(draft)
    _lock(draft)
    assert _text(draft).count('class="looked"') == 1


def test_count_of_doubts_and_of_lines_and_reason_in_each_row(draft: DisbursementBatch, found: Found) -> None:
    text = _text(draft, query="?state=doubts")
    assert "有疑点 2 处，涉及 2 笔" in text
    assert '只看疑点<span class="count">2</span>' in text
    assert text.count('class="is-doubtful"') == 2
    assert text.count("<div>账户6217****1234被不同家庭的学生共用。</div>") == 2
    assert "<div>账号不在本行卡号段内。</div>" in text


def test_sharer_that_was_taken_out_and_waits_keeps_the_others_doubt(draft: DisbursementBatch) -> None:
    shared = next(found for found in doubts.findings_of(draft) if found.code == "ACCOUNT_SHARED")
    stays, gone = (line_of(draft, number) for number in (shared.subjects[0], shared.subjects[-1]))
    assert stays.student_id != gone.student_id
    mine = gone.student.name

    def told() -> list[str]:
        every = [found for found in doubts.findings_of(draft) if found.code == "ACCOUNT_SHARED"]
        return [found.message for found in every if stays.line_no in found.subjects]

    taking_out.take_out_lines(by=person("caiwu1"), line=[gone.pk], reason="与他人共用账户")
    assert f"{mine}（已从批次{draft.no}移出，待核实）" in told()[0]
    taking_out.put_back_lines(by=person("caiwu1"), taken_out=[TakenOut.objects.get().pk], reason="已查实")
    assert f"{mine}（已从批次{draft.no}移出，已放回待编）" in told()[0]
    batches.build_batches(by=person("caiwu1"), semester=TERM, bank="RCC")
    again = DisbursementBatch.objects.latest("pk")
    assert f"{mine}（批次{again.no}）" in told()[0]


def test_sharer_whose_school_affirms_the_same_account_is_still_told(draft: DisbursementBatch) -> None:
    shared = next(found for found in doubts.findings_of(draft) if found.code == "ACCOUNT_SHARED")
    gone = line_of(draft, shared.subjects[-1])
    assert gone.account is not None
    taking_out.take_out_lines(by=person("caiwu1"), line=[gone.pk], reason="与他人共用账户")
    clerk, head = (person(f"{who}-{gone.account.source_row.school.code}") for who in ("jingban", "fuze"))
    (made,) = reaffirm_accounts(by=clerk, account=[gone.account_id], reason="户名是祖父")
    verify_accounts(by=head, account=[int(made.id)])
    told = [found.message for found in doubts.findings_of(draft) if found.code == "ACCOUNT_SHARED"]
    assert any(f"（已从批次{draft.no}移出，学校已重新核对，待编）" in message for message in told)


def test_lines_taken_out_are_listed_with_where_they_are_now(draft: DisbursementBatch) -> None:
    line = line_of(draft, 3)
    assert "已移出" not in _text(draft)
    taking_out.take_out_lines(by=person("caiwu1"), line=[line.pk], reason="户名不是监护人")
    one = TakenOut.objects.get()

    def told() -> str:
        return _text(draft, "shenpi1", "?state=out")

    text = told()
    assert '已移出<span class="count">1</span>' in text
    for words in (line.student.name, "户名不是监护人", f"{one.by.name} {one.taken_on}", "待学校核实账户"):
        assert words in text
    taking_out.put_back_lines(by=person("caiwu2"), taken_out=[one.pk], reason="电话核实是祖父")
    assert f"{person('caiwu2').name}已放回，待编批次：电话核实是祖父" in told()
    batches.build_batches(by=person("caiwu2"), semester=TERM, bank="RCC")
    later = PaymentLine.objects.get(roster_line=line.roster_line_id)
    assert f'<a href="/batches/{later.batch_id}/">批次{later.batch.no}</a> 第 {later.line_no} 笔' in told()
    batches.abort_batches(by=person("caiwu1"), batch=[later.batch_id], reason="重编")
    assert "已放回，待编批次" in told()


def test_taking_out_stays_on_the_filter_and_is_told_beside_the_lines(draft: DisbursementBatch, found: Found) -> None:
    clerk, path = enter("caiwu1"), f"/batches/{draft.pk}/?state=doubts"
    line = draft.lines.order_by("line_no").first()
    assert line is not None
    dialog = clerk.get(path).content.decode()
    assert f'data-says="第 {line.line_no} 笔 {line.student.name}，' in dialog
    assert f"元，账号尾号 {(line.account_no or '')[-4:]}" in dialog
    after = done(clerk, path, "take_out", [line.pk], reason="可疑")
    rest = draft.lines.filter(line_no__in=(1, 2)).order_by("line_no").values_list("line_no", flat=True)
    assert after == f"{path}#line-{rest[0]}"
    text = clerk.get(path).content.decode()
    said = text.index("已移出 1 笔")
    assert text.index('id="lines"') < said < text.index("<table", said)
    assert text.count("已移出 1 笔") == 1


def test_last_doubt_taken_out_leads_to_the_lines(draft: DisbursementBatch, found: Found) -> None:
    clerk, path = enter("caiwu1"), f"/batches/{draft.pk}/?state=doubts"
    lines = list(draft.lines.order_by("line_no").values_list("pk", flat=True)[:2])
    assert done(clerk, path, "take_out", lines, reason="可疑") == f"{path}#lines"
    found.clear()
    assert "这个批次现在没有疑点" in clerk.get(path).content.decode()


def test_own_hand_is_told_beside_the_grey_button(draft: DisbursementBatch) -> None:
    path = f"/batches/{draft.pk}/"
    _lock(draft)
    done(enter("shenpi1"), path, "review", looked="on")
    why = "这个批次是您审核的，须由另一位财务审批放行。"
    text = _text(draft, "shenpi1")
    assert re.search(r'data-dialog="do-release" disabled aria-describedby="why-release"', text)
    assert f'<span class="why-not" id="why-release">{why}</span>' in text
    assert 'value="release"' not in text
    assert why not in _text(draft, "shenpi2")
    listed = enter("shenpi1").get("/batches/").content.decode()
    assert f'data-why-release="{why}"' in listed
    assert "data-why-release" not in enter("shenpi2").get("/batches/").content.decode()


def test_telling_the_bank_waits_for_the_download(draft: DisbursementBatch) -> None:
    batch = released(draft)
    bank.make_payment_file(by=person("caiwu1"), batch=batch.pk)
    printing.print_order(by=person("caiwu1"), batch=batch.pk)  # a paper is nothing that a bank could pay from
    why = "代发文件还没有下载。请先下载代发文件，交给银行以后再登记。"
    text = _text(batch)
    assert 'data-dialog="do-send" disabled' in text
    assert f'id="why-send">{why}</span>' in text
    assert f'data-why-send="{why}"' in enter("caiwu1").get("/batches/").content.decode()
    with pytest.raises(Refused, match="还没有人下载过"):
        bank.send_batches(by=person("caiwu1"), batch=[batch.pk])
    bank.take_payment_file(by=person("caiwu1"), batch=batch.pk)
    text = _text(batch)
    assert 'data-dialog="do-send">' in text
    assert why not in text


def test_dialogs_that_undo_name_the_batch_and_its_money(draft: DisbursementBatch) -> None:
    def dialog(text: str, name: str) -> str:
        return text[text.index(f'id="do-{name}"') :].partition("</dialog>")[0]

    sums = draft.lines.sums()
    for who, name in (("caiwu1", "abort"), ("shenpi1", "give_back")):
        text = dialog(_text(draft, who), name)
        heads = (f"<b>{sums['person_times']}</b> 笔", f"<b>{sums['persons']}</b> 人")
        assert all(word in text for word in (draft.no, *heads))
        if name == "abort":
            _lock(draft)


def test_closing_a_waiver_says_what_it_does(draft: DisbursementBatch) -> None:
    batches.build_batches(by=person("caiwu1"), semester=TERM, mode="WAIVER")
    waiver = released(DisbursementBatch.objects.get(mode="WAIVER"))
    text = _text(waiver)
    assert "登记已减免并办结" in text
    assert "各校已经按减免清单" in text
    assert not BatchLook.objects.filter(batch=waiver).exists()


def test_list_of_batches_counts_doubts_and_sums(
    draft: DisbursementBatch, found: Found, django_assert_max_num_queries
) -> None:
    clerk = enter("caiwu1")
    clerk.get("/batches/")
    with django_assert_max_num_queries(12):
        text = clerk.get("/batches/").content.decode()
    assert f'hx-get="/batches/look/?pick={draft.pk}" hx-select=".doubts-{draft.pk}"' in text
    look = clerk.get(f"/batches/look/?pick={draft.pk}").content.decode()
    assert f'<span class="doubts-{draft.pk}"><b>2</b></span>' in look
    assert "合计 1 个" in text
    found.pop()
    released(draft)
    row = clerk.get("/batches/").content.decode().split("<tbody>")[1].split("</tr>")[0]
    assert "hx-get" not in row
    assert '<td class="num">1</td>' in row


def test_sums_leave_out_batches_that_were_broken_off(draft: DisbursementBatch) -> None:
    batches.abort_batches(by=person("caiwu1"), batch=[draft.pk], reason="重编")
    again = drafted()
    text = enter("caiwu1").get("/batches/").content.decode().split("<tfoot>")[1]
    assert "合计 1 个（不含已中止的 1 个）" in text
    assert f'<td class="num">{again.lines.count()}</td>' in text
