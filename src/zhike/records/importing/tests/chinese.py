"""A hundred thousand Chinese companies as a file somebody might bring: GB18030, mixed phones, planted duplicates. Seeded."""

from __future__ import annotations

import csv
import gzip
import io
import random
from pathlib import Path

from zhike.kernel.testing import shared_data

HEADS = ("客户编号", "客户名称", "联系人", "手机", "电话", "地址", "等级", "行业", "来源", "备注")
TRADES = ("电器", "贸易", "商贸", "科技", "实业", "家电", "机电设备", "制冷设备", "装饰工程", "餐饮管理")
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "经营部", "（集团）有限公司")
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华"
AREA_CODES = ("010", "021", "0571", "0512", "020", "0755", "028", "027")
STREETS = ("人民路", "中山路", "解放大道", "文三路", "建设街", "长江路")


def build(path: Path, count: int, seed: int = 7) -> list[tuple[int, int]]:
    """Write `count` rows; the answer are planted pairs of line numbers (first occurrence, its variant)."""
    chance = random.Random(seed)
    brands, places = _brands(), _places()
    chance.shuffle(brands)
    rows: list[list[str]] = []
    pairs: list[tuple[int, int]] = []
    while len(rows) < count:
        if len(rows) > 20 and chance.random() < 0.03:
            before = chance.randrange(max(0, len(rows) - 5000), len(rows))
            if rows[before][9] != "变体":
                pairs.append((before + 2, len(rows) + 2))
                rows.append(_variant(rows[before], len(rows), chance))
                continue
        rows.append(_company(len(rows), brands[len(rows) % len(brands)], places, chance))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADS)
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode("gb18030", "replace"))
    return pairs


def _brands() -> list[str]:
    with gzip.open(shared_data("names_cn", "company_short_names_28w.txt.gz"), "rt", encoding="utf-8-sig") as source:
        return [line.strip() for line in list(source)[3:] if 2 <= len(line.strip()) <= 6]


def _places() -> list[tuple[str, str, str]]:
    def read(name: str) -> list[dict[str, str]]:
        with shared_data("cn_divisions", name).open(encoding="utf-8-sig") as source:
            return list(csv.DictReader(source))

    provinces = {row["code"]: row["name"] for row in read("provinces.csv")}
    cities = {row["code"]: row["name"] for row in read("cities.csv")}
    return [(provinces[row["provinceCode"]], cities[row["cityCode"]], row["name"]) for row in read("areas.csv")]


def _company(place: int, brand: str, places: list[tuple[str, str, str]], chance: random.Random) -> list[str]:
    province, city, district = chance.choice(places)
    town = "" if city in ("市辖区", "县") else city
    name = f"{(town or province).removesuffix('市')}{brand}{chance.choice(TRADES)}{chance.choice(FORMS)}"
    address = f"{province}{town}{district}{chance.choice(STREETS)}{chance.randrange(1, 999)}号"
    contact = chance.choice(FAMILY) + chance.choice(GIVEN) + (chance.choice(GIVEN) if chance.random() < 0.6 else "")
    mobile, phone = _mobile(chance), _landline(chance)
    kind = chance.random()
    cells = ["", name, contact, mobile if kind < 0.7 else "", phone if kind > 0.4 else "", address]
    return [
        *cells,
        chance.choice("ABCD"),
        chance.choice(TRADES),
        chance.choice(("展会", "转介绍", "官网", "陌拜")),
        f"第{place}行",
    ]


def _mobile(chance: random.Random) -> str:
    digits = f"1{chance.choice('3578')}{chance.randrange(10**9):09d}"
    return chance.choice((digits, f"+86 {digits}", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}", digits, digits))


def _landline(chance: random.Random) -> str:
    area = chance.choice(AREA_CODES)
    number = f"{chance.randrange(2, 9)}{chance.randrange(10**7):07d}"
    extension = f"转{chance.randrange(100, 999)}" if chance.random() < 0.15 else ""
    return chance.choice((f"{area}-{number}", f"({area}){number}", f"{area} {number}", f"{area}{number}")) + extension


def _variant(row: list[str], place: int, chance: random.Random) -> list[str]:
    """The same company as another colleague would have typed it."""
    found = list(row)
    found[9] = "变体"
    form = next((form for form in FORMS if row[1].endswith(form)), "")
    name = row[1].removesuffix(form)
    found[1] = chance.choice(
        (row[1], name + "公司", name, row[1].replace("（", "(").replace("）", ")"), name + "有限公司")
    )
    digits = "".join(filter(str.isdigit, row[3]))[-11:]
    if digits:
        found[3] = chance.choice((digits, f"0086{digits}", f"{digits[:3]} {digits[3:7]} {digits[7:]}"))
    found[2] = chance.choice((row[2], ""))
    found[5] = chance.choice((row[5], ""))
    return found
