"""App configuration."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Demo."""

    name = "demo"
    verbose_name = "演示县"
