"""Whose data were erased: a list outside the database, so that restoring an older backup does not bring anybody back."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from zhike.kernel import actions
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, NotFound
from zhike.kernel.models import Event

NAME = "erasures.jsonl"
ERASED = "party.erased"
ERASE = "erase_party"
log = logging.getLogger("zhike.erasures")


def path() -> Path:
    """The list's file."""
    return Path(settings.HOME) / NAME


def note(event: Event) -> None:
    """Reader of the ledger: put an erasure on the list, once."""
    if event.type != ERASED or event.subject_id is None or str(event.subject_id) in listed():
        return
    path().parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(
        {"type": event.subject_type, "id": str(event.subject_id), "event": str(event.id), "at": event.at.isoformat()}
    )
    descriptor = os.open(path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def listed() -> dict[str, str]:
    """Everybody on the list: id -> line."""
    if not path().exists():
        return {}
    return read(path().read_text().splitlines())


def read(lines: Iterable[str]) -> dict[str, str]:
    """Lines of a list by id; a line that a crash cut short is left out."""
    found = {}
    for line in lines:
        try:
            found[str(json.loads(line)["id"])] = line
        except (ValueError, KeyError, TypeError):
            continue
    return found


def join(lines: Iterable[str]) -> None:
    """Add another list's people to this one."""
    together = read(lines) | listed()
    if together:
        partial = path().with_suffix(".new")
        partial.write_text("".join(f"{line}\n" for line in together.values()))
        partial.chmod(0o600)
        partial.replace(path())


def replay(people: Iterable[str]) -> int:
    """Erase anew whoever a restored backup brought back; the answer is how many."""
    if ERASE not in actions.registry:
        return 0
    done = 0
    already = {str(pk) for pk in Event.objects.filter(type=ERASED).values_list("subject_id", flat=True)}
    for person in people:
        if person in already:
            continue
        try:
            actions.run(ERASE, by=Actor.system("restore"), subject_id=person, data={"reason": "restored backup"})
            done += 1
        except NotFound:
            continue  # came after the backup, so it is not there
        except DomainError as error:
            log.error("an erased record came back with the backup and could not be erased again: %s", error.code)
    return done
