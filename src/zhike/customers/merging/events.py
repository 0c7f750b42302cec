"""What happens to customers that were two."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import event


@event(
    "party.merged",
    sentence=_("%(who)s merged %(other)s into %(subject)s"),
    personal=("other", "snapshot"),
    icon="arrow-merge",
)
class PartyMerged:
    """Two records became one. `moved` counts rows by model; `snapshot` holds both records as they were."""

    other: str
    other_id: str
    merge_id: str
    moved: dict[str, int]
    snapshot: dict[str, Any]


@event(
    "party.unmerged",
    sentence=_("%(who)s took %(subject)s out of %(other)s again"),
    personal=("other",),
    icon="arrows-split-2",
)
class PartyUnmerged:
    """A merge was taken back. `later` counts what came after it and stays; `kept` are fields changed since."""

    other: str
    other_id: str
    merge_id: str
    later: int
    kept: list[str]


@event(
    "party.merge_given_up",
    sentence=_("%(other)s stands by itself again, out of %(subject)s"),
    personal=("other",),
    icon="arrows-split-2",
)
class MergeGivenUp:
    """What had been taken on from another record went back to it: the other end of `party.unmerged`."""

    other: str
    other_id: str
    merge_id: str


@event(
    "party.told_apart",
    sentence=_("%(who)s noted that %(subject)s and %(other)s are different customers"),
    personal=("other",),
    icon="circle-x",
)
class PartiesToldApart:
    """Two likely duplicates are different customers; `different` is False when that is taken back."""

    other: str
    other_id: str
    different: bool


@event(
    "party.pair_postponed",
    sentence=_("%(who)s put off deciding whether %(subject)s and %(other)s are one"),
    personal=("other",),
    icon="clock",
    shown=False,
)
class PairPostponed:
    """A likely duplicate will be shown again later."""

    other: str
    other_id: str
    until: str


@event("party.duplicates_sought", sentence=_("%(who)s started a search for duplicates"), icon="search", shown=False)
class DuplicatesSought:
    """A search through all customers began."""

    work_id: str
