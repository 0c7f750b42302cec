"""How allauth is bent to our rules: nobody signs up by themselves."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No open registration: people are invited."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
