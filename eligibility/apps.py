"""App configuration: the departments' registries and the applications are registered here."""

from django.apps import AppConfig

from aid_admin.accounts.rules import Role
from aid_admin.intake.registry import PERSON, SheetKind, register

REGISTRIES = {
    "poverty": "建档立卡（扶贫办）",
    "low_income": "低保（民政局）",
    "extreme_poverty": "特困供养（民政局）",
    "orphans": "孤儿（民政局）",
    "unattended": "事实无人抚养儿童（民政局）",
    "disability": "残疾人（残联）",
    "martyrs": "烈士子女",
}

FACTS = (
    "name", "cert_no", "birth_date", "sex", "household_no", "member_no", "relation", "village", "category", "variant",
    "policy_status", "proof_state", "valid_to", "is_covered_member", "extra",
)  # fmt: skip


class EligibilityConfig(AppConfig):
    """Registries, applications, comparison, entitlement."""

    name = "eligibility"
    verbose_name = "资格认定"

    def ready(self) -> None:
        """Register this app's sheets."""
        for code, title in REGISTRIES.items():
            register(
                SheetKind(
                    code, title, f"eligibility.imports.{code}", "eligibility.actions.registries.store_registry",
                    frozenset({Role.REGISTRY_OFFICER}), second_person=True, rows="eligibility.RegistryRecord",
                    key=PERSON, facts=FACTS,
                    next_step="七份部门名单和学籍都生效后，就可以执行比对。", next_page="/matches/",
                )
            )  # fmt: skip
        here = "eligibility.actions.applications"
        register(
            SheetKind(
                "applications", "认定申请", "eligibility.imports.applications", f"{here}.store_applications",
                frozenset({Role.SCHOOL_CLERK}), of_school=True, replaces=False,
                check=f"{here}.check_applications", on_force=f"{here}.applications_in_force",
                on_undo=f"{here}.undo_applications", rows="eligibility.ApplicationRow",
                key=("student",), facts=("category", "income_fen", "factors", "recommended_tier", "committed"),
                known=f"{here}.known_applications",
                told="已经有申请的学生（修改、不变两栏），提交后原来的申请不动；确实要改的，请把原申请退回后再报。",
                next_step="到“认定申请”里核对这些申请并提交，再由本校负责人评议。", next_page="/applications/",
            )
        )  # fmt: skip
