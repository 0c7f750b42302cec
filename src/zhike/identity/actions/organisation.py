"""The organisation's own settings."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.identity import access, events
from zhike.kernel import clock
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid
from zhike.kernel.money import decimals
from zhike.kernel.text import clean

WEEK = frozenset(range(7))


def usable_calendar(calendar: dict[str, Any]) -> dict[str, Any]:
    """The beginning of a working calendar: country and days off in the week; `set_working_week` says more."""
    weekend = calendar.get("weekend", [5, 6])
    if not set(weekend) <= WEEK or len(set(weekend)) > 6:
        raise Invalid("weekend", _("At least one day of the week must be a working day."), "weekend")
    return {"country": str(calendar.get("country", "CN"))[:2].upper(), "weekend": sorted(set(weekend))}


def _known(currency: str) -> str:
    code = {"RMB": "CNY"}.get(currency.upper(), currency.upper())  # as people call the yuan
    try:
        decimals(code)
    except Invalid as error:
        raise Invalid(error.code, error.message, "currency") from error
    return code


@action(right="identity.organisation", title=_("Save"), icon="building")
def change_organisation(
    *,
    name: Annotated[str, Field(max_length=120)] | None = None,
    zone: str | None = None,
    currency: Annotated[str, Field(max_length=3)] | None = None,
    language: str | None = None,
    calendar: dict[str, Any] | None = None,
    by: Actor,
) -> dict[str, str]:
    """Name, time zone, currency, language and working calendar of the organisation; what is not given stays."""
    row = access.locked_organisation()
    values: dict[str, Any] = {}
    if name is not None:
        if not (cleaned := clean(name, 120)):
            raise Invalid("required", _("Give a name."), "name")
        values["name"] = cleaned
    if zone is not None:
        values["zone"] = str(clock.zone(zone))
    if currency is not None:
        values["currency"] = _known(currency)
    if language is not None:
        if language not in dict(settings.LANGUAGES):
            raise Invalid("language", _("“%(value)s” is not offered here.") % {"value": language[:20]}, "language")
        values["language"] = language
    if calendar is not None:
        values["calendar"] = row.calendar | usable_calendar(calendar)
    changed = {k: [getattr(row, k), v] for k, v in values.items() if getattr(row, k) != v}
    for column, value in values.items():
        setattr(row, column, value)
    row.save(update_fields=list(values))
    access.rights_changed()
    emit(events.OrganisationChanged(fields=", ".join(sorted(changed))), by=by, label=row.name, changes=changed)
    return {"name": row.name}
