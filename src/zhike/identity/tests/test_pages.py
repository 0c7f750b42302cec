"""Every page of identity opens for whom it is made, in three languages, and for nobody else."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from zhike.identity.access import organisation
from zhike.identity.models import User
from zhike.identity.testing import World

pytestmark = pytest.mark.django_db

MINE = ["/me/", "/me/password/", "/me/security/", "/me/security/confirm/", "/me/sessions/", "/me/tokens/"]
RULERS = [
    "/settings/",
    "/settings/organisation/",
    "/settings/teams/",
    "/settings/roles/",
    "/settings/invitations/",
]


@pytest.mark.parametrize("path", MINE)
def test_my_pages_open_for_everybody_signed_in_and_send_others_to_the_entrance(world: World, path: str) -> None:
    assert world.client("白露").get(path).status_code == 200
    refused = Client().get(path)
    assert refused.status_code == 302
    assert refused["Location"].startswith("/signin/?next=/me/")


@pytest.mark.parametrize("path", RULERS)
def test_settings_open_for_administrators_alone(world: World, path: str) -> None:
    assert world.client("沈嘉禾").get(path).status_code == 200
    assert world.client("何永强").get(path).status_code in (200, 403)
    if path not in ("/settings/", "/settings/teams/"):
        assert world.client("何永强").get(path).status_code == 403


def test_the_home_of_settings_shows_everybody_only_what_they_may_open(world: World) -> None:
    seller, ruler = (world.client(name).get("/settings/").content.decode() for name in ("何永强", "沈嘉禾"))
    for address in ("/settings/roles/", "/settings/organisation/", "/settings/pools/"):
        assert address in ruler
        assert address not in seller


@pytest.mark.parametrize(("said", "kept"), [("rmb", "CNY"), ("USD", "USD"), ("ZZZ", "")])
def test_the_currency_of_the_organisation_is_one(world: World, said: str, kept: str) -> None:
    sent = {"name": "华澜电器", "language": "zh-hans", "zone": "Asia/Shanghai", "currency": said}
    reply = world.client("沈嘉禾").post("/settings/organisation/", sent)
    if kept:
        assert (reply.status_code, organisation().currency) == (302, kept)
    else:
        assert (reply.status_code, organisation().currency) == (422, "CNY")
        assert "“ZZZ”不是货币代码" in reply.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_role_and_person_pages_open_in_every_language(world: World, language: str) -> None:
    User.objects.filter(pk=world.people["沈嘉禾"].pk).update(language=language)
    client = world.client("沈嘉禾")
    role = world.roles["salesperson"]
    for key in ("person", "party", "other"):
        assert client.get(f"/settings/roles/{role.pk}/?type={key}").status_code == 200
    assert client.get(f"/settings/people/{world.people['吴敏'].pk}/").status_code == 200


def test_the_entrance_pages_open_for_everybody(world: World) -> None:
    client = Client()
    for path in ("/signin/", "/signin/forgotten/"):
        assert client.get(path).status_code == 200
    for path in ("/join/abc/", "/setup/abc/"):
        dead = client.get(path)
        assert dead.status_code == 404
        assert 'href="/signin/"' in dead.content.decode()
    assert client.get("/signin/code/").status_code == 302


def test_preferences_follow_the_person(world: World) -> None:
    client = world.client("何永强")
    assert client.post("/me/preferences/", {"theme": "dark"}).status_code == 204
    assert client.post("/language/", {"language": "en", "next": "/me/"}).status_code == 302
    page = client.get("/me/").content.decode()
    assert 'lang="en"' in page and 'data-theme="dark"' in page
    sent = client.post("/me/", {"language": "zh-hant", "zone": "Asia/Taipei", "theme": "light", "density": "compact"})
    assert sent.status_code == 302
    person = User.objects.get(username="heyongqiang")
    assert (person.language, person.zone) == ("zh-hant", "Asia/Taipei")
    assert person.updated_at <= timezone.now()


def test_who_can_see_a_person_and_why_is_told(world: World) -> None:
    page = world.client("沈嘉禾").get(f"/why/person/{world.people['吴敏'].pk}/").content.decode()
    assert "周晓岚" in page and "孙雨桐" in page


def test_roles_and_teams_are_changed_through_their_pages(world: World) -> None:
    client = world.client("沈嘉禾")
    role = world.roles["salesperson"]
    sent = client.post(
        f"/settings/roles/{role.pk}/?type=person", {"person.view": "deny:all", "field person.phone": "masked"}
    )
    assert sent.status_code == 302
    actor = world.actor("何永强")
    assert not actor.can("person.view") and actor.rule("person", "phone") == "masked"
    assert (
        client.post("/settings/teams/", {"name": "华南大区", "parent": str(world.teams["华澜电器"].pk)}).status_code
        == 302
    )
    moved = client.post(
        f"/settings/teams/{world.teams['宁波组'].pk}/move/", {"parent": str(world.teams["华北大区"].pk)}
    )
    assert moved.status_code == 302
    loop = client.post(f"/settings/teams/{world.teams['华东大区'].pk}/move/", {"parent": str(world.teams["杭州组"].pk)})
    assert loop.status_code == 422


def test_a_refusal_says_the_right_in_the_readers_words_and_who_can_give_it(world: World) -> None:
    User.objects.filter(pk=world.people["何永强"].pk).update(language="zh-hans")
    refused = world.client("何永强").get("/settings/invitations/")
    shown = refused.content.decode()
    assert refused.status_code == 403
    assert "“人员：邀请”" in shown
    assert "沈嘉禾可以授予" in shown
    assert "person.invite" not in shown
    assert "<title>403" not in shown
    told = world.client("何永强").get("/settings/roles/", headers={"Accept": "application/json"}).json()
    assert "分配权限和角色" in told["detail"]
    assert told["right"] == "identity.roles"  # for machines
