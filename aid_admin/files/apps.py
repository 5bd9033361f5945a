"""App configuration."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Files."""

    name = "aid_admin.files"
    label = "files"
    verbose_name = "文件"
