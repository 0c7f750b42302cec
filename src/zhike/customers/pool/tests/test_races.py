"""T71: who wins when many want the same customer at the same moment; over HTTP, two processes, both databases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from zhike.customers.models import Party, Pool
from zhike.customers.pool.actions import PoolDraft, create_pool
from zhike.identity.models import User
from zhike.identity.standard_roles import ensure
from zhike.kernel.actions import registry
from zhike.kernel.testing import SYSTEM
from zhike.records.api.tests.conftest import key_of
from zhike.records.api.tests.processes import Answer, Served, beside, two_processes

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

CLIENTS, CUSTOMERS, CAP, HURRY = 50, 100, 5, 20
RECYCLED = 24
STEP = 10  # customers a call; the long race lets every client try all of them


def people(count: int) -> list[str]:
    """Keys of so many salespeople."""
    role = ensure("en")["salesperson"]
    keys = []
    for number in range(count):
        user = User.objects.create(username=f"rep{number}", name=f"Rep {number}", sort_key=f"{number:03}")
        user.roles.add(role)
        keys.append(key_of(user))
    return keys


def pooled(into: Pool, count: int, prefix: str) -> list[UUID]:
    """So many customers in a pool."""
    values = [{"name": f"{prefix}{n}"} for n in range(count)]
    ids = [registry["create_party"](values=one, by=SYSTEM).pk for one in values]
    Party.objects.filter(pk__in=ids).update(owner=None, pool=into, pooled_at=timezone.now())
    return ids


def owners(served: Served, key: str, ids: list[UUID]) -> list[Any]:
    """Who owns them, as the API tells somebody who sees all."""
    return [served.call(key, "GET", f"/api/customers/{pk}").json()["owner"] for pk in ids]


def administrator() -> str:
    user = User.objects.create(username="boss", name="Boss", sort_key="boss")
    user.roles.add(ensure("en")["administrator"])
    return key_of(user)


def test_T71_claim_races_over_two_processes(tmp_path: Path) -> None:
    """One start of the processes for all races."""
    boss, keys = administrator(), people(CLIENTS)
    wide, capped = (
        create_pool(PoolDraft(name="公海"), by=SYSTEM),
        create_pool(PoolDraft(name="限量", capacity=CAP), by=SYSTEM),
    )
    daily = create_pool(PoolDraft(name="每日", daily_limit=CAP), by=SYSTEM)
    many, few = pooled(wide, CUSTOMERS, "抢"), pooled(wide, 4, "单")
    held, dated = pooled(capped, HURRY, "限"), pooled(daily, HURRY, "日")
    falling = overdue(create_pool(PoolDraft(name="回收", rules={"": {"touch": 30}}), by=SYSTEM))
    fresh = people_named("capped"), people_named("daily")
    with two_processes(tmp_path) as served:
        every_customer_gets_one_owner(served, boss, keys, many)
        of_fifty_calls_for_one_customer_one_wins(served, boss, keys, few)
        giving_back_and_claiming_leave_one_owner(served, boss, keys, few)
        one_person_stops_at(served, boss, fresh[0], held, "capacity")
        one_person_stops_at(served, boss, fresh[1], dated, "daily_limit")
        the_recycling_job_leaves_one_owner_each_step(served, tmp_path, boss, keys[:8], falling)


def people_named(name: str) -> str:
    user = User.objects.create(username=name, name=name, sort_key=name)
    user.roles.add(ensure("en")["salesperson"])
    return key_of(user)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_T71_fifty_clients_each_try_all_hundred_customers(tmp_path: Path) -> None:
    boss, keys = administrator(), people(CLIENTS)
    ids = pooled(create_pool(PoolDraft(name="公海"), by=SYSTEM), CUSTOMERS, "抢")
    with two_processes(tmp_path) as served:
        every_customer_gets_one_owner(served, boss, keys, ids, tries=CUSTOMERS)


def every_customer_gets_one_owner(
    served: Served, boss: str, keys: list[str], ids: list[UUID], tries: int = STEP
) -> None:
    """Each client goes its own way round; together they try every customer several times."""

    def grab(number: int) -> list[Answer]:
        start = 2 * number
        mine = [str(ids[(start + n) % len(ids)]) for n in range(tries)]
        random.Random(number).shuffle(mine)
        steps = [mine[place : place + STEP] for place in range(0, tries, STEP)]
        return [served.call(keys[number], "POST", "/api/customers/bulk/claim", {"ids": step}) for step in steps]

    with ThreadPoolExecutor(len(keys)) as threads:
        answers = [answer for each in threads.map(grab, range(len(keys))) for answer in each]
    assert {a.status for a in answers} == {200}, Counter(a.status for a in answers)
    assert sum(a.json()["done"] for a in answers) == len(ids)
    assert {r["code"] for a in answers for r in a.json()["refused"]} == {"taken"}
    assert all(owners(served, boss, ids))


def of_fifty_calls_for_one_customer_one_wins(served: Served, boss: str, keys: list[str], ids: list[UUID]) -> None:
    calls: list[Callable[[], Answer]] = [
        partial(served.call, key, "POST", f"/api/customers/{pk}/claim", {}) for pk in ids for key in keys
    ]
    statuses = Counter(a.status for a in served.at_once(calls))
    assert statuses == {200: len(ids), 409: len(calls) - len(ids)}
    assert all(owners(served, boss, ids))


def giving_back_and_claiming_leave_one_owner(served: Served, boss: str, keys: list[str], ids: list[UUID]) -> None:
    """Each customer is given back twice at once by the administrator while ten want it: one wins each step."""
    for pk in ids:
        back: list[Callable[[], Answer]] = [
            partial(served.call, boss, "POST", f"/api/customers/{pk}/release", {"reason": "竞争"})
        ] * 2
        claims: list[Callable[[], Answer]] = [
            partial(served.call, key, "POST", f"/api/customers/{pk}/claim", {}) for key in keys[:10]
        ]
        answers = served.at_once([*back, *claims])
        assert {a.status for a in answers} <= {200, 404, 409}
        given, won = (sum(a.status == 200 for a in part) for part in (answers[:2], answers[2:]))
        assert given >= 1
        assert bool(owners(served, boss, [pk])[0]) is (1 + won - given > 0)
        assert won <= given


JOB = """
from django.utils import timezone
from zhike.customers.pool.tasks import recycle
from zhike.kernel.actor import Actor
import time
until, fell = time.monotonic() + 3, 0
while time.monotonic() < until:
    fell += recycle(Actor.system("pool.recycle"), now=timezone.now().isoformat())["fell"]
print(fell, flush=True)
"""


def overdue(into: Pool) -> list[UUID]:
    """Customers whose owner has not been in touch for too long: the next run of the job takes them."""
    owner = User.objects.create(username="owner", name="Owner", sort_key="o")
    Pool.objects.filter(pk=into.pk).update(recycling_from=(timezone.now() - timedelta(days=99)).date())
    ids = pooled(into, RECYCLED, "回")
    long_ago = timezone.now() - timedelta(days=400)
    Party.objects.filter(pk__in=ids).update(owner=owner, owned_since=long_ago, pool=None, pooled_at=None)
    return ids


def the_recycling_job_leaves_one_owner_each_step(
    served: Served, folder: Path, boss: str, keys: list[str], ids: list[UUID]
) -> None:
    """The job goes round and round in a process of its own while two give the same customers back and eight claim."""
    with beside(folder, JOB) as job:

        def until_taken(number: int) -> list[Answer]:
            mine = random.Random(number).sample(ids, len(ids))
            back = [number < 2 and ("release", {"reason": "竞争"})] * len(ids)
            calls = [(pk, step or ("claim", {})) for pk, step in zip(mine, back, strict=True)]
            key = boss if number < 2 else keys[number - 2]
            return [served.call(key, "POST", f"/api/customers/{pk}/{step}", body) for pk, (step, body) in calls]

        assert job.stdin and job.stdout
        job.stdin.write("go\n")
        job.stdin.flush()
        with ThreadPoolExecutor(10) as threads:
            answers = list(threads.map(until_taken, range(10)))
        fell = int(job.stdout.readline())
    stories = [story(served, boss, pk) for pk in ids]
    assert {a.status for each in answers for a in each} <= {200, 404, 409}
    steps = Counter(step for told in stories for step in told)
    assert steps["party.recycled"] == fell > 0, "the job took its share"
    assert steps["party.released"] == sum(a.status == 200 for each in answers[:2] for a in each) > 0
    assert steps["party.claimed"] == sum(a.status == 200 for each in answers[2:] for a in each) > 0
    for told, owned in zip(stories, owners(served, boss, ids), strict=True):
        owned_now = True
        for step in told:  # in the order of the ledger: who gives back had it, who claims found it free
            assert (step == "party.claimed") is not owned_now, told
            owned_now = step == "party.claimed"
        assert bool(owned) is owned_now, told


def story(served: Served, key: str, pk: UUID) -> list[str]:
    """What happened to its owner, the first first."""
    told = served.call(key, "GET", f"/api/customers/{pk}/history").json()["items"]
    return [e["type"] for e in reversed(told) if e["type"].split(".")[1] in ("recycled", "released", "claimed")]


def one_person_stops_at(served: Served, boss: str, key: str, ids: list[UUID], code: str) -> None:
    calls: list[Callable[[], Answer]] = [
        partial(served.call, key, "POST", f"/api/customers/{pk}/claim", {}) for pk in ids
    ]
    answers = served.at_once(calls)
    assert Counter(a.status for a in answers) == {200: CAP, 409: len(ids) - CAP}
    assert {a.json()["code"] for a in answers if a.status == 409} == {code}
    assert sum(1 for owner in owners(served, boss, ids) if owner) == CAP
