"""Townships and villages of the county, from the reference data."""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any, Final

COUNTY: Final = "淇县"

_SHARES: Final = {
    "朝歌街道": 13, "桥盟街道": 10, "卫都街道": 6, "灵山街道": 5, "高村镇": 16,
    "北阳镇": 18, "西岗镇": 19, "庙口镇": 9, "黄洞乡": 4,
}  # fmt: skip
_URBAN_SHARES: Final = {"朝歌街道": 60, "桥盟街道": 25, "卫都街道": 15}
IN_TOWN: Final = tuple(_URBAN_SHARES)
_COMMUNITY_CODE: Final = "0"


@dataclass(frozen=True, slots=True)
class Village:
    """A village or residents' committee."""

    code: str
    name: str
    township: str

    @property
    def written(self) -> str:
        """The name with its suffix, as departments write it."""
        return self.name if self.name.endswith(("社区", "村")) else f"{self.name}村"

    @property
    def full(self) -> str:
        """Township and village, as rolls write it."""
        return self.township + self.written


@lru_cache(maxsize=1)
def villages() -> dict[str, tuple[Village, ...]]:
    """The villages of each township, in the order of their codes."""
    names = {row["code"]: row["name"] for row in _read("townships")}
    found: dict[str, list[Village]] = {name: [] for name in names.values()}
    for row in _read("villages"):
        township = names[row["township"]]
        found[township].append(Village(row["code"], row["name"], township))
    return {township: tuple(rows) for township, rows in found.items()}


def shares() -> dict[str, int]:
    """How the county's people spread over its townships, in parts of a hundred."""
    return dict(_SHARES)


def draw_village(residence: str, rng: Random) -> Village:
    """A village for a family: towns-people live in the communities of three streets."""
    table = _URBAN_SHARES if residence == "urban" else _SHARES
    township = rng.choices(list(table), list(table.values()))[0]
    here = villages()[township]
    if residence == "urban":
        here = tuple(village for village in here if village.code[9] == _COMMUNITY_CODE)
    return rng.choice(here)


def _read(name: str) -> list[dict[str, Any]]:
    text = (files("aid_admin.county") / "reference" / f"{name}.json").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = json.loads(text)
    return rows
