"""What happened at the demo company before today: touches, tasks, people at customers, a pool, tags. Told relative to today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

from zhike.activities.events import TouchLogged
from zhike.activities.models import Task, Touch
from zhike.customers.models import Party, Pool
from zhike.demo import words
from zhike.demo.company import Company
from zhike.identity.access import rights_changed
from zhike.kernel import clock, inserting, ledger
from zhike.kernel.actor import Actor
from zhike.kernel.ids import id_at, new_id
from zhike.records.models import Tag, Tagging

TOUCH = ("id", "version", "created_at", "updated_at", "party_id", "kind", "direction", "at", "text", "minutes", "place",
         "owner_id", "team_id", "created_by_id", "custom")  # fmt: skip
TASK = ("id", "version", "created_at", "updated_at", "party_id", "name", "due_at", "all_day", "reason", "important", "done_at",
        "owner_id", "team_id", "created_by_id", "custom")  # fmt: skip
Row = tuple[UUID, UUID | None, UUID | None, datetime]  # party, owner, team, created


def touch(dice: Random, parties: Sequence[Row], now: datetime) -> None:
    """One to nine touches with two customers in three, the latest known on the customer."""
    rows: list[tuple[Any, ...]] = []
    told: list[tuple[Any, ...]] = []
    last: dict[UUID, datetime] = {}
    for party_id, owner_id, team_id, created in parties:
        if dice.random() < 0.34:
            continue
        span = max((now - created).days, 2)
        for _ in range(dice.randrange(1, 10) if dice.random() < 0.2 else dice.randrange(1, 4)):
            at = at_work(dice, now - timedelta(days=dice.randrange(1, min(span, 400))))
            kind = dice.choice(("call", "call", "visit", "message", "message", "meeting", "note"))
            text = dice.choice(words.SAID[kind])
            minutes = dice.randrange(2, 25) if kind == "call" else None
            pk = new_id()
            rows.append((pk, 1, at, at, party_id, kind, "out", at, text, minutes, "", owner_id, team_id, owner_id, {}))
            told.append((pk, party_id, owner_id, kind, text, at))
            if kind != "note" and at > last.get(party_id, created):
                last[party_id] = at
    inserting.insert(Touch, TOUCH, rows)
    tell(told)
    changed = [Party(pk=pk, last_touch_at=at) for pk, at in last.items()]
    Party.objects.bulk_update(changed, ["last_touch_at"], batch_size=400)


def tell(told: Sequence[tuple[Any, ...]]) -> None:
    """The touches' events, each by its author and at its time."""
    authors: dict[Any, Actor] = {}
    subject = Touch()
    for start in range(0, len(told), 2000):
        events = []
        for pk, party_id, owner_id, kind, text, at in told[start : start + 2000]:
            by = authors.setdefault(owner_id, Actor(user_id=owner_id, name="", door="import"))
            subject.pk = pk
            origin = ledger.Origin("log_touch", id_at(at), at=at)
            happened = TouchLogged(kind=kind, text=text, at=at)
            events.append(ledger.compose(happened, by=by, subject=subject, customer_id=party_id, origin=origin))
        ledger.write(events)


def at_work(dice: Random, day: datetime) -> datetime:
    """A moment of that day within working hours in Shanghai."""
    local = clock.business_day(day)
    return clock.moment(local, time(dice.randrange(9, 18), dice.choice((0, 5, 10, 20, 30, 40, 50))))


def plan(dice: Random, company: Company, now: datetime) -> None:
    """Open tasks for everybody who sells: some late, some for today, some later; and a few done."""
    rows: list[tuple[Any, ...]] = []
    today = clock.today(at=now)
    for person in company.people.values():
        owned = list(
            Party.objects.filter(owner=person, archived_at=None)
            .order_by("level", "id")
            .values_list("pk", flat=True)[:120]
        )
        for number in range(min(len(owned), 22)):
            name, reason = dice.choice(words.TO_DO)
            days = dice.choice((-6, -3, -1, 0, 0, 0, 0, 1, 1, 2, 3, 5, 8))
            all_day = dice.random() < 0.4
            hour = time(18) if all_day else time(dice.randrange(9, 18), dice.choice((0, 30)))
            due = clock.moment(today + timedelta(days=days), hour)
            done = due if number % 6 == 5 and due < now else None
            created = now - timedelta(days=dice.randrange(1, 14))
            rows.append((new_id(), 1, created, created, dice.choice(owned), name, due, all_day, reason, number % 7 == 0,
                         done, person.pk, person.team_id, person.pk, {}))  # fmt: skip
    inserting.insert(Task, TASK, rows)
    steps: dict[UUID, Task] = {}
    for task in Task.objects.filter(done_at=None).order_by("-due_at"):
        steps[task.party_id] = task
    changed = [Party(pk=pk, next_step=t.name, next_step_at=t.due_at) for pk, t in steps.items()]
    Party.objects.bulk_update(changed, ["next_step", "next_step_at"], batch_size=300)


def open_pools(dice: Random, company: Company, parties: Sequence[Row], now: datetime) -> None:
    """Two public pools, and customers nobody looked after for long in them."""
    pools = [
        Pool.objects.create(
            name="华东公海", description="华东大区 60 天没有往来的客户", daily_limit=5, capacity=400, cooldown_days=7
        ),
        Pool.objects.create(
            name="全国公海", description="各大区都可以认领", daily_limit=3, capacity=400, cooldown_days=14
        ),
    ]
    pools[0].teams.add(company.teams["华东大区"])
    chosen = dice.sample([pk for pk, *_ in parties], max(len(parties) // 16, 5))
    for pool, ids in ((pools[0], chosen[::2]), (pools[1], chosen[1::2])):
        for start in range(0, len(ids), 500):
            Party.objects.filter(pk__in=ids[start : start + 500]).update(
                owner=None, team=None, pool=pool, pooled_at=now - timedelta(days=dice.randrange(1, 30)),
                pool_reason="超过 60 天没有往来",
            )  # fmt: skip
    rights_changed()


def tag(dice: Random, parties: Sequence[Row]) -> None:
    """A tag on every fifth customer."""
    tags = [
        Tag.objects.get_or_create(on="party", folded=name.casefold(), defaults={"name": name})[0] for name in words.TAGS
    ]
    chosen = [Tagging(tag=dice.choice(tags), record_id=pk) for pk, *_rest in parties if dice.random() < 0.2]
    Tagging.objects.bulk_create(chosen, batch_size=1000)


def known_parties() -> list[Row]:
    """Every owned customer: id, owner, team, when created."""
    found = Party.objects.filter(owner__isnull=False, archived_at=None).order_by("id")
    return list(found.values_list("pk", "owner_id", "team_id", "created_at"))
