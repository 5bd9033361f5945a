"""App configuration: rolls, attendance and account sheets are registered here."""

from django.apps import AppConfig

from aid_admin.accounts.rules import Role
from aid_admin.intake.registry import PERSON, SheetKind, register

ROLL_FACTS = (
    "name", "school", "stage", "grade", "class_name", "boarding", "enrolment_no", "birth_date", "sex", "residence",
    "village", "major_code", "roll_status",
)  # fmt: skip


class StudentsConfig(AppConfig):
    """Students, families, enrolment, attendance, bank accounts."""

    name = "students"
    verbose_name = "学生"

    def ready(self) -> None:
        """Register this app's sheets."""
        rolls, accounts = "students.actions.rolls", "students.actions.accounts"
        register(
            SheetKind(
                "roll", "学籍", "students.imports.roll", f"{rolls}.store_roll", frozenset({Role.REGISTRY_OFFICER}),
                part_field="system", on_force=f"{rolls}.roll_in_force", rows="students.EnrolmentRecord", key=PERSON, facts=ROLL_FACTS,
                next_step="学前、中小学、中职三份学籍和七份部门名单都生效后，就可以执行比对。", next_page="/matches/",
            )
        )  # fmt: skip
        register(
            SheetKind(
                "attendance", "在校就读确认", "students.imports.attendance", f"{rolls}.store_attendance",
                frozenset({Role.SCHOOL_CLERK}), of_school=True, rows="students.AttendanceRecord",
                key=PERSON, facts=("name", "grade", "class_name", "attending", "reason"),
                next_step="接着报送认定申请和银行账号。全县比对以后，对不上的学生会出现在“在籍在校核对”里。",
                next_page="/uploads/new/",
            )
        )  # fmt: skip
        register(
            SheetKind(
                "accounts", "银行账号", "students.imports.accounts", f"{accounts}.store_accounts",
                frozenset({Role.SCHOOL_CLERK}), of_school=True, replaces=False, after_close=True,
                check=f"{accounts}.check_accounts", on_force=f"{accounts}.accounts_in_force",
                on_undo=f"{accounts}.undo_accounts", rows="students.AccountRow", key=("student",),
                facts=("holder_name", "holder_relation", "holder_id", "bank", "branch", "account_no", "kind"),
                known=f"{accounts}.known_accounts",
                told="改了的账号要由本校负责人重新核对，核对以前仍用原来的；没有列出的学生，原来的账号不变。",
                next_step="请本校负责人在“银行账号”里核对，核对过的账号才能发放。", next_page="/accounts/",
            )
        )  # fmt: skip
        register(
            SheetKind(
                "late", "补录学生", "", "", frozenset({Role.SCHOOL_CLERK, Role.REGISTRY_OFFICER}), of_school=True,
                replaces=False, second_person=True, on_force=f"{rolls}.roll_in_force", own_page=True,
            )
        )  # fmt: skip
