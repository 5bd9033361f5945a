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
                parts="disbursement.models.filed.programme_names",
                check=f"{here}.check_filed", on_force="disbursement.actions.drafting.filed_in_force",
                closed="disbursement.models.roster.closed_to",
                on_undo="disbursement.actions.drafting.filed_undone", extras=f"{here}.extras",
                rows="disbursement.FiledLine", key=("id_number", "programme"),
                facts=(
                    "name", "grade", "class_name", "amount_fen", "account_no", "account_name", "bank_name",
                    "category_text",
                ),
                sums=f"{here}.filed_sums", leads_to=f"{here}.filed_rosters",
                owed=f"{here}.owed_rosters",
                next_step="到名册里逐条说明与核定结果的差异，再由本校负责人上报。",
                meanwhile="资助中心核定资格、生成名册以后，名册会出现在您的待办里，到时逐条说明差异、由负责人上报。",
            )
        )  # fmt: skip
        register(
            SheetKind(
                "returns",
                "银行回盘文件",
                "",
                "",
                frozenset({Role.FINANCE_CLERK}),
                replaces=False,
                own_page=True,
                after_close=True,
            )
        )
        jobs.register("publicity.print_all", "disbursement.tasks.print_all", "打印公示", "/publicity/{id}/papers/")
        jobs.register("batch.print_all", "disbursement.tasks.print_lists", "打印各校清单", "/batches/{id}/papers/")
        jobs.register("batch.build", "disbursement.tasks.build", "编制发放批次", "/batches/")
