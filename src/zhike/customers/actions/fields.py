"""The parameters of customers' actions as forms, API and agents name them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from pydantic import Field

from zhike.customers.models import Party
from zhike.customers.terms import Attitude, Decision, Level, NameOf, PointKind, RelationKind
from zhike.kernel.actions import Emptied

if TYPE_CHECKING:
    from zhike.identity.models import User
else:
    User = get_user_model()

Reason = Annotated[str, Field(title=_("Reason"), max_length=400)]
ERASED = _(
    "Names, numbers, notes, files and what was said of this customer are gone for good. That it was done stays known."
)
HANDED_OUT = _("All that is kept about this customer comes as one file; that it went out stands in the ledger.")
WhyErase = Annotated[str, Field(title=_("Reason"), max_length=400, description=ERASED)]
WhyHandOut = Annotated[str, Field(title=_("Reason"), max_length=400, description=HANDED_OUT)]
WhySeen = Annotated[str, Field(title=_("What do you need it for?"), max_length=200)]
Day = Annotated[date | None, Field(title=_("On"))]
Moment = Annotated[datetime | None, Field(title=_("On"))]
NewLevel = Annotated[Level | None, Field(title=_("Level"))]
NewOwner = Annotated[User, Field(title=_("New owner"))]
NextStep = Annotated[str, Field(title=_("Next step"), max_length=200)]

KindOfPoint = Annotated[PointKind, Field(title=_("Kind"))]
Value = Annotated[str, Field(title=_("Number or address"), max_length=300)]
NewValue = Annotated[
    str | None, Field(title=_("Number or address"), max_length=300, description=_("Leave it empty to keep it."))
]
Label = Annotated[str, Field(title=_("Label"), max_length=40)]
NewLabel = Annotated[str | Emptied | None, Field(title=_("Label"), max_length=40)]
Source = Annotated[str, Field(title=_("Source"), max_length=80)]
MainOne = Annotated[bool | None, Field(title=_("Main one of its kind"))]
Verified = Annotated[bool | None, Field(title=_("Verified"))]
DoNotUse = Annotated[bool, Field(title=_("Do not use"))]

SomebodyHere = Annotated[
    Party | None,
    Field(title=_("Person"), description=_("Somebody who is here already; or leave it empty and give a name.")),
]
NewPerson = Annotated[str, Field(title=_("Name of somebody new"), max_length=200)]
TheirMobile = Annotated[str, Field(title=_("Mobile of somebody new"), max_length=40)]
Position = Annotated[str, Field(title=_("Position"), max_length=80)]
InDepartment = Annotated[str, Field(title=_("Department"), max_length=80)]
Part = Annotated[Decision | None, Field(title=_("Part in decisions"))]
Stance = Annotated[Attitude | None, Field(title=_("Attitude"))]
MainContact = Annotated[bool, Field(title=_("Main contact"))]
NewPosition = Annotated[str | Emptied | None, Field(title=_("Position"), max_length=80)]
NewDepartment = Annotated[str | Emptied | None, Field(title=_("Department"), max_length=80)]
NewPart = Annotated[Decision | Emptied | None, Field(title=_("Part in decisions"))]
NewStance = Annotated[Attitude | Emptied | None, Field(title=_("Attitude"))]
Superior = Annotated[UUID | None, Field(title=_("Reports to"))]
NewSuperior = Annotated[UUID | Emptied | None, Field(title=_("Reports to"))]
NewMainContact = Annotated[bool | None, Field(title=_("Main contact"))]
FromOutside = Annotated[
    bool | None, Field(title=_("From outside"), description=_("Has a say without being employed there."))
]
NewStart = Annotated[date | Emptied | None, Field(title=pgettext_lazy("membership", "Since"))]
NewNote = Annotated[str | Emptied | None, Field(title=_("Note"), max_length=400)]
Other = Annotated[Party, Field(title=_("Other customer"))]
KindOfRelation = Annotated[RelationKind, Field(title=_("Relation"))]
Note = Annotated[str, Field(title=_("Note"), max_length=200)]
Name = Annotated[str, Field(title=_("Name"), max_length=200)]
KindOfName = Annotated[NameOf, Field(title=_("Kind"))]
