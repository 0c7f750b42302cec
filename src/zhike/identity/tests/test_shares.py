"""Collaborators come for a time, and the page that tells who sees a record says why, for every kind of reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from zhike.identity import access, queries
from zhike.identity.actions import grant_right_to_role
from zhike.identity.models import Share
from zhike.identity.terms import Effect, Extent
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.kernel.errors import DomainError, Forbidden, NotFound
from zhike.kernel.models import Event
from zhike.kernel.screens import screens
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def party(world: World) -> Any:
    made = run("create_party", by=world.actor("何永强"), data={"name": "宁波海曙家电商行"})
    return screens["party"].model_class.objects.get(pk=made.reply["id"])


def share(world: World, party: Any, name: str, by: str = "何永强", **more: Any) -> None:
    data = {"record_type": "party", "record_id": str(party.pk), "person": str(world.people[name].pk), **more}
    run("share_record", by=world.actor(by), data=data)


def test_a_collaborator_sees_one_record_until_the_end_of_the_share(world: World, party: Any) -> None:
    assert not party.within(world.actor("孙雨桐"), "party.view")
    share(world, party, "孙雨桐", level="edit", expires_at=(timezone.now() + timedelta(days=3)).isoformat())
    actor = world.actor("孙雨桐")
    assert party.within(actor, "party.view") and party.within(actor, "party.edit")
    assert not party.within(actor, "party.export")
    assert Event.objects.filter(type="record.shared", subject_id=party.pk).count() == 1
    Share.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    access.rights_changed()
    assert not party.within(world.actor("孙雨桐"), "party.view")


def test_a_kept_actor_ends_with_the_share(world: World, party: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    end = timezone.now() + timedelta(hours=1)
    share(world, party, "孙雨桐", expires_at=end.isoformat())
    assert party.within(world.actor("孙雨桐"), "party.view")
    monkeypatch.setattr("django.utils.timezone.now", lambda: end + timedelta(seconds=1))
    assert not party.within(world.actor("孙雨桐"), "party.view")


def test_only_who_may_edit_lets_others_in(world: World, party: Any) -> None:
    with pytest.raises(NotFound):
        share(world, party, "吴敏", by="孙雨桐")
    with pytest.raises(Forbidden):
        share(world, party, "吴敏", by="白露")
    with pytest.raises(DomainError):
        share(world, party, "吴敏", expires_at="2020-01-01T00:00:00Z")


def test_whoever_was_let_in_lets_nobody_in_and_stays_no_longer(world: World, party: Any) -> None:
    end = timezone.now() + timedelta(days=1)
    share(world, party, "孙雨桐", level="edit", expires_at=end.isoformat())
    for name in ("孙雨桐", "吴敏"):
        with pytest.raises(Forbidden):
            share(world, party, name, by="孙雨桐", level="edit")
    assert Share.objects.get().expires_at == end
    page = world.client("孙雨桐").get(f"/why/party/{party.pk}/")
    assert page.status_code == 200 and 'name="person"' not in page.content.decode()
    assert 'name="person"' in world.client("何永强").get(f"/why/party/{party.pk}/").content.decode()


def test_the_page_names_every_reason_and_the_denial(world: World, party: Any) -> None:
    share(world, party, "吴敏")
    grant_right_to_role(world.roles["service"], right="party.view", extent=Extent.ALL, effect=Effect.DENY, by=SYSTEM)
    told = {one.person.name: one for one in queries.why(screens["party"], party)}
    assert told["何永强"].sees and told["何永强"].edits
    assert told["周晓岚"].edits and told["周晓岚"].reasons
    assert told["吴敏"].sees and not told["吴敏"].edits
    assert not told["郑凯"].sees and len(told["郑凯"].reasons) == 2
    assert "孙雨桐" not in told and "陈立群" not in told
    for name, one in told.items():
        assert one.reasons, name
        assert one.sees is party.within(world.actor(name), "party.view")


def test_sharing_works_from_its_page(world: World, party: Any) -> None:
    client, address = world.client("何永强"), f"/why/party/{party.pk}/"
    assert client.get(address).status_code == 200
    who = str(world.people["孙雨桐"].pk)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert client.post(address, {"person": who, "level": "view", "expires_at": tomorrow}).status_code == 302
    assert party.within(world.actor("孙雨桐"), "party.view")
    assert world.client("孙雨桐").get(address).status_code == 403
    assert client.post(f"{address}unshare/", {"person": who}).status_code == 302
    assert not party.within(world.actor("孙雨桐"), "party.view")
    assert world.client("孙雨桐").get(address).status_code == 404
