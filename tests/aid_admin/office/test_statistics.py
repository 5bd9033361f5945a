"""统计: every table against a reading of the lines in Python; scope, workbook, page."""

import io
from collections import defaultdict

import pytest
from openpyxl import load_workbook

from aid_admin.accounts.models import User
from aid_admin.audit.models import AuditEvent
from aid_admin.county.models import School, Semester
from aid_admin.lib.refusals import BadInput
from aid_admin.office import actions, statistics
from disbursement.actions import taking_out
from disbursement.models import RosterLine, TakenOut
from students.models import Placement
from tests.disbursement.builders import enter
from tests.disbursement.money import drafted, line_of, person

TERM = "2020-spring"
SCHOOL = "3141000003"


def _key(axis: str, line, places) -> str:
    place = places.get(line.student_id)
    village = line.student.village
    return {
        "home": village.township.name if village else "（外县或未登记）",
        "township": line.roster.school.township.name,
        "school": line.roster.school.name,
        "stage": place.get_stage_display() if place else "（未登记）",
        "category": line.get_category_display() or "普惠（不分类别）",
        "programme": line.programme.name,
        "semester": line.semester.code,
        "money": _money(line),
    }[axis]


def _money(line) -> str:
    """What became of the line's money, by the payments in the order in which they were made."""
    made = [p for p in sorted(line.payments.all(), key=lambda p: p.pk) if p.batch.state != "ABORTED"]
    if made:
        return made[-1].get_state_display()
    if line.state == "HELD":
        return "暂缓（公示异议）"
    return "移出待核实" if TakenOut.objects.waiting().filter(roster_line=line).exists() else "还没有编批次"


def _oracle(rows: str, columns: str, schools: list[str]):
    """(row, column) → persons, times, fen; None stands for a total."""
    lines = RosterLine.objects.filter(
        roster__state="CONFIRMED", state__in=["ACCEPTED", "HELD"], roster__school__code__in=schools
    ).select_related("student__village__township", "roster__school__township", "programme", "semester")
    lines = lines.prefetch_related("payments__batch")
    places = {p.student_id: p for p in Placement.objects.filter(semester__code=TERM)}
    persons, times, fen = defaultdict(set), defaultdict(int), defaultdict(int)
    for line in lines:
        row, column = _key(rows, line, places), _key(columns, line, places)
        for key in {(row, column), (row, None), (None, column), (None, None)}:
            persons[key].add(line.student_id)
            times[key] += 1
            fen[key] += line.amount_fen
    return {key: statistics.Figures(len(persons[key]), times[key], fen[key]) for key in times}


@pytest.mark.parametrize("name", statistics.TABLES)
def test_tables_agree_with_a_count_line_by_line(small_county, name):
    _, rows, columns = statistics.TABLES[name]
    schools = list(School.objects.values_list("code", flat=True))
    found = statistics.table(name, semester=Semester.objects.get(code=TERM).pk, schools=schools)
    told = {(None, None): found.total}
    told |= {(None, column): cell for column, cell in zip(found.columns, found.totals, strict=True)}
    for line in found.lines:
        told[line.name, None] = line.total
        told |= {
            (line.name, column): cell
            for column, cell in zip(found.columns, line.cells, strict=True)
            if cell is not None
        }
    assert told == _oracle(rows, columns, schools)
    assert sum(line.total.amount_fen for line in found.lines) == found.total.amount_fen
    assert sum(line.total.person_times for line in found.lines) == found.total.person_times


def test_a_school_sees_its_own_figures(small_county):
    own = RosterLine.objects.filter(roster__school__code=SCHOOL, roster__state="CONFIRMED", state="ACCEPTED")
    page = enter(f"jingban-{SCHOOL}").get("/statistics/school-programme/?measure=person_times").content.decode()
    assert f"<b>{own.count()}</b> 人次" in page
    other = School.objects.exclude(code=SCHOOL).first().name
    assert other not in page


def test_the_workbook_has_all_three_measures_and_says_who(small_county):
    page = enter("chushen1").post("/statistics/category-programme/export/")
    book = load_workbook(io.BytesIO(page.content))
    assert book.sheetnames == ["金额（元）", "人次", "人数"]
    total = RosterLine.objects.filter(roster__state="CONFIRMED", state__in=["ACCEPTED", "HELD"]).count()
    rows = list(book["人次"].iter_rows(values_only=True))
    (last,) = [row for row in rows if row[0] == "合计"]
    assert last[-1] == total
    assert "chushen1" in str(rows[-1][0])


def test_pages_of_statistics(small_county):
    client = enter("chushen1")
    for name in statistics.TABLES:
        assert client.get(f"/statistics/{name}/").status_code == 200
    assert client.get("/statistics/nothing/").status_code == 404
    assert client.post("/statistics/").status_code == 405
    assert enter("guanli1").get("/statistics/").status_code == 403


def test_an_unknown_table_is_refused(small_county):
    from_chushen = enter("chushen1")
    assert from_chushen.post("/statistics/nothing/export/").status_code == 404
    with pytest.raises(BadInput, match="没有统计表"):
        actions.export_statistics(by=User.objects.get(username="chushen1"), semester=TERM, table="nothing")


def test_table_of_one_township_is_that_of_its_schools(small_county) -> None:
    reviewer = enter("chushen1")
    town = School.objects.filter(roster__state="CONFIRMED").order_by("code").first().township
    answer = reviewer.get(f"/statistics/school-stage/?township={town.code}&measure=person_times")
    shown = answer.context
    assert {line.name for line in shown["table"].lines} <= set(town.school_set.values_list("name", flat=True))
    counted = RosterLine.objects.filter(
        roster__state="CONFIRMED", roster__school__township=town, state__in=["ACCEPTED", "HELD"], semester__code=TERM
    )
    assert shown["table"].total.person_times == counted.count() > 0
    assert 'name="measure" value="person_times"' in answer.content.decode()
    book = load_workbook(io.BytesIO(reviewer.post(f"/statistics/school-stage/export/?township={town.code}").content))
    words = " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row)
    assert f"乡镇={town.name}" in words
    assert f"乡镇={town.name}" in AuditEvent.objects.latest("seq").reason


def test_progress_of_schools_is_filtered_and_taken_along(small_county) -> None:
    reviewer = enter("chushen1")
    town = School.objects.order_by("code").first().township
    rows = reviewer.get(f"/progress/?township={town.code}").context["rows"]
    assert {row.township for row in rows} == {town.name}
    name = rows[0].name
    assert [row.name for row in reviewer.get("/progress/", {"q": name}).context["rows"]] == [name]
    sheet = load_workbook(io.BytesIO(reviewer.post("/progress/", {"do": "take_list"}).content)).active
    assert sheet.max_row - 3 == School.objects.count()
    assert "没有符合条件的学校" in reviewer.get("/progress/?q=没有这所").content.decode()


def test_progress_costs_at_most_twelve_queries(small_county, django_assert_max_num_queries) -> None:
    reviewer = enter("chushen1")
    reviewer.get("/progress/")
    with django_assert_max_num_queries(12):
        assert reviewer.get("/progress/").status_code == 200


def test_line_taken_out_of_a_draft_is_not_called_unbuilt(county_at) -> None:
    county_at("publicised")
    line = line_of(drafted(), 3)
    taking_out.take_out_lines(by=person("caiwu1"), line=[line.pk], reason="户名不是监护人")

    def told() -> dict[str, int]:
        schools = list(School.objects.values_list("code", flat=True))
        found = statistics.table("programme-money", semester=Semester.objects.get(code=TERM).pk, schools=schools)
        return {name: sums.person_times for name, sums in zip(found.columns, found.totals, strict=True)}

    before = told()
    assert before["移出待核实"] == 1
    put_back = {"taken_out": [TakenOut.objects.get().pk], "reason": "电话核实"}
    taking_out.put_back_lines(by=person("caiwu1"), **put_back)
    assert told() == {name: n + (name == "还没有编批次") for name, n in before.items() if name != "移出待核实"}
