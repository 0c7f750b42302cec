"""The declaration of assignment rules, and their page under Settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.customers.territories import actions
from zhike.identity.settings_pages import SettingsPage, add_settings_page
from zhike.kernel.screens import Column, Kind, Screen, register

SCREEN = register(
    Screen(
        type="assignment",
        slug="assignment-rules",
        model="customers.AssignmentRule",
        label=_("Assignment rule"),
        label_plural=_("Assignment rules"),
        icon="route",
        order="place",
        columns=(
            Column(name="name", label=_("Name"), listed=True, sortable=True, required=True, max_length=80),
            Column(name="place", label=_("Order"), kind=Kind.NUMBER, listed=True, sortable=True, editable=False),
            Column(name="active", label=_("In use"), kind=Kind.BOOL, listed=True, editable=False),
        ),
        owner="",
        creatable=False,
        importable=False,
        exportable=False,
        archivable=False,
        custom_fields=False,
    )
)

add_settings_page(
    SettingsPage(
        label=_("Assignment rules"), icon="route", url="/settings/territories/", right=actions.MANAGE,
        note=_("Who gets which customers: by place, industry, source"),
    )
)  # fmt: skip
