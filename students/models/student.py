"""Students and where each of them is, semester by semester."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Exists, OuterRef

from aid_admin.accounts.models import User
from aid_admin.county.models import School, Semester, Village
from aid_admin.county.rules import STAGE_CHOICES
from aid_admin.db.base import Row
from aid_admin.db.fields import SealedField
from aid_admin.db.scope import Reach, ScopedQuerySet
from students.models.roll import AttendanceRecord, EnrolmentRecord
from students.rules import Standing


class StudentQuerySet(ScopedQuerySet):
    """A student is seen by the schools where he is or was placed."""

    def within(self, reach: Reach) -> Self:
        if reach.county:
            return self.all()
        placed = Placement.objects.within(reach).filter(student=OuterRef("pk"))
        return self.filter(Exists(placed))

    def search(self, text: str) -> Self:
        """By name, pinyin initials, or the last four characters of the ID number."""
        text = text.strip()
        if not text:
            return self.all()
        if len(text) == 4 and text[:3].isdigit():
            return self.filter(id_tail=text.upper())
        if text.isascii():
            return self.filter(pinyin_initials__startswith=text.lower())
        return self.filter(name__contains=text)


class Student(Row):
    """A person on a roll of this county, found by the ID number."""

    id_number = SealedField("身份证号", kind="id_number", unique=True, null=True)
    name = models.CharField("姓名", max_length=60)
    name_key = models.CharField(max_length=60)
    pinyin_initials = models.CharField("拼音首字母", max_length=20, blank=True)
    id_tail = SealedField(kind="id_tail", null=True)
    birth_date = models.DateField("出生日期", null=True)
    sex = models.CharField("性别", max_length=2, blank=True)
    village = models.ForeignKey(Village, on_delete=models.PROTECT, null=True, verbose_name="户籍村")

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学生"
        indexes: ClassVar = [
            models.Index(OpClass("pinyin_initials", name="text_pattern_ops"), name="student_initials"),  # search
            models.Index(fields=["id_tail"], name="student_tail"),  # search by the last four
            models.Index(fields=["name"], name="student_name"),  # search by name
        ]

    def __str__(self) -> str:
        return self.name


class PlacementQuerySet(ScopedQuerySet):
    """Placements of a semester."""

    def of(self, semester: Semester) -> Any:
        """The semester's placements."""
        return self.filter(semester=semester)

    def awaiting(self, standing: str) -> Any:
        """Placements of that standing that no person has settled."""
        return self.filter(standing=standing, decided_by=None)


class Placement(Row):
    """Where a student is in a semester, settled from rolls and attendance; one per student and semester."""

    student = models.ForeignKey(Student, on_delete=models.PROTECT, verbose_name="学生")
    semester = models.ForeignKey(Semester, on_delete=models.PROTECT, verbose_name="学期")
    enrolment = models.ForeignKey(EnrolmentRecord, on_delete=models.PROTECT, null=True, verbose_name="学籍记录")
    attendance = models.ForeignKey(AttendanceRecord, on_delete=models.PROTECT, null=True, verbose_name="在校确认")
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True, verbose_name="学校")
    stage = models.CharField("学段", max_length=12, choices=STAGE_CHOICES, blank=True)
    grade = models.CharField("年级", max_length=20, blank=True)
    grade_year = models.PositiveSmallIntegerField(null=True)
    class_name = models.CharField("班级", max_length=30, blank=True)
    boarding = models.CharField("就读方式", max_length=10, blank=True)
    standing = models.CharField("在籍在校", max_length=24, choices=Standing.choices())
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, verbose_name="核定人")
    reason = models.TextField("核定理由", blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学期就读"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["student", "semester"], name="one_placement_per_semester")
        ]
        indexes: ClassVar = [
            models.Index(fields=["semester", "school", "stage"], name="placement_list")  # student list by school
        ]

    def __str__(self) -> str:
        return f"{self.student} {self.semester}"

    @property
    def enrolled_at(self) -> str:
        """The school of the roll in words; that several claim the pupil waits for a person."""
        return self.enrolment.school.name if self.enrolment else self._unsettled("没有学籍")

    @property
    def attends_at(self) -> str:
        """The school that says he attends, in words; a school that says he is absent is no 在校学校."""
        if self.attendance:
            return self.attendance.school.name if self.attendance.attending else "学校确认不在校"
        return self._unsettled("没有学校确认")

    def _unsettled(self, nowhere: str) -> str:
        return "待核定" if self.standing in {Standing.CLAIMED_TWICE, Standing.TRANSFER} else nowhere
