"""How allauth is bent to our rules: nobody signs up, secrets are encrypted, a company account enters by our own flow."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any, NoReturn
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhike.identity import joining, queries, signin
from zhike.identity.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open registration: people are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


@cache
def _cipher(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"zhike.second-factor").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(key))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second-factor secrets are encrypted with a key derived from the installation's own."""

    def encrypt(self, text: str) -> str:
        return _cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return "Zhike"

    def _get_site_name(self) -> str:
        return "Zhike"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        own = urlsplit(settings.BASE_URL).hostname if settings.BASE_URL else None
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | ({"id": own} if own else {})

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Our own events tell of it."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A company account opens an existing person's account, and only one that is surely theirs."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Never by allauth's own rule; `proved` is ours."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Take over from allauth: our own entrance, with our second factor."""
        user = signin.Backend().get_user(sociallogin.user.pk) if sociallogin.is_existing else self.proved(sociallogin)
        if user is None:
            signin.failed("oidc", None)
            self.refuse(request)
        target = sociallogin.state.get("next") or ""
        raise ImmediateHttpResponse(HttpResponseRedirect(signin.enter(request, user, method="oidc", target=target)))

    def proved(self, sociallogin: Any) -> User | None:
        """The person whose own, proved address the company account proves too; their accounts are joined from now on."""
        for address in sociallogin.email_addresses:
            person = queries.person_by_proved_email(address.email) if address.verified is True else None
            if person is not None:
                joining.link_company_account(sociallogin.account, person)
                return person
        return None

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        self.refuse(request)

    def refuse(self, request: HttpRequest) -> NoReturn:
        """The sign-in page with the reason."""
        text = _(
            "Your company account is not linked to anybody here. Sign in with your name first, or ask an administrator."
        )
        raise ImmediateHttpResponse(render(request, "identity/signin.html", {"refused": text}, status=403))
