"""The forms of assignment rules: they draw and carry; the action decides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from zhike.customers.models import AssignmentRule
from zhike.customers.pool.queries import live_pools
from zhike.customers.terms import Kind, Level
from zhike.customers.territories.terms import Facts, Where
from zhike.customers.values.addresses import LONGEST, parse_address
from zhike.customers.values.divisions import is_placeholder, table
from zhike.identity.queries import active_people, teams_flat
from zhike.records.forms import Carrying

LEVELS = [*[(level.value, level.label) for level in Level], ("-", _("No level"))]
LISTS = ("kinds", "levels", "doors", "people")


def _text(label: Any, hint: Any = "", **attrs: Any) -> forms.Field:
    return forms.Field(label=label, widget=forms.TextInput(attrs=attrs), required=False, help_text=hint)


def _many(label: Any, choices: Any, hint: Any = "") -> forms.Field:
    widget = forms.CheckboxSelectMultiple(choices=choices)
    field = forms.Field(label=label, widget=widget, required=False, help_text=hint)
    field.use_fieldset = True  # type: ignore[attr-defined]
    return field


def places() -> list[tuple[str, str]]:
    """Provinces and cities to choose from, the code and the names from the province down."""
    known = table()
    found = []
    for province in known.within(""):
        found.append((province.code, province.name))
        inside = [d for d in known.within(province.code) if not is_placeholder(d)]
        found += [(d.code, f"{province.alias} {d.name}") for d in inside]
    return found


class RuleForm(Carrying):
    """What a rule asks, and to whom it gives."""

    def __init__(self, rule: AssignmentRule | None = None, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=initial(rule) if rule else {"doors": [Where.API, Where.IMPORT], "place": 0})
        people = [(str(p.pk), p.name) for p in active_people().order_by("sort_key")[:500]]
        none: list[tuple[str, Any]] = [("", "—")]
        self.fields |= {
            "name": _text(_("Name"), maxlength=80),
            "place": _text(_("Order"), _("The first rule that fits decides."), inputmode="numeric", maxlength=4),
            "divisions": _text(
                _("Places"), _("Provinces, cities or districts by name or code, separated by commas; empty: everywhere."),
                maxlength=2000, list="places",
            ),
            "industries": _text(_("Industries"), _("Separated by commas; empty: all."), maxlength=1000),
            "sources": _text(_("Sources"), _("Separated by commas; empty: all."), maxlength=1000),
            "kinds": _many(_("Kinds"), Kind.choices, _("None ticked: all.")),
            "levels": _many(_("Levels"), LEVELS, _("None ticked: all.")),
            "people": _many(_("Who takes turns"), people, _("One after the other.")),
            "team": forms.Field(
                label=_("Team"), required=False, help_text=_("Everybody in it takes turns too."),
                widget=forms.Select(choices=none + [(str(pk), name) for pk, name in teams_flat()]),
            ),
            "capacity": _text(
                _("Customers each may own"), _("Whoever owns as many is passed over; empty: without limit."),
                inputmode="numeric", maxlength=7,
            ),
            "pool": forms.Field(
                label=_("Else into the pool"), required=False, help_text=_("When nobody has room, or nobody is named."),
                widget=forms.Select(choices=none + [(str(p.pk), p.name) for p in live_pools()]),
            ),
            "doors": _many(_("Decides about new customers"), Where.choices, _("Where nobody says whose they are.")),
        }  # fmt: skip


def initial(rule: AssignmentRule) -> dict[str, Any]:
    """A rule as its form shows it."""
    known = table()
    return {
        "name": rule.name, "place": rule.place, "capacity": rule.capacity or "", "doors": rule.doors,
        "divisions": "、".join(known.name(code) or code for code in rule.divisions),
        "industries": "、".join(rule.industries), "sources": "、".join(rule.sources), "kinds": rule.kinds,
        "levels": [level or "-" for level in rule.levels],
        "people": [str(pk) for pk in rule.people.values_list("pk", flat=True)],
        "team": str(rule.team_id or ""), "pool": str(rule.pool_id or ""),
    }  # fmt: skip


def split(text: str) -> list[str]:
    """The words of a list as people write it."""
    for mark in (",", "，", ";", "；", "\n"):
        text = text.replace(mark, "、")
    return [word.strip() for word in text.split("、") if word.strip()]


def code_of(word: str) -> str:
    """The code of a place by name, alias, code or its way from the province; of equal names the largest place.

    Unknown words stay for the refusal.
    """
    known = table()
    if word in known.by_code:
        return word
    last = word.split()[-1]
    fitting = [d.code for d in known.by_code.values() if last in (d.name, d.alias) and not is_placeholder(d)]
    if fitting:
        return min(fitting, key=lambda code: (len(code), code))
    meant = parse_address(word[:LONGEST])
    return meant.code if meant.code and not meant.street else word


def read(sent: QueryDict) -> dict[str, Any]:
    """What was sent, for create_assignment and update_assignment."""
    data: dict[str, Any] = {name: sent.get(name, "") for name in ("name", "team", "pool")}
    data |= {name: sent.get(name, "").strip() or 0 for name in ("place", "capacity")}
    data |= {name: split(sent.get(name, "")) for name in ("industries", "sources")}
    data |= {name: sent.getlist(name) for name in LISTS}
    data["levels"] = ["" if level == "-" else level for level in data["levels"]]
    data["divisions"] = [code_of(word) for word in split(sent.get("divisions", ""))]
    return data


class TrialForm(Carrying):
    """A customer that might come: what would the rules say?"""

    division = _text(_("Place"), list="places", maxlength=40)
    industry = _text(_("Industry"), maxlength=80)
    source = _text(_("Source"), maxlength=80)
    kind = forms.Field(label=_("Kind"), widget=forms.Select(choices=Kind.choices), required=False)
    level = forms.Field(label=_("Level"), widget=forms.Select(choices=[("", "—"), *Level.choices]), required=False)


def trial(sent: QueryDict) -> Facts:
    """The facts of the test box."""
    values = {name: sent.get(name, "")[:80] for name in ("industry", "source", "kind", "level")}
    word = sent.get("division", "").strip()[:40]
    code = code_of(word) if word else ""
    return Facts(division=code if code.isdigit() else parse_address(word).code, names=(word,) if word else (), **values)


def person_id(sent: QueryDict) -> UUID | None:
    """Whose customers a new assignment is about; None: nobody's."""
    text = sent.get("owner", "")
    return UUID(text) if len(text) == 36 else None
