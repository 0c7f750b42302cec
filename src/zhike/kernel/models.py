"""Base of every record, and the tables of the ledger, jobs' schedules and idempotency keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from uuid import UUID

import auto_prefetch
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from zhike.kernel.custom import CustomValues, work_out
from zhike.kernel.errors import Stale
from zhike.kernel.ids import new_id

if TYPE_CHECKING:
    from zhike.kernel.actor import Actor, Reach

M = TypeVar("M", bound="Record")


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see, or do with, of one record type: equal for all who may the same, so that it names a question."""

    reach: Reach
    person: UUID | None = None  # only where the type opens records to people by columns of their own


@dataclass(frozen=True, slots=True)
class Scope:
    """Which columns of a model the access predicate reads; paths may cross foreign keys (a touch is seen with its party).

    `own` are further person columns that always open a record to that person.
    """

    owner: str = ""
    team: str = ""
    circle: str = ""
    record: str = "id"
    own: tuple[str, ...] = ()

    def condition(self, sight: Sight) -> Q:
        """The predicate for what is in sight, as one indexed condition."""
        reach = sight.reach
        if not reach:
            return Q(pk__in=[])
        allowed = Q() if reach.everything else self._any_of(reach)
        if not reach.everything:
            for column in self.own if sight.person else ():
                allowed |= Q(**{column: sight.person})
        return allowed & ~self._any_of(reach.denied) if reach.denied else allowed

    def _any_of(self, reach: Reach) -> Q:
        if reach.everything:
            return Q()
        parts = [(self.owner, reach.owners), (self.team, reach.teams)]
        parts += [(self.circle, reach.circles), (self.record, reach.records)]
        condition = Q(pk__in=[])
        for path, ids in parts:
            if path and ids:
                condition |= Q(**{f"{path}__in": ids})
        return condition

    def holds(self, reach: Reach, user_id: UUID | None, record: Record) -> bool:
        """The same predicate for one record in hand, without asking the database."""
        if not reach:
            return False
        mine = user_id is not None and any(_at(record, column) == user_id for column in self.own)
        allowed = reach.everything or mine or self._touches(reach, record)
        return allowed and not (reach.denied is not None and self._touches(reach.denied, record))

    def _touches(self, reach: Reach, record: Record) -> bool:
        parts = [(self.owner, reach.owners), (self.team, reach.teams)]
        parts += [(self.circle, reach.circles), (self.record, reach.records)]
        return reach.everything or any(path and ids and _at(record, path) in ids for path, ids in parts)


def _at(record: Any, path: str) -> Any:
    """The value at the end of an ORM path on a record."""
    for part in path.split("__"):
        record = getattr(record, part, None)
        if record is None:
            return None
    return record


def with_names(rows: models.QuerySet[Any], *relations: str) -> models.QuerySet[Any]:
    """The rows and what these foreign keys point to, but of that only its name: what pages show, at a third of the cost."""
    own = [column.attname for column in rows.model._meta.concrete_fields]
    return rows.select_related(*relations).only(*own, *(f"{relation}__name" for relation in relations))


class RecordQuerySet(auto_prefetch.QuerySet, models.QuerySet[M]):
    """Adjectives that every record has."""

    def visible_to(self, actor: Actor, right: str | None = None) -> Self:
        """Only what `actor` may see, or do with another right: the one predicate of lists, search, API and jobs."""
        return self.in_sight(self.model.sight_of(actor, right))

    def in_sight(self, sight: Sight) -> Self:
        """The same, of what somebody may as a value."""
        if sight.reach.everything and not sight.reach.denied:
            return self
        return self.filter(self.model.scope.condition(sight))


class Record(auto_prefetch.Model):
    """What every record type shares: a UUIDv7, a version for stale writes, times. Declare `record_type` and `scope`."""

    record_type: ClassVar[str] = ""
    scope: ClassVar[Scope] = Scope()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager[Any]] = RecordQuerySet.as_manager()

    class Meta(auto_prefetch.Model.Meta):
        abstract = True

    @classmethod
    def sight_of(cls, actor: Actor, right: str | None = None) -> Sight:
        """What of this type `actor` may see, or do with another right."""
        return Sight(actor.reach(right or f"{cls.record_type}.view"), actor.user_id if cls.scope.own else None)

    def within(self, actor: Actor, right: str) -> bool:
        """Whether `right` of `actor` extends to this record."""
        return actor.can(right) and (self._state.adding or self.scope.holds(actor.reach(right), actor.user_id, self))

    def change(self, **values: Any) -> dict[str, list[Any]]:
        """Write `values` in one UPDATE guarded by the version; the answer is {field: [old, new]} of what really changed.

        Raises Stale when somebody else was faster. Nothing is written when nothing changes.
        """
        changed = {name: [getattr(self, name), value] for name, value in values.items() if getattr(self, name) != value}
        if not changed:
            return {}
        now = timezone.now()
        fields: dict[str, Any] = {name: new for name, (_old, new) in changed.items()}
        fields |= self.following(fields)
        guarded = type(self)._base_manager.filter(pk=self.pk, version=self.version)
        if not guarded.update(**fields, version=F("version") + 1, updated_at=now):
            raise Stale(self.version)
        for name, value in fields.items():
            setattr(self, name, value)
        self.version, self.updated_at = self.version + 1, now
        return changed

    def following(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """What else has to be written when these attributes change, because it is worked out from them."""
        return {}

    def advance(self) -> None:
        """The version moves on although no column changed: rows around the record did."""
        now = timezone.now()
        guarded = type(self)._base_manager.filter(pk=self.pk, version=self.version)
        if not guarded.update(version=F("version") + 1, updated_at=now):
            raise Stale(self.version)
        self.version, self.updated_at = self.version + 1, now


class OwnedRecord(Record):
    """A record somebody is in charge of: owner and team decide who sees it; it can be archived and carry custom fields."""

    scope: ClassVar[Scope] = Scope(owner="owner_id", team="team_id")

    owner = auto_prefetch.ForeignKey(
        "identity.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    team = auto_prefetch.ForeignKey(
        "identity.Team", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    created_by = auto_prefetch.ForeignKey(
        "identity.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    custom = CustomValues(default=dict, blank=True)
    # what lists go by, where a value does not say its order
    worked = CustomValues(default=dict, blank=True, editable=False)

    class Meta(Record.Meta):
        abstract = True

    def following(self, changed: Mapping[str, Any]) -> dict[str, Any]:
        """`worked` follows what it is worked out from; written even where it seems the same, since it is kept without the version."""
        worked = work_out(self, changed)
        return {} if worked is None else {"worked": worked}


class Event(models.Model):
    """One immutable row of the ledger. Personal values stand in `EventDetail`, so that they can be erased and the chain still verifies."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    type = models.CharField(max_length=80)
    action = models.CharField(max_length=80, blank=True)
    door = models.CharField(max_length=8)
    actor_id = models.UUIDField(null=True)
    real_actor_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    customer_id = models.UUIDField(null=True)
    caused_by = models.UUIDField(null=True)
    batch_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    payload = models.JSONField(default=dict)
    detail_digest = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    position = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["customer_id", "id"], name="event_customer", condition=Q(customer_id__isnull=False)),
            models.Index(fields=["subject_id", "id"], name="event_subject"),
            models.Index(fields=["actor_id", "id"], name="event_actor"),
            models.Index(fields=["type", "id"], name="event_type"),
            models.Index(fields=["batch_id", "id"], name="event_batch", condition=Q(batch_id__isnull=False)),
            models.Index(fields=["id"], name="event_unsealed", condition=Q(position__isnull=True)),
        ]
        constraints = [models.UniqueConstraint(fields=["position"], name="event_position")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class EventDetail(models.Model):
    """The erasable part of an event: names, old and new values, with a salt of its own."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="detail")
    salt = models.BinaryField(max_length=16)
    body = models.TextField()

    def __str__(self) -> str:
        return f"detail of {self.event_id}"


class Erasure(models.Model):
    """Says that the detail of an event was erased on purpose, and by which event."""

    event_id = models.UUIDField(primary_key=True)
    erased_by = models.UUIDField()

    def __str__(self) -> str:
        return f"erasure of {self.event_id}"


class Seal(models.Model):
    """One link of the chain: the events of positions first … last, their digest together with the link before."""

    first = models.BigIntegerField(unique=True)
    last = models.BigIntegerField(unique=True)
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"seal {self.first}–{self.last}"


class SealHead(models.Model):
    """The one row that a sealer locks, so that there is one sealer at a time."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"head {self.last}"


class Bookmark(models.Model):
    """How far one reader of the ledger has come."""

    reader = models.CharField(max_length=80, primary_key=True)
    position = models.BigIntegerField(default=0)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.reader} at {self.position}"


class IdempotencyKey(models.Model):
    """A key somebody sent with an unsafe call, what it was for, and the reply it got."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user_id = models.UUIDField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    reply = models.JSONField(null=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key


class Spent(models.Model):
    """How often something was done by somebody within one window of time (see `kernel.limits`); old rows are swept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=120)
    slot = models.BigIntegerField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "slot"], name="spent_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.count}"


class Schedule(models.Model):
    """When a recurring job is due next; fired by compare-and-set, so that several workers fire it once."""

    name = models.CharField(max_length=80, primary_key=True)
    cron = models.CharField(max_length=80)
    next_at = models.DateTimeField()
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.next_at}"
