"""The pages of pools: who may enter, what they show, what their forms do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from zhike.customers.models import Party, Pool
from zhike.customers.pool.tests.test_pool import owned, party, pool
from zhike.identity.testing import World

pytestmark = pytest.mark.django_db


def test_the_pool_page_shows_what_can_be_claimed_and_what_is_left(world: World) -> None:
    into = pool(daily_limit=3, capacity=50)
    party("可领取的客户", pool=into, pooled_at=timezone.now(), pool_reason="久未联系")
    owned(world, "何永强", name="有主的客户")
    page = world.client("何永强").get("/pool/").content.decode()
    assert "可领取的客户" in page and "久未联系" in page and "有主的客户" not in page
    assert "/customers/bulk/claim_party/" in page
    assert "3" in page and "50" in page


def test_a_pool_that_is_not_mine_does_not_exist(world: World) -> None:
    theirs = pool(teams=[world.teams["华北大区"].pk])
    client = world.client("何永强")
    assert client.get(f"/pool/?pool={theirs.pk}").status_code == 404
    assert client.get("/pool/").status_code == 200
    assert client.get("/pool/count/").status_code == 200


def test_the_auditor_may_not_claim_and_a_salesperson_sets_nothing_up(world: World) -> None:
    lying = party("公海里的客户", pool=pool())
    assert "公海里的客户" not in world.client("白露").get("/pool/").content.decode()
    assert world.client("白露").post(f"/customers/{lying.pk}/claim/").status_code == 403
    client = world.client("何永强")
    for path in ("/settings/pools/", "/settings/pools/new/"):
        assert client.get(path).status_code == 403


def test_a_claim_by_the_button_answers_with_the_customer(world: World) -> None:
    lying = party(pool=pool())
    client = world.client("何永强")
    assert client.get(f"/customers/{lying.pk}/claim/").status_code == 200
    assert client.post(f"/customers/{lying.pk}/claim/").status_code in (204, 302)
    assert Party.objects.get(pk=lying.pk).owner == world.people["何永强"]
    assert world.client("吴敏").post(f"/customers/{lying.pk}/claim/").status_code in (404, 409)


def test_the_settings_make_change_and_rehearse_a_pool(world: World) -> None:
    client = world.client("沈嘉禾")
    sent = {"name": "华东公海", "daily_limit": "5", "warn_days": "3", "rule A touch": "60", "rule  touch": "30"}
    sent |= {"teams": str(world.teams["华东大区"].pk), "exempt_tags": "战略客户、老客户"}
    assert client.post("/settings/pools/new/", sent).status_code == 302
    made = Pool.objects.get()
    assert made.rules == {"A": {"touch": 60}, "": {"touch": 30}} and made.exempt_tags == ["战略客户", "老客户"]
    assert made.daily_limit == 5 and made.capacity is None
    owned(world, "何永强", name="会掉的客户", owned_since=timezone.now() - timedelta(days=90))
    base = f"/settings/pools/{made.pk}/"
    assert "会掉的客户" in client.get(f"{base}rehearsal/").content.decode()
    assert client.post(f"{base}switch/", {"on": "1"}).status_code == 302
    assert Pool.objects.get().recycling_from is not None
    assert client.post(base, {**sent, "rule A touch": "bald"}).status_code == 422
    assert client.post(base, {**sent, "daily_limit": ""}).status_code == 302
    assert Pool.objects.get().daily_limit is None
    for path in ("/settings/pools/", base):
        assert client.get(path).status_code == 200


def test_what_is_about_to_fall_has_a_page_and_the_card_a_countdown(world: World) -> None:
    into = pool(rules={"": {"touch": 30}}, warn_days=7)
    Pool.objects.filter(pk=into.pk).update(recycling_from=timezone.now() - timedelta(days=99))
    near = owned(world, "何永强", name="快掉的客户", owned_since=timezone.now() - timedelta(days=28))
    client = world.client("何永强")
    assert "快掉的客户" in client.get("/pool/falling/").content.decode()
    assert "30" in client.get(f"/customers/{near.pk}/").content.decode()


def test_the_drawer_beside_the_pool_offers_the_claim(world: World) -> None:
    lying, mine = party(pool=pool()), owned(world, "何永强", name="有主的客户")
    browser = world.client("何永强")
    assert f'hx-get="/customers/{lying.pk}/claim/"' in browser.get(f"/customers/{lying.pk}/drawer/").content.decode()
    assert "/claim/" not in browser.get(f"/customers/{mine.pk}/drawer/").content.decode()


def test_a_claim_names_the_customer_once_also_where_it_is_refused(world: World) -> None:
    lying = party("临沂市顺达厨卫", pool=pool(capacity=0, daily_limit=1))
    other = party("梧州市聚源家居", pool=lying.pool)
    browser, htmx = world.client("何永强"), {"HX-Request": "true"}
    asked = browser.get(f"/customers/{lying.pk}/claim/", headers=htmx).content.decode()
    assert asked.count("临沂市顺达厨卫") == 1
    assert browser.post(f"/customers/{lying.pk}/claim/", headers=htmx).status_code == 204
    refused = browser.post(f"/customers/{other.pk}/claim/", headers=htmx)
    assert refused.status_code == 409
    assert refused.content.decode().count("梧州市聚源家居") == 1
