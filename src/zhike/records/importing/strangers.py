"""People an import added because its file named them: taken away again with it, unless something still refers to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhike.identity.access import ACCOUNT
from zhike.kernel.actions import action
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict
from zhike.kernel.models import Event
from zhike.kernel.screens import Kind, screens
from zhike.records import search
from zhike.records.actions import leave
from zhike.records.columns import custom_columns
from zhike.records.models import Import, ImportLine

REMOVED, KEPT = "person", "keptperson"  # outcomes of lines; what they name is in their data


def take_away(row: Import, by: Actor) -> int:
    """Remove the people the import added and note whom it removed and whom it had to keep; how many are gone."""
    if row.on == "person":
        return 0  # they are the records of the import itself
    ids = Event.objects.filter(batch_id=row.batch_id, type="person.created").values_list("subject_id", flat=True)
    gone = 0
    people = screens["person"].model_class.objects.filter(pk__in=list(ids)).order_by("pk")
    for pk, name in people.values_list("pk", "name"):
        outcome = REMOVED
        try:
            remove_stranger(person_id=pk, batch_id=row.batch_id, by=by)
            gone += 1
        except Conflict:
            outcome = KEPT
        ImportLine.objects.create(of=row, line=0, outcome=outcome, record_id=pk, data={"name": name})
    return gone


@action(right=ACCOUNT, title=_("Remove"), doors="job")
def remove_stranger(*, person_id: UUID, batch_id: UUID, by: Actor) -> dict[str, Any]:
    """Remove a person an import added, who never came in and to whom nothing refers."""
    person = screens["person"].model_class.objects.get(pk=person_id)
    if _happened(person, batch_id) or _referred(person):
        raise Conflict("import.person_used", _("Something refers to this person."))
    leave("purged", person, by=by)
    search.forget(person)
    person.delete()
    return {}


def _happened(person: Any, batch_id: UUID) -> bool:
    """Whether anything was done to the person beside the import."""
    return person.is_active or Event.objects.filter(subject_id=person.pk).exclude(batch_id=batch_id).exists()


def _referred(person: Any) -> bool:
    """Whether any row anywhere points to the person, by a column or in a field of the company's own."""
    for relation in person._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete:
            manager = relation.related_model._base_manager
            if manager.filter(**{relation.field.name: person.pk}).exists():
                return True
    return any(
        screen.model_class._base_manager.filter(**{f"custom__{column.name}": str(person.pk)}).exists()
        for screen in screens.values()
        for column in custom_columns(screen)
        if column.kind is Kind.PERSON
    )
