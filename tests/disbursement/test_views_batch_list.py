"""The list of batches: what it says when nothing matches, and why a picked batch cannot be moved."""

import pytest

from aid_admin.accounts.models import User
from disbursement.actions import batches as actions
from disbursement.actions import doubts
from disbursement.models import DisbursementBatch, PaymentLine
from disbursement.rules.findings import Finding, Gravity
from tests.disbursement.builders import TERM, done, enter

pytestmark = pytest.mark.usefixtures("pages")
WHY = 'data-why-send="代发文件还没有生成。请打开批次，生成、下载代发文件，交给银行以后再登记。"'


@pytest.fixture
def drafted(county_at) -> list[DisbursementBatch]:
    """Drafted batches."""
    county_at("publicised")
    actions.build_batches(by=User.objects.get(username="caiwu1"), semester=TERM)
    return list(DisbursementBatch.objects.order_by("pk"))


def test_filter_that_finds_nothing_says_so_and_leads_to_all_batches(drafted):
    page = enter("shenpi2").get("/batches/?state=REVIEWED").content.decode()
    assert "没有符合筛选条件的批次" in page
    assert "刚办完的批次已进入下一步" in page
    assert '<a href="/batches/">看全部批次</a>' in page
    assert "还没有发放批次" not in page


def test_term_without_batches_says_how_to_begin(county_at):
    county_at("publicised")
    page = enter("caiwu1").get("/batches/?state=").content.decode()
    assert "还没有发放批次" in page
    assert "请点右上角“编制批次”" in page


def test_picked_batches_are_named_with_their_state(drafted):
    first = drafted[0]
    assert f'data-name="{first.no}（草稿）"' in enter("caiwu1").get("/batches/").content.decode()


@pytest.fixture
def doubted(drafted, monkeypatch) -> tuple[DisbursementBatch, PaymentLine]:
    """A batch and its one line that something is said about."""
    batch = next(b for b in drafted if b.mode == "ACCOUNT")
    line = batch.lines.order_by("line_no").last()
    told = Finding(Gravity.WARNING, "BIN_UNKNOWN", f"第{line.line_no}笔的账号不在本行卡号段内。", (line.line_no,))
    monkeypatch.setattr(doubts, "findings_of", lambda _batch: [told])
    return batch, line


def test_doubt_leads_to_its_line_which_is_marked(doubted):
    batch, line = doubted
    path = f"/batches/{batch.pk}/"
    page = enter("shenpi1").get(path).content.decode()
    assert "<b>有疑点 1 处，涉及 1 笔。</b>锁定前请逐条核对" in page
    assert f'<a href="?state=doubts#line-{line.line_no}">看这一笔</a>' in page
    only = enter("shenpi1").get(f"{path}?state=doubts").content.decode()
    assert f'<tr id="line-{line.line_no}" class="is-doubtful">' in only
    assert only.count('<tr id="line-') == 1  # no line without a doubt
    assert f"<div>第{line.line_no}笔的账号不在本行卡号段内。</div>" in only  # the reason stands in the row
    assert '<a href="?state=doubts#lines" aria-current="page">只看疑点' in only


def test_dialog_of_many_batches_names_the_batch_of_each_doubt(doubted):
    batch, line = doubted
    page = enter("shenpi1").get(f"/batches/look/?pick={batch.pk}").content.decode()
    assert f"<p>{batch.no} 第{line.line_no}笔的账号不在" in page
    assert f'href="/batches/{batch.pk}/?state=doubts#lines"' in page


def test_released_batch_without_a_file_says_why_and_leads_there(drafted):
    batch = next(b for b in drafted if b.mode == "ACCOUNT")
    path = f"/batches/{batch.pk}/"
    for who, deed in (("caiwu1", "lock"), ("shenpi1", "review"), ("shenpi2", "release")):
        done(enter(who), path, deed)
    clerk, listed = enter("caiwu1"), "/batches/?state=RELEASED&mode=ACCOUNT"
    before = clerk.get(listed).content.decode()
    assert WHY in before
    assert f'href="{path}" aria-label="去生成代发文件：批次{batch.no}"' in before
    assert WHY not in enter("shenpi1").get(listed).content.decode()  # the deed is the clerk's
    done(clerk, path, "file")
    assert "还没有生成代发文件" not in clerk.get(listed).content.decode()
