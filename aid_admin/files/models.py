"""Stored files: encrypted, checksummed, gated."""

import secrets
from typing import ClassVar

import pgtrigger
from django.db import models

from aid_admin.accounts.models import User
from aid_admin.db.base import Row
from aid_admin.db.scope import ScopedQuerySet


def random_path() -> str:
    """A path inside the file store that says nothing about the content."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name}"


class StoredFileQuerySet(ScopedQuerySet):
    """Files carry a school's code; empty means the county."""

    school_path = "school_code"
    township_path = ""


class StoredFile(Row):
    """A file outside the web root, encrypted, found by its sha256."""

    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)  # "this file was uploaded before"
    size = models.BigIntegerField("字节")
    kind = models.CharField("用途", max_length=20)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    path = models.CharField(max_length=60, unique=True, default=random_path, editable=False)
    key_version = models.PositiveSmallIntegerField(default=1, editable=False)
    school_code = models.CharField("学校代码", max_length=10, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, verbose_name="上传人")

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        triggers: ClassVar = [pgtrigger.Protect(name="kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name
