"""Adding to a party without replacing anything: further numbers and addresses, further names, further tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from zhike.customers.actions.keeping import new_point
from zhike.customers.actions.preparing import Point, email_point, phone_point
from zhike.customers.models import Party
from zhike.customers.terms import NameOf, PointKind
from zhike.kernel.text import fold
from zhike.records.queries import tags_of

FURTHER: Final = "further_points"  # numbers and e-mail addresses beside the main ones, as a value of `update`
REACHED: Final = (PointKind.MOBILE, PointKind.LANDLINE, PointKind.EMAIL)
COLUMNS: Final = ("mobile", "phone", "email")


def further(party: Party, values: Mapping[str, Any]) -> dict[str, Any]:
    """What of `values` a party does not know yet, as values of `update` that hold what it knows and what is added."""
    found: dict[str, Any] = {}
    said = [str(values["name"])] if values.get("name") else []
    aliases = [row.name for row in party.names.all() if row.kind == NameOf.ALIAS]
    known = {fold(name) for name in (party.name, *(row.name for row in party.names.all()))}
    if new := [name for name in said if fold(name) not in known]:
        found["aliases"] = [*aliases, *new]
    points = {row.value for row in party.points.all()}
    texts = [str(values[name]) for name in COLUMNS if values.get(name) and getattr(party, name)]
    if added := [text for text in texts if _point(text).value not in points]:
        found[FURTHER] = [*_displays(party), *added]
    tags = tags_of([party.pk]).get(party.pk, [])
    if new := [name for name in values.get("tags") or () if fold(name) not in {fold(tag) for tag in tags}]:
        found["tags"] = [*tags, *new]
    return found


def keep_further(party: Party, texts: Sequence[str] | None) -> dict[str, Any]:
    """Bring the further numbers and addresses to `texts`; the answer is the change."""
    if texts is None:
        return {}
    before = _displays(party)
    wanted = {point.value: point for point in map(_point, texts)}
    rows = {row.value: row for row in party.points.filter(column="", kind__in=REACHED)}
    for value, row in rows.items():
        if value not in wanted:
            row.delete()
    for value, point in wanted.items():
        if value not in rows:
            new_point(party, point, party.source).save(force_insert=True)
    after = _displays(party)
    return {FURTHER: [before, after]} if before != after else {}


def _displays(party: Party) -> list[str]:
    rows = party.points.filter(column="", kind__in=REACHED).order_by("pk")
    return list(rows.values_list("display", flat=True))


def _point(text: str) -> Point:
    return email_point(text) if "@" in text else phone_point(text, lenient=True)
