"""The bench's imports: a file of customers down the whole road, and the last part of that road alone."""

from __future__ import annotations

import csv
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from zhike.customers.actions import create_many
from zhike.customers.values.credit_codes import check_character
from zhike.identity.access import actor_of
from zhike.identity.models import User
from zhike.kernel import bulk
from zhike.kernel.actor import Actor
from zhike.operate.bench_data import BATCH, BY, ENDS, FAMILY, GIVEN, TRADES, WORDS
from zhike.records.importing import actions, queries, running
from zhike.records.importing.planning import Plan
from zhike.records.importing.storing import keep

HEADINGS = ("客户名称", "手机", "邮箱", "地址", "统一社会信用代码", "负责人", "等级", "来源", "备注")
FIELDS = ("name", "mobile", "email", "address", "credit_code", "owner", "level", "source", "note")
STREETS = (
    "上海市浦东新区世纪大道", "北京市海淀区中关村大街", "广东省深圳市南山区科技南路", "浙江省杭州市西湖区文三路",
    "四川省成都市武侯区天府大道", "湖北省武汉市洪山区珞喻路", "江苏省苏州市吴中区东吴北路",
)  # fmt: skip
MAILS = ("qq.com", "163.com", "126.com", "gmail.com")
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def people_and_companies(count: int, owners: list[str]) -> Iterator[tuple[str, ...]]:
    """Rows of a file of new customers, one in three a company; none of them is in the database yet."""
    start = int(time.time()) % 10**7 * 997
    dice = random.Random(start)  # noqa: S311 - customers, not keys
    for number in range(start, start + count):
        street, code = dice.choice(STREETS), ""
        name = dice.choice(FAMILY) + "".join(dice.sample(GIVEN, 2))
        if number % 3 == 0:
            name = "".join((street[:2], *dice.sample(WORDS, 4), dice.choice(TRADES), dice.choice(ENDS)))
            code = "91310115MA" + "".join(SIGNS[number // 31**place % 31] for place in range(7))
            code += check_character(code)
        yield (
            name, f"1{dice.choice('3589')}{number * 7919 % 10**9:09d}", f"user{number}@{dice.choice(MAILS)}",
            f"{street}{dice.randint(1, 2000)}号{dice.randint(1, 30)}楼{dice.randint(100, 3000)}室", code,
            dice.choice(owners), dice.choice("ABCD"), dice.choice(("展会", "转介绍", "官网")), "首次联系于展会",
        )  # fmt: skip


def timed_file(count: int) -> float:
    """Customers a second from a file as people bring it: read, mapped, compared with those that exist, written."""
    user = User.objects.get(username="bench-all")
    owners = list(User.objects.filter(username__startswith="bench-seller").values_list("username", flat=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "customers.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *people_and_companies(count, owners or [user.username])])
        began = time.perf_counter()
        created = _imported(path, actor_of(user.pk).at("cli"))
    seconds = time.perf_counter() - began
    if created != count:
        print(f"only {created:,} of {count:,} rows became customers", file=sys.stderr)
    return round(created / seconds, 1)


def _imported(path: Path, by: Actor) -> int:
    """How many customers the import of this file made."""
    with path.open("rb") as source:
        key, size = keep(iter(lambda: source.read(1 << 20), b""), path.name)
    row = actions.receive_import(on="party", key=key, name=path.name, size=size, by=by)
    plan, _table = queries.proposed(row, by, Plan())
    actions.begin_import(row, plan=plan.stored(), by=by)
    running.carry_out(row, by)
    return int(row.counts.get("created", 0))


def timed_rows(count: int) -> float:
    """Customers a second from values that are read and compared already, in this process alone."""
    owner = User.objects.get(username="bench-all").pk
    rows = [
        {name: value for name, value in zip(FIELDS, row, strict=True) if value} | {"owner": owner}
        for row in people_and_companies(count, [""])
    ]
    began = time.perf_counter()
    with bulk.heavy():
        for place in range(0, count, BATCH):
            create_many(rows[place : place + BATCH], by=BY)
    return round(count / (time.perf_counter() - began), 1)
