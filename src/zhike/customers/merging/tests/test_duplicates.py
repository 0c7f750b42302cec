"""Duplicates: warned while typing, found in a batch, decided in the queue."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from zhike.customers.actions import create_many
from zhike.customers.merging import finder, queries, tasks
from zhike.customers.merging.actions import find_duplicates, tell_apart_party
from zhike.customers.merging.similar import similar
from zhike.customers.models import DuplicatePair, PairState, Party
from zhike.identity.testing import World
from zhike.kernel.actions import registry, run
from zhike.kernel.testing import SYSTEM

BRANDS = [
    a + b
    for a, b in zip("恒普锦瑞天海博云鼎佳明远金汇卓新嘉正华福", "源佑程丰目纳雅帆盛禾德航桥智越元和泰宇临", strict=True)
]
TRADES = ["科技", "电器", "贸易", "建材", "家居", "实业", "机电", "制冷", "物流", "装饰"]
CITIES = {"杭州": "330106", "宁波": "330203", "北京": "110105", "苏州": "320505", "成都": "510104"}


def party(world: World, name: str, who: str = "何永强", **values: Any) -> Party:
    made = registry["create_party"](values={"name": name, **values}, by=world.actor(who))
    return Party.objects.get(pk=made.pk)


def test_a_likely_duplicate_is_told_while_typing(world: World) -> None:
    there = party(world, "杭州恒源科技有限公司", mobile="13861234567")
    for typed in (
        {"name": "恒源科技（杭州）有限公司"},
        {"name": "恒源", "mobile": "138 6123 4567"},
        {"mobile": "13861234567"},
    ):
        found = similar(typed, world.actor("何永强"))
        assert [hit.id for hit in found.hits] == [there.pk], typed
        assert found.hits[0].percent >= 50 and found.hits[0].reasons
    assert similar({"name": "宁波普佑电器有限公司"}, world.actor("何永强")).hits == []
    assert similar({"name": "", "mobile": "1380", "email": "@"}, world.actor("何永强")).hits == []


def test_a_customer_outside_the_scope_is_not_shown_but_its_owner_is_named(world: World, settings: Any) -> None:
    party(world, "杭州恒源科技有限公司", mobile="13861234567")
    typed = {"name": "杭州恒源科技有限公司", "mobile": "13861234567"}
    client = world.client("吴敏")
    shown = client.post("/customers/similar/", typed).content.decode()
    assert "何永强" in shown
    assert "恒源" not in shown and "138" not in shown and "/customers/" not in shown
    answer = client.get("/customers/similar/", typed, headers={"Accept": "application/json"}).json()
    assert answer == {"similar": [], "elsewhere": ["何永强"]}
    settings.TELL_OF_CUSTOMERS_ELSEWHERE = False
    assert similar(typed, world.actor("吴敏")).elsewhere == []


def test_asking_while_typing_costs_few_queries(world: World, django_assert_max_num_queries: Any) -> None:
    party(world, "杭州恒源科技有限公司", mobile="13861234567")
    actor = world.actor("何永强")
    with django_assert_max_num_queries(5):
        similar({"name": "杭州恒源科技有限公司", "mobile": "13861234567"}, actor)


def test_machines_ask_with_a_token(world: World, client: Any) -> None:
    party(world, "杭州恒源科技有限公司", mobile="13861234567")
    headers = {"Authorization": f"Bearer {world.token('何永强')}"}
    answer = client.get("/api/customers/similar", {"mobile": "13861234567"}, headers=headers)
    assert answer.status_code == 200 and answer.json()["similar"][0]["name"] == "杭州恒源科技有限公司"


def test_the_form_of_a_new_customer_asks_while_it_is_filled_in(world: World) -> None:
    page = world.client("何永强").get("/customers/new/", headers={"HX-Request": "true"}).content.decode()
    assert 'hx-post="/customers/similar/"' in page


def planted(count: int, seed: int = 7) -> tuple[list[dict[str, Any]], set[frozenset[int]]]:
    """Companies and persons with duplicates planted among them: another spelling, a lost field, a slip of the finger."""
    random = Random(seed)
    rows: list[dict[str, Any]] = []
    truth: set[frozenset[int]] = set()
    used: set[str] = set()
    while len(rows) < count:
        brand, trade, city = (
            random.choice(BRANDS) + random.choice(BRANDS),
            random.choice(TRADES),
            random.choice([*CITIES]),
        )
        if brand in used:
            continue
        used.add(brand)
        row = {"name": f"{city}{brand}{trade}有限公司", "form": "organisation", "city": f"{city}市"}
        row |= {
            "mobile": f"13{random.randrange(10**9):09d}",
            "email": f"{random.randrange(10**6)}@{random.randrange(10**6)}.cn",
        }
        rows.append(row)
        if random.random() < 0.2:
            other = dict(row)
            other["name"] = random.choice(
                [f"{brand}{trade}（{city}）有限公司", f"{city}{brand}{trade}公司", row["name"]]
            )
            for lost in random.sample(["mobile", "email", "city"], random.randrange(3)):
                other.pop(lost)
            truth.add(frozenset((len(rows) - 1, len(rows))))
            rows.append(other)
    return rows, truth


@pytest.mark.slow
def test_planted_duplicates_are_found_in_a_batch(world: World) -> None:
    rows, truth = planted(400)
    ids = create_many(rows, by=SYSTEM)
    place = {pk: number for number, pk in enumerate(ids)}
    counts = finder.find_all()
    found = {
        frozenset((place[p.left_id], place[p.right_id])) for p in DuplicatePair.objects.filter(state=PairState.OPEN)
    }
    right = len(found & truth)
    print(
        f"\nplanted {len(truth)} found {len(found)} recall {right / len(truth):.3f} precision {right / len(found):.3f} {counts}"
    )
    assert right / len(truth) >= 0.9 and right / len(found) >= 0.9
    again = finder.find_all()
    assert again == counts and DuplicatePair.objects.count() == len(found)


def test_what_was_told_apart_stays_so_and_pairs_that_no_longer_hold_go(world: World) -> None:
    one, two = (party(world, "杭州恒源科技有限公司", mobile="13861234567") for _ in range(2))
    three = party(world, "宁波普佑电器有限公司", mobile="13957124680")
    party(world, "宁波普佑电器有限公司", mobile="13957124680")
    finder.find_all()
    assert DuplicatePair.objects.filter(state=PairState.OPEN).count() == 2
    tell_apart_party(one, other=two, by=SYSTEM)
    run("update_party", by=SYSTEM, subject_id=three.pk, data={"name": "成都鼎盛装饰有限公司", "mobile": "13511112222"})
    finder.find_all(now=timezone.now() + timedelta(seconds=1))
    assert [row.state for row in DuplicatePair.objects.all()] == [PairState.DIFFERENT]


def test_a_chain_alone_makes_no_group(world: World) -> None:
    """Three records of one company hold together; a fourth that only one of them resembles does not join."""
    for mobile in ("13861234567", "13861234567", "13861234567"):
        party(world, "杭州恒源科技有限公司", mobile=mobile)
    finder.find_all()
    assert DuplicatePair.objects.exclude(cluster=None).count() == 3
    assert DuplicatePair.objects.values("cluster").distinct().count() == 1


def test_the_search_runs_in_the_background_and_says_how_far_it_is(world: World) -> None:
    party(world, "杭州恒源科技有限公司", mobile="13861234567")
    party(world, "杭州恒源科技有限公司", mobile="13861234567")
    manager = world.actor("周晓岚")
    reply = find_duplicates(by=manager)
    row = queries.last_search()
    if row.state in ("waiting", "running"):
        tasks.find_duplicates(manager, work_id=reply["work_id"])
    row.refresh_from_db()
    assert row.state == "done" and DuplicatePair.objects.count() == 1


def test_the_queue_shows_only_pairs_of_which_one_may_merge_both(world: World) -> None:
    own = [party(world, "杭州恒源科技有限公司", mobile="13861234567") for _ in range(2)]
    party(world, "杭州恒源科技有限公司", "吴敏", mobile="13861234567")
    finder.find_all()
    assert DuplicatePair.objects.count() == 3
    mine = queries.queue(world.actor("何永强"), now=timezone.now())
    assert [{p.mine.party.pk, p.theirs.party.pk} for g in mine.groups for p in g] == [{one.pk for one in own}]
    assert len(queries.queue(world.actor("周晓岚"), now=timezone.now()).groups[0]) == 3
    assert queries.queue(world.actor("孙雨桐"), now=timezone.now()).groups == []


def test_the_queue_is_worked_through_in_the_browser(world: World) -> None:
    ids: list[UUID] = []
    for brand in ("恒源科技", "普佑电器", "锦程建材"):
        for _ in range(2):
            ids.append(party(world, f"杭州{brand}有限公司", mobile=f"1386123450{len(ids) // 2}", level="A").pk)
    finder.find_all()
    client = world.client("何永强")
    page = client.get("/customers/duplicates/").content.decode()
    assert page.count('class="pair"') == 3 and "因" in page and "138****4500" in page and "13861234500" not in page
    client.post("/customers/duplicates/different/", {"party": ids[0], "other": ids[1]})
    client.post("/customers/duplicates/later/", {"party": ids[2], "other": ids[3]})
    assert client.get("/customers/duplicates/").content.decode().count('class="pair"') == 1
    assert client.get("/customers/duplicates/?show=later").content.decode().count('class="pair"') == 1
    assert client.get("/customers/duplicates/?show=different").content.decode().count('class="pair"') == 1
    address = f"/customers/{ids[4]}/merge/{ids[5]}/"
    form = client.get(address).content.decode()
    sent = dict(re.findall(r'name="(_version|other_version)" value="(\d+)"', form))
    stale = client.post(address, sent | {"other_version": "99"})
    assert stale.status_code == 409
    assert client.post(address, sent).status_code == 302
    assert Party.objects.get(pk=ids[5]).merged_into_id == ids[4]
    assert client.get(f"/customers/{ids[5]}/").headers["Location"] == f"/customers/{ids[4]}/?merged={ids[5]}"
    merge = queries.merges_into(Party.objects.get(pk=ids[4]))[0]
    undo = f"/customers/merges/{merge.pk}/undo/"
    assert client.get(undo).status_code == 200
    assert client.post(undo).status_code == 302
    assert Party.objects.get(pk=ids[5]).archived_at is None


@pytest.mark.parametrize("who", ["吴敏", "郑凯", "白露"])
def test_pages_of_merging_keep_to_the_rights(world: World, who: str) -> None:
    one, two = (party(world, "杭州恒源科技有限公司", mobile="13861234567") for _ in range(2))
    expected = 404 if who == "吴敏" else 403
    client = world.client(who)
    assert client.get(f"/customers/{one.pk}/merge/{two.pk}/").status_code == expected
    assert client.get(f"/customers/{one.pk}/merge/").status_code == expected
    assert client.post(f"/customers/{one.pk}/merge/{two.pk}/").status_code == expected
    assert client.get(f"/customers/merges/{one.pk}/undo/").status_code == 404


def test_pairs_are_compared_once_however_many_keys_they_share(world: World) -> None:
    ids = create_many(
        [{"name": "杭州恒源科技有限公司", "mobile": "13861234567", "form": "organisation"}] * 4, by=SYSTEM
    )
    assert finder.find_all()["compared"] == len(list(combinations(ids, 2)))
