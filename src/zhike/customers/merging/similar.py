"""Warned while typing: which customers a new one may be, within the asker's rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Count

from zhike.customers.actions.keeping import likeness
from zhike.customers.actions.preparing import Prepared, prepare
from zhike.customers.merging.likeness import judged, model_for, normals
from zhike.customers.merging.queries import told
from zhike.customers.merging.terms import NOTICED, SURE_ELSEWHERE
from zhike.customers.models import MatchKey, Party
from zhike.customers.terms import Form, key_number
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
from zhike.methods.duplicates import DEFAULT, Normal, keys, normalise

READ: Final = (
    "name", "form", "short_name", "english_name", "former_name", "credit_code", "mobile", "phone", "email", "wechat",
    "website", "address", "city", "birthday",
)  # fmt: skip
MOST_SHOWN, MOST_COMPARED, CROWDED = 5, 200, 150
NOBODY = "—"


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that is there already, with why we think so."""

    id: UUID
    name: str
    form: str
    kind: str
    owner: str
    place: str
    percent: int
    reasons: list[str]

    @property
    def url(self) -> str:
        """Its page."""
        return f"/customers/{self.id}/"


@dataclass(frozen=True, slots=True)
class Similar:
    """What was found: customers the asker may see, and who looks after those that the asker may not see."""

    hits: list[Hit]
    elsewhere: list[str]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        own = [
            {"id": str(h.id), "name": h.name, "owner": h.owner, "probability": h.percent / 100, "reasons": h.reasons}
            for h in self.hits
        ]
        return {"similar": own, "elsewhere": self.elsewhere}


def similar(values: Mapping[str, Any], actor: Actor) -> Similar:
    """Likely duplicates of what somebody is typing; values that cannot be read yet count as not given."""
    made = _read(values)
    forms = [str(made.fields["form"])] if values.get("form") else list(Form.values)  # a few letters do not tell which
    found = _judged({form: _normal(made, form) for form in forms})
    seen = {
        row["pk"]: row
        for row in Party.objects.visible_to(actor)
        .filter(pk__in=list(found))
        .values("pk", "name", "form", "kind", "city", "owner__name")
    }
    ordered = sorted(found, key=lambda pk: (-found[pk][0], str(pk)))
    hits = [_hit(seen[pk], *found[pk], actor) for pk in ordered if pk in seen][:MOST_SHOWN]
    hidden = [pk for pk in ordered if pk not in seen and found[pk][0] >= SURE_ELSEWHERE]
    return Similar(hits, _elsewhere(hidden))


def _read(values: Mapping[str, Any]) -> Prepared:
    """What can be understood of half a form."""
    given = {name: str(values[name])[:300] for name in READ if values.get(name)}
    named = bool(given.setdefault("name", NOBODY).strip(NOBODY + " "))
    for _try in range(len(given)):
        try:
            made = prepare(given, lenient=True)
            break
        except DomainError as error:
            given.pop(error.field or "", None)
            given.setdefault("name", NOBODY)
    else:
        made = prepare({"name": NOBODY}, lenient=True)
    if not named:
        made.fields["name"] = ""
    return made


def _normal(made: Prepared, form: str) -> Normal:
    names = [name for _kind, name in made.further_names()]
    return normalise(likeness("", made.fields | {"form": form}, made.points, names))


def _judged(asked: Mapping[str, Normal]) -> dict[UUID, tuple[float, list[dict[str, Any]]]]:
    """Live parties above even odds, by shared keys; a key that half the town has says nothing."""
    numbers = {key_number(key) for normal in asked.values() for key in keys(normal)}
    held = MatchKey.objects.filter(key__in=numbers)
    crowded = held.values("key").annotate(n=Count("party_id")).filter(n__gt=CROWDED).values("key")
    ids = held.exclude(key__in=crowded).values_list("party_id", flat=True)[: 4 * MOST_COMPARED]
    model, found = model_for(DEFAULT.population), {}
    for pk, other in normals(list(dict.fromkeys(ids))[:MOST_COMPARED]).items():
        if (normal := asked.get(other.kind)) is not None:
            probability, reasons = judged(normal, other, model)
            if probability >= NOTICED:
                found[pk] = (probability, reasons)
    return found


def _hit(row: Mapping[str, Any], probability: float, reasons: list[dict[str, Any]], actor: Actor) -> Hit:
    why = told([one for one in reasons if one["bits"] > 0][:3], actor)
    return Hit(
        row["pk"], row["name"], row["form"], row["kind"], row["owner__name"] or "", row["city"], round(100 * probability), why
    )  # fmt: skip


def _elsewhere(ids: list[UUID]) -> list[str]:
    """Whom to ask about customers one may not see: the owner, or the team, and nothing of the customer."""
    if not ids or not settings.TELL_OF_CUSTOMERS_ELSEWHERE:
        return []
    rows = Party.objects.filter(pk__in=ids).values_list("owner__name", "team__name")
    return sorted({owner or team or "" for owner, team in rows})
