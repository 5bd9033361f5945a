"""Each statement of the money path fails in its turn: all or nothing, and the next try succeeds."""

from collections.abc import Callable

import pytest

from disbursement.actions import bank, batches, settling, taking_out
from disbursement.models import DisbursementBatch, TakenOut
from tests.disbursement.builders import TERM
from tests.disbursement.money import answer_file, contradiction, drafted, load, person, released, sent
from tests.failing import fails_whole_at_every_statement

At = Callable[[str], str]


def test_half_is_noticed(county_at: At) -> None:
    county_at("publicised")
    batch = drafted()

    def half() -> None:
        DisbursementBatch.objects.filter(pk=batch.pk).update(abort_reason="一")
        DisbursementBatch.objects.filter(pk=batch.pk).update(abort_reason="二")

    with pytest.raises(AssertionError, match="statement 2 failed and left a half"):
        fails_whole_at_every_statement(half)


def test_building_batches_is_all_or_nothing(county_at: At) -> None:
    county_at("publicised")
    clerk = person("caiwu1")

    assert fails_whole_at_every_statement(lambda: batches.build_batches(by=clerk, semester=TERM)) > 5
    assert DisbursementBatch.objects.count() == 3


def test_taking_out_locking_and_giving_back_are_all_or_nothing(county_at: At) -> None:
    county_at("publicised")
    batch, clerk = drafted(), person("caiwu1")
    line = batch.lines.order_by("line_no").first()
    assert line is not None

    assert (
        fails_whole_at_every_statement(lambda: taking_out.take_out_lines(by=clerk, line=[line.pk], reason="可疑")) > 4
    )
    doubt = TakenOut.objects.get().pk
    back = lambda: taking_out.put_back_lines(by=clerk, taken_out=[doubt], reason="已查实")  # noqa: E731
    assert fails_whole_at_every_statement(back) > 3
    assert fails_whole_at_every_statement(lambda: batches.lock_batches(by=clerk, batch=[batch.pk])) > 5
    approver = person("shenpi1")
    back = lambda: batches.give_back_batches(by=approver, batch=[batch.pk], reason="可疑")  # noqa: E731
    assert fails_whole_at_every_statement(back) > 2


def test_making_the_file_and_sending_are_all_or_nothing(county_at: At) -> None:
    county_at("publicised")
    batch, clerk = released(drafted()), person("caiwu1")

    assert fails_whole_at_every_statement(lambda: bank.make_payment_file(by=clerk, batch=batch.pk)) > 5
    bank.take_payment_file(by=clerk, batch=batch.pk)
    assert fails_whole_at_every_statement(lambda: bank.send_batches(by=clerk, batch=[batch.pk])) > 4


def test_loading_a_return_and_settling_are_all_or_nothing(county_at: At) -> None:
    county_at("publicised")
    batch, clerk = sent(released(drafted())), person("caiwu1")
    data = answer_file(batch, {2: "户名不符", 3: "处理中"})

    def loading() -> None:
        bank.load_return(by=clerk, batch=batch.pk, data=data, name="HP.txt")

    assert fails_whole_at_every_statement(loading) > 8
    load(batch, {2: "户名不符", 3: "处理中", 5: "已销户"})
    answer, other = contradiction(batch, 5), person("caiwu2")

    def settling_it() -> None:
        settling.settle_answers(by=other, answer=[answer.pk], verdict="TAKEN", reason="联社答复已退回")

    assert fails_whole_at_every_statement(settling_it) > 5
