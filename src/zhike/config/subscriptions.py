"""The one table of who reads the ledger: reader -> handler of one event, called at least once each, in order of position."""

from collections.abc import Mapping
from typing import NamedTuple


class Subscription(NamedTuple):
    """A handler by its path, and the kinds of events it is called for; it passes over all others. Without kinds: every event.

    `from_now`: what it keeps is right where it is new, so that the past is not read.
    """

    handler: str
    types: tuple[str, ...] = ()
    from_now: bool = False


NAMED = (
    "person.updated", "party.updated", "party.merged", "party.unmerged", "party.merge_given_up", "party.erased", "party.purged",
)  # fmt: skip

SUBSCRIPTIONS: Mapping[str, Subscription] = {
    "erasures": Subscription("zhike.operate.erasures.note", types=("party.erased",)),
    "names_in_lists": Subscription("zhike.records.custom.keeping.follow_names", types=NAMED, from_now=True),
}
