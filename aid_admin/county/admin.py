"""Reference tables for the system administrator: edited one by one, or imported with a diff to confirm."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.http import HttpRequest
from import_export.admin import ImportExportMixin

from aid_admin.accounts.models import User
from aid_admin.county import actions, resources
from aid_admin.county.models import BankBin, Deadline, Holiday, School, SchoolFee, Semester, Township, Village
from aid_admin.county.rules import DATED_STEPS
from aid_admin.lib.refusals import Refused

admin.site.site_header = admin.site.site_title = "基础数据维护"
admin.site.index_title = "学校、标准、日历等基础数据"
admin.site.site_url = "/"
admin.site.unregister(Group)  # rights come from posts


class ReferenceAdmin(ImportExportMixin, admin.ModelAdmin):  # type: ignore[type-arg,misc]
    """Every write goes through an action; a refusal is told, not raised."""

    formats = (resources.OfficeXlsx,)
    skip_admin_log = True
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        try:
            actions.save_reference(by=cast(User, request.user), row=obj)
        except Refused as refusal:
            messages.error(request, refusal.message)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        try:
            actions.delete_reference(by=cast(User, request.user), row=obj)
        except Refused as refusal:
            messages.error(request, refusal.message)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for row in queryset:
            self.delete_model(request, row)

    def generate_log_entries(self, result: Any, request: HttpRequest) -> None:
        totals = {name: count for name, count in result.totals.items() if count}
        actions.log_reference_import(
            by=cast(User, request.user), table=self.model._meta.model_name or "", totals=totals
        )

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit trail has it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The audit trail has it."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        """The audit trail has it."""


@admin.register(Township)
class TownshipAdmin(ReferenceAdmin):
    """乡镇."""

    resource_classes = (resources.TownshipResource,)
    list_display = ("code", "name")


@admin.register(Village)
class VillageAdmin(ReferenceAdmin):
    """村（居）."""

    resource_classes = (resources.VillageResource,)
    list_display = ("code", "name", "township", "since", "until")
    list_filter = ("township",)
    list_select_related = ("township",)
    search_fields = ("name", "code")


@admin.register(School)
class SchoolAdmin(ReferenceAdmin):
    """学校（批量用“学校名单”导入）."""

    list_display = ("code", "name", "township", "inclusive", "head_name")
    list_filter = ("township", "inclusive")
    list_select_related = ("township",)
    search_fields = ("name", "code")


@admin.register(SchoolFee)
class SchoolFeeAdmin(ReferenceAdmin):
    """收费标准."""

    resource_classes = (resources.SchoolFeeResource,)
    list_display = ("school", "stage", "major_code", "amount_fen", "during", "basis_doc")
    list_filter = ("stage",)
    list_select_related = ("school",)
    search_fields = ("school__name",)


@admin.register(Semester)
class SemesterAdmin(ReferenceAdmin):
    """学期."""

    resource_classes = (resources.SemesterResource,)
    list_display = ("code", "starts_on", "ends_on", "cut_off_on", "publicity_days", "publicity_workdays")


@admin.register(Deadline)
class DeadlineAdmin(ReferenceAdmin):
    """截止日期."""

    resource_classes = (resources.DeadlineResource,)
    list_display = ("semester", "step", "due_on")
    list_filter = ("semester",)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Steps that have a day of the semester; photos have their period's."""
        if db_field.name == "step":
            kwargs["choices"] = [("", "---------"), *DATED_STEPS]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    """节假日与调休."""

    resource_classes = (resources.HolidayResource,)
    list_display = ("day", "is_workday", "name")
    list_filter = ("is_workday",)
    date_hierarchy = "day"


@admin.register(BankBin)
class BankBinAdmin(ReferenceAdmin):
    """银行卡BIN."""

    resource_classes = (resources.BankBinResource,)
    list_display = ("prefix", "length", "bank", "kind")
    list_filter = ("bank",)
