"""Where the work queue of duplicates is found, besides the cards of customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.customers.merging import actions
from zhike.identity.settings_pages import SettingsPage, add_settings_page

__all__ = ["actions"]

add_settings_page(
    SettingsPage(
        label=_("Duplicates"), icon="copy", url="/customers/duplicates/", right="party.merge",
        note=_("Likely duplicates of customers: merge them, or say that they are different"),
    )
)  # fmt: skip
