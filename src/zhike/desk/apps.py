"""Desk as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DeskConfig(AppConfig):
    name = "zhike.desk"
    label = "desk"

    def ready(self) -> None:
        """Let the palette find the pages of every day and those about oneself."""
        from zhike.records.search.offers import Page, offer_page

        offer_page(Page(title=pgettext_lazy("page", "Today"), url="/", icon="checkbox", common=True))
        offer_page(Page(title=_("Log a touch"), url="/log/", icon="edit", right="touch.create", common=True))
        offer_page(Page(title=_("Profile"), url="/me/", icon="user-circle"))
        offer_page(Page(title=_("Password and security"), url="/me/security/", icon="shield-lock"))
        offer_page(Page(title=_("Sessions"), url="/me/sessions/", icon="devices"))
        offer_page(Page(title=_("My tokens"), url="/me/tokens/", icon="key"))
