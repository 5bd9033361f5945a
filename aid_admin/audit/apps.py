"""App configuration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit trail."""

    name = "aid_admin.audit"
    label = "audit"
    verbose_name = "审计"
