"""The order of a list and the mark at which its next page begins."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import BadRequest
from zhike.kernel.models import Record
from zhike.kernel.screens import Column, Elsewhere, Screen

MARK_BYTES = 12
Mark = tuple[Any, UUID]  # what the last row of a page stood by, and its id
#: values that JSON does not tell from text; a moment is a day as well, so it comes first
KINDS: Mapping[str, tuple[type, Callable[[str], Any]]] = {
    "d": (datetime, datetime.fromisoformat), "t": (date, date.fromisoformat), "n": (Decimal, Decimal),
}  # fmt: skip


class Part(NamedTuple):
    """A stretch of a list: the condition of its rows, and their order."""

    condition: Q
    terms: list[Any]


@dataclass(frozen=True, slots=True)
class Order:
    """By which path a list is ordered; `tie` decides among equals.

    Nothing counts as smallest, on both databases. Where the value stands `at` a row of another table, nothing comes last instead,
    whichever way: only the rows that are there can be read in their order by an index, and the others are asked for by themselves.
    """

    path: str
    descending: bool
    nullable: bool
    tie: str = "pk"
    at: Elsewhere | None = None

    @classmethod
    def by(cls, screen: Screen, column: Column, *, descending: bool) -> Order:
        """The order by a column."""
        if column.at is not None:
            return cls(column.orm, descending, True, column.at.tie, column.at)
        path = column.sort or column.orm
        return cls(path, descending, is_nullable(screen.model_class, path))

    def parts(self, after: Mark | None) -> list[Part]:
        """The stretches that make up the list after a mark, one after the other."""
        if self.at is None:
            return [Part(self._beyond(*after) if after else Q(), self._terms())]
        there, away = Q(**{f"{self.tie}__isnull": False}), Q(**{f"{self.tie}__isnull": True})
        last = Part(away, [F("pk").desc() if self.descending else F("pk").asc()])
        if after is None:
            return [Part(there, self._terms()), last]
        value, pk = after
        if value is None:
            return [last._replace(condition=away & Q(**{f"pk__{self._side}": pk}))]
        return [Part(self._further(value, pk), self._terms()), last]

    @property
    def _side(self) -> str:
        return "lt" if self.descending else "gt"

    def _terms(self) -> list[Any]:
        first, nothing = F(self.path), self.nullable and self.at is None
        if self.descending:
            return [first.desc(nulls_last=True) if nothing else first.desc(), F(self.tie).desc()]
        return [first.asc(nulls_first=True) if nothing else first.asc(), F(self.tie).asc()]

    def _beyond(self, value: Any, pk: UUID) -> Q:
        """The rows after a mark."""
        if value is None:
            same = Q(**{f"{self.path}__isnull": True, f"pk__{self._side}": pk})
            return same if self.descending else same | Q(**{f"{self.path}__isnull": False})
        if self.nullable and self.descending:
            return self._after(value, pk) | Q(**{f"{self.path}__isnull": True})
        return self._further(value, pk)

    def _after(self, value: Any, pk: UUID) -> Q:
        return Q(**{f"{self.path}__{self._side}": value}) | Q(**{self.path: value, f"{self.tie}__{self._side}": pk})

    def _further(self, value: Any, pk: UUID) -> Q:
        """The redundant bound on the first column lets the index start there."""
        return Q(**{f"{self.path}__{self._side}e": value}) & self._after(value, pk)


def is_nullable(model: type[Record], path: str) -> bool:
    """Whether the column at the end of a path may be empty."""
    current: Any = model
    field: Any = None
    for part in path.split("__"):
        if field is not None and field.get_internal_type() == "JSONField":
            return True
        field = current._meta.get_field(part)
        current = field.related_model
        if field.null and field.is_relation:
            return True
    return bool(field.null)


def written(mark: Mark, of: str) -> str:
    """A mark as an opaque text, good for one list in one order only."""
    value, pk = mark
    kind = next((kind for kind, (type_, _reader) in KINDS.items() if isinstance(value, type_)), "")
    plain = str(value) if isinstance(value, (UUID, Decimal)) else value
    packed = orjson.dumps([kind, plain, str(pk)])
    return base64.urlsafe_b64encode(_seal(packed, of) + packed).decode().rstrip("=")


def read(text: str, of: str) -> Mark | None:
    """The mark in a text, None in an empty one; anything that we did not write for this very list is refused."""
    if not text:
        return None
    try:
        unpacked = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        given, packed = unpacked[:MARK_BYTES], unpacked[MARK_BYTES:]
        if not hmac.compare_digest(given, _seal(packed, of)):
            raise ValueError
        kind, value, pk = orjson.loads(packed)
        return KINDS[kind][1](value) if kind in KINDS else value, UUID(pk)
    except ValueError:
        raise BadRequest(
            "bad_cursor", _("The page mark is damaged. Start again from the first page."), "after"
        ) from None


def _seal(packed: bytes, of: str) -> bytes:
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(of.encode() + b"\0" + packed, key=key, digest_size=MARK_BYTES).digest()
