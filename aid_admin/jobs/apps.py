"""App configuration."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "aid_admin.jobs"
    label = "jobs"
    verbose_name = "后台任务"
