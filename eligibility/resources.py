"""Standards and category rules in and out of workbooks."""

from import_export import fields, resources

from aid_admin.county.resources import DateRangeWidget, by_code
from eligibility.models import AidProgramme, AidStandard, CategoryRule


class AidStandardResource(resources.ModelResource):
    """Dated amounts; a row in use is never edited."""

    programme = by_code(AidProgramme, "programme", "programme")
    during = fields.Field("during", "during", DateRangeWidget())

    class Meta:
        model = AidStandard
        import_id_fields = ("programme", "stage", "boarding", "tier", "during")
        fields = (
            "programme", "stage", "boarding", "tier", "grades", "amount_fen", "by_school_fee", "during", "basis_doc",
        )  # fmt: skip
        skip_unchanged = True
        report_skipped = False


class CategoryRuleResource(resources.ModelResource):
    """Who is admitted to what, dated."""

    programme = by_code(AidProgramme, "programme", "programme")
    during = fields.Field("during", "during", DateRangeWidget())

    class Meta:
        model = CategoryRule
        import_id_fields = ("programme", "boarding", "category", "variant", "during")
        fields = (
            "programme", "boarding", "category", "variant", "admitted", "tier", "inclusive_only", "during", "basis_doc",
        )  # fmt: skip
        skip_unchanged = True
        report_skipped = False
