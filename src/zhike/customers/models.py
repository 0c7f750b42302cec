"""Rows of customers: the party, its names, contact points, memberships, relations, scores and match keys."""

from __future__ import annotations

from typing import ClassVar

import auto_prefetch
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.customers.terms import (
    Attitude,
    Decision,
    Form,
    Gender,
    Kind,
    Level,
    NameOf,
    PointKind,
    RelationKind,
    Relationship,
    Size,
)  # fmt: skip
from zhike.kernel.ids import new_id
from zhike.kernel.models import OwnedRecord, Record, RecordQuerySet, Scope

LIVE = Q(archived_at__isnull=True)  # the bin is small and has its own index; a merged party is archived too


class Pool(Record):
    """A public pool: customers nobody owns, which its members may claim."""

    record_type: ClassVar[str] = "pool"
    scope: ClassVar[Scope] = Scope(circle="id")

    name = models.CharField(max_length=80)
    description = models.CharField(max_length=400, blank=True)
    place = models.PositiveSmallIntegerField(default=0)  # a customer falls into the first pool that takes it
    teams = models.ManyToManyField("identity.Team", blank=True, related_name="+")  # none and no roles: everybody
    roles = models.ManyToManyField("identity.Role", blank=True, related_name="+")
    daily_limit = models.PositiveIntegerField(null=True, blank=True)  # claims a person and day
    capacity = models.PositiveIntegerField(null=True, blank=True)  # customers one may own and still claim
    cooldown_days = models.PositiveIntegerField(default=0)  # until the last owner may claim again
    rules = models.JSONField(default=dict, blank=True)  # {"A": {"touch": 90, "deal": 365}, …}; "" = no level
    exempt_tags = models.JSONField(default=list, blank=True)
    warn_days = models.PositiveSmallIntegerField(default=7)
    recycling_from = models.DateField(null=True, blank=True)  # none: nothing falls into it by itself
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["name"], condition=LIVE, name="pool_name_once")]

    def __str__(self) -> str:
        return self.name


class PartyQuerySet(RecordQuerySet["Party"]):
    """Adjectives of parties."""

    def live(self) -> PartyQuerySet:
        """Neither archived nor merged away."""
        return self.filter(archived_at__isnull=True)

    def organisations(self) -> PartyQuerySet:
        """Organisations only."""
        return self.filter(form=Form.ORGANISATION)


class Party(OwnedRecord):
    """A person or an organisation: the one record of each customer.

    `mobile` … `website` repeat the contact points that stand in that column, so that lists need no join; the rows of
    `ContactPoint` are the truth. `province`, `city`, `district` are the names that belong to `division`.
    """

    record_type: ClassVar[str] = "party"
    scope: ClassVar[Scope] = Scope(owner="owner_id", team="team_id", circle="pool_id")

    form = models.CharField(max_length=12, choices=Form.choices, default=Form.ORGANISATION)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.BUSINESS)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=100, blank=True)
    english_name = models.CharField(max_length=200, blank=True)
    former_name = models.CharField(max_length=200, blank=True)
    sort_key = models.CharField(max_length=120, blank=True, editable=False)
    credit_code = models.CharField(max_length=18, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    size = models.CharField(max_length=8, choices=Size.choices, blank=True)
    source = models.CharField(max_length=80, blank=True)
    relationship = models.CharField(max_length=16, choices=Relationship.choices, blank=True)
    level = models.CharField(max_length=1, choices=Level.choices, blank=True)
    stage = models.CharField(max_length=16, blank=True)
    parent = auto_prefetch.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="subsidiaries", db_index=False
    )
    note = models.TextField(blank=True)

    mobile = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    wechat = models.CharField(max_length=60, blank=True)
    qq = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=300, blank=True)
    website = models.CharField(max_length=200, blank=True)
    division = models.CharField(max_length=6, blank=True)
    province = models.CharField(max_length=30, blank=True)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=40, blank=True)

    birthday_text = models.CharField(max_length=40, blank=True)
    born_on = models.DateField(null=True, blank=True)  # by the solar calendar, where the year is known
    birthday_lunar = models.BooleanField(default=False)
    birthday_month = models.PositiveSmallIntegerField(null=True, blank=True)  # month and day in its own calendar
    birthday_day = models.PositiveSmallIntegerField(null=True, blank=True)
    gender = models.CharField(max_length=1, choices=Gender.choices, blank=True)
    title = models.CharField(max_length=80, blank=True)
    contact_name = models.CharField(max_length=80, blank=True)  # the primary contact person, for lists
    contact_title = models.CharField(max_length=80, blank=True)

    last_touch_at = models.DateTimeField(null=True, blank=True)
    last_deal_at = models.DateTimeField(null=True, blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    owned_since = models.DateTimeField(null=True, blank=True)

    pool = auto_prefetch.ForeignKey(Pool, models.PROTECT, null=True, blank=True, related_name="parties", db_index=False)
    pooled_at = models.DateTimeField(null=True, blank=True)
    pool_reason = models.CharField(max_length=200, blank=True)
    from_pool = auto_prefetch.ForeignKey(
        Pool, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )  # where its owner claimed it
    locked = models.BooleanField(default=False)  # never recycled; in a pool: not to be claimed
    protected_until = models.DateTimeField(null=True, blank=True)
    do_not_contact = models.BooleanField(default=False)
    merged_into = auto_prefetch.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged", db_index=False
    )
    completeness = models.PositiveSmallIntegerField(default=0)
    external_id = models.CharField(max_length=100, blank=True)
    source_system = models.CharField(max_length=60, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PartyQuerySet.as_manager()  # type: ignore[misc]

    class Meta(OwnedRecord.Meta):
        # two more, by last touch with nothing last, are in migration 0002: the two databases spell them differently
        indexes = [
            models.Index(fields=["sort_key", "id"], name="party_by_name", condition=LIVE),
            models.Index(fields=["owner", "sort_key", "id"], name="party_owner_name", condition=LIVE),
            models.Index(fields=["team", "sort_key", "id"], name="party_team_name", condition=LIVE),
            models.Index(fields=["-created_at", "-id"], name="party_by_creation", condition=LIVE),
            models.Index(fields=["city", "sort_key", "id"], name="party_city_name", condition=LIVE),
            models.Index(fields=["pool", "-pooled_at", "id"], name="party_pool", condition=Q(pool__isnull=False)),
            models.Index(fields=["credit_code"], name="party_credit_code", condition=~Q(credit_code="")),
            models.Index(fields=["external_id"], name="party_external", condition=~Q(external_id="")),
            models.Index(fields=["owner", "next_step_at"], name="party_next", condition=Q(next_step_at__isnull=False)),
            models.Index(fields=["parent"], name="party_parent", condition=Q(parent__isnull=False)),
            models.Index(fields=["merged_into"], name="party_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["archived_at", "id"], name="party_bin", condition=Q(archived_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_person(self) -> bool:
        """Whether this is a person."""
        return self.form == Form.PERSON

    @property
    def shown_name(self) -> str:
        """What people call it."""
        return self.short_name or self.name


class ClaimTally(models.Model):
    """How many customers a person took from a pool on one day of the organisation's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = auto_prefetch.ForeignKey("identity.User", models.CASCADE, related_name="+")
    pool = auto_prefetch.ForeignKey(Pool, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "pool", "day"], name="claim_tally_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}: {self.count}"


class PoolWarning(models.Model):
    """An owner was told that a customer will fall into the pool on a day."""

    pk = models.CompositePrimaryKey("party_id", "falls_on")
    party = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="+", db_index=False)
    falls_on = models.DateField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.party_id} on {self.falls_on}"


class AssignmentRule(Record):
    """Who gets customers of a kind: the first active rule in order that fits. An empty condition fits everything."""

    record_type: ClassVar[str] = "assignment"
    scope: ClassVar[Scope] = Scope()

    name = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    divisions = models.JSONField(default=list, blank=True)  # codes of provinces (2), cities (4), districts (6)
    industries = models.JSONField(default=list, blank=True)
    sources = models.JSONField(default=list, blank=True)
    kinds = models.JSONField(default=list, blank=True)
    levels = models.JSONField(default=list, blank=True)  # "" = no level
    doors = models.JSONField(default=list, blank=True)  # where it decides about new customers: web, api, import
    people = models.ManyToManyField("identity.User", blank=True, related_name="+")
    team = auto_prefetch.ForeignKey("identity.Team", models.PROTECT, null=True, blank=True, related_name="+")
    pool = auto_prefetch.ForeignKey(Pool, models.PROTECT, null=True, blank=True, related_name="+")
    capacity = models.PositiveIntegerField(null=True, blank=True)  # customers each of them may own
    turn = models.PositiveBigIntegerField(default=0)  # whose turn it is, counted up

    class Meta(Record.Meta):
        ordering = ("place", "id")

    def __str__(self) -> str:
        return self.name


class PartyName(models.Model):
    """A further name by which a party is known, and found."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="names")
    kind = models.CharField(max_length=8, choices=NameOf.choices, default=NameOf.ALIAS)
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class ContactPoint(models.Model):
    """How a party is reached; `value` is the canonical form of the number or address, `display` as people read it.

    `column` names the column of the party that shows it ("" = a further one): at most one point stands in a column.
    Looking up a number goes by `MatchKey`; a second index here would cost an import more than it gives.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="points")
    kind = models.CharField(max_length=8, choices=PointKind.choices)
    value = models.CharField(max_length=300)
    display = models.CharField(max_length=300)
    column = models.CharField(max_length=8, blank=True)
    label = models.CharField(max_length=40, blank=True)
    extension = models.CharField(max_length=8, blank=True)
    division = models.CharField(max_length=6, blank=True)
    source = models.CharField(max_length=80, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    do_not_use = models.BooleanField(default=False)
    do_not_use_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.display


class Membership(models.Model):
    """A person in an organisation: position, part in its decisions, attitude, superior, from when to when."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="people")
    person = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=80, blank=True)
    department = models.CharField(max_length=80, blank=True)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    attitude = models.CharField(max_length=8, choices=Attitude.choices, blank=True)
    outside = models.BooleanField(default=False)  # has a say without being employed there
    primary = models.BooleanField(default=False)
    reports_to = auto_prefetch.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", db_index=False
    )
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"], condition=Q(ended_on__isnull=True), name="membership_once"
            ),
            models.CheckConstraint(condition=~Q(organisation=models.F("person")), name="membership_of_another"),
        ]

    def __str__(self) -> str:
        return self.role


class Relation(models.Model):
    """Two parties that have to do with each other; read from `left`, `right` is its `kind`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    left = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="relations")
    right = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="relations_from")
    kind = models.CharField(max_length=12, choices=RelationKind.choices)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["left", "right", "kind"], name="relation_once"),
            models.CheckConstraint(condition=~Q(left=models.F("right")), name="relation_to_another"),
        ]

    def __str__(self) -> str:
        return self.kind


class OwnerSpell(models.Model):
    """A time during which somebody owned a party; the running one is `Party.owner` since `owned_since`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="owner_spells")
    owner = auto_prefetch.ForeignKey("identity.User", models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.owner_id} until {self.ended_at}"


class Score(models.Model):
    """What a run of a method found about a party; `latest` marks the newest of its kind."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    party = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="scores", db_index=False)
    kind = models.CharField(max_length=40)
    value = models.FloatField()
    as_of = models.DateTimeField()
    run = models.CharField(max_length=80)
    reasons = models.JSONField(default=list, blank=True)  # [{"text": …, "effect": 0.19}]
    latest = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "value", "party"], name="score_order", condition=Q(latest=True))]
        constraints = [
            models.UniqueConstraint(fields=["party", "kind", "run"], name="score_once"),
            models.UniqueConstraint(fields=["party", "kind"], condition=Q(latest=True), name="score_latest_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class MatchKey(models.Model):
    """A key that likely duplicates share: `zhike.methods.duplicates.keys` as numbers (`terms.key_number`), to be small."""

    pk = models.CompositePrimaryKey("party_id", "key")
    party = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="match_keys", db_index=False)
    key = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["key"], name="match_key_key")]

    def __str__(self) -> str:
        return f"{self.key:x}"


class PairState(models.TextChoices):
    """What people said about two customers that may be one."""

    OPEN = "open", _("To be decided")
    MERGED = "merged", _("Merged")
    DIFFERENT = "different", _("Different customers")


class DuplicatePair(models.Model):
    """Two parties that may be one, how surely and why, until somebody decides. `left` has the smaller id.

    `rank` is the probability weighed by what the customers are worth; `cluster` is shared by pairs that hold together.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    left = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="pairs")
    right = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="pairs_from")
    probability = models.FloatField()
    reasons = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=PairState.choices, default=PairState.OPEN)
    rank = models.FloatField(default=0)
    cluster = models.UUIDField(null=True)
    later_until = models.DateTimeField(null=True)
    batch_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["-rank", "id"], name="pair_open", condition=Q(state="open"))]
        constraints = [models.UniqueConstraint(fields=["left", "right"], name="pair_once")]

    def __str__(self) -> str:
        return f"{self.left_id} / {self.right_id}"


class Merge(models.Model):
    """Two parties made one: both as they were, and exactly what moved, so that it can be taken apart again.

    `moved`, `changed` and `created` name rows by model and id (see `merging.moving`). The snapshots are personal data:
    erasing a party empties them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    survivor = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="merges")
    loser = auto_prefetch.ForeignKey(Party, models.CASCADE, related_name="went_in")
    by = auto_prefetch.ForeignKey("identity.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(default=timezone.now)
    event_id = models.UUIDField(null=True)
    before = models.JSONField(default=dict)  # {"mine": {attribute: value}, "theirs": {…}}
    after = models.JSONField(default=dict)  # what the survivor took on
    moved = models.JSONField(default=list)
    changed = models.JSONField(default=list)
    created = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)
    undone_event_id = models.UUIDField(null=True)
    erased = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.loser_id} into {self.survivor_id}"
