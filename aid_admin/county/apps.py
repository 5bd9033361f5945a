"""App configuration."""

from django.apps import AppConfig


class CountyConfig(AppConfig):
    """County."""

    name = "aid_admin.county"
    label = "county"
    verbose_name = "学校与学期"
