"""Claiming, giving back, falling in: rules, limits, reasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from zhike.customers.models import ClaimTally, OwnerSpell, Party, Pool, PoolWarning
from zhike.customers.pool import queries, tasks
from zhike.customers.pool.actions import (
    PoolDraft,
    archive_pool,
    assign_from_pool,
    claim_party,
    create_pool,
    lock_party,
    protect_party,
    release_party,
    set_recycling,
    unlock_party,
    update_pool,
)
from zhike.customers.pool.terms import falls_on
from zhike.identity.testing import World
from zhike.kernel.actions import registry, run
from zhike.kernel.errors import Conflict, DomainError, Invalid, NotFound
from zhike.kernel.models import Event
from zhike.kernel.testing import SYSTEM
from zhike.records.models import Notice

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 16, 4, tzinfo=UTC)  # 12:00 in Shanghai


def pool(name: str = "华东公海", **values: Any) -> Pool:
    made: Pool = create_pool(PoolDraft(name=name, **values), by=SYSTEM)
    return made


def party(name: str = "杭州绿野酒店", **values: Any) -> Party:
    made: Party = registry["create_party"](values={"name": name}, by=SYSTEM)
    values.setdefault("owner", None)
    Party.objects.filter(pk=made.pk).update(**values)
    made.refresh_from_db()
    return made


def owned(world: World, who: str, /, **values: Any) -> Party:
    person = world.people[who]
    return party(**{"owner": person, "team": person.team, "owned_since": NOON - timedelta(days=400), **values})


def last_event(subject: Any) -> Event:
    return Event.objects.filter(subject_id=subject.pk).latest("id")


def test_a_claim_makes_the_claimer_owner_and_leaves_its_event(world: World) -> None:
    into = pool()
    lying = party(pool=into, pooled_at=NOON, pool_reason="久未联系")
    run("claim_party", by=world.actor("何永强"), subject_id=lying.pk)
    lying.refresh_from_db()
    assert lying.owner == world.people["何永强"] and lying.team == world.people["何永强"].team
    assert lying.pool is None and lying.from_pool == into and lying.pool_reason == ""
    assert last_event(lying).type == "party.claimed"


def test_whoever_comes_second_is_told_that_it_is_taken(world: World) -> None:
    lying = party(pool=pool())
    for name in ("吴敏", "何永强"):
        actor = world.actor(name)
        if name == "吴敏":
            run("claim_party", by=actor, subject_id=lying.pk)
            continue
        with pytest.raises(Conflict) as refused:
            run("claim_party", by=actor, subject_id=lying.pk)
        assert refused.value.code == "taken"


def test_a_customer_that_never_lay_in_ones_pool_does_not_exist(world: World) -> None:
    theirs = owned(world, "孙雨桐")
    with pytest.raises(NotFound):
        run("claim_party", by=world.actor("何永强"), subject_id=theirs.pk)


def test_only_members_see_and_claim(world: World) -> None:
    lying = party(pool=pool(teams=[world.teams["华北大区"].pk]))
    with pytest.raises(NotFound):
        run("claim_party", by=world.actor("何永强"), subject_id=lying.pk)
    assert [p.name for p in queries.pools_of(world.actor("何永强"))] == []
    assert [p.name for p in queries.pools_of(world.actor("陈立群"))] == ["华东公海"]
    run("claim_party", by=world.actor("孙雨桐"), subject_id=lying.pk)


def test_who_leads_from_above_is_a_member_and_an_auditor_is_not(world: World) -> None:
    lying = party(pool=pool(teams=[world.teams["杭州组"].pk]))
    assert world.actor("周晓岚").reach("party.claim").circles == {lying.pool_id}
    assert not world.actor("吴敏").reach("party.claim").circles
    assert not world.actor("白露").can("party.claim")


def test_a_role_opens_a_pool_too(world: World) -> None:
    into = pool(roles=[world.roles["salesperson"].pk])
    assert [p.pk for p in queries.pools_of(world.actor("孙雨桐"))] == [into.pk]
    assert queries.pools_of(world.actor("陈立群")) == []


def test_the_limit_of_a_day_is_named_and_a_refused_claim_does_not_count(world: World) -> None:
    into, actor = pool(daily_limit=2), world.actor("何永强")
    lying = [party(f"客户{n}", pool=into) for n in range(3)]
    for one in lying[:2]:
        claim_party(one, by=actor)
    with pytest.raises(Conflict) as refused:
        claim_party(lying[2], by=actor)
    assert refused.value.code == "daily_limit" and "2" in str(refused.value)
    assert ClaimTally.objects.get().count == 2
    assert queries.left_today(actor, timezone.now())[0].today == 0


def test_the_capacity_is_named(world: World) -> None:
    into, actor = pool(capacity=1), world.actor("何永强")
    owned(world, "何永强")
    with pytest.raises(Conflict) as refused:
        claim_party(party(pool=into), by=actor)
    assert refused.value.code == "capacity"
    with pytest.raises(Conflict):
        assign_from_pool(party(pool=into), to=world.people["何永强"], by=world.actor("周晓岚"))


def test_the_last_owner_waits_and_reads_until_when(world: World) -> None:
    into, actor = pool(cooldown_days=30), world.actor("何永强")
    mine = owned(world, "何永强")
    release_party(mine, reason="没有需求", by=actor)
    with pytest.raises(Conflict) as refused:
        claim_party(mine, by=actor)
    assert refused.value.code == "cooldown" and refused.value.data["until"] in str(refused.value)
    OwnerSpell.objects.update(ended_at=timezone.now() - timedelta(days=30))
    claim_party(mine, by=actor)
    assert mine.owner_id == actor.user_id and into.name == "华东公海"


def test_others_need_not_wait(world: World) -> None:
    pool(cooldown_days=30)
    mine = owned(world, "何永强")
    release_party(mine, reason="换人", by=world.actor("何永强"))
    claim_party(mine, by=world.actor("吴敏"))


def test_the_cooldown_counts_days_of_the_organisation(world: World) -> None:
    into, person = pool(cooldown_days=1), world.people["何永强"]
    lying = party(pool=into)
    late = datetime(2026, 11, 16, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    OwnerSpell.objects.create(party=lying, owner=person, started_at=NOON, ended_at=late)
    assert str(queries.free_again_on(lying, into, person.pk, "Asia/Shanghai")) == "2026-11-17"
    assert str(queries.free_again_on(lying, into, person.pk, "Pacific/Kiritimati")) == "2026-11-18"


def test_giving_back_needs_a_reason_and_goes_where_it_came_from(world: World) -> None:
    pool("甲", place=1)
    second, actor = pool("乙", place=2), world.actor("何永强")
    mine = owned(world, "何永强", from_pool=second)
    with pytest.raises(Invalid):
        release_party(mine, reason=" ", by=actor)
    release_party(mine, reason="联系不上", by=actor)
    assert mine.pool == second and mine.owner is None and mine.team is None and mine.pool_reason == "联系不上"
    assert OwnerSpell.objects.get().owner == world.people["何永强"]
    assert last_event(mine).type == "party.released"


def test_a_locked_customer_is_neither_claimed_nor_recycled(world: World) -> None:
    into = pool(rules={"": {"touch": 30}})
    lying = party(pool=into)
    lock_party(lying, reason="复核", by=world.actor("周晓岚"))
    with pytest.raises(Conflict) as refused:
        claim_party(lying, by=world.actor("何永强"))
    assert refused.value.code == "locked"
    unlock_party(lying, by=world.actor("周晓岚"))
    claim_party(lying, by=world.actor("何永强"))


def test_bulk_claims_stop_at_the_limit_and_say_why(world: World) -> None:
    from zhike.records.actions import run_bulk

    into = pool(daily_limit=2)
    ids = [party(f"客户{n}", pool=into).pk for n in range(4)]
    result = run_bulk("claim_party", ids, {}, world.actor("何永强"))
    assert (result.done, len(result.refused)) == (2, 2)
    assert {r["code"] for r in result.refused} == {"daily_limit"}


def test_days_are_whole_days() -> None:
    assert str(falls_on(NOON.date(), 1)) == "2026-11-18"


def state(one: Party, now: datetime = NOON) -> Any:
    return queries.pool_state(one, now)


def on(into: Pool, since: datetime = NOON - timedelta(days=900)) -> Pool:
    Pool.objects.filter(pk=into.pk).update(recycling_from=since.date())
    into.refresh_from_db()
    return into


def test_the_countdown_names_rule_and_days(world: World) -> None:
    on(pool(rules={"A": {"touch": 60}}))
    quiet = owned(world, "何永强", level="A", last_touch_at=NOON - timedelta(days=41))
    found = state(quiet)
    assert (found.days_left, found.passed, found.rule, found.rule_days) == (20, 41, "touch", 60)
    assert "41" in found.reason and "60" in found.reason


def test_a_rule_about_deals_sleeps_until_deals_are_known(world: World) -> None:
    on(pool(rules={"A": {"deal": 90}}))
    one = owned(world, "何永强", level="A")
    assert state(one).days_left is None
    owned(world, "吴敏", name="成交客户", last_deal_at=NOON)
    assert state(one).due


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"locked": True}, "lock"),
        ({"protected_until": NOON + timedelta(days=2)}, "2026-11-18"),
        ({"level": "B"}, "level"),
    ],
)
def test_an_exemption_says_why(world: World, values: dict[str, Any], word: str) -> None:
    from django.utils import translation

    on(pool(rules={"A": {"touch": 30}}))
    with translation.override("en"):
        found = state(owned(world, "何永强", **{"level": "A", **values}))
    assert found.days_left is None and word in found.exempt_because


def test_a_tag_keeps_customers_out_of_the_pool(world: World) -> None:
    from zhike.records.tagging import set_tags

    on(pool(rules={"": {"touch": 30}}, exempt_tags=["战略客户"]))
    kept, other = owned(world, "何永强"), owned(world, "何永强", name="另一家")
    set_tags("party", kept.pk, ["战略客户"])
    assert "战略客户" in state(kept).exempt_because
    assert [p.pk for p, _s in queries.candidates(queries.clockwork(NOON))] == [other.pk]


def test_only_customers_of_the_pools_teams_fall_into_it(world: World) -> None:
    on(pool("华北公海", teams=[world.teams["华北大区"].pk], rules={"": {"touch": 30}}))
    owned(world, "何永强")
    theirs = owned(world, "孙雨桐")
    assert [p.pk for p, _s in queries.candidates(queries.clockwork(NOON))] == [theirs.pk]


def test_T86_the_day_of_falling_turns_at_the_organisations_midnight(world: World) -> None:
    on(pool(rules={"": {"touch": 1}}))
    touched = datetime(2026, 11, 14, 15, 59, tzinfo=UTC)  # 14th, 23:59 in Shanghai: falls on the 16th
    one = owned(world, "何永强", last_touch_at=touched, owned_since=touched)
    before, after = datetime(2026, 11, 15, 15, 59, tzinfo=UTC), datetime(2026, 11, 15, 16, 0, tzinfo=UTC)
    assert state(one, before).days_left == 1
    assert state(one, after).days_left == 0
    assert not list(queries.candidates(queries.clockwork(before)))
    assert [p.pk for p, _s in queries.candidates(queries.clockwork(after))] == [one.pk]


def test_the_daily_run_recycles_tells_and_warns_once(world: World) -> None:
    into = on(pool(rules={"": {"touch": 30}}, warn_days=7))
    gone = owned(world, "何永强", name="要掉的客户", last_touch_at=NOON - timedelta(days=31))
    near = owned(world, "何永强", name="快掉的客户", last_touch_at=NOON - timedelta(days=27))
    safe = owned(world, "何永强", name="刚联系的客户", last_touch_at=NOON - timedelta(days=2))
    assert tasks.recycle(SYSTEM, now=NOON.isoformat()) == {"fell": 1, "warned": 1, "missed": 0}
    assert tasks.recycle(SYSTEM, now=NOON.isoformat()) == {"fell": 0, "warned": 0, "missed": 0}
    for one in (gone, near, safe):
        one.refresh_from_db()
    assert gone.pool == into and gone.owner is None and "31" in gone.pool_reason
    assert near.owner is not None and safe.owner is not None
    assert {n.kind for n in Notice.objects.filter(user=world.people["何永强"])} == {"pool.fell", "pool.falling"}
    assert PoolWarning.objects.get().party == near
    event = last_event(gone)
    assert event.type == "party.recycled" and event.batch_id is not None
    assert Event.objects.filter(type="pool.ran", batch_id=event.batch_id).count() == 1


def test_a_touch_that_comes_between_saves_the_customer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    on(pool(rules={"": {"touch": 30}}))
    one = owned(world, "何永强")
    found = list(queries.candidates(queries.clockwork(NOON)))
    Party.objects.filter(pk=one.pk).update(last_touch_at=NOON)
    monkeypatch.setattr(queries, "candidates", lambda works, ahead=0: found if ahead == 0 else [])
    assert tasks.recycle(SYSTEM, now=NOON.isoformat())["missed"] == 1
    one.refresh_from_db()
    assert one.owner is not None


def test_switching_on_warns_before_anything_falls(world: World) -> None:
    into = pool(rules={"": {"touch": 30}}, warn_days=7)
    one = owned(world, "何永强", owned_since=timezone.now() - timedelta(days=400))
    set_recycling(into, on=True, by=SYSTEM)
    found = queries.pool_state(one, timezone.now())
    assert found.days_left == 7 and found.warned
    assert tasks.recycle(SYSTEM) == {"fell": 0, "warned": 1, "missed": 0}
    assert [p.pk for p, _s in queries.about_to_fall(world.actor("何永强"), timezone.now())] == [one.pk]


def test_the_dry_run_counts_by_owner_and_level_and_changes_nothing(world: World) -> None:
    into = pool(rules={"": {"touch": 30}, "A": {"touch": 60}})
    owned(world, "何永强")
    owned(world, "何永强", level="A", name="大客户")
    owned(world, "吴敏", name="宁波客户", last_touch_at=NOON - timedelta(days=28))
    seen = queries.rehearse(into, NOON)
    assert (seen.total, seen.soon) == (2, 1)
    assert seen.by_owner == (("何永强", 2),) and seen.by_level == (("A", 1), ("", 1))
    assert all(s.reason for _p, s in seen.rows)
    assert Party.objects.filter(pool=into).count() == 0


def test_protection_ends_with_an_empty_date(world: World) -> None:
    one, by = owned(world, "何永强"), world.actor("周晓岚")
    protect_party(one, until=timezone.now() + timedelta(days=5), by=by)
    assert one.protected_until is not None
    protect_party(one, until=None, by=by)
    assert one.protected_until is None
    with pytest.raises(Invalid):
        protect_party(one, until=NOON - timedelta(days=900), by=by)


def test_a_pool_with_customers_is_not_closed_and_bad_rules_are_refused(world: World) -> None:
    into = pool()
    party(pool=into)
    with pytest.raises(Conflict):
        archive_pool(into, by=SYSTEM)
    for rules in ({"X": {"touch": 3}}, {"A": {"touch": 0.5}}, {"A": {"touch": -3}}, {"A": {"touch": 99999}}):
        with pytest.raises(DomainError):
            update_pool(into, PoolDraft(rules=rules), by=SYSTEM)  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        set_recycling(into, on=True, by=SYSTEM)
