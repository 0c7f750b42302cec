"""What is done at the desk itself: opening a brief leaves a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.events import DataSeen

if TYPE_CHECKING:
    from zhike.customers.models import Party
else:
    Party = apps.get_model("customers.Party")


@action(right="party.print", title=_("One-page brief"), icon="file-text", doors="job")
def open_brief(party: Party, *, by: Actor) -> Party:
    """Open the one-page brief of a customer; that somebody did stands in the audit."""
    emit(DataSeen(what="brief"), subject=party, by=by, customer_id=party.pk, label=party.name)
    return party
