"""Rows of identity: organisation, teams, people, roles and what they grant, shares, tokens, invitations."""

from __future__ import annotations

from typing import Any, ClassVar

import auto_prefetch
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.identity.terms import Density, Effect, Extent, LinkPurpose, ShareLevel, Theme
from zhike.kernel.actor import FieldRule
from zhike.kernel.ids import new_id
from zhike.kernel.models import Record, RecordQuerySet, Scope


class Organisation(models.Model):
    """The one company that this installation serves."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    language = models.CharField(max_length=10, default="zh-hans")
    calendar = models.JSONField(
        default=dict, blank=True
    )  # {"country": "CN", "weekend": [5, 6], "hours": {"0": [["09:00", "18:00"]], …}, "days": {date: [worked, reason]}}
    ready_at = models.DateTimeField(null=True)  # set once by the first-run pages; they are dead afterwards
    setup_digest = models.CharField(max_length=64, blank=True)
    rights_epoch = models.PositiveBigIntegerField(default=1)  # bumped by whatever changes anybody's rights

    def __str__(self) -> str:
        return self.name


class Team(Record):
    """A node of the team tree; `path` holds the ids from the root, so that all below are one prefix."""

    record_type: ClassVar[str] = "team"
    scope: ClassVar[Scope] = Scope(team="id")

    name = models.CharField(_("Name"), max_length=80)
    parent = auto_prefetch.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=600, db_index=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="team_name_once"),
            models.UniqueConstraint(fields=["name"], condition=models.Q(parent=None), name="team_name_once_at_the_top"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(Record):
    """A named bundle of grants and field rules."""

    record_type: ClassVar[str] = "role"

    name = models.CharField(_("Name"), max_length=80, unique=True)
    code = models.SlugField(max_length=40, unique=True)
    note = models.CharField(_("Note"), max_length=400, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """One right that a role gives or denies, and how far."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = auto_prefetch.ForeignKey(Role, models.CASCADE, related_name="grants")
    right = models.CharField(max_length=80)
    extent = models.CharField(max_length=12, choices=Extent.choices, default=Extent.OWN)
    effect = models.CharField(max_length=6, choices=Effect.choices, default=Effect.ALLOW)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "right", "effect"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.effect} {self.right} {self.extent}"


class FieldGrant(models.Model):
    """A role's rule for one field of a record type."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    role = auto_prefetch.ForeignKey(Role, models.CASCADE, related_name="field_rules")
    column = models.CharField(max_length=120)  # "party.phone"
    rule = models.CharField(max_length=10, choices=[(r.value, r.value) for r in FieldRule])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "column"], name="field_rule_once")]

    def __str__(self) -> str:
        return f"{self.column} {self.rule}"


class PersonManager(BaseUserManager["User"], models.Manager.from_queryset(RecordQuerySet)):  # type: ignore[misc]
    """People, with Django's natural key by sign-in name."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").casefold())


class User(AbstractBaseUser, Record):
    """Somebody who signs in, or once did: an owner named in an import comes to life deactivated."""

    record_type: ClassVar[str] = "person"
    scope: ClassVar[Scope] = Scope(owner="id", team="team_id", own=("id",))

    username = models.CharField(_("Sign-in name"), max_length=150, unique=True)  # stored casefolded and NFKC
    name = models.CharField(_("Name"), max_length=80)
    sort_key = models.CharField(max_length=160, db_index=True, blank=True, editable=False)
    email = models.EmailField(_("E-mail"), blank=True)  # stored casefolded; one person each
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)  # a mailed link was used
    phone = models.CharField(_("Phone"), max_length=32, blank=True)
    title = models.CharField(_("Position"), max_length=80, blank=True)
    team = auto_prefetch.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="people")
    manager = auto_prefetch.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="reports")
    roles = models.ManyToManyField(Role, blank=True, related_name="people")
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="zh-hans")
    zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    density = models.CharField(max_length=12, choices=Density.choices, default=Density.COMPACT)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["email"], condition=~models.Q(email=""), name="person_email_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Django's admin is not part of the product."""
        return False

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Rights live in roles, not in Django's permissions."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Share(models.Model):
    """A collaborator: one person let in on one record, until a day."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = auto_prefetch.ForeignKey(User, models.CASCADE, related_name="shares")
    record_type = models.CharField(max_length=40)
    record_id = models.UUIDField(db_index=True)
    level = models.CharField(max_length=4, choices=ShareLevel.choices, default=ShareLevel.VIEW)
    expires_at = models.DateTimeField(null=True, blank=True)
    given_by = auto_prefetch.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "record_type", "record_id"], name="share_once")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class Token(models.Model):
    """A key for programs and agents: shown once, stored as a digest, never more than its owner may do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = auto_prefetch.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    tail = models.CharField(max_length=6)
    read_only = models.BooleanField(default=True)
    types = models.JSONField(default=list, blank=True)  # record types it is limited to; empty = all
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Invitation(models.Model):
    """A one-time link by which somebody joins; only its digest is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = auto_prefetch.ForeignKey(User, models.CASCADE, related_name="invitations")
    purpose = models.CharField(max_length=10, choices=LinkPurpose.choices, default=LinkPurpose.INVITE)
    digest = models.CharField(max_length=64, unique=True)
    fingerprint = models.CharField(
        max_length=64
    )  # of password, e-mail and state when it was made: a change kills the link
    mailed = models.BooleanField(default=False)  # went to the person's own address, so using it proves the address
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.purpose} {self.user_id}"


class Session(models.Model):
    """A browser that is known: the key itself is only in its cookie, here stands a digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    data = models.TextField()
    user = auto_prefetch.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"session of {self.user_id}"


class Try(models.Model):
    """One try of something that may be tried so often only; old rows are swept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="try_key")]

    def __str__(self) -> str:
        return f"try {self.key[:8]}"
