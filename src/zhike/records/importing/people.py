"""Owners and authors named in a file: found among people by name, sign-in name or address, or added as people who left."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zhike.identity.actions import PersonDraft, create_person, deactivate_person
from zhike.kernel.actions import batch
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Invalid
from zhike.kernel.ids import new_id
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import screens
from zhike.kernel.text import fold
from zhike.records.importing.targets import HISTORY

MOST_ADDED = 200


class People:
    """Everybody by what a file may call them. With `adding`, unknown names become deactivated people."""

    def __init__(self, by: Actor, *, adding: bool, batch_id: UUID | None = None) -> None:
        self.by, self.adding = by, adding
        self.batch_id = batch_id or new_id()  # by which taking the import back finds whom it added
        self.known: dict[str, UUID] = {}
        self.several: set[str] = set()
        self.added = 0
        people = screens["person"].model_class.objects.filter(archived_at=None)
        for pk, name, username, email in people.values_list("pk", "name", "username", "email"):
            for text in {fold(name), fold(username), fold(email)} - {""}:
                if self.known.setdefault(text, pk) != pk:
                    self.several.add(text)

    def find(self, text: str) -> UUID | None:
        """The person a cell names; None (in a preview only) for one who would be added."""
        key = fold(text.strip())
        if key in self.several:
            message = _("More than one person is called “%(value)s”. Write the sign-in name instead.")
            raise Invalid("import.person_several", message % {"value": shorten(text)})
        found = self.known.get(key)
        if found is not None:
            return found
        if not self.by.can(HISTORY):
            message = _("Nobody here is called “%(value)s”. Add the person, or write the name of a colleague.")
            raise Invalid("import.person_unknown", message % {"value": shorten(text)})
        return self._added(text.strip(), key) if self.adding else None

    def _added(self, name: str, key: str) -> UUID:
        """A person who is not here any more: known by name, without a way in."""
        if self.added >= MOST_ADDED:
            message = _("The column names more than %(most)s unknown people. Is it the right column?")
            raise Invalid("import.people_many", message % {"most": MOST_ADDED})
        system = Actor.system("import", door="import")
        with batch(self.batch_id), transaction.atomic():
            person = create_person(PersonDraft(name=name, username=self._username(key)), by=system)
            deactivate_person(person, by=system)
        self.known[key] = person.pk
        self.added += 1
        return person.pk

    def _username(self, key: str) -> str:
        """A sign-in name nobody has."""
        base = "".join(c for c in key if not c.isspace() and c != "@")[:100] or "someone"
        taken = {fold(text) for text in self.known}
        return next(name for name in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if name not in taken)
