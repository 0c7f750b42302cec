"""One-time links, passwords, and the first run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.utils import timezone, translation

from zhike.identity import links, setup
from zhike.identity.actions import PersonChange, deactivate_person, invite_person, update_person
from zhike.identity.models import Invitation, Organisation, Role, User
from zhike.identity.passwords import check_new
from zhike.identity.terms import LinkPurpose
from zhike.identity.testing import PASSWORD, World
from zhike.kernel.errors import Invalid
from zhike.kernel.testing import SYSTEM

pytestmark = pytest.mark.django_db
FRESH = "一个全新的长密码2026"


def invite(world: World, name: str = "吴敏") -> str:
    return invite_person(world.people[name], by=world.actor("沈嘉禾"))["path"]


def test_T3_an_invitation_works_once(world: World) -> None:
    path = invite(world)
    assert Client().get(path).status_code == 200
    client = Client()
    assert client.post(path, {"password": FRESH}).status_code == 302
    assert client.get("/me/").status_code == 200
    assert Client().post(path, {"password": FRESH}).status_code == 404
    assert Client().post("/signin/", {"username": "wumin", "password": FRESH}).status_code == 302


@pytest.mark.parametrize(("purpose", "good", "bad"), [(LinkPurpose.INVITE, 71, 73), (LinkPurpose.RESET, 0.9, 1.1)])
def test_T3_links_run_out(world: World, purpose: LinkPurpose, good: float, bad: float) -> None:
    now = timezone.now()
    secret = links.make(world.people["吴敏"], purpose, now=now)
    assert links.find(secret, now=now + timedelta(hours=good))
    assert links.find(secret, now=now + timedelta(hours=bad)) is None


def test_T3_links_die_with_password_address_state_and_person(world: World) -> None:
    admin = world.actor("沈嘉禾")

    def secret() -> str:
        return links.make(User.objects.get(username="wumin"), LinkPurpose.RESET, now=timezone.now())

    first = secret()
    person = User.objects.get(username="wumin")
    person.set_password("another one 12")
    person.save(update_fields=["password"])
    assert links.find(first) is None
    second = secret()
    update_person(User.objects.get(username="wumin"), PersonChange(email="new@hualan.example"), by=admin)
    assert links.find(second) is None
    third = secret()
    deactivate_person(User.objects.get(username="wumin"), by=admin)
    assert links.find(third) is None


def test_T3_nothing_close_to_a_secret_matches(world: World) -> None:
    secret = links.make(world.people["吴敏"], LinkPurpose.INVITE, now=timezone.now())
    for wrong in ("", "None", "null", secret.swapcase(), secret[:-1], secret + "A", " " + secret):
        assert links.find(wrong) is None
    assert secret not in str(list(Invitation.objects.values()))
    newer = links.make(world.people["吴敏"], LinkPurpose.INVITE, now=timezone.now())
    assert links.find(secret) is None and links.find(newer)


@override_settings(BASE_URL="https://crm.hualan.example", ALLOWED_HOSTS=["*"])
def test_T4_a_mailed_link_has_the_configured_address_whatever_host_was_claimed(
    world: World, mailoutbox: list[Any]
) -> None:
    Client().post(
        "/signin/forgotten/", {"username": "wumin"}, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example"
    )
    assert "https://crm.hualan.example/join/" in mailoutbox[0].body
    assert "evil" not in mailoutbox[0].body


def test_T4_a_forged_host_is_refused(world: World) -> None:
    assert Client().get("/signin/", HTTP_HOST="evil.example").status_code == 400


def test_a_mailed_link_proves_the_address(world: World, mailoutbox: list[Any]) -> None:
    Client().post("/signin/forgotten/", {"username": "wumin@hualan.example"})
    path = "/join/" + mailoutbox[0].body.split("/join/")[1].split()[0]
    assert User.objects.get(username="wumin").email_verified_at is None
    Client().post(path, {"password": FRESH})
    assert User.objects.get(username="wumin").email_verified_at is not None


@pytest.mark.parametrize(
    "password", ["short12", "12345678", "password1", "Password", "iloveyou", "wumin@hualan.example"]
)
def test_T6_weak_passwords_are_refused(world: World, password: str) -> None:
    with pytest.raises((Invalid, ValidationError)):
        check_new(password, world.people["吴敏"])


def test_a_short_password_is_refused_in_the_readers_language(world: World) -> None:
    with translation.override("zh-hans"), pytest.raises(Invalid) as refused:
        check_new("山高水长", world.people["何永强"])
    assert "8 个字符" in str(refused.value.message)
    assert "password" not in str(refused.value.message)


def test_T6_long_passwords_are_taken_whole_with_their_spaces(world: World) -> None:
    long = " " + "长密码 pass " * 12
    assert len(long) > 64
    path = invite(world)
    assert Client().post(path, {"password": long}).status_code == 302
    for cut in (long.strip(), long[:-1], long[:72]):
        assert Client().post("/signin/", {"username": "wumin", "password": cut}).status_code == 422
    assert Client().post("/signin/", {"username": "wumin", "password": long}).status_code == 302


def test_T6_passwords_are_kept_as_argon2(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [h for h in settings.PASSWORD_HASHERS if "MD5" not in h]
    user = User(username="x", name="x")
    user.set_password("something long")
    assert user.password.startswith("argon2$")


def test_T6_a_fresh_installation_has_no_account_and_its_setup_link_dies() -> None:
    assert not User.objects.exists()
    old = setup.one_time_link()
    path = setup.one_time_link() or ""
    assert path and old and Client().get(str(old)).status_code == 404
    client = Client()
    organisation = {
        "name": "远山电器",
        "language": "zh-hans",
        "zone": "Asia/Shanghai",
        "currency": "CNY",
        "country": "CN",
        "weekend": ["5", "6"],
    }
    assert client.post(path, organisation | {"zone": "Mars/Base"}).status_code == 422
    assert client.post(path, organisation).status_code == 302
    first = {"name": "李工", "username": "ligong", "email": "", "password": "12345678"}
    assert client.post(path, first).status_code == 422
    assert client.post(path, first | {"password": FRESH}).status_code == 302
    stranger = Client().post(path, {"people": "黑客, heike", "role": "administrator"})
    assert stranger.status_code == 302 and stranger["Location"].startswith("/signin/")
    assert not User.objects.filter(username="heike").exists()
    page = client.post(path, {"people": "王芳, wangfang\n赵敏，zhaomin，zhao@x.example", "role": "salesperson"})
    assert page.status_code == 200 and page.content.decode().count(">http://testserver/join/") == 2
    assert client.get(path).status_code == 404
    assert setup.one_time_link() is None
    assert client.get("/settings/roles/").status_code == 200
    assert User.objects.get(username="wangfang").roles.get().code == "salesperson"
    assert Organisation.objects.get().calendar == {"country": "CN", "weekend": [5, 6]}
    assert not User.objects.filter(is_superuser=True).exists()
    assert Role.objects.count() == 6


def test_setup_ends_only_when_no_line_of_colleagues_was_refused() -> None:
    path, client = setup.one_time_link() or "", Client()
    setup.keep_organisation({"name": "远山电器"})
    setup.make_administrator({"name": "李工", "username": "ligong", "password": FRESH})
    assert client.post("/signin/", {"username": "ligong", "password": FRESH, "next": path})["Location"] == path
    page = client.post(path, {"people": "坏行\n李工, ligong", "role": "salesperson"})
    text = page.content.decode()
    assert page.status_code == 422 and "/join/" not in text
    assert "“坏行”" in text and "坏行\n李工, ligong</textarea>" in text and text.count('class="error"') == 2
    page = client.post(path, {"people": "坏行\n王芳, wangfang", "role": "salesperson"})
    text = page.content.decode()
    assert page.status_code == 422 and text.count(">http://testserver/join/") == 1
    assert "坏行</textarea>" in text and "wangfang</textarea>" not in text
    assert setup.one_time_link() is not None or client.get(path).status_code == 200
    assert client.post(path, {"people": "", "role": "salesperson"}).status_code == 200
    assert client.get(path).status_code == 404


def test_T7_names_are_one_whatever_their_case_or_form(world: World) -> None:
    for taken in ("HEYONGQIANG", "ｈｅｙｏｎｇｑｉａｎｇ", " heyongqiang "):
        with pytest.raises(Invalid):
            update_person(world.people["吴敏"], PersonChange(username=taken), by=SYSTEM)
    with pytest.raises(Invalid):
        update_person(world.people["吴敏"], PersonChange(email="HeYongQiang@Hualan.example"), by=SYSTEM)
    assert Client().post("/signin/", {"username": "wumin", "password": PASSWORD}).status_code == 302
