"""App configuration."""

from django.apps import AppConfig

from aid_admin.jobs import registry as jobs


class DemoConfig(AppConfig):
    """Demo."""

    name = "demo"
    verbose_name = "演示县"

    def ready(self) -> None:
        """Register the loading job."""
        jobs.register("demo.load", "demo.tasks.load_demo", "装入演示县")
