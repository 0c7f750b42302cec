"""`zhike check ledger|search|files|all`: whether what is kept is what was recorded; `search --rebuild` first makes the table anew."""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zhike.kernel import ledger
from zhike.kernel.actor import Actor
from zhike.kernel.screens import Screen, screens
from zhike.operate import health
from zhike.records.models import Blob, SearchRow
from zhike.records.queries import has_field

Result = tuple[str, list[str]]
REBUILD = "--rebuild"
PIECE = 1 << 20


def check_ledger() -> ledger.Verdict:
    """Seal what waits, then recompute every digest and link."""
    ledger.seal_all()
    return ledger.verify()


def of_ledger() -> Result:
    """Nothing recorded was edited, removed or reordered."""
    verdict = check_ledger()
    health.note("ledger", events=verdict.events, erased=verdict.erased, faults=list(verdict.faults))
    summary = _("Ledger: %(events)s events verified, %(erased)s of them with detail erased on purpose.")
    return summary % {"events": f"{verdict.events:,}", "erased": f"{verdict.erased:,}"}, list(verdict.faults)


def of_files() -> Result:
    """Every stored file is there, whole and unchanged."""
    count, faults = 0, []
    for blob in Blob.objects.order_by("id").iterator(chunk_size=1000):
        count += 1
        if not default_storage.exists(blob.key):
            faults.append(_("file %(key)s is missing") % {"key": blob.key})
            continue
        digest = hashlib.sha256()
        with default_storage.open(blob.key) as file:
            for piece in file.chunks(PIECE):
                digest.update(piece)
        if digest.hexdigest() != blob.digest:
            faults.append(_("file %(key)s was changed") % {"key": blob.key})
    return _("Files: %(count)s verified.") % {"count": f"{count:,}"}, faults


def of_search() -> Result:
    """Every live record of a searchable type is in the search table, and nothing else is."""
    faults, total = [], 0
    for screen in screens.values():
        rows = SearchRow.objects.filter(record_type=screen.type)
        if screen.search is None:
            continue
        live = live_records(screen)
        total += (count := live.count())
        missing = live.exclude(pk__in=rows.values("record_id")).count()
        extra = rows.count() - (count - missing)
        if missing or extra:
            text = _("%(type)s: %(missing)s records are not found, %(extra)s found that are gone")
            faults.append(text % {"type": screen.type, "missing": missing, "extra": extra})
    if faults:
        faults.append(_("Make the search table anew with zhike check search --rebuild."))
    return _("Search: %(count)s records compared.") % {"count": f"{total:,}"}, faults


def live_records(screen: Screen) -> QuerySet[Any]:
    """Records that are to be found: not those in the bin."""
    records: QuerySet[Any] = screen.model_class.objects.all()
    return records.filter(archived_at=None) if has_field(screen.model_class, "archived_at") else records


def rebuild_search() -> int:
    """Make the search table anew from the records, while people go on searching; the answer is how many it holds."""
    from zhike.records.search.index import rebuild

    many: int = rebuild(Actor.system("search", door="cli"))
    return many


CHECKS: dict[str, Callable[[], Result]] = {"ledger": of_ledger, "search": of_search, "files": of_files}


def main(arguments: list[str]) -> int:
    """Run the named checks; the exit code is 1 when one finds a fault."""
    rebuilding = arguments == ["search", REBUILD]
    names = ["search"] if rebuilding else arguments or ["all"]
    if names == ["all"]:
        names = list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        message = _("There is no check “%(name)s”. There are: %(names)s, all")
        print(message % {"name": unknown[0][:40], "names": ", ".join(CHECKS)}, file=sys.stderr)
        return 2
    if rebuilding:
        print(_("Search: %(count)s records made findable anew.") % {"count": f"{rebuild_search():,}"})
    worst = 0
    for name in names:
        began = time.monotonic()
        summary, faults = CHECKS[name]()
        print(f"{summary} ({time.monotonic() - began:.1f} s)")
        for fault in faults:
            print(f"  ✗ {fault}")
        worst = max(worst, int(bool(faults)))
    return worst
