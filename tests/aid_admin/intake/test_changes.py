"""What an upload would change of what is in force: shown before it counts."""

import re

import pytest

from aid_admin.intake.changes import Change, sides_of
from aid_admin.intake.models import Upload
from aid_admin.lib import bank_card, id_card
from tests.aid_admin.intake.wizard import good, id_number, send
from tests.factories import files, intake, people, students

HERE = "高村镇第一小学"


def page_of(client, upload: Upload, tab: str = "", **more: object) -> str:
    answer = client.get(f"/uploads/{upload.pk}/", {"tab": tab, **more} if tab else {})
    return answer.content.decode()


def counts(text: str) -> dict[str, int]:
    return {name: int(n) for name, n in re.findall(r">(新增|修改|不变|将去除)<span class=\"count\">(\d+)<", text)}


def rows_of(text: str) -> str:
    return text.split("<tbody>")[1].split("</tbody>")[0]


@pytest.fixture
def second(client) -> Upload:
    """A sheet in force of 1, 2, 3; then one of 2 (now in 四年级), 3 and 4."""
    client.post(f"/uploads/{send(client, *(good(n, HERE) for n in (1, 2, 3))).pk}/commit/")
    return send(client, good(2, HERE).replace("三年级", "四年级"), good(3, HERE), good(4, HERE))


def test_sheet_beside_the_one_in_force(client, second):
    text = page_of(client, second)
    assert counts(text) == {"新增": 1, "修改": 1, "不变": 1, "将去除": 1}
    assert "（3 行）相比，这次 3 行" in text
    for tab, name in (("added", "王小4"), ("same", "王小3"), ("removed", "王小1")):
        rows = rows_of(page_of(client, second, tab))
        assert name in rows
        assert rows.count("<tr>") == 1
    rows = rows_of(page_of(client, second, "changed"))
    assert re.search(r"王小2.*年级.*三年级.*<b>四年级</b>", rows, re.DOTALL)
    assert id_card.mask(id_number(2)) in rows
    assert id_number(2) not in rows


def test_nothing_is_compared_once_it_counts(client, second):
    client.post(f"/uploads/{second.pk}/commit/")
    assert counts(page_of(client, second)) == {}
    assert "不再比较" in page_of(client, second, "changed")


def test_first_sheet_is_all_new(client):
    upload = send(client, good(1, HERE), good(2, HERE))
    text = page_of(client, upload)
    assert counts(text) == {"新增": 2, "修改": 0, "不变": 0, "将去除": 0}
    assert "以前没有交过这类数据" in text
    assert "没有这一类的行" in page_of(client, upload, "removed")


def test_list_of_changes_has_pages_and_few_queries(client, django_assert_max_num_queries):
    client.post(f"/uploads/{send(client, *(good(n, HERE) for n in range(1, 61))).pk}/commit/")
    upload = send(client, *(good(n, HERE).replace("1班", "2班") for n in range(1, 61)))
    page_of(client, upload)  # the bar above is remembered for some seconds
    for tab in ("changed", "added", "error"):
        with django_assert_max_num_queries(12):
            page_of(client, upload, tab)
    assert rows_of(page_of(client, upload, "changed")).count("<b>2班</b>") == 50
    assert rows_of(page_of(client, upload, "changed", page=2)).count("<b>2班</b>") == 10


def test_accounts_stand_beside_what_the_pupil_has(client, clerk, schools):
    pupils = [students.student() for _ in range(3)]
    olds = [people.account_no() for _ in range(3)]

    def rows(numbers: list[str]) -> list[dict[str, object]]:
        return [
            files.account_row(HERE, name=one.name, id_number=one.id_number, account_no=number)
            for one, number in zip(pupils, numbers, strict=False)
        ]

    intake.in_force(clerk, "accounts", files.sheet("accounts", rows(olds[:2])), school=schools[0].code)
    new = people.account_no()
    sent = files.sheet("accounts", rows([olds[0], new, olds[2]]))
    upload = intake.read(clerk, "accounts", sent, school=schools[0].code)
    assert counts(page_of(client, upload)) == {"新增": 1, "修改": 1, "不变": 1, "将去除": 0}
    text = page_of(client, upload, "changed")
    assert bank_card.mask(olds[1]) in rows_of(text)
    assert bank_card.mask(new) + "（农村信用联社）" in rows_of(text)
    assert new not in text
    assert "核对以前仍用原来的" in text


def test_registry_shows_the_second_officer_what_goes(staff, log_in, schools):
    first, other = (staff("registry_officer", username=name) for name in ("shuju1", "shuju2"))
    born = [people.id_number() for _ in range(3)]

    def sheet(*places: int, **more: str) -> bytes:
        return files.sheet(
            "martyrs", [{"name": f"张{n}", "id_number": born[n], "martyr_name": "张军", **more} for n in places]
        )

    intake.in_force(first, "martyrs", sheet(0, 1))
    upload = intake.read(first, "martyrs", sheet(1, 2, martyr_name="张强"))
    log_in(first).post(f"/uploads/{upload.pk}/commit/")
    text = page_of(log_in(other), upload)
    assert counts(text) == {"新增": 1, "修改": 1, "不变": 0, "将去除": 1}
    assert "请点“将去除”核对" in text
    dialog = text.split('id="activate"')[1]
    assert "将去除 <b>1</b>" in dialog
    assert "张0" in rows_of(page_of(log_in(other), upload, "removed"))


def test_every_kind_with_rows_is_compared(small_county):
    """Each file in force beside itself: nothing but rows that stay the same."""
    uploads = {upload.kind: upload for upload in Upload.objects.filter(in_force__until=None).order_by("pk")}
    seen = []
    for kind, upload in uploads.items():
        sides = sides_of(upload, upload)
        if sides is None:
            continue
        changes = sides.counted()
        assert changes.now == upload.accepted, kind
        if sides.kind.replaces:
            assert changes.counts[Change.SAME] == upload.accepted, kind
        seen.append(kind)
    assert {"roll", "attendance", "roster", "accounts", "applications", "poverty", "schools", "fees"} <= set(seen)
