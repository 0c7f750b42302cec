"""The declaration of pools, and their page under Settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.customers.pool import actions, tasks
from zhike.identity.settings_pages import SettingsPage, add_settings_page
from zhike.kernel.screens import Column, Kind, Right, Screen, register, register_rights

NOTICES = (tasks.FALLING, tasks.FELL)  # named, so that every process can tell them

SCREEN = register(
    Screen(
        type="pool",
        slug="pool",
        model="customers.Pool",
        label=_("Public pool"),
        label_plural=_("Public pools"),
        icon="pool",
        rail=25,  # its address is the page of what can be claimed
        columns=(
            Column(name="name", label=_("Name"), listed=True, sortable=True, required=True, max_length=80),
            Column(name="description", label=_("Description"), listed=True, max_length=400),
            Column(name="daily_limit", label=_("Claims a day"), kind=Kind.NUMBER, listed=True, editable=False),
            Column(name="capacity", label=_("Customers one may own"), kind=Kind.NUMBER, listed=True, editable=False),
        ),
        owner="",
        creatable=False,
        importable=False,
        exportable=False,
        archivable=False,
        custom_fields=False,
    )
)

register_rights((Right(code=actions.MANAGE, label=_("Set up public pools")),))
add_settings_page(
    SettingsPage(
        label=_("Public pools"), icon="pool", url="/settings/pools/", right=actions.MANAGE,
        note=_("Who may claim how many, and what falls in by itself"),
    )
)  # fmt: skip
