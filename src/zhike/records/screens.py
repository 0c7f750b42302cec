"""Rights of the machinery that belong to no record type, and its pages under Settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.identity.settings_pages import SettingsPage, add_settings_page
from zhike.kernel.screens import Right, register_rights

register_rights(
    (
        Right(code="records.fields", label=_("Add and change fields")),
        Right(code="records.tags", label=_("Keep the list of tags")),
        Right(code="records.share_views", label=_("Share views with others")),
    )
)
add_settings_page(
    SettingsPage(
        label=_("Ledger"),
        icon="list-search",
        url="/settings/ledger/",
        right="ledger.read",
        note=_("Who did, saw and changed what"),
    )
)
add_settings_page(
    SettingsPage(label=_("Fields"), icon="forms", url="/settings/fields/", right="records.fields",
                 note=_("Fields of your own on customers and other records"))
)  # fmt: skip
add_settings_page(
    SettingsPage(
        label=_("Tags"), icon="tags", url="/settings/tags/", right="records.tags", note=_("Rename and merge tags")
    )
)
