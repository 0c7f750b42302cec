"""A company account (OpenID Connect) opens only what surely belongs to the same person."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.test import RequestFactory
from django.utils import timezone

from zhike.identity.adapters import SocialAccountAdapter
from zhike.identity.models import User
from zhike.identity.sessions import SessionStore
from zhike.identity.testing import World

pytestmark = pytest.mark.django_db


def arrive(email: str, verified: bool, uid: str = "sub-1") -> Any:
    """What allauth hands over after the company's server answered."""
    request: Any = RequestFactory().get("/oidc/company/login/callback/")
    request.session, request.actor = SessionStore(), None
    account = SocialAccount(provider="company", uid=uid, extra_data={})
    login = SocialLogin(
        user=User(username=""), account=account, email_addresses=[EmailAddress(email=email, verified=verified)]
    )
    login.state = {"next": "/me/"}
    login.lookup()
    with context.request_context(request), pytest.raises(ImmediateHttpResponse) as answered:
        SocialAccountAdapter(request).pre_social_login(request, login)
    return answered.value.response


def prove(world: World, name: str) -> None:
    User.objects.filter(pk=world.people[name].pk).update(email_verified_at=timezone.now())


def test_T7_an_unproved_address_on_either_side_links_nothing(world: World) -> None:
    assert arrive("wumin@hualan.example", verified=True).status_code == 403
    prove(world, "吴敏")
    assert arrive("wumin@hualan.example", verified=False).status_code == 403
    assert not SocialAccount.objects.exists()


def test_T7_an_address_proved_on_both_sides_links_once_and_for_good(world: World) -> None:
    prove(world, "吴敏")
    assert arrive("WuMin@Hualan.example", verified=True)["Location"] == "/me/"
    assert SocialAccount.objects.get().user == world.people["吴敏"]
    assert arrive("changed@elsewhere.example", verified=False)["Location"] == "/me/"


def test_T7_one_let_out_does_not_come_in_by_the_company_account(world: World) -> None:
    prove(world, "吴敏")
    arrive("wumin@hualan.example", verified=True)
    User.objects.filter(username="wumin").update(is_active=False)
    assert arrive("wumin@hualan.example", verified=True).status_code == 403
