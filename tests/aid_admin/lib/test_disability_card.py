import pytest

from aid_admin.lib import disability_card
from tests.aid_admin.lib.people import id_number

OWN = id_number(103)


def test_split_reads_all_parts():
    card = disability_card.split(f" {OWN}42b1 ")
    assert card == disability_card.Certificate(OWN, 4, 2, 1)
    assert (card.category_name, card.level_name) == ("肢体", "二级")
    assert disability_card.split(OWN + "11") == disability_card.Certificate(OWN, 1, 1)


@pytest.mark.parametrize("tail", ["", "4", "82", "45", "42B", "42C1", "421", "42B0"])
def test_split_refuses_another_shape(tail):
    assert disability_card.split(OWN + tail) is None


def test_split_refuses_faulty_id_inside():
    wrong = OWN[:-1] + ("1" if OWN[-1] != "1" else "2")
    assert disability_card.split(wrong + "42") is None
    assert disability_card.id_part(wrong + "42") is None
    assert disability_card.id_part(OWN + "42") == OWN


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("肢体二级", (4, 2)),
        ("42", (4, 2)),
        ("４２", (4, 2)),
        ("多重残疾一级", (7, 1)),
        ("无", (None, None)),
        ("95", (None, None)),
    ],
)
def test_category_and_level_in_one_cell(text, both):
    assert disability_card.read_category_and_level(text) == both


@pytest.mark.parametrize(
    ("text", "digit"), [("视力", 1), ("视力残疾", 1), ("2", 2), ("听力", 2), ("2.0", 2), ("未知", None)]
)
def test_category_alone(text, digit):
    assert disability_card.read_category(text) == digit


@pytest.mark.parametrize(("text", "digit"), [("一级", 1), ("四", 4), ("3", 3), ("3级", 3), ("5", None)])
def test_level_alone(text, digit):
    assert disability_card.read_level(text) == digit
