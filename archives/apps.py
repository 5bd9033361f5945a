"""App configuration: the jobs that make papers in bulk are registered here."""

from django.apps import AppConfig

from aid_admin.jobs import registry as jobs


class ArchivesConfig(AppConfig):
    """Archives."""

    name = "archives"
    verbose_name = "档案与告知"

    def ready(self) -> None:
        """Register this app's jobs."""
        jobs.register("letters.print", "archives.tasks.print_letters", "打印告知书", "/letters/")
        jobs.register("archive.pack", "archives.tasks.pack", "制作档案包", "/archives/packages/")
