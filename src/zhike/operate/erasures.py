"""Whose data were erased: a list outside the database, so that restoring an older backup does not bring anybody back."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection, Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from zhike.kernel import actions
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError
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
    if event.subject_id is None or str(event.subject_id) in listed():
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


def replay(people: Collection[str]) -> int:
    """Erase anew whoever a restored backup brought back; the answer is how many. Raises when somebody could not be."""
    by, done = Actor.system("restore", door="cli"), 0
    already = {str(pk) for pk in Event.objects.filter(type=ERASED).values_list("subject_id", flat=True)}
    made = actions.registry[ERASE]
    known = made.subject._base_manager.filter(pk__in=list(people)) if made.subject else None
    here = {str(pk) for pk in known.values_list("pk", flat=True)} if known is not None else set()
    failed = []
    for person in people:
        if person in already or person not in here:
            continue
        try:
            actions.run(ERASE, by=by, subject_id=person, data={"reason": "restored backup"})
            done += 1
        except DomainError as error:
            log.error("an erased record came back with the backup and could not be erased again: %s", error.code)
            failed.append(person)
    if failed:
        message = _("%(count)s erased records came back with the backup and could not be erased again: %(ids)s")
        raise DomainError("erasure_failed", message % {"count": len(failed), "ids": ", ".join(failed[:5])})
    return done
