"""A list of Chinese companies with planted duplicates and look-alikes, built from real short names and divisions."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from pathlib import Path
from random import Random
from string import ascii_lowercase
from typing import Any

Row = dict[str, Any]
_TRADES = [
    "科技",
    "贸易",
    "商贸",
    "实业",
    "电子",
    "网络科技",
    "信息技术",
    "机械",
    "建材",
    "服饰",
    "食品",
    "餐饮管理",
    "文化传媒",
    "广告",
    "物流",
    "医疗器械",
    "生物科技",
    "环保设备",
    "装饰工程",
    "汽车服务",
    "五金制品",
    "塑料制品",
    "纺织品",
    "印刷",
    "农产品",
    "化妆品",
    "教育咨询",
    "企业管理咨询",
    "电气设备",
    "新能源",
    "园林绿化",
    "酒店用品",
    "宠物用品",
    "健身",
    "珠宝",
]
_FORMS = ["有限公司", "有限责任公司", "股份有限公司", "有限公司", "有限公司", "集团有限公司"]
_SHOPS = ["经营部", "商行", "工作室", "门市部"]
_STREETS = [
    "人民路",
    "中山路",
    "解放路",
    "建设路",
    "文一西路",
    "科技大道",
    "新华街",
    "长江路",
    "和平路",
    "迎宾大道",
    "学院路",
    "工业园一路",
]
_AREA_CODES = {"1101": "010", "3101": "021", "3301": "0571", "4403": "0755", "5101": "028"}
_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class World:
    """Real names and places, read once."""

    def __init__(self, shared: Path) -> None:
        with gzip.open(shared / "names_cn" / "company_short_names_28w.txt.gz", "rt", encoding="utf-8-sig") as file:
            lines = [line.strip() for line in file][3:]
        # Two to six characters, and no line that names a legal form itself.
        self.names = [name for name in lines if 2 <= len(name) <= 6 and not name.endswith(("集团", "公司"))]
        folder = shared / "cn_divisions"
        self.provinces = {row["code"]: row["name"] for row in _rows(folder / "provinces.csv")}
        self.cities = {row["code"]: row["name"] for row in _rows(folder / "cities.csv") if "直辖县" not in row["name"]}
        self.districts = [row for row in _rows(folder / "areas.csv") if row["cityCode"] in self.cities]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


class Builder:
    """Draws companies, writes some of them twice, and puts look-alikes beside them."""

    def __init__(self, world: World, seed: int, to_traditional: Callable[[str], str]) -> None:
        self.world, self.random, self.to_traditional = world, Random(seed), to_traditional
        self.rows: list[Row] = []
        self.truth: set[frozenset[str]] = set()

    def build(self, size: int) -> tuple[list[Row], set[frozenset[str]]]:
        """`size` rows: about 15 % of companies written twice or thrice, 12 % with a look-alike."""
        while len(self.rows) < size:
            company = self.company()
            ids = [self.add(company)]
            chance = self.random.random()
            if chance < 0.15:
                ids += [self.add(self.again(company)) for _ in range(1 + (chance < 0.03))]
            elif chance < 0.27:
                self.add(self.look_alike(company))
            self.truth |= {frozenset((a, b)) for a in ids for b in ids if a != b}
        self.random.shuffle(self.rows)
        return self.rows, self.truth

    def add(self, company: Row) -> str:
        parts = {
            key: company[key] for key in ("phones", "emails", "credit_code", "division", "street", "number", "website")
        }
        self.rows.append({"id": f"c{len(self.rows):07d}", "kind": "organisation", "name": company["written"], **parts})
        return str(self.rows[-1]["id"])

    def company(self) -> Row:
        random = self.random
        shop = random.random() < 0.2
        row: Row = {
            "brand": random.choice(self.world.names),
            "trade": random.choice(_TRADES) if random.random() < 0.85 else "",
            "form": random.choice(_SHOPS if shop else _FORMS),
        }
        self.settle(row)
        row["phones"] = [self.phone(row["division"])] if random.random() < 0.8 else []
        host = "".join(random.choices(ascii_lowercase, k=random.randint(4, 9))) + random.choice(
            [".com", ".cn", ".com.cn"]
        )
        row["website"] = f"https://www.{host}/" if random.random() < 0.3 else ""
        row["emails"] = []
        if random.random() < 0.5:
            box = random.choice(["info", "sales", "office"]) + "@" + host
            row["emails"] = [box if row["website"] else f"{random.randrange(10**8, 10**10)}@qq.com"]
        row["credit_code"] = self.credit_code(row["division"]) if random.random() < 0.5 else ""
        row["written"] = self.full_name(row)
        return row

    def settle(self, row: Row) -> None:
        district = self.random.choice(self.world.districts)
        city = self.world.cities[district["cityCode"]]
        row["division"] = district["code"]
        row["city"] = self.world.provinces[district["provinceCode"]] if city in ("市辖区", "县") else city
        row["province"] = self.world.provinces[district["provinceCode"]]
        row["street"], row["number"] = self.random.choice(_STREETS), str(self.random.randint(1, 400))

    def move(self, row: Row) -> None:
        city = row["city"]
        while row["city"] == city:
            self.settle(row)

    def full_name(self, row: Row) -> str:
        place = row["city"].removesuffix("市") if self.random.random() < 0.7 else row["city"]
        if self.random.random() < 0.12:
            return f"{row['brand']}{row['trade']}（{place}）{row['form']}"
        return f"{place}{row['brand']}{row['trade']}{row['form']}"

    def phone(self, division: str) -> str:
        if self.random.random() < 0.7:
            return f"1{self.random.choice('3456789')}{self.random.randrange(10**9):09d}"
        area = _AREA_CODES.get(division[:4], f"0{310 + int(division[:4]) % 600}")
        return f"{area}-{self.random.randrange(2 * 10**7, 9 * 10**7)}"

    def credit_code(self, division: str) -> str:
        return f"91{division}" + "".join(self.random.choices(_CODE_LETTERS, k=10))

    def again(self, company: Row) -> Row:
        """The same company as another clerk would type it."""
        random = self.random
        row = dict(company)
        row["written"] = self.rewritten(row)
        if row["phones"]:
            row["phones"] = [self.reformatted(row["phones"][0])] if random.random() < 0.65 else []
        if random.random() < 0.15:
            row["phones"] = [*row["phones"], self.phone(row["division"])]
        for key, keep in (("emails", 0.6), ("credit_code", 0.6), ("website", 0.7), ("street", 0.7)):
            if random.random() > keep:
                row[key] = [] if key == "emails" else ""
        if random.random() < 0.3:
            row["division"] = ""
        return row

    def rewritten(self, row: Row) -> str:
        random = self.random
        brand, trade, form, city = row["brand"], row["trade"], row["form"], row["city"]
        place = city.removesuffix("市")
        ways = [
            f"{place}{brand}{trade}{random.choice(['有限公司', '有限责任公司', '']) if form not in _SHOPS else form}",
            f"{brand}{trade}{form}",
            f"{row['province']}{'' if row['province'] == city else city}{brand}{trade}{form}",
            f"{brand}（{place}）{trade}{form}",
            f"{brand}{trade}({place}){form}",
            self.to_traditional(f"{place}{brand}{trade}{form}"),
            f" {place} {brand}{trade} {form} ",
            f"{place}{self.mistyped(brand)}{trade}{form}",
            f"{place}{brand}{form}" if trade else f"{brand}",
        ]
        return random.choice(ways)

    def mistyped(self, brand: str) -> str:
        if len(brand) < 3:
            return brand
        place = self.random.randrange(len(brand))
        wrong = self.random.choice(self.random.choice(self.world.names))
        return brand[:place] + wrong + brand[place + 1 :]

    def reformatted(self, phone: str) -> str:
        if "-" in phone:
            area, number = phone.split("-")
            return self.random.choice(
                [
                    f"({area}){number}",
                    f"+86 {area[1:]} {number}",
                    f"{area} {number[:4]} {number[4:]} 转 8001",
                    area + number,
                ]
            )
        split = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
        wide = phone.translate({ord(digit): chr(ord(digit) + 0xFEE0) for digit in "0123456789"})
        return self.random.choice([phone, split, split.replace(" ", "-"), "+86" + phone, "0086 " + split, wide])

    def look_alike(self, company: Row) -> Row:
        """Another company that a hasty eye takes for this one."""
        random = self.random
        row = {**company, "phones": [], "emails": [], "credit_code": "", "street": "", "number": ""}
        kind = random.randrange(4)
        if kind == 0:  # same short name, other city
            self.move(row)
            row["phones"], row["website"] = [self.phone(row["division"])], ""
        elif kind == 1:  # a sister in the same city in another trade
            row["trade"] = random.choice([trade for trade in _TRADES if trade != row["trade"]])
            row["phones"], row["website"] = [self.phone(row["division"])], ""
        elif kind == 2:  # the branch in another city, on the same website
            self.move(row)
            row["written"] = f"{company['written']}{row['city'].removesuffix('市')}分公司"
            return row
        else:  # an agent's telephone on a stranger's record
            stranger = self.company()
            return {**stranger, "phones": company["phones"], "credit_code": stranger["credit_code"]}
        row["written"] = self.full_name(row)
        return row
