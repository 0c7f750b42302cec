"""Tagging and commenting, on any record; and keeping the list of tags in order."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.kernel.actions import action, emit, run
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from zhike.kernel.events import event
from zhike.kernel.models import Record
from zhike.kernel.screens import screens
from zhike.kernel.text import clean, enumerated, fold
from zhike.records import notices, search
from zhike.records.access import screen_of, title_of
from zhike.records.everywhere import everywhere, leave
from zhike.records.models import Comment, Tag, Tagging
from zhike.records.queries import tags_of
from zhike.records.tagging import TAGS, set_tags
from zhike.records.talk import mentions
from zhike.records.talk.queries import UNDO_TIME

LONGEST, MOST_TAGS = 4000, 50
KEEP_TAGS = "records.tags"
Names = Annotated[
    str, Field(title=str(_("Tags")), description=str(_("Several with commas between them")), max_length=600)
]


def split_names(text: str) -> list[str]:
    """Tag names as people write them, with commas or 、 between them."""
    for mark in ("、", "，", ";", "；", "\n"):
        text = text.replace(mark, ",")
    names = {fold(name): name for part in text.split(",") if (name := clean(" ".join(part.split()), 40))}
    return list(names.values())


@everywhere(right="edit", title=_("Tag"), icon="tag", bulk=True, undo="undo")
def add_tags(record: Record, *, tags: Names, by: Actor) -> Record:
    """Put tags on a record; unknown ones come into being."""
    names = split_names(tags)
    if not names:
        raise Invalid("missing", _("Write at least one tag."), "tags")
    before = tags_of([record.pk]).get(record.pk, [])
    fresh = [name for name in names if fold(name) not in {fold(other) for other in before}]
    if len(before) + len(fresh) > MOST_TAGS:
        raise Invalid("too_many", _("A record carries at most %(n)s tags.") % {"n": MOST_TAGS}, "tags")
    set_tags(record.record_type, record.pk, [*before, *fresh])
    _tagged("tagged", record, names, before, by)
    return record


@everywhere(right="edit", title=_("Remove tags"), icon="tag", bulk=True, undo="undo")
def remove_tags(record: Record, *, tags: Names, by: Actor) -> Record:
    """Take tags off a record."""
    names, before = split_names(tags), tags_of([record.pk]).get(record.pk, [])
    gone = {fold(name) for name in names}
    Tagging.objects.filter(record_id=record.pk, tag__folded__in=gone, tag__on=record.record_type).delete()
    _tagged("untagged", record, names, before, by)
    return record


def _tagged(verb: str, record: Record, names: list[str], before: list[str], by: Actor) -> None:
    """Search knows the tags, and the ledger those before."""
    search.index(record)
    told = {TAGS: [before, tags_of([record.pk]).get(record.pk, [])]}
    leave(verb, record, by=by, payload={"tags": "、".join(names)}, changes=told)


@everywhere(right="comment", title=_("Comment"), icon="message")
def comment(
    record: Record,
    *,
    text: Annotated[str, Field(json_schema_extra={"long": True}, max_length=LONGEST)],
    share: bool = False,
    by: Actor,
) -> dict[str, Any]:
    """Say something about a record; @name tells that colleague. Whoever cannot see the record is let in first, or not named."""
    said, people = _said(record, text, share, by)
    row = Comment.objects.create(
        on=record.record_type,
        record_id=record.pk,
        text=said,
        author_id=by.user_id,
        mentions=[str(p.pk) for p in people],
    )
    leave("commented", record, by=by, personal={"text": said[:200]}, payload={"comment": str(row.pk)})
    _tell(record, said, [p.pk for p in people], by)
    return {"id": str(row.pk)}


@everywhere(right="comment", title=_("Change the comment"), icon="pencil")
def edit_comment(
    record: Record, *, comment: UUID, text: Annotated[str, Field(max_length=LONGEST)], share: bool = False, by: Actor
) -> dict[str, Any]:
    """Change one's own fresh comment; people named anew are told."""
    row = _own(record, comment, by)
    said, people = _said(record, text, share, by)
    told = set(row.mentions)
    row.change(text=said, mentions=[str(p.pk) for p in people])
    leave("comment_changed", record, by=by, personal={"text": said[:200]}, payload={"comment": str(row.pk)})
    _tell(record, said, [p.pk for p in people if str(p.pk) not in told], by)
    return {"id": str(row.pk)}


@everywhere(right="comment", title=_("Remove the comment"), icon="message")
def remove_comment(record: Record, *, comment: UUID, by: Actor) -> dict[str, Any]:
    """Take one's own fresh comment back."""
    row = _own(record, comment, by)
    row.change(archived_at=timezone.now())
    leave("comment_removed", record, by=by, payload={"comment": str(row.pk)})
    return {"id": str(row.pk)}


def _said(record: Record, text: str, share: bool, by: Actor) -> tuple[str, list[mentions.Named]]:
    said = clean(text, LONGEST)
    if not said.strip():
        raise Invalid("missing", _("Write something first."), "text")
    people = mentions.named_in(said)
    blind = [person for person in people if not mentions.sees(person, record)]
    if blind and share:
        for person in blind:
            _let_in(record, person, by)
    elif blind:
        names = enumerated(person.name for person in blind)
        message = _("%(names)s cannot see this record. Let them in, or leave out the @.") % {"names": names}
        raise Invalid("mention_blind", message, "text", people=[str(person.pk) for person in blind])
    return said, people


def _let_in(record: Record, person: mentions.Named, by: Actor) -> None:
    by.require("record.share")
    run(
        "share_record",
        by=by,
        data={"record_type": record.record_type, "record_id": str(record.pk), "person": str(person.pk)},
    )


def _tell(record: Record, said: str, people: list[UUID], by: Actor) -> None:
    others = [pk for pk in people if pk != by.user_id]
    screen = screen_of(record)
    url = f"/{screen.slug}/{record.pk}/"
    notices.notify(others, notices.MENTIONED, url=url, who=by.name, subject=title_of(record), text=said[:80])


def tell_named(record: Record, text: str, *, by: Actor) -> None:
    """Tell colleagues named with @ in a text about a record; those who do not see it hear nothing of it."""
    _tell(record, text, [p.pk for p in mentions.named_in(text) if mentions.sees(p, record)], by)


def _own(record: Record, pk: UUID, by: Actor) -> Comment:
    row: Comment | None = Comment.objects.filter(
        pk=pk, record_id=record.pk, on=record.record_type, archived_at=None
    ).first()
    if row is None:
        raise NotFound("comment")
    if row.author_id != by.user_id:
        raise Forbidden(f"{record.record_type}.comment", _("Only whoever wrote a comment may change it."))
    if timezone.now() - row.created_at > UNDO_TIME:
        minutes = int(UNDO_TIME.total_seconds() // 60)
        raise Conflict(
            "too_late", _("A comment can be changed for %(n)s minutes. Write another one instead.") % {"n": minutes}
        )
    return row


@event("tag.renamed", sentence=_("%(who)s renamed the tag %(old)s to %(new)s"), icon="tag", shown=False)
class TagRenamed:
    """A tag is called otherwise on every record."""

    on: str
    old: str
    new: str


@event("tags.merged", sentence=_("%(who)s merged the tag %(old)s into %(new)s"), icon="tags", shown=False)
class TagsMerged:
    """All records of one tag carry the other now."""

    on: str
    old: str
    new: str
    count: int


@action(right=KEEP_TAGS, title=_("Rename the tag"), icon="pencil", doors="web api cli")
def rename_tag(*, tag: UUID, name: str, by: Actor) -> dict[str, Any]:
    """Call a tag otherwise, on every record that carries it."""
    row, text = _tag(tag), clean(" ".join(name.split()), 40)
    if not text:
        raise Invalid("missing", _("Write the new name."), "name")
    if Tag.objects.filter(on=row.on, folded=fold(text)).exclude(pk=row.pk).exists():
        raise Conflict("tag_taken", _("There is a tag “%(name)s” already. Merge the two instead.") % {"name": text})
    old = row.name
    row.change(name=text, folded=fold(text))
    emit(TagRenamed(on=row.on, old=old, new=text), by=by)
    return {"id": str(row.pk), "name": text}


@action(right=KEEP_TAGS, title=_("Merge tags"), icon="arrow-merge", doors="web api cli")
def merge_tags(*, tag: UUID, into: UUID, by: Actor) -> dict[str, Any]:
    """Give every record of one tag the other, and remove the first."""
    row, target = _tag(tag), _tag(into)
    if row.pk == target.pk or row.on != target.on:
        raise Invalid("into", _("Choose another tag of the same record type."), "into")
    with transaction.atomic():
        carrying = set(Tagging.objects.filter(tag=target).values_list("record_id", flat=True))
        count = Tagging.objects.filter(tag=row).exclude(record_id__in=carrying).update(tag=target)
        row.delete()
    emit(TagsMerged(on=target.on, old=row.name, new=target.name, count=count), by=by)
    return {"id": str(target.pk), "count": count}


def _tag(pk: UUID) -> Tag:
    found: Tag | None = Tag.objects.filter(pk=pk, on__in=screens).first()
    if found is None:
        raise NotFound("tag")
    return found
