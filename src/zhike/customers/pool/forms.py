"""The form of a pool: it only draws and carries; what a value is, the action decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import Pool
from zhike.customers.pool.terms import LEVELS, Watch
from zhike.customers.terms import Level
from zhike.identity.queries import roles, teams_flat
from zhike.records.forms import Carrying

NUMBERS = ("daily_limit", "capacity", "cooldown_days", "warn_days", "place")


def _number(label: Any, hint: Any = "") -> forms.Field:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 7})
    return forms.Field(label=label, widget=widget, required=False, help_text=hint)


class PoolForm(Carrying):
    """Name, members, limits, warning; the grid of rules stands beside it."""

    name = forms.Field(label=_("Name"), widget=forms.TextInput(attrs={"maxlength": 80}), required=False)
    description = forms.Field(label=_("Description"), widget=forms.TextInput(attrs={"maxlength": 400}), required=False)
    teams = forms.Field(
        label=_("Teams"), required=False,
        help_text=_("Whose people may claim, and whose customers fall in; teams below belong to them. None: every team."),
    )  # fmt: skip
    roles = forms.Field(label=_("Roles"), required=False, help_text=_("Further members, whatever their team."))
    daily_limit = _number(_("Claims a day"), _("By one person; empty: without limit."))
    capacity = _number(_("Customers one may own"), _("Whoever owns as many claims no more; empty: without limit."))
    cooldown_days = _number(_("Cool-down in days"), _("So long the last owner cannot claim a customer back."))
    warn_days = _number(_("Warn days before"), _("The owner is told so many days before a customer falls."))
    place = _number(_("Order"), _("A customer falls into the first pool that takes it."))
    exempt_tags = forms.Field(
        label=_("Tags that protect"), widget=forms.TextInput(attrs={"data-tags": "", "maxlength": 400}), required=False,
        help_text=_("Customers with one of these tags never fall."),
    )  # fmt: skip

    def __init__(self, pool: Pool | None = None, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=initial(pool) if pool else {"warn_days": 7, "cooldown_days": 30})
        self.fields["teams"].widget = forms.CheckboxSelectMultiple(choices=[(str(pk), n) for pk, n in teams_flat()])
        self.fields["roles"].widget = forms.CheckboxSelectMultiple(choices=[(str(r.pk), r.name) for r in roles()])
        for name in ("teams", "roles"):
            self.fields[name].use_fieldset = True  # type: ignore[attr-defined]


def initial(pool: Pool) -> dict[str, Any]:
    """A pool as its form shows it."""
    values = {name: getattr(pool, name) for name in ("name", "description", *NUMBERS)}
    lists = {name: [str(pk) for pk in getattr(pool, name).values_list("pk", flat=True)] for name in ("teams", "roles")}
    return values | lists | {"exempt_tags": "、".join(pool.exempt_tags)}


def grid(rules: Mapping[str, Mapping[str, int]], deals: bool, sent: QueryDict | None = None) -> list[dict[str, Any]]:
    """The rules by level, a cell a watch; the one about deals only where deals are known."""
    watches = [watch for watch in Watch if deals or watch is not Watch.DEAL]
    rows = []
    for level in LEVELS:
        cells = []
        for watch in watches:
            name = f"rule {level} {watch.value}"
            value = sent.get(name, "") if sent is not None else rules.get(level, {}).get(watch.value, "")
            cells.append({"name": name, "value": value, "label": watch.label})
        rows.append({"level": level, "label": Level(level).label if level else _("No level"), "cells": cells})
    return rows


def read(sent: QueryDict) -> dict[str, Any]:
    """What was sent, for create_pool and update_pool; an empty number is 0, which means without limit."""
    data: dict[str, Any] = {name: sent.get(name, "") for name in ("name", "description")}
    data |= {name: sent.get(name, "").strip() or 0 for name in NUMBERS}
    data |= {name: sent.getlist(name) for name in ("teams", "roles")}
    tags = sent.get("exempt_tags", "").replace(",", "、").replace("，", "、")
    data["exempt_tags"] = [tag.strip() for tag in tags.split("、") if tag.strip()]
    rules: dict[str, dict[str, Any]] = {}
    for level in LEVELS:
        for watch in Watch.values:
            if value := sent.get(f"rule {level} {watch}", "").strip():
                rules.setdefault(level, {})[watch] = value
    data["rules"] = rules
    return data
