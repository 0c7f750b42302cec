"""A customer with everything that can hang on one: people, points, tags, comments, files, touches, tasks, a view, a custom field."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from zhike.activities.actions import TaskDraft, TouchDraft, log_touch, plan_task
from zhike.activities.terms import TouchKind
from zhike.customers.models import Party
from zhike.identity.testing import World
from zhike.kernel.actions import run
from zhike.records.models import Attachment, CustomField


@dataclass
class Stock:
    """What was made, by name."""

    party: Party
    touch: Any
    task: Any
    file: Attachment
    extra: dict[str, Any] = field(default_factory=dict)


def word_for(words: dict[str, str], place: str) -> str:
    """What to write in a place: its own word, or the one for all."""
    return words.get(place, words.get("", f"字{place}"))


def custom_field(key: str, label: str, kind: str = "text") -> CustomField:
    """A field the organisation added."""
    made: CustomField = CustomField.objects.create(on="party", key=key, label=label, kind=kind)
    return made


def stock(world: World, who: str = "何永强", words: dict[str, str] | None = None, **values: Any) -> Stock:
    """One of everything, written by one person through the ordinary actions."""
    words, by = words or {}, world.actor(who)
    given = {"name": word_for(words, "name"), "note": word_for(words, "note"), "source": word_for(words, "source")}
    party = run("create_party", by=by, data={**given, "tags": [word_for(words, "tag")], **values}).value
    said = TouchDraft(text=word_for(words, "touch"), kind=TouchKind.CALL)
    touch = log_touch(party, said, by=by)
    task = plan_task(party, TaskDraft(name=word_for(words, "task"), reason=word_for(words, "reason")), by=by)
    run("comment_party", by=by, subject_id=party.pk, data={"text": word_for(words, "comment")})
    run("add_alias", by=by, subject_id=party.pk, data={"name": word_for(words, "alias")})
    sent = SimpleUploadedFile(f"{word_for(words, 'file')}.txt"[-180:], word_for(words, "content").encode())
    reply = world.client(who).post(f"/customers/{party.pk}/files/", {"file": sent})
    assert reply.status_code == 302, reply.content.decode()[-2000:]
    view = {"name": word_for(words, "view"), "filter": json.dumps({"all": []})}
    reply = world.client(who).post("/customers/views/new/", view)
    assert reply.status_code == 302, reply.content.decode()[-2000:]
    file = Attachment.objects.get(record_id=party.pk)
    party.refresh_from_db()
    return Stock(party, touch, task, file)
