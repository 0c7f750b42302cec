"""The one table of who reads the ledger: reader -> handler of one event, called at least once each, in order of position."""

from collections.abc import Mapping

SUBSCRIPTIONS: Mapping[str, str] = {
    "erasures": "zhike.operate.erasures.note",
}
