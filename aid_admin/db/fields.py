"""Field types: integer fen, and identity data sealed with deterministic AES-SIV."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models

from aid_admin.lib import seal


@lru_cache(maxsize=1)
def keyring() -> seal.Keyring:
    """The keys of this installation: one file outside the database, made on first use."""
    return seal.load_or_create(Path(settings.KEYRING_FILE))


class FenField(models.BigIntegerField):
    """Money in fen (1/100 yuan); shown through lib.money."""


class SealedField(models.BinaryField):
    """Text that is stored as version byte + AES-SIV; equality, joins and unique work on the column.

    `kind` is the associated data: a sealed account never equals a sealed ID number of the same digits.
    """

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["kind"] = self.kind
        return name, path, args, kwargs

    def get_prep_value(self, value: str | bytes | memoryview | None) -> bytes | None:
        """Seal text; what is sealed already passes (values of another row's column)."""
        if value is None or value == "":
            return None
        if isinstance(value, str):
            return keyring().seal(self.kind, value)
        return bytes(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return super().get_db_prep_value(self.get_prep_value(value), connection, prepared=True)

    def from_db_value(self, value: Any, _expression: object, _connection: object) -> str | None:
        return None if value is None else keyring().open_(self.kind, bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")
