"""What happens to customers."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from zhike.customers.terms import Attitude, Decision, Level, PointKind
from zhike.kernel.events import event
from zhike.kernel.screens import Column
from zhike.kernel.screens import Kind as Is

POINTS = {"kind": {kind.value: kind.label for kind in PointKind}}
LEVELS = {"level": {level.value: level.label for level in Level} | {"": pgettext_lazy("level", "No level")}}


@event(
    "party.point_added",
    sentence=_("%(who)s added %(kind)s to %(subject)s"),
    personal=("former",),
    icon="address-book",
    words=POINTS,
)
class PointAdded:
    """A contact point was added; `former` holds the rows before and after, to take it back."""

    kind: str
    former: dict[str, list[Any]]


@event(
    "party.point_changed",
    sentence=_("%(who)s changed %(kind)s of %(subject)s"),
    personal=("former",),
    icon="address-book",
    words=POINTS,
)
class PointChanged:
    """A contact point was changed, verified, or made the main one."""

    kind: str
    former: dict[str, list[Any]]


@event(
    "party.point_removed",
    sentence=_("%(who)s removed %(kind)s from %(subject)s"),
    personal=("former",),
    icon="address-book-off",
    words=POINTS,
)
class PointRemoved:
    """A contact point was removed."""

    kind: str
    former: dict[str, list[Any]]


@event(
    "party.point_barred",
    sentence=_("%(who)s marked %(kind)s of %(subject)s as not to be used"),
    icon="ban",
    words=POINTS,
)
class PointBarred:
    """A contact point must not be used any more."""

    kind: str
    reason: str = ""
    undo: dict[str, Any]


@event(
    "party.point_allowed",
    sentence=_("%(who)s noted that %(kind)s of %(subject)s may be used again"),
    icon="circle-check",
    words=POINTS,
)
class PointAllowed:
    """A contact point that was barred may be used again."""

    kind: str
    undo: dict[str, Any]


@event(
    "party.member_added",
    sentence=_("%(who)s added %(person)s to %(subject)s"),
    personal=("person", "former"),
    icon="user-plus",
)
class MemberAdded:
    """A person joined an organisation; `former` holds the rows before and after, to take it back."""

    person: str
    membership: str
    former: dict[str, list[Any]]


@event(
    "party.member_changed",
    sentence=_("%(who)s changed the part of %(person)s in %(subject)s"),
    personal=("person", "former"),
    icon="user-edit",
    columns=(
        Column(name="role", label=_("Position")),
        Column(name="department", label=_("Department")),
        Column(name="decision", label=_("Part in decisions"), kind=Is.CHOICE, choices=Decision),
        Column(name="attitude", label=_("Attitude"), kind=Is.CHOICE, choices=Attitude),
        Column(name="reports_to", label=_("Reports to")),
        Column(name="primary", label=_("Main contact"), kind=Is.BOOL),
        Column(name="outside", label=_("From outside"), kind=Is.BOOL),
        Column(name="started_on", label=pgettext_lazy("membership", "Since"), kind=Is.DATE),
        Column(name="note", label=_("Note")),
    ),
)
class MemberChanged:
    """What a person is in an organisation changed; the changes say it by the names of the membership.

    `former` holds the rows before and after, to take it back.
    """

    person: str
    membership: str
    former: dict[str, list[Any]]


@event(
    "party.member_left",
    sentence=_("%(who)s noted that %(person)s left %(subject)s"),
    personal=("person",),
    icon="user-minus",
)
class MemberLeft:
    """A membership ended, with what it takes to take that back: whether they were the main contact, and who reported to them."""

    person: str
    membership: str
    on: str
    primary: bool = False
    reports: list[str] = field(default_factory=list)
    undo: dict[str, str] = field(default_factory=dict)


@event(
    "party.member_returned",
    sentence=_("%(who)s noted that %(person)s has not left %(subject)s"),
    personal=("person",),
    icon="user-check",
)
class MemberReturned:
    """A departure was taken back."""

    person: str
    membership: str
    undo: dict[str, str]


@event(
    "party.member_removed",
    sentence=_("%(who)s took back that %(person)s belongs to %(subject)s"),
    personal=("person", "former"),
    icon="user-minus",
)
class MemberRemoved:
    """That somebody joined was taken back, by who said it or with the import that had; `former` as where they joined."""

    person: str
    membership: str
    former: dict[str, list[Any]]


@event(
    "party.related",
    sentence=_("%(who)s related %(subject)s to %(other)s"),
    personal=("other",),
    icon="link",
)
class PartiesRelated:
    """Two parties were related."""

    other: str
    other_id: str
    kind: str
    undo: dict[str, str]


@event(
    "party.unrelated",
    sentence=_("%(who)s removed the relation of %(subject)s to %(other)s"),
    personal=("other", "former"),
    icon="unlink",
)
class PartiesUnrelated:
    """A relation was removed; `former` holds its row, to take it back."""

    other: str
    other_id: str
    kind: str
    former: dict[str, list[Any]]


@event("party.named", sentence=_("%(who)s noted another name of %(subject)s: %(name)s"), personal=("name",), icon="tag")
class AliasAdded:
    """A further name became known."""

    name: str
    kind: str
    undo: dict[str, str]


@event(
    "party.unnamed",
    sentence=_("%(who)s removed a name of %(subject)s: %(name)s"),
    personal=("name", "undo"),
    icon="tag",
)
class AliasRemoved:
    """A further name was wrong, or is not wanted any more; `undo` says what to add to take that back."""

    name: str
    kind: str
    undo: dict[str, str]


@event("party.levelled", sentence=_("%(who)s set the level of %(subject)s: %(level)s"), icon="pyramid", words=LEVELS)
class LevelSet:
    """The level changed."""

    level: str
    before: str
    reason: str = ""
    version: int = 1


@event("party.transferred", sentence=_("%(who)s gave %(subject)s to %(to)s"), icon="arrows-exchange")
class PartyTransferred:
    """Another person owns the party. `to` and `to_id` are colleagues, not customers."""

    to: str
    to_id: str
    from_id: str
    reason: str = ""
    version: int = 1


@event("party.contacted", sentence=_("%(who)s was in touch with %(subject)s"), icon="message-circle", shown=False)
class ContactNoted:
    """A touch or deal from above moved the dates that lists and recycling read; `was` is the last touch before it."""

    kind: str
    at: str
    was: str = ""


@event(
    "party.contact_taken_back",
    sentence=_("%(who)s took back a touch of %(subject)s"),
    icon="arrow-back-up",
    shown=False,
)
class ContactTakenBack:
    """The date of the last touch went back."""

    at: str
    now: str


@event("party.next_step_set", sentence=_("%(who)s set the next step for %(subject)s"), icon="calendar", shown=False)
class NextStepSet:
    """The next step, as it stands in lists, changed."""

    at: str = ""


@event("party.scored", sentence=_("%(run)s scored %(count)s customers: %(kinds)s"), icon="chart-dots", shown=False)
class ScoresRecorded:
    """A run delivered scores."""

    run: str
    kinds: str
    count: int


@event("party.data_exported", sentence=_("%(who)s exported all data kept about %(subject)s"), icon="download")
class DataHandedOut:
    """Everything kept about one party was handed out, as the law gives them the right to."""

    reason: str = ""


@event("party.erased", sentence=_("%(who)s erased the personal data of a customer"), icon="eraser")
class PartyErased:
    """Personal data were erased for good; the row and the ledger's chain remain."""

    reason: str = ""
    details: int = 0
