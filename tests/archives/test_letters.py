"""温馨告知书: what families are told is what was paid; printed, delivered, signed for, and taken back."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Sum
from django.test import Client

from aid_admin.county import calendar
from aid_admin.jobs import queue
from aid_admin.jobs.models import Job
from aid_admin.lib.money import in_words, yuan_comma
from aid_admin.lib.refusals import BadInput, NotFound, Refused
from archives.actions import letters
from archives.models import NoticeLetter
from archives.papers.letter import letters_html, printed_letter
from disbursement.actions.printing import office
from disbursement.models import PaymentLine
from tests.archives.conftest import pages_of
from tests.disbursement.builders import do, done, enter, photo

TERM = "2020-spring"
SCHOOL, OTHER = "3141000003", "1141000001"


def mine(school: str = SCHOOL) -> Any:
    return NoticeLetter.objects.filter(school__code=school).order_by("pk")


def printed(by, count: int = 2) -> list[int]:
    ids = [letter.pk for letter in mine()[:count]]
    letters.mark_printed(by=by(f"jingban-{SCHOOL}"), letter=ids)
    return ids


def test_letters_tell_what_was_paid(small_county):
    paid = PaymentLine.objects.filter(state="PAID").values("student").annotate(fen=Sum("amount_fen"))
    told = {letter.student_id: letter.facts["total_fen"] for letter in NoticeLetter.objects.all()}
    assert told == {row["student"]: row["fen"] for row in paid}
    for letter in NoticeLetter.objects.all():
        lines = PaymentLine.objects.filter(student=letter.student_id, state="PAID").order_by(
            "programme__position", "pk"
        )
        facts = letter.facts["grants"]
        assert [grant["amount_fen"] for grant in facts] == [line.amount_fen for line in lines]
        assert [grant["account_tail"] for grant in facts] == [(line.account_no or "")[-4:] for line in lines]
        assert all(grant["paid_on"] for grant in facts)


def test_letters_hold_no_whole_number(small_county):
    numbers = set(PaymentLine.objects.exclude(account_no=None).values_list("account_no", flat=True))
    text = str(list(NoticeLetter.objects.values_list("facts", flat=True)))
    assert numbers
    assert not [number for number in numbers if number in text]


def test_drawing_up_again_changes_nothing(small_county, by):
    before = list(NoticeLetter.objects.order_by("pk").values())
    letters.draw_up_letters(by=by("chushen1"), semester=TERM)
    assert list(NoticeLetter.objects.order_by("pk").values()) == before


def test_a_later_grant_is_told_in_a_further_letter(county_at, by):
    county_at("paid")
    student = (
        PaymentLine.objects.filter(state="PAID").values("student").annotate(n=Count("pk")).filter(n=2)[0]["student"]
    )
    first, second = PaymentLine.objects.filter(student=student, state="PAID").order_by("pk").select_related("batch")
    NoticeLetter.objects.create(
        student_id=student, semester=first.batch.semester, school=first.school,
        facts={"grants": [{"batch": first.batch.no, "line_no": first.line_no, "amount_fen": 1}], "total_fen": 1},
    )  # fmt: skip
    letters.draw_up_letters(by=by("chushen1"), semester=TERM)
    letters.draw_up_letters(by=by("chushen1"), semester=TERM)
    told = NoticeLetter.objects.get(student=student, number=2)
    assert [(g["batch"], g["line_no"]) for g in told.facts["grants"]] == [(second.batch.no, second.line_no)]
    assert NoticeLetter.objects.filter(student=student).count() == 2


def test_a_printed_document_reads_as_its_rows(small_county, by):
    job = letters.print_letters(by=by(f"jingban-{SCHOOL}"), semester=TERM)
    assert queue.work(job.pk)
    job.refresh_from_db()
    assert job.state == "DONE", job.message
    _, media, data = letters.download_letters(by=by(f"jingban-{SCHOOL}"), job=job.pk)
    pages = pages_of(data)
    assert media == "application/pdf"
    assert len(pages) == mine().count(), "one page a family"
    for letter in mine():
        (page,) = [text for text in pages if text.endswith(f"编号{letter.pk}")]
        total = letter.facts["total_fen"]
        for words in (letter.student.name, letter.facts["guardian"], yuan_comma(total), in_words(total), "回执"):
            assert words in page
        others = mine().exclude(pk=letter.pk).exclude(student__name=letter.student.name)
        assert not [
            x for x in others.values_list("student__name", flat=True) if x in page.replace(letter.facts["guardian"], "")
        ]
    assert set(mine().values_list("state", flat=True)) == {"PRINTED"}
    assert set(mine(OTHER).values_list("state", flat=True)) == {"DRAWN_UP"}


def test_a_letter_goes_its_way(small_county, by, picture):
    clerk = by(f"jingban-{SCHOOL}")
    ids = printed(by)
    assert len(letters.deliver_letters(by=clerk, letter=ids, how="IN_PERSON")) == 2
    letters.sign_letter(by=clerk, letter=ids[:1], signed_by="王建国", relation="父亲", file=picture)
    letter = mine().get(pk=ids[0])
    assert (letter.state, letter.signed_by, letter.receipt.media_type) == ("RECEIPT_SIGNED", "王建国", "image/jpeg")
    letters.take_back(by=clerk, letter=ids, reason="登记错人")
    assert list(mine().filter(pk__in=ids).values_list("state", "signed_by", "delivered_how")) == [
        ("DELIVERED", "", "IN_PERSON"), ("PRINTED", "", ""),
    ]  # fmt: skip


def test_a_letter_takes_no_step_twice_or_too_early(small_county, by):
    clerk = by(f"jingban-{SCHOOL}")
    first = mine().first().pk
    with pytest.raises(Refused, match="待打印"):
        letters.deliver_letters(by=clerk, letter=[first], how="IN_PERSON")
    ids = printed(by)
    letters.deliver_letters(by=clerk, letter=ids, how="PUPIL")
    with pytest.raises(Refused):
        letters.deliver_letters(by=clerk, letter=ids, how="PUPIL")
    tomorrow = calendar.business_date() + timedelta(1)
    with pytest.raises(BadInput, match="签收日期"):
        letters.sign_letter(by=clerk, letter=ids, signed_by="王建国", signed_on=tomorrow)
    with pytest.raises(BadInput, match="逐份"):
        letters.sign_letter(by=clerk, letter=ids, signed_by="王建国", file=b"x")
    with pytest.raises(BadInput, match="送达方式"):
        letters.deliver_letters(by=clerk, letter=ids, how="BIRD")
    with pytest.raises(NotFound):
        letters.deliver_letters(by=clerk, letter=[mine(OTHER).first().pk], how="PUPIL")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE archives_noticeletter SET facts = '{}'",
        "UPDATE archives_noticeletter SET state = 'RECEIPT_SIGNED'",
        "UPDATE archives_noticeletter SET state = 'PRINTED'; UPDATE archives_noticeletter SET state = 'DELIVERED'",
    ],
)
def test_letters_are_guarded_against_raw_sql(small_county, sql):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_pages_of_letters(small_county, by):
    clerk = enter(f"jingban-{SCHOOL}")
    page = clerk.get("/letters/").content.decode()
    assert mine().first().student.name in page
    assert mine(OTHER).first().student.name not in page
    asked = do(clerk, "/letters/", "print", [mine().first().pk])
    job = Job.objects.latest("pk")
    assert asked.headers["Location"] == f"/letters/print/{job.pk}/"
    queue.work(job.pk)
    assert "下载 PDF" in clerk.get(f"/letters/print/{job.pk}/").content.decode()
    assert clerk.post(f"/letters/print/{job.pk}/file/").content.startswith(b"%PDF-")
    assert enter(f"jingban-{OTHER}").get(f"/letters/print/{job.pk}/").status_code == 404
    letter = mine().first()
    path = f"/letters/{letter.pk}/"
    empty = do(clerk, path, "deliver", how="")
    assert "请选择送达方式" in empty.content.decode()
    done(clerk, path, "deliver", how="IN_PERSON")
    bad = do(clerk, path, "sign", signed_by="王建国", relation="父亲")
    assert bad.status_code == 302
    assert enter(f"jingban-{OTHER}").get(path).status_code == 404
    assert enter("caiwu1").get(path).status_code == 403
    assert enter("shenji1").get(path).status_code == 200
    assert Client().get(path).status_code == 302


def test_a_receipt_that_is_no_photo_keeps_what_was_typed(small_county, by):
    ids = printed(by, 1)
    clerk = enter(f"jingban-{SCHOOL}")
    path = f"/letters/{ids[0]}/"
    done(clerk, path, "deliver", how="IN_PERSON")
    wrong = do(clerk, path, "sign", signed_by="王建国", file=SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg"))
    text = wrong.content.decode()
    assert "不是 JPG 或 PNG" in text
    assert 'value="王建国"' in text
    assert NoticeLetter.objects.get(pk=ids[0]).state == "DELIVERED"
    done(clerk, path, "sign", signed_by="王建国", file=photo())
    assert clerk.get(f"{path}receipt/")["Content-Type"] == "image/jpeg"
    assert enter(f"jingban-{OTHER}").get(f"{path}receipt/").status_code == 404


def test_villages_are_a_work_list(small_county):
    text = enter("chushen1").get("/letters/villages/").content.decode()
    assert "打印全村" in text
    village = NoticeLetter.objects.exclude(student__village=None).first().student.village
    listed = enter("chushen1").get(f"/letters/?village={village.code}").content.decode()
    assert listed.count('name="pick"') == NoticeLetter.objects.filter(student__village=village).count()


def test_villages_counts_lead_to_their_letters(small_county):
    clerk = enter(f"jingban-{SCHOOL}")
    row = next(row for row in clerk.get("/letters/villages/").context["rows"] if row["code"])
    state, _, count = next(one for one in row["counts"] if one[2])
    path = f"/letters/?village={row['code']}&state={state}"
    assert path.replace("&", "&amp;") in clerk.get("/letters/villages/").content.decode()
    page = clerk.get(path).context["page"]
    assert page.total == count
    assert {letter.student.village.code for letter in page} == {row["code"]}


def test_a_letters_page_prints_it_and_tells_of_every_print(small_county):
    letter, clerk = mine().first(), enter(f"jingban-{SCHOOL}")
    path = f"/letters/{letter.pk}/"
    assert "打印这一份" in clerk.get(path).content.decode()
    asked = done(clerk, path, "print")
    queue.work_all()
    clerk.post("/letters/print/", {"school": SCHOOL})
    queue.work_all()
    events = [event for event in clerk.get(path).context["events"] if event.verb == "letters.printed"]
    assert len(events) == 2
    assert "所选" in events[1].reason
    assert f"{Job.objects.get(pk=int(asked.split('/')[-2])).by.name}" == events[1].actor_name
    other = mine(OTHER).first()
    assert not [e for e in enter("chushen1").get(f"/letters/{other.pk}/").context["events"] if "print" in e.verb]


def test_money_that_came_back_is_told_on_the_letters_page(small_county):
    letter = mine().first()
    grant = letter.facts["grants"][0]
    line = PaymentLine.objects.filter(batch__no=grant["batch"], line_no=grant["line_no"])
    assert "又被银行退回" not in enter("chushen1").get(f"/letters/{letter.pk}/").content.decode()
    line.update(state="RETURNED_LATER", code="ACCOUNT_CLOSED")
    text = enter("chushen1").get(f"/letters/{letter.pk}/").content.decode()
    assert f"“{grant['name']}”{yuan_comma(grant['amount_fen'])} 元，到账以后又被银行退回" in text


def test_a_letter_says_standard_and_what_is_paid_again(small_county):
    letter = NoticeLetter.objects.select_related("student", "school", "semester").first()
    assert all(grant["standard_fen"] >= grant["amount_fen"] for grant in letter.facts["grants"])
    page = printed_letter(letter, office(), calendar.business_date())
    html = letters_html([page])
    assert "标准（元）" in html
    assert "本学期享受" in html
    letter.facts["grants"] = [grant | {"again": True} for grant in letter.facts["grants"]]
    html = letters_html([printed_letter(letter, office(), calendar.business_date())])
    assert "发放后被银行退回，现已重新发放" in html
    assert "本学期享受" not in html
