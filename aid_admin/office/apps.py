"""App configuration."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class OfficeConfig(AppConfig):
    """The roof: home, menu, overview, commands. Loads every app's actions, so that `act` finds them."""

    name = "aid_admin.office"
    label = "office"
    verbose_name = "办公"

    def ready(self) -> None:
        """Import the actions of all apps below, so that the registry is whole."""
        autodiscover_modules("actions")
