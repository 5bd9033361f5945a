"""100,000 rows of a roll: uploaded bytes → in force; against django-import-export and against the floor."""

import io
import random
import resource
import sys
import time
from datetime import date, timedelta

from throwaway import begin

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
PEER_ROWS = 2_000
HEADER = [
    "学校标识码", "学校名称", "学段", "年级", "班级", "学籍号", "姓名", "性别", "出生日期", "民族", "身份证件类型",
    "身份证件号", "户口性质", "户口所在地", "就读方式", "学籍状态", "入学年月", "曾用名", "成员1姓名", "成员1关系",
    "成员1是否监护人", "成员1身份证件号", "成员1联系电话", "成员2姓名", "成员2关系", "成员2是否监护人",
    "成员2身份证件号", "成员2联系电话", "备注1", "备注2", "备注3", "备注4", "备注5", "备注6",
]  # fmt: skip


def people(count: int, year: int = 2008) -> list[list[str]]:
    """Rows of invented pupils with valid numbers."""
    from aid_admin.lib import id_card

    dice = random.Random(7)
    rows = []
    for number in range(count):
        born = date(year, 1, 1)

        def person(day: date, serial: int) -> str:
            body = f"410622{day:%Y%m%d}{serial % 1000:03d}"
            return body + id_card.check_digit(body)

        pupil = person(born + timedelta(days=number // 1000), number)
        parents = [person(date(1975 + side, 1, 1) + timedelta(days=number // 1000), number) for side in (0, 4)]
        name = dice.choice("王李张刘陈杨赵黄周吴") + dice.choice("梓浩宇欣雨佳子思") + dice.choice("涵轩怡然泽萱晨琪")
        rows.append(
            ["2141000001", "淇县测试小学", "小学", "三年级", f"{number % 8 + 1}班", f"G{pupil}", name, id_card.sex(pupil),
             f"{id_card.birth_date(pupil):%Y%m%d}", "汉族", "居民身份证", pupil, "农村", "", "走读", "在校", "201709", "",
             name[0] + "建国", "父亲", "是", parents[0], "13800000000", name[0] + "秀英", "母亲", "否", parents[1],
             "13900000000", "", "", "", "", "", ""]
        )  # fmt: skip
    return rows


def workbook(rows: list[list[str]]) -> bytes:
    """The rows as an .xlsx."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet("学籍")
    for place, row in enumerate([HEADER, *rows]):
        sheet.write_row(place, 0, row)
    book.close()
    return out.getvalue()


def ours(data: bytes) -> float:
    """Seconds from bytes to in force."""
    from aid_admin.accounts.actions import create_user, operator
    from aid_admin.intake.actions import force, staging
    from aid_admin.jobs import queue

    officer = create_user(by=operator(), username="officer", role=["registry_officer"])
    begun = time.perf_counter()
    upload, _ = staging.stage_upload(by=officer, kind="roll", data=data, name="roll.xlsx", semester="2020-spring")
    queue.work_all()
    upload.refresh_from_db()
    force.commit_upload(by=officer, upload=upload.pk, partial=True)
    seconds = time.perf_counter() - begun
    assert upload.accepted >= ROWS * 0.99, (upload.accepted, upload.message)
    begun = time.perf_counter()
    _, already = staging.stage_upload(by=officer, kind="roll", data=data, name="roll.xlsx", semester="2020-spring")
    assert already
    print(f"the same file again: {time.perf_counter() - begun:.2f} s, no row written")
    return seconds


def peer() -> float:
    """Seconds per row of django-import-export: bulk, no diff, its look-ups kept."""
    from import_export import fields, resources, widgets
    from import_export.formats.base_formats import XLSX

    from aid_admin.county.models import School
    from aid_admin.intake.models import Upload
    from students.models import EnrolmentRecord

    upload = Upload.objects.first()
    school = School.objects.get()

    class CachedSchool(widgets.ForeignKeyWidget):
        def clean(self, value, row=None, **kwargs):
            return school

    class Roll(resources.ModelResource):
        school = fields.Field("school", "school", CachedSchool(School, "code"))

        class Meta:
            model = EnrolmentRecord
            import_id_fields = ("id_number",)
            fields = ("school", "id_number", "name", "grade", "class_name", "sex")
            use_bulk, batch_size, skip_diff, skip_html_diff, report_skipped = True, 1000, True, True, False

        def before_save_instance(self, instance, row, **kwargs):
            instance.upload, instance.row, instance.sheet = upload, 1_000_000 + kwargs["row_number"], "peer"
            instance.stage, instance.boarding, instance.roll_status, instance.system = "PRIMARY", "DAY", "ACTIVE", "X"
            instance.name_key = instance.name

    data = workbook(people(PEER_ROWS, 2009))
    begun = time.perf_counter()
    dataset = XLSX().create_dataset(data)
    english = {
        "学校标识码": "school",
        "身份证件号": "id_number",
        "姓名": "name",
        "年级": "grade",
        "班级": "class_name",
        "性别": "sex",
    }
    dataset.headers = [english.get(header, header) for header in dataset.headers]
    result = Roll().import_data(dataset, raise_errors=True)
    assert not result.has_errors()
    return (time.perf_counter() - begun) / PEER_ROWS


def floor(data: bytes) -> float:
    """Seconds of calamine and a bare COPY into the same indexed table."""
    import python_calamine
    from django.db import connection

    begun = time.perf_counter()
    sheet = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    out = io.StringIO()
    for place, row in enumerate(sheet.iter_rows()):
        if place:
            out.write(
                f"1\tfloor\t{place}\t1\tX\tPRIMARY\t{row[3]}\t{row[4]}\tDAY\t{row[6]}\t{row[6]}\t\t\t\\\\x{str(row[11]).encode().hex()}"
                f"\t{row[7]}\t\t\tf\tACTIVE\n"
            )
    out.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            "COPY students_enrolmentrecord (upload_id, sheet, row, school_id, system, stage, grade, class_name, boarding,"
            " name, name_key, pinyin_initials, former_name, id_number, sex, residence, major_code, is_agricultural,"
            " roll_status) FROM STDIN",
            out,
        )
    return time.perf_counter() - begun


def main() -> None:
    """Measure all three in one run and print the ratios."""
    begin()
    from aid_admin.county.models import School, SchoolStage, Township

    school = School.objects.create(
        code="2141000001", name="淇县测试小学", name_key="淇县测试小学", township=Township.objects.earliest("pk")
    )
    SchoolStage.objects.create(school=school, stage="PRIMARY")
    rows = people(ROWS)
    data = workbook(rows)
    mine = ours(data)
    bare = floor(data)
    stock = peer() * ROWS
    print(f"rows {ROWS}, file {len(data) / 1e6:.1f} MB")
    print(f"ours, bytes to in force      {mine:8.1f} s  {ROWS / mine:8.0f} rows/s")
    print(f"floor, calamine + COPY       {bare:8.1f} s  ours / floor = {mine / bare:.2f}")
    print(f"django-import-export, scaled {stock:8.1f} s  peer / ours = {stock / mine:.1f}")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, "
        f"largest child {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
