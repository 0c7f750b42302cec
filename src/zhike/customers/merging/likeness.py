"""Customers as the matcher compares them, loaded many at a time; how surely two of them are one, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from zhike.customers.actions.keeping import likeness
from zhike.customers.models import ContactPoint, Party, PartyName
from zhike.methods.duplicates import DEFAULT, Model, Normal, compare, normalise
from zhike.methods.duplicates.weights import default_model

COLUMNS = ("pk", "form", "name", "credit_code", "born_on", "division")
CHUNK = 2000
MOST_REASONS = 6


def normals(ids: Collection[UUID]) -> dict[UUID, Normal]:
    """The live parties behind ids in comparable form, in three queries a chunk."""
    found: dict[UUID, Normal] = {}
    listed = list(ids)
    for start in range(0, len(listed), CHUNK):
        found |= _chunk(listed[start : start + CHUNK])
    return found


def _chunk(ids: list[UUID]) -> dict[UUID, Normal]:
    points: dict[UUID, list[ContactPoint]] = defaultdict(list)
    names: dict[UUID, list[str]] = defaultdict(list)
    for point in (
        ContactPoint.objects.filter(party_id__in=ids).order_by("pk").only("party_id", "kind", "value", "display")
    ):
        points[point.party_id].append(point)
    for pk, name in PartyName.objects.filter(party_id__in=ids).order_by("pk").values_list("party_id", "name"):
        names[pk].append(name)
    found = {}
    for row in Party.objects.live().filter(pk__in=ids).values(*COLUMNS):
        pk = row["pk"]
        found[pk] = normalise(likeness(str(pk), row, points.get(pk, ()), names.get(pk, ())))
    return found


@lru_cache(maxsize=4)
def model_for(customers: int) -> Model:
    """Weights for a number of customers: the more there are, the more two that look alike are two."""
    return default_model(replace(DEFAULT, population=max(customers, DEFAULT.smallest_population)))


def judged(one: Normal, other: Normal, model: Model) -> tuple[float, list[dict[str, Any]]]:
    """Probability, and reasons as plain data, the weightiest first."""
    pair = compare(one, other, model=model)
    return pair.probability, [asdict(reason) for reason in pair.reasons[:MOST_REASONS]]
