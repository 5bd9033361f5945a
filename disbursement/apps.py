"""App configuration: the schools' filed rosters and the banks' returns are registered here."""

from django.apps import AppConfig

from aid_admin.accounts.rules import Role
from aid_admin.intake.registry import SheetKind, register
from aid_admin.jobs import registry as jobs


class DisbursementConfig(AppConfig):
    """Rosters, publicity, batches, returns."""

    name = "disbursement"
    verbose_name = "资助发放"

    def ready(self) -> None:
        """Register this app's sheets and jobs."""
        here = "disbursement.actions.filing"
        register(
            SheetKind(
                "roster", "资助发放名册（学校填报）", "disbursement.imports.roster", f"{here}.store_filed",
                frozenset({Role.SCHOOL_CLERK}), of_school=True, part_field="programme",
                check=f"{here}.check_filed", on_force="disbursement.actions.drafting.filed_in_force",
                on_undo="disbursement.actions.drafting.filed_undone", extras=f"{here}.extras",
                rows="disbursement.FiledLine", next_page="/rosters/",
                next_step="到“资助名册”里逐条说明与核定结果的差异，再由本校负责人上报。",
            )
        )  # fmt: skip
        register(
            SheetKind("returns", "银行回盘文件", "", "", frozenset({Role.FINANCE_CLERK}), replaces=False, own_page=True)
        )
        jobs.register("batch.build", "disbursement.tasks.build", "编制发放批次", "/batches/")
