"""Sealing of identity data, of frozen rows and of stored files, with keys kept outside the database."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

SIV_BYTES: Final = 64
MAC_BYTES: Final = 32
FILE_BYTES: Final = 32
KEY_BYTES: Final = SIV_BYTES + MAC_BYTES + FILE_BYTES
_NONCE_BYTES: Final = 12
_FILE_CONTEXT: Final = b"aid file"


class SealBroken(ValueError):
    """A sealed value, file or key file that cannot be opened with the keys at hand."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by version (1-255), 128 bytes each: AES-SIV, HMAC, AES-GCM. The highest version seals."""

    keys: Mapping[int, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("密钥文件里没有密钥")
        for version, key in self.keys.items():
            if not 1 <= version <= 255 or len(key) != KEY_BYTES:
                raise ValueError(f"第{version}版密钥的长度或版本号不对")

    @property
    def version(self) -> int:
        return max(self.keys)

    def seal(self, kind: str, text: str) -> bytes:
        """Deterministic: equal text of one kind gives equal bytes, so columns compare and join."""
        cipher = AESSIV(self.keys[self.version][:SIV_BYTES])
        # AES-SIV of an empty text is refused by the library, so each text is preceded by one byte.
        return bytes([self.version]) + cipher.encrypt(b"\x01" + text.encode(), [kind.encode()])

    def open_(self, kind: str, blob: bytes) -> str:
        """The text of a sealed value; raises SealBroken for another kind, key or a changed byte."""
        blob = bytes(blob)
        cipher = AESSIV(self._key(blob)[:SIV_BYTES])
        try:
            return cipher.decrypt(blob[1:], [kind.encode()])[1:].decode()
        except (InvalidTag, ValueError):
            raise SealBroken("加密的数据打不开：密钥不对或数据被改动") from None

    def mac(self, fields: Sequence[str | int | None]) -> bytes:
        """Version byte and HMAC-SHA256 over the fields, each with its type and length before it."""
        return self._mac(self.version, fields)

    def mac_is_good(self, fields: Sequence[str | int | None], mac: bytes) -> bool:
        """Whether `mac` belongs to the fields, under whichever version made it."""
        mac = bytes(mac)
        return bool(mac) and mac[0] in self.keys and hmac.compare_digest(mac, self._mac(mac[0], fields))

    def encrypt_file(self, data: bytes) -> bytes:
        """Version byte, nonce and AES-256-GCM text; two encryptions of one file differ."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = AESGCM(self.keys[self.version][-FILE_BYTES:])
        return bytes([self.version]) + nonce + cipher.encrypt(nonce, data, _FILE_CONTEXT)

    def decrypt_file(self, blob: bytes) -> bytes:
        """The file's bytes; raises SealBroken for another key or a changed byte."""
        cipher = AESGCM(self._key(blob)[-FILE_BYTES:])
        try:
            return cipher.decrypt(blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :], _FILE_CONTEXT)
        except (InvalidTag, ValueError):
            raise SealBroken("加密的文件打不开：密钥不对或文件被改动") from None

    def _key(self, blob: bytes) -> bytes:
        if not blob or blob[0] not in self.keys:
            raise SealBroken("加密的数据打不开：缺少对应版本的密钥")
        return self.keys[blob[0]]

    def _mac(self, version: int, fields: Sequence[str | int | None]) -> bytes:
        digest = hmac.new(self.keys[version][SIV_BYTES : SIV_BYTES + MAC_BYTES], digestmod=hashlib.sha256)
        for value in fields:
            digest.update(_length_prefixed(value))
        return bytes([version]) + digest.digest()


def load_or_create(path: Path) -> Keyring:
    """The keyring in `path`, made with fresh keys when there is none; of two first starts one wins."""
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise SealBroken(f"密钥文件 {path} 的权限太宽，请改成只有本系统用户可读（chmod 600）")
    try:
        lines = [line.split(":", 1) for line in path.read_text(encoding="ascii").split()]
        return Keyring({int(version): bytes.fromhex(key) for version, key in lines})
    except ValueError:
        raise SealBroken(f"密钥文件 {path} 已损坏，请从备份中恢复") from None


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"1:{secrets.token_hex(KEY_BYTES)}\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole and never replaces the keys of a start that was quicker.
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()


def _length_prefixed(value: str | int | None) -> bytes:
    if value is None:
        return b"n"
    tag = b"s" if isinstance(value, str) else b"i"
    data = str(value).encode()
    return tag + len(data).to_bytes(8, "big") + data
