"""App configuration: rolls, attendance and account sheets are registered here."""

from django.apps import AppConfig

from aid_admin.accounts.rules import Role
from aid_admin.intake.registry import SheetKind, register


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
                part_field="system", on_force=f"{rolls}.roll_in_force",
            )
        )  # fmt: skip
        register(
            SheetKind(
                "attendance", "在校就读确认", "students.imports.attendance", f"{rolls}.store_attendance",
                frozenset({Role.SCHOOL_CLERK}), of_school=True,
            )
        )  # fmt: skip
        register(
            SheetKind(
                "accounts", "银行账号", "students.imports.accounts", f"{accounts}.store_accounts",
                frozenset({Role.SCHOOL_CLERK}), of_school=True, replaces=False,
                check=f"{accounts}.check_accounts", on_force=f"{accounts}.accounts_in_force",
                on_undo=f"{accounts}.undo_accounts",
            )
        )  # fmt: skip
