"""A bank's file layouts as data: one TOML file a profile, so that a new layout needs no code."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PROFILES: Final = Path(__file__).parent / "profiles"
_RETURN_CODES = "return_codes"
FILE_FIELDS: Final = frozenset(
    {"line_no", "line_ref", "account_no", "account_name", "amount", "bank_branch", "cnaps", "summary"}
)
RETURN_FIELDS: Final = frozenset({"line_no", "account_no", "account_name", "amount", "line_ref", "bank_text"})
HEAD_FIELDS: Final = frozenset({"batch_no", "count", "total"})
_HEAD_TITLES: Final = {"batch_no": "批次号", "count": "笔数", "total": "金额合计"}
_RETURN_TITLES: Final = {
    "line_no": "序号",
    "account_no": "账号",
    "account_name": "户名",
    "amount": "金额",
    "line_ref": "备注",
    "bank_text": "处理结果",
}


class WrongProfile(ValueError):
    """A layout that cannot be used; says in Chinese what is wrong with it."""


@dataclass(frozen=True, slots=True)
class BankColumn:
    """One column: a field of the line, or the same value in every line."""

    header: str
    field: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class ReturnLayout:
    """How the bank's return file is laid out: a head line with its sums, then one line a payment."""

    encoding: str
    newline: str
    delimiter: str
    amount_format: str
    file_name: str
    head: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One layout of one bank; amounts are written as yuan with two places, or as whole fen."""

    key: str
    bank: str
    version: int
    name: str
    medium: str
    encoding: str
    newline: str
    delimiter: str
    amount_format: str
    max_rows: int
    name_max_bytes: int
    file_name: str
    columns: tuple[BankColumn, ...]
    returns: ReturnLayout
    return_codes: tuple[tuple[str, str], ...]
    sheet_name: str = ""

    @property
    def return_titles(self) -> tuple[str, ...]:
        """What people call the columns of the return file: by the names of the bank's own payment file."""
        own = {column.field: column.header for column in self.columns if column.field}
        return tuple((_RETURN_TITLES | own)[field] for field in self.returns.columns)

    @property
    def head_titles(self) -> tuple[str, ...]:
        """What people call the cells of the return file's first line."""
        return tuple(_HEAD_TITLES[field] for field in self.returns.head)

    def return_title(self, field: str) -> str:
        """What people call one column of the return file; empty for one that it does not have."""
        return dict(zip(self.returns.columns, self.return_titles, strict=True)).get(field, "")


def load_profiles() -> dict[str, Profile]:
    """Return the layouts that come with the system, by key (the name of their file)."""
    patterns = default_return_codes()
    paths = sorted(path for path in PROFILES.glob("*.toml") if path.stem != _RETURN_CODES)
    return {path.stem: parse_profile(path.stem, path.read_text(encoding="utf-8"), patterns) for path in paths}


def default_return_codes() -> tuple[tuple[str, str], ...]:
    """Return the pairs of code and pattern that every bank's texts are read by."""
    path = PROFILES / f"{_RETURN_CODES}.toml"
    return _patterns(tomllib.loads(path.read_text(encoding="utf-8")))


def profile_for(bank: str, medium: str = "txt") -> Profile:
    """Return a bank's newest layout of a medium; raises WrongProfile if there is none."""
    fitting = [one for one in load_profiles().values() if (one.bank, one.medium) == (bank, medium)]
    if not fitting:
        raise WrongProfile(f"没有银行{bank}的{medium}代发文件格式，请先配置。")
    return max(fitting, key=lambda one: one.version)


def parse_profile(key: str, text: str, patterns: Iterable[tuple[str, str]] = ()) -> Profile:
    """Read one layout; its own return codes stand before `patterns`. Raises WrongProfile."""
    try:
        data = tomllib.loads(text)
        returns = data.pop("returns")
        own = _patterns(data)
        data.pop("codes", None)
        profile = Profile(
            key=key,
            **{**data, "columns": tuple(BankColumn(**column) for column in data["columns"])},
            returns=ReturnLayout(**{**returns, "head": tuple(returns["head"]), "columns": tuple(returns["columns"])}),
            return_codes=(*own, *patterns),
        )
    except (tomllib.TOMLDecodeError, TypeError, KeyError) as error:
        raise WrongProfile(f"代发文件格式{key}不完整或写法有误：{error}") from error
    _check(profile)
    return profile


def _patterns(data: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((one["code"], one["pattern"]) for one in data.get("codes", ()))


def _check(profile: Profile) -> None:
    fields = {column.field for column in profile.columns if column.field}
    unknown = sorted(
        (fields - FILE_FIELDS)
        | (set(profile.returns.columns) - RETURN_FIELDS)
        | (set(profile.returns.head) - HEAD_FIELDS)
    )
    if unknown:
        raise WrongProfile(f"代发文件格式{profile.key}有不认识的栏目：{'、'.join(unknown)}")
    missing = sorted({"account_no", "account_name", "amount"} - fields)
    if missing:
        raise WrongProfile(f"代发文件格式{profile.key}缺少栏目：{'、'.join(missing)}")
    if profile.medium not in ("txt", "xlsx"):
        raise WrongProfile(f"代发文件格式{profile.key}的介质{profile.medium}不支持。")
    if {profile.amount_format, profile.returns.amount_format} - {"yuan", "fen"}:
        raise WrongProfile(f"代发文件格式{profile.key}的金额格式只能是 yuan 或 fen。")
