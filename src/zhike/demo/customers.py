"""The demo company's customers: dealers, companies, public bodies and private people, with planted duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from zhike.customers.values.credit_codes import check_character
from zhike.customers.values.divisions import Division, table
from zhike.demo import words
from zhike.demo.company import GROUND, Company

LEVELS = ("A",) * 4 + ("B",) * 16 + ("C",) * 30 + ("D",) * 50
KINDS = ("dealer",) * 34 + ("organisation",) * 24 + ("government",) * 6 + ("service",) * 4 + ("person",) * 32
DUPLICATE_EVERY = 45
PLACEHOLDERS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


def person_name(dice: Random) -> str:
    """A name such as people have."""
    family = dice.choice(words.TWO_FAMILY) if dice.random() < 0.02 else dice.choice(words.FAMILY)
    return family + "".join(dice.sample(words.GIVEN, 1 if dice.random() < 0.25 else 2))


def mobile(dice: Random) -> str:
    """A number that validates."""
    return dice.choice(words.MOBILES) + f"{dice.randrange(10**8):08d}"


def credit_code(dice: Random, division: str) -> str:
    """A unified credit code with its check character."""
    body = "91" + division + "".join(dice.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(9))
    return body + check_character(body)


def place(dice: Random, provinces: tuple[str, ...]) -> tuple[Division, Division, Division]:
    """Province, city and district of a random place."""
    known = table()
    while True:
        province = known.by_code[dice.choice(provinces)]
        cities = known.children.get(province.code, [])
        city = dice.choice(cities) if cities else province
        districts = known.children.get(city.code, [])
        if districts:  # a municipality is its own city: 上海, not 市辖区
            return province, province if city.name in PLACEHOLDERS else city, dice.choice(districts)


def company_name(dice: Random, kind: str, city: Division, district: Division) -> str:
    """A legal name: place, brand, trade, form; public bodies are called after their place."""
    where = dice.choice((city.alias, f"{city.alias}{district.alias}", city.name))
    if kind == "government":
        return f"{district.name}{dice.choice(words.OFFICES)}"
    brand = dice.choice(words.BRANDS) + (dice.choice(words.GIVEN) if dice.random() < 0.45 else "")
    if kind == "dealer":
        trade = dice.choice(words.DEALER_TRADES)
        return f"{where}{brand}{trade}{dice.choice(words.SMALL_ENDS if dice.random() < 0.3 else words.ENDS)}"
    if kind == "service":
        return f"{where}{brand}电器维修服务站"
    return f"{where}{brand}{dice.choice(words.BUSINESS_TRADES)}{dice.choice(words.ENDS)}"


def values(dice: Random, company: Company, count: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Values of `count` customers by column name, as a writer takes them; every so often one stands there twice."""
    sellers = list(GROUND)
    kept: list[dict[str, Any]] = []
    for number in range(count):
        if kept and number % DUPLICATE_EVERY == DUPLICATE_EVERY - 1:
            yield twin(dice, dice.choice(kept))
            continue
        seller = dice.choice(sellers)
        one = customer(dice, seller, now) | {"owner": company.people[seller].pk}
        if one["form"] == "organisation" and len(kept) < 400:
            kept.append(one)
        yield one


def customer(dice: Random, seller: str, now: datetime) -> dict[str, Any]:
    """One customer on a seller's ground."""
    kind = dice.choice(KINDS)
    province, city, district = place(dice, GROUND[seller])
    where = (city if city.name.endswith(("市", "州")) else province).name
    street = f"{dice.choice(words.STREETS)}{dice.randrange(1, 999)}号"
    made: dict[str, Any] = {
        "kind": kind, "form": "person" if kind == "person" else "organisation", "mobile": mobile(dice),
        "address": f"{province.name}{'' if city is province else city.name}{district.name}{street}",
        "source": dice.choice(words.SOURCES), "level": dice.choice(LEVELS) if dice.random() < 0.85 else "",
        "created_at": now - timedelta(days=dice.randrange(20, 1500), minutes=dice.randrange(1440)),
    }  # fmt: skip
    if kind == "person":
        return made | private(dice, made)
    made |= {"name": company_name(dice, kind, city, district), "industry": words.INDUSTRIES.get(kind, "")}
    made["address"] += dice.choice(words.BUILDINGS) if dice.random() < 0.5 else ""
    if dice.random() < 0.6:
        made["credit_code"] = credit_code(dice, district.code)
    if where in words.AREA_CODES and dice.random() < 0.6:
        made["phone"] = f"{words.AREA_CODES[where]}-{dice.randrange(20000000, 89999999)}"
    if dice.random() < 0.35:
        made |= {"contact_name": person_name(dice), "contact_title": dice.choice(words.POSITIONS)}
    return made


def private(dice: Random, made: dict[str, Any]) -> dict[str, Any]:
    """What is known of a private person."""
    found: dict[str, Any] = {"name": person_name(dice), "gender": dice.choice(("male", "female", ""))}
    if dice.random() < 0.3:
        found["birthday"] = f"{dice.randrange(1955, 2002)}-{dice.randrange(1, 13):02d}-{dice.randrange(1, 28):02d}"
    if dice.random() < 0.3:
        found["email"] = f"{made['mobile']}@qq.com"
    return found


def twin(dice: Random, original: dict[str, Any]) -> dict[str, Any]:
    """The same company once more, as a colleague would have typed it."""
    name = str(original["name"])
    ways = (
        name.replace("有限责任公司", "有限公司").replace("股份有限公司", "公司"),
        name.removesuffix("有限公司").removesuffix("集团"),
        f"{name[:2]}（{name[2:4]}）{name[4:]}" if len(name) > 8 else name + "（新）",
        name.replace("电器", "家电") if "电器" in name else name[:-1],
    )
    phone = str(original["mobile"])
    spaced = f"+86 {phone[:3]} {phone[3:7]} {phone[7:]}"
    return original | {
        "name": dice.choice(ways),
        "mobile": spaced,
        "credit_code": "",
        "source": "重复录入",
        "contact_name": "",
    }
