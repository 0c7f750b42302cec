"""The data of the bench: N customers and 5 N events, and three people who see 200 of them, 30 %, and all."""

from __future__ import annotations

import json
import os
import random
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from zhike.customers.actions import create_many
from zhike.identity import standard_roles
from zhike.identity.access import actor_of, organisation, rights_changed
from zhike.identity.actions import PersonDraft, create_person, set_roles_of_person
from zhike.identity.actions.mine import create_token
from zhike.identity.models import Organisation, Team, User
from zhike.kernel import bulk, ledger
from zhike.kernel.actor import Actor
from zhike.kernel.ids import new_id

BATCH = 5000
FEW = 200
SOME = 0.3
EVENTS_EACH = 4  # besides the one that its creation left
SEED = 20_240_601
CITIES = ("上海", "北京", "广州", "深圳", "杭州", "成都", "武汉", "南京", "苏州", "青岛", "西安", "宁波")
WORDS = "华东远大宏图盛世天成金鼎博雅瑞丰恒信安泰明德嘉禾众合智联卓越龙腾凯旋百川万里四海和顺利达兴业创新"
TRADES = ("科技", "电器", "贸易", "家居", "建材", "机电", "商贸", "实业")
ENDS = ("有限公司", "股份有限公司", "集团有限公司")
FAMILY, GIVEN = "王李张刘陈杨黄赵周吴徐孙马朱胡", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
BY = Actor.system("bench", door="import")
dice = random.Random(SEED)  # noqa: S311 - the same company every time


def build(size: int) -> None:
    """Everything, once; who may sign in stands in `bench.json`."""
    began = time.perf_counter()
    people = make_people()
    owners = people["owners"]
    with bulk.heavy():
        for start in range(0, size, BATCH):
            with transaction.atomic():
                write_batch(list(customers(start, min(BATCH, size - start), size, people, owners)))
            if start // BATCH % 10 == 9:
                print(
                    f"  {start + BATCH:,} customers, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True
                )
    ledger.seal_all()
    with bulk.patience(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    write_accounts(people, size)


def write_batch(values: list[dict[str, Any]]) -> None:
    """Customers, and what happened to each of them since."""
    ids = create_many(values, by=BY)
    made = [pk for pk in ids if isinstance(pk, UUID)]
    if len(made) != len(ids):
        raise RuntimeError(f"refused: {next(str(pk) for pk in ids if not isinstance(pk, UUID))}")
    for number in range(EVENTS_EACH):
        bulk.append_events(
            "party.updated", [(pk, {"version": number + 2}, {}) for pk in made], by=BY,
            action="update_party", about_customer=True,
        )  # fmt: skip


def make_people() -> dict[str, Any]:
    """Three regions, their people, and the three who are measured."""
    company = organisation()
    Organisation.objects.filter(pk=company.pk).update(name="测速公司", ready_at=time_now())
    roles = standard_roles.ensure("zh-hans")
    teams = [_team("华东大区"), _team("其余大区")]
    people: dict[str, Any] = {"owners": {"east": [], "rest": []}}
    for name, role, team in (
        ("all", "administrator", None),  # first: somebody must be able to give rights
        ("few", "salesperson", teams[0]),
        ("some", "manager", teams[0]),
    ):
        people[name] = _person(name, roles[role].pk, team)
    for number in range(12):
        side = "east" if number < 4 else "rest"
        person = _person(f"seller{number}", roles["salesperson"].pk, teams[side != "east"])
        people["owners"][side].append(person["user"])
    rights_changed()
    return people


def time_now() -> Any:
    """The moment of building."""
    from django.utils import timezone

    return timezone.now()


def _team(name: str) -> Team:
    pk = new_id()
    return Team.objects.create(id=pk, name=name, path=f"/{pk}/")


def _person(username: str, role: UUID, team: Team | None) -> dict[str, Any]:
    user = create_person(PersonDraft(name=username, username=f"bench-{username}", team=team), by=BY)
    set_roles_of_person(user, roles=[role], by=BY)
    password = secrets.token_urlsafe(12)
    user.set_password(password)
    user.save(update_fields=["password"])
    return {"user": user, "username": user.username, "password": password}


def customers(
    start: int, count: int, size: int, people: dict[str, Any], owners: dict[str, list[User]]
) -> Iterator[dict[str, Any]]:
    """Values of `count` customers: one in three a company in eight trades, so that each trade's word stands in many names."""
    for number in range(start, start + count):
        city, owner = dice.choice(CITIES), owner_of(number, size, people, owners)
        values: dict[str, Any] = {"owner": owner.pk, "city": city, "level": dice.choice("ABCD"), "source": "展会"}
        values["mobile"] = f"1{dice.choice('3578')}{number % 10**9:09d}"
        if number % 3:
            values |= {
                "form": "person",
                "kind": "person",
                "name": dice.choice(FAMILY) + "".join(dice.sample(GIVEN, 2)),
            }
        else:
            words = "".join(dice.sample(WORDS, 4))
            values |= {
                "form": "organisation",
                "kind": "organisation",
                "name": f"{city}{words}{dice.choice(TRADES)}{dice.choice(ENDS)}",
            }
        yield values


def owner_of(number: int, size: int, people: dict[str, Any], owners: dict[str, list[User]]) -> User:
    """The first 200, spread, belong to one; 30 % to their region."""
    step = max(1, size // FEW)
    if number % step == 0 and number // step < FEW:
        return people["few"]["user"]  # type: ignore[no-any-return]
    return dice.choice(owners["east"] if (number * 7919) % 1000 < SOME * 1000 else owners["rest"])


def write_accounts(people: dict[str, Any], size: int) -> None:
    """Sign-ins and tokens of the three, for the measuring process."""
    accounts = {}
    for name in ("few", "some", "all"):
        user = people[name]["user"]
        key = create_token(name="bench", read_only=False, by=actor_of(user.pk))["key"]
        accounts[name] = {"username": people[name]["username"], "password": people[name]["password"], "token": key}
    path = Path(settings.HOME) / "bench.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"size": size, "accounts": accounts}, file)
