"""Rows of the machinery: custom fields, saved views, tags, comments, attachments, notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import auto_prefetch
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import EVERYWHERE, NOWHERE, Actor, Reach
from zhike.kernel.ids import new_id
from zhike.kernel.models import Record, Scope, Sight
from zhike.kernel.screens import Kind


class OwnRecord(Record):
    """Rows that belong to one person and are nobody else's business."""

    scope: ClassVar[Scope] = Scope(owner="owner_id", own=("owner_id",))

    class Meta(Record.Meta):
        abstract = True

    @classmethod
    def sight_of(cls, actor: Actor, right: str | None = None) -> Sight:
        """The actor's own; the product itself sees all."""
        if actor.user_id is None:
            return Sight(EVERYWHERE if actor.superuser else NOWHERE)
        return Sight(Reach(owners=frozenset({actor.user_id})))


class CustomField(Record):
    """A field that the company added to a record type; values live in the records' `custom` under `key`."""

    record_type: ClassVar[str] = "custom_field"

    on = models.CharField(max_length=40)  # the record type
    key = models.CharField(max_length=20)  # made by us (c_…), never user text: it stands in SQL paths
    label = models.CharField(_("Label"), max_length=60)
    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in Kind])
    options = models.JSONField(default=list, blank=True)  # [[code, label], …] of choice and multi
    to = models.CharField(max_length=40, blank=True)  # record type of RECORD
    formula = models.TextField(blank=True)
    gives = models.CharField(max_length=12, blank=True)  # kind of the values of a formula that lists may go by
    help = models.CharField(max_length=200, blank=True)
    required = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)  # what lists go by is written with every record from now on
    indexing = models.UUIDField(
        null=True, editable=False
    )  # made anew whenever lists are to go by it as it is now defined
    indexed = models.BooleanField(default=False)  # that is done
    place = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["on", "key"], name="custom_field_key_once"),
            models.UniqueConstraint(
                fields=["on", "label"], condition=models.Q(archived_at=None), name="custom_field_label_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def sight_of(cls, actor: Actor, right: str | None = None) -> Sight:
        """All, for those who may change them."""
        return super().sight_of(actor, right or "records.fields")


class SavedView(OwnRecord):
    """A named list: filter, columns, sort; mine, or shared with a team, with those below it too, or with everybody."""

    record_type: ClassVar[str] = "view"

    on = models.CharField(max_length=40)
    name = models.CharField(_("Name"), max_length=60)
    owner = auto_prefetch.ForeignKey("identity.User", models.CASCADE, related_name="+")
    shared = models.BooleanField(default=False)
    team = auto_prefetch.ForeignKey("identity.Team", models.CASCADE, null=True, blank=True, related_name="+")
    below = models.BooleanField(default=False)
    filter = models.JSONField(default=dict, blank=True)
    columns = models.JSONField(default=list, blank=True)
    sort = models.CharField(max_length=80, blank=True)
    pinned = models.BooleanField(default=False)
    default = models.BooleanField(default=False)
    place = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class Tag(Record):
    """A word people put on records of a type."""

    record_type: ClassVar[str] = "tag"

    on = models.CharField(max_length=40)
    name = models.CharField(_("Name"), max_length=40)
    folded = models.CharField(max_length=80)

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["on", "folded"], name="tag_once")]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """A tag on a record."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tag = auto_prefetch.ForeignKey(Tag, models.CASCADE, related_name="taggings")
    record_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "record_id"], name="tagging_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.record_id}"


class Comment(Record):
    """What colleagues say to each other about a record."""

    record_type: ClassVar[str] = "comment"

    on = models.CharField(max_length=40)
    record_id = models.UUIDField(db_index=True)
    text = models.TextField()
    author = auto_prefetch.ForeignKey("identity.User", models.PROTECT, null=True, related_name="+")
    mentions = models.JSONField(default=list, blank=True)  # ids of people
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.text[:40]


class Blob(models.Model):
    """Stored bytes, once each by their digest, under a random key; gone when the last attachment goes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    key = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.key


class Attachment(Record):
    """A file on a record: seen by whoever sees the record at that moment."""

    record_type: ClassVar[str] = "attachment"

    on = models.CharField(max_length=40)
    record_id = models.UUIDField(db_index=True)
    blob = auto_prefetch.ForeignKey(Blob, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80, default="application/octet-stream")
    by = auto_prefetch.ForeignKey("identity.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Notice(models.Model):
    """Something one person should know: a mention, finished work, a hand-over."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = auto_prefetch.ForeignKey("identity.User", models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    text = models.JSONField(default=dict)  # values of the kind's sentence
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="notice_user")]

    def __str__(self) -> str:
        return self.kind


class WorkState(models.TextChoices):
    """How far long work is."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class Work(OwnRecord):
    """Long work that somebody started and may leave: its progress, its result, and where to look at it."""

    record_type: ClassVar[str] = "work"

    owner = auto_prefetch.ForeignKey("identity.User", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=WorkState.choices, default=WorkState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel = models.BooleanField(default=False)
    data = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.title


class TokensField(models.TextField):  # type: ignore[type-arg]
    """Prepared tokens: text between spaces on SQLite, tsvector on PostgreSQL; neither passes a language's parser."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "tsvector" if connection.vendor == "postgresql" else "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As the database takes it."""
        return value if value is None or isinstance(value, str) else tokens_written(value, connection.vendor)


def tokens_written(tokens: Sequence[str], vendor: str) -> str:
    """Tokens as the column takes them. They hold letters, digits and "_" only, so nothing needs escaping."""
    if not tokens:
        return ""
    return "'" + "' '".join(tokens) + "'" if vendor == "postgresql" else " " + " ".join(tokens) + " "


class SearchRow(models.Model):
    """What one record is found by. FTS5 needs the integer key; later rows are newer, and come first."""

    id = models.BigAutoField(primary_key=True)
    record_type = models.CharField(max_length=40)
    record_id = models.UUIDField(unique=True)
    tokens = TokensField()
    text = models.TextField()  # folded, a line per value: "column:kind", tab, value

    class Meta:
        indexes = [models.Index(fields=["record_type", "-id"], name="search_newest")]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


class ImportState(models.TextChoices):
    """How far an import is."""

    DRAFT = "draft", _("Being looked at")
    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    STOPPED = "stopped", _("Stopped")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Taken back")


class Import(OwnRecord):
    """A file on its way into records: what was decided about it, how far it is, and what came of it."""

    record_type: ClassVar[str] = "import"

    owner = auto_prefetch.ForeignKey("identity.User", models.PROTECT, null=True, related_name="+")
    on = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    key = models.CharField(max_length=80, blank=True)  # of the original under files/imports; "" once it is gone
    size = models.BigIntegerField(default=0)
    plan = models.JSONField(default=dict, blank=True)
    headers = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.DRAFT)
    checkpoint = models.PositiveIntegerField(default=0)  # the last line that is in, moved together with its rows
    read_all = models.BooleanField(default=False)
    counts = models.JSONField(default=dict, blank=True)
    batch_id = models.UUIDField(default=new_id)
    work_id = models.UUIDField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class ImportLine(models.Model):
    """A line worth remembering: refused with its cells and why, changed with the values before, or waiting for a reference."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    of = auto_prefetch.ForeignKey(Import, models.CASCADE, related_name="lines")
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10)
    record_id = models.UUIDField(null=True)
    cells = models.JSONField(default=list)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["of", "outcome", "line"], name="import_line")]

    def __str__(self) -> str:
        return f"{self.line} {self.outcome}"


class ChosenMapping(models.Model):
    """The fields somebody gave to columns of these headings, offered again for the next file of the kind."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = auto_prefetch.ForeignKey("identity.User", models.CASCADE, related_name="+")
    on = models.CharField(max_length=40)
    fingerprint = models.CharField(max_length=32)
    targets = models.JSONField(default=list)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "on", "fingerprint"], name="chosen_mapping_once")]

    def __str__(self) -> str:
        return self.fingerprint
