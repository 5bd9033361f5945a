"""App configuration: the reference sheets and the reading job are registered here."""

from django.apps import AppConfig

from aid_admin.accounts.rules import Role
from aid_admin.intake import registry
from aid_admin.jobs import registry as jobs


class IntakeConfig(AppConfig):
    """Uploads."""

    name = "aid_admin.intake"
    label = "intake"
    verbose_name = "数据导入"

    def ready(self) -> None:
        """Register what this app knows."""
        jobs.register("intake.read", "aid_admin.intake.tasks.read", "读取上传文件", "/uploads/{id}/")
        jobs.register("intake.mark", "aid_admin.intake.tasks.mark", "生成带标注的原表", "/uploads/{id}/")
        here = "aid_admin.intake.actions.reference"
        registry.register(
            registry.SheetKind(
                "schools", "学校名单", "aid_admin.intake.imports.schools", f"{here}.store_schools",
                frozenset({Role.SYSTEM_ADMIN}), on_force=f"{here}.schools_in_force", of_semester=False,
                rows="intake.SchoolRow", key=("code", "stage"),
                facts=("name", "township", "inclusive", "address", "head", "phone"), next_step="接着导入高中阶段学校的收费标准，并为各校建立用户。", next_page="/uploads/new/",
            )
        )  # fmt: skip
        registry.register(
            registry.SheetKind(
                "fees", "收费标准", "aid_admin.intake.imports.fees", f"{here}.store_fees",
                frozenset({Role.SYSTEM_ADMIN}), on_force=f"{here}.fees_in_force", of_semester=False,
                rows="intake.FeeRow", key=("school", "stage", "major_code", "starts_on"),
                facts=("amount_fen", "ends_on", "basis_doc"), next_step="收费标准用于核定免学费的金额，不用再做别的。",
            )
        )  # fmt: skip
