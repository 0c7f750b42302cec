"""The page of the ledger: who may read it, what it tells them, what it keeps from them, and that it stays quick."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from zhike.customers.actions import erase_party, set_level
from zhike.customers.terms import Level
from zhike.identity.access import rights_changed
from zhike.identity.models import FieldGrant, Grant, Role
from zhike.identity.terms import Extent
from zhike.identity.testing import World
from zhike.kernel import clock, ledger
from zhike.kernel.actions import run
from zhike.kernel.actor import Actor
from zhike.kernel.events import AccessRefused
from zhike.kernel.ids import first_id, id_at
from zhike.kernel.models import Event
from zhike.records.ledger import queries
from zhike.records.ledger.queries import Asked

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/ledger/"


@pytest.fixture
def record(world: World) -> Any:
    """A customer that two people worked on."""
    made = run("create_party", by=world.actor("何永强"), data={"name": "西湖电器", "mobile": "13812345678"}).value
    run("update_party", by=world.actor("周晓岚"), subject_id=made.pk, data={"mobile": "13987654321"})
    made.refresh_from_db()
    return made


def shown(world: World, name: str = "白露", **asked: str) -> str:
    answer = world.client(name).get(ADDRESS, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def limited(world: World, *rights: tuple[str, Extent]) -> Actor:
    """Somebody whose one role gives these rights."""
    role = Role.objects.create(name="查账", code="reader")
    Grant.objects.bulk_create([Grant(role=role, right=right, extent=extent) for right, extent in rights])
    world.people["吴敏"].roles.set([role])
    rights_changed()
    return world.actor("吴敏")


def test_T65_the_auditor_and_the_administrator_read_it_and_nobody_else(world: World, record: Any) -> None:
    for name in ("白露", "沈嘉禾"):
        assert "何永强新建了“西湖电器”" in shown(world, name)
        assert ADDRESS in world.client(name).get("/settings/").content.decode()
    for name in ("周晓岚", "何永强", "郑凯", "梁思琪"):
        assert world.client(name).get(ADDRESS).status_code == 403
        assert ADDRESS not in world.client(name).get("/settings/").content.decode()


def test_T63_reading_is_written_down_with_what_was_asked(world: World, record: Any) -> None:
    before = Event.objects.count()
    shown(world, type="party.created", door="web")
    assert Event.objects.count() == before + 1
    told = Event.objects.order_by("-id")[0]
    assert (told.type, told.actor_id) == ("ledger.looked", world.people["白露"].pk)
    assert told.payload == {"asked": {"type": "party.created", "door": "web"}}


def test_a_line_opens_to_who_when_whence_and_both_sides(world: World, record: Any) -> None:
    page = shown(world, record=f"https://crm.example/customers/{record.pk}/")
    for text in ("周晓岚", "update_party", "party.updated", "139****4321", "138****5678", str(record.pk)):
        assert text in page, text
    assert "13987654321" not in page  # masked for whoever may not see it unmasked
    assert "13987654321" in shown(world, "沈嘉禾", record=str(record.pk))


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_T18_fields_closed_to_the_reader_stay_closed(world: World, record: Any, rule: str) -> None:
    set_level(record, level=Level.A, by=world.actor("沈嘉禾"))
    assert '"level": "A"' in shown(world).replace("&quot;", '"')
    for column in ("party.level", "party.mobile"):
        FieldGrant.objects.create(role=world.roles["auditor"], column=column, rule=rule)
    rights_changed()
    page = shown(world).replace("&quot;", '"')
    assert '"level": "A"' not in page and "层级 A" not in page
    assert "13987654321" not in page


def test_names_of_customers_out_of_reach_are_left_out(world: World, record: Any) -> None:
    by = limited(world, ("ledger.read", Extent.ALL), ("party.view", Extent.OWN))
    run("create_party", by=world.actor("沈嘉禾"), data={"name": "吴敏的客户", "owner": str(by.user_id)})
    page = shown(world, "吴敏")
    assert "吴敏的客户" in page
    assert "西湖电器" not in page and "*4321" not in page and "7654321" not in page
    assert f'href="/customers/{record.pk}/"' not in page


def test_what_was_erased_is_said_to_be_erased(world: World, record: Any) -> None:
    erase_party(record, reason="按本人要求", by=world.actor("沈嘉禾"))
    page = shown(world, "沈嘉禾", record=str(record.pk))
    assert "西湖电器" not in page
    assert page.count("个人内容已按要求清除") >= 2


def test_it_is_narrowed_by_person_kind_record_day_and_door(world: World, record: Any) -> None:
    today = clock.today("Asia/Shanghai")
    by = world.actor("白露")
    person = world.people["周晓岚"].pk

    def types(**asked: Any) -> set[str]:
        return {line.event.type for line in queries.page(Asked(record=record.pk, **asked), by).lines}

    assert types() == {"party.created", "party.updated"}
    assert types(who=person) == {"party.updated"}
    assert types(type="party.created") == {"party.created"}
    assert types(door="mcp") == set()
    assert types(since=today, until=today) == {"party.created", "party.updated"}
    assert types(since=today + timedelta(days=1)) == set()
    assert types(until=today - timedelta(days=1)) == set()


@pytest.mark.parametrize(
    "asked",
    [{"who": "x"}, {"type": "'; DROP"}, {"door": "window"}, {"since": "2026-13-01"}, {"until": "0001-01-01"},
     {"before": "%00"}, {"record": "../../etc"}],
)  # fmt: skip
def test_a_question_nobody_understands_is_refused_not_widened(world: World, asked: dict[str, str]) -> None:
    assert world.client("白露").get(ADDRESS, asked).status_code == 400


def many(count: int, door: str = "web") -> None:
    by = Actor(user_id=None, name="", door=door)  # type: ignore[arg-type]
    ledger.write(ledger.compose(AccessRefused(right=f"party.{i}"), by=by) for i in range(count))


def test_pages_follow_each_other_without_gap_or_repetition(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many(130)
    by, seen, before = world.actor("白露"), [], None
    while True:
        page = queries.page(Asked(type="access.refused", before=before), by)
        seen += [line.event.id for line in page.lines]
        before = page.before
        if before is None:
            break
    assert len(seen) == len(set(seen)) == Event.objects.filter(type="access.refused").count()
    assert seen == sorted(seen, reverse=True)


def test_a_rare_door_is_looked_for_a_stretch_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many(1, "mcp")
    many(40)
    monkeypatch.setattr(queries, "REACH", 25)
    by = world.actor("白露")
    first = queries.page(Asked(door="mcp"), by)
    assert not first.lines and first.before and first.looked_to
    second = queries.page(Asked(door="mcp", before=first.before), by)
    assert [line.event.door for line in second.lines] == ["mcp"]
    assert "只查到" in shown(world, door="cli")


def test_every_page_takes_few_queries_and_each_of_them_an_index(world: World, record: Any) -> None:
    many(60)
    client = world.client("白露")
    client.get(ADDRESS)
    asked: list[dict[str, str]] = [
        {},
        {"type": "access.refused"},
        {"who": str(world.people["何永强"].pk), "door": "web"},
        {"record": str(record.pk), "type": "party.created"},
        {"since": "2020-01-01", "until": "2099-01-01", "door": "web"},
    ]
    for one in asked:
        client.get(ADDRESS, one)  # what a process learns once
        with CaptureQueriesContext(connection) as found:
            assert client.get(ADDRESS, one).status_code == 200
        reading = [query["sql"] for query in found if "kernel_event" in query["sql"] and "SELECT" in query["sql"][:7]]
        assert len(found) <= 10, "\n".join(query["sql"][:160] for query in found)
        if connection.vendor == "sqlite":
            for sql in reading:
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
                    plan = " / ".join(row[3] for row in cursor.fetchall())
                assert "SCAN kernel_event " not in plan + " " or "USING" in plan, plan


def test_ids_of_a_moment_stand_where_it_does() -> None:
    now = timezone.now()
    assert first_id(now) <= id_at(now) < first_id(now + timedelta(milliseconds=2))
    assert id_at(now).version == 7
    assert id_at(now - timedelta(days=400)) < id_at(now)
