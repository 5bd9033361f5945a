"""App configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, posts, actions."""

    name = "aid_admin.accounts"
    label = "accounts"
    verbose_name = "用户与岗位"
