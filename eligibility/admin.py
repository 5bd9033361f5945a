"""Programmes, standards and category rules for the system administrator."""

from django.contrib import admin

from aid_admin.county.admin import ReferenceAdmin
from eligibility import resources
from eligibility.models import AidProgramme, AidStandard, CategoryRule, ProgrammeExclusion


@admin.register(AidProgramme)
class AidProgrammeAdmin(ReferenceAdmin):
    """资助项目."""

    list_display = ("code", "name", "payment_mode", "position")


@admin.register(AidStandard)
class AidStandardAdmin(ReferenceAdmin):
    """资助标准（使用后不可改，只能截止并新增）."""

    resource_classes = (resources.AidStandardResource,)
    list_display = ("programme", "stage", "boarding", "tier", "amount_fen", "by_school_fee", "during", "basis_doc")
    list_filter = ("programme", "stage")
    list_select_related = ("programme",)


@admin.register(CategoryRule)
class CategoryRuleAdmin(ReferenceAdmin):
    """类别规则."""

    resource_classes = (resources.CategoryRuleResource,)
    list_display = ("programme", "boarding", "category", "variant", "admitted", "tier", "inclusive_only", "during")
    list_filter = ("programme", "admitted")
    list_select_related = ("programme",)


@admin.register(ProgrammeExclusion)
class ProgrammeExclusionAdmin(ReferenceAdmin):
    """互斥项目."""

    list_display = ("first", "second", "during")
