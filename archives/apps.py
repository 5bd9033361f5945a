"""App configuration."""

from django.apps import AppConfig


class ArchivesConfig(AppConfig):
    """Archives."""

    name = "archives"
    verbose_name = "档案与告知"
