"""Return files on a batch's page: the layout is explained, contradictions wait there for another person."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from disbursement.models import DisbursementBatch, ReturnDecision
from tests.disbursement.builders import do, done, enter
from tests.disbursement.money import answer_file, contradiction, drafted, line_of, load, released, sent

pytestmark = pytest.mark.usefixtures("pages")
SAYS = "6 月 16 日联社清算岗答复：款已退回"


@pytest.fixture
def batch(county_at: Callable[[str], str]) -> DisbursementBatch:
    """A sent batch of which everything arrived."""
    county_at("publicised")
    made = sent(released(drafted()))
    load(made, {})
    return made


def _send(client: Client, batch: DisbursementBatch, data: bytes) -> Any:
    return client.post(
        f"/batches/{batch.pk}/return/", {"file": SimpleUploadedFile("HP2.txt", data)}, follow=True
    ).content.decode()


def test_layout_of_the_banks_return_file_is_on_the_page_with_an_example(batch: DisbursementBatch) -> None:
    text = enter("caiwu1").get(f"/batches/{batch.pk}/").content.decode()
    assert "账号 | 户名 | 金额 | 摘要 | 处理结果" in text
    assert "批次号 | 笔数 | 金额合计" in text
    assert "|张某某|625.00|20201RCC999" in text


def test_second_file_that_contradicts_the_first_is_told_line_by_line(batch: DisbursementBatch) -> None:
    text = _send(enter("caiwu1"), batch, answer_file(batch, {5: "户名不符"}))

    assert f"已登记 0 笔结果，另有 {batch.line_count - 1} 笔与已登记结果相同。" in text
    assert "第5笔与已登记结果不一致（已登记：成功；本文件：户名不符）" in text
    assert '<td class="nowrap">处理结果</td>' in text
    assert line_of(batch, 5).state == "PAID"


def test_same_results_in_another_file_are_only_counted(batch: DisbursementBatch) -> None:
    text = _send(enter("caiwu1"), batch, answer_file(batch, {}, note="\n"))
    assert f"另有 {batch.line_count} 笔与已登记结果相同" in text
    assert "文件各行均已登记。" in text
    assert "没有登记的行" not in text


def test_contradiction_is_settled_by_another_person_of_finance(batch: DisbursementBatch) -> None:
    load(batch, {5: "户名不符"}, by="caiwu1")
    path, answer = f"/batches/{batch.pk}/", contradiction(batch, 5)
    for who in ("caiwu1", "shenji1"):
        shown = enter(who).get(path).content.decode()
        assert "回盘与已登记结果不一致（1 笔）" in shown
        assert 'value="take"' not in shown
    assert do(enter("shenji1"), path, "take", [answer.pk], reason=SAYS).status_code == 403
    assert "须由另一名财务人员核定" in do(enter("caiwu1"), path, "take", [answer.pk], reason=SAYS).content.decode()
    other = enter("shenpi1")
    assert f'name="pick" value="{answer.pk}"' in other.get(path).content.decode()
    assert "请写明向银行查实的情况" in do(other, path, "take", [answer.pk]).content.decode()
    done(other, path, "take", [answer.pk], reason=SAYS)
    after = other.get(path).content.decode()
    assert "回盘与已登记结果不一致" not in after
    assert SAYS in after  # in the batch's history
    assert line_of(batch, 5).state == "RETURNED_LATER"


def test_contradiction_is_kept_as_booked(batch: DisbursementBatch) -> None:
    load(batch, {5: "户名不符"}, by="caiwu1")
    answer = contradiction(batch, 5)
    done(enter("caiwu2"), f"/batches/{batch.pk}/", "keep", [answer.pk], reason="银行写错了")
    assert ReturnDecision.objects.get().verdict == "KEPT"
    assert line_of(batch, 5).state == "PAID"


def test_batches_with_contradictions_are_filtered(batch: DisbursementBatch) -> None:
    clerk = enter("caiwu2")
    assert batch.no not in clerk.get("/batches/?answers=differ").content.decode()
    load(batch, {5: "户名不符"}, by="caiwu1")
    assert batch.no in clerk.get("/batches/?answers=differ").content.decode()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("|交易成功", "", "（账号|户名|金额|摘要|处理结果），实际4栏"),
        ("|交易成功", "|", "“处理结果”栏是空的"),
        ("20201RCC001|", "", "首行应有3栏（批次号|笔数|金额合计）"),
    ],
)
def test_faulty_file_is_refused_with_the_names_of_its_columns(
    batch: DisbursementBatch, old: str, new: str, sentence: str
) -> None:
    data = answer_file(batch, {}).decode("gb18030").replace(old, new, 1).encode("gb18030")
    assert sentence in _send(enter("caiwu1"), batch, data)


def test_return_of_a_batch_that_is_none_is_not_found(batch: DisbursementBatch) -> None:
    assert enter("caiwu1").post("/batches/99999/return/").status_code == 404
    assert enter("caiwu1").get(f"/batches/{batch.pk}/return/99999/").status_code == 404
