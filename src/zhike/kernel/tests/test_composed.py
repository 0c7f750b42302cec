"""Composed questions: the first asking composes, the others replay with their own values, and no two are mixed up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db.models import F, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from zhike.kernel import composed as module
from zhike.kernel.composed import composed
from zhike.kernel.ids import new_id
from zhike.kernel.models import IdempotencyKey

pytestmark = pytest.mark.django_db
SUNNY, RAINY = datetime(2026, 5, 1, 8, tzinfo=UTC), datetime(2026, 6, 1, 8, 30, 0, 250_000, tzinfo=UTC)


@composed
def keys_of(person: UUID, before: datetime | None, *, size: int = 10) -> QuerySet[IdempotencyKey]:
    found = IdempotencyKey.objects.filter(user_id=person)
    if before is not None:
        found = found.filter(at__lt=before)
    return found.order_by("key")[:size]


@composed
def words_of(people: tuple[UUID, ...]) -> QuerySet[IdempotencyKey, str]:
    return IdempotencyKey.objects.filter(user_id__in=people).order_by("key").values_list("key", flat=True)


@composed
def named(key: str) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(key=key)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, UUID]:
    """Two people: one with a key of a sunny and one of a rainy day, the other with one of a sunny day."""
    monkeypatch.setattr(module, "_plans", type(module._plans)())
    one, other = new_id(), new_id()
    for person, key, at in ((one, "a", SUNNY), (one, "b", RAINY), (other, "c", SUNNY)):
        IdempotencyKey.objects.create(user_id=person, key=key, fingerprint="f" * 64, reply={"n": [1, None]}, at=at)
    return one, other


def test_values_of_each_call_are_asked_for(kept: tuple[UUID, UUID]) -> None:
    one, other = kept
    assert [[row.key for row in keys_of(person, None)] for person in (one, other, new_id(), one)] == [
        ["a", "b"],
        ["c"],
        [],
        ["a", "b"],
    ]
    assert [[row.key for row in keys_of(one, day)] for day in (RAINY, SUNNY, None)] == [["a"], [], ["a", "b"]]
    assert [row.key for row in named("c")] == ["c"] and named("; DROP TABLE kernel_event") == []


def test_rows_are_the_same_as_without(kept: tuple[UUID, UUID]) -> None:
    keys_of(kept[1], None)
    replayed, plain = keys_of(kept[0], None)[1], IdempotencyKey.objects.get(key="b")
    assert replayed == plain
    assert {f.attname: getattr(replayed, f.attname) for f in plain._meta.concrete_fields} == {
        f.attname: getattr(plain, f.attname) for f in plain._meta.concrete_fields
    }
    replayed.fingerprint = "g" * 64
    replayed.save(update_fields=["fingerprint"])  # it is a row like any other
    assert IdempotencyKey.objects.get(key="b").fingerprint == "g" * 64


def test_shape_and_number_of_ids_compose_anew(kept: tuple[UUID, UUID]) -> None:
    one, other = kept
    assert [row.key for row in keys_of(one, None, size=1)] == ["a"]
    assert [row.key for row in keys_of(one, None, size=2)] == ["a", "b"]
    assert words_of((one, other)) == ["a", "b", "c"]
    assert words_of((other,)) == ["c"] and words_of((other, other)) == ["c"]
    assert words_of(()) == []  # nobody at all: the database is not even asked


def test_a_shape_is_composed_once(kept: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[str] = []
    compose = SQLCompiler.as_sql

    def counted(self: SQLCompiler, *args: Any, **kwargs: Any) -> Any:
        times.append(self.query.model.__name__ if self.query.model else "")
        return compose(self, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "as_sql", counted)
    for person in (*kept, new_id(), new_id()):
        keys_of(person, RAINY)
    assert times == ["IdempotencyKey"]


def test_a_value_that_is_lost_in_the_statement_is_an_error() -> None:
    @composed
    def shouted(key: str) -> QuerySet[IdempotencyKey]:
        return IdempotencyKey.objects.filter(key__contains=key)  # the database is given %key%

    @composed
    def ignored(day: date) -> QuerySet[IdempotencyKey]:
        return IdempotencyKey.objects.filter(at=F("at"))

    with pytest.raises(TypeError, match="do not stand in its statement"):
        shouted("a")
    with pytest.raises(TypeError, match="do not stand in its statement"):
        ignored(date(2026, 5, 1))


def test_the_longest_unused_is_forgotten(kept: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    for size in (1, 2, 3, 4, 1, 5):
        keys_of(kept[0], None, size=size)
    assert [dict(key[1][1:])["size"] for key in module._plans] == [4, 1, 5]  # type: ignore[index]
