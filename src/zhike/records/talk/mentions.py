"""@names in comments: who is meant, and whether they see the record."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from zhike.identity import queries as identity
from zhike.identity.access import actor_of
from zhike.kernel.actor import Actor
from zhike.kernel.models import Record
from zhike.kernel.text import fold

MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Named:
    """A colleague who was named."""

    pk: UUID
    name: str


def named_in(text: str) -> list[Named]:
    """Active colleagues named with @ (or full-width ＠) in a text; the longest name wins, so that no name hides in another."""
    marks = text.replace("＠", "@")
    if "@" not in marks:
        return []
    people = sorted(identity.active_people().values_list("pk", "name", "username"), key=lambda p: -len(p[1]))
    found: dict[UUID, Named] = {}
    for part in marks.split("@")[1:]:
        folded = part.lower()
        for pk, name, username in people:
            if folded.startswith(name.lower()) or _is_word(folded, username.lower()):
                found.setdefault(pk, Named(pk, name))
                break
    return list(found.values())[:MOST_NAMED]


def _is_word(text: str, word: str) -> bool:
    """Whether a text begins with a sign-in name as a whole word (so that an e-mail address names nobody)."""
    after = text[len(word) : len(word) + 1]
    return bool(word) and text.startswith(word) and not (after.isascii() and (after.isalnum() or after in "._-"))


def sees(person: Named, record: Record) -> bool:
    """Whether somebody sees a record at this moment."""
    return record.within(actor_of(person.pk), f"{record.record_type}.view")


def nameable(record: Record, text: str, by: Actor, most: int = 8) -> list[Named]:
    """Colleagues to offer after @: those who see the record, by the beginning of name or sign-in name."""
    wanted = fold(text)
    found = []
    for pk, name, username in identity.active_people().values_list("pk", "name", "username"):
        if pk != by.user_id and (fold(name).startswith(wanted) or username.lower().startswith(wanted)):
            person = Named(pk, name)
            if sees(person, record):
                found.append(person)
        if len(found) >= most:
            break
    return found
