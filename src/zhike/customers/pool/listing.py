"""The page of a pool's customers: the customers' own list with a condition of the pool's, its tabs and its commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.customers.models import Party, Pool
from zhike.kernel.actions import registry
from zhike.kernel.doors import ActorRequest
from zhike.kernel.screens import Screen, screens
from zhike.records import presentation
from zhike.records.cells import Cells, is_numeric
from zhike.records.columns import Bound
from zhike.records.queries import ListQuery, counted, fixed, matching, page
from zhike.records.requests import read_query
from zhike.records.rows import table_body

COLUMNS = ("name", "level", "city", "industry", "source", "last_touch_at", "pool_reason", "pooled_at", "pool")
COMMANDS = ("claim_party", "assign_from_pool", "lock_party", "unlock_party")


def question(request: ActorRequest, pools: Sequence[Pool], one: UUID | None) -> ListQuery:
    """What the address asks, within the pools somebody may claim from."""
    asked = read_query(screens["party"], request.actor, request.GET)
    ids = [pool.pk for pool in pools if one in (None, pool.pk)]
    lying = Q(pool__in=ids, owner=None)
    extra = lying if asked.extra is None else asked.extra & lying
    names = COLUMNS if len(ids) != 1 else tuple(name for name in COLUMNS if name != "pool")
    return replace(asked, extra=extra, columns=asked.columns or names, sort=asked.sort or "-pooled_at", archived=False)


def listing(request: ActorRequest, pools: Sequence[Pool], one: UUID | None) -> dict[str, Any]:
    """A page of rows and everything around it, for the list's own template."""
    screen: Screen = screens["party"]
    query = question(request, pools, one)
    found = page(screen, request.actor, query)
    cells = Cells(found.columns, request.actor, timezone.now())
    widths = presentation.widths(found.columns)
    around = presentation.list_frame(screen, request.actor, request, query, ())
    return around | {
        "screen": screen,
        "rows": found.rows,
        "body": table_body(screen, found.rows, found.columns, cells, fixed(screen, request.actor, found.rows, found.columns)),
        "heads": [_head(request, b, found.sort, w) for b, w in zip(found.columns, widths, strict=True)],
        "next": _address(request, after=found.next) if found.next else "",
        "first": _address(request, after="") if query.after else "",
        "tabs": tabs(pools, one),
        "forms": [],
        "bulk": commands(request),
        "count_url": f"/pool/count/?{urlencode({**request.GET.dict(), 'pool': str(one or '')})}",
        "can_create": False, "can_import": False, "save_url": "",
    }  # fmt: skip


def count(request: ActorRequest, pools: Sequence[Pool], one: UUID | None) -> tuple[int, bool]:
    """How many lie there, counting no further than lists do."""
    return counted(matching(screens["party"], request.actor, question(request, pools, one)))


def tabs(pools: Sequence[Pool], one: UUID | None) -> list[dict[str, Any]]:
    """All pools, then each."""
    found = [{"label": _("All pools"), "url": "/pool/", "active": one is None, "icon": ""}] if len(pools) != 1 else []
    return found + [
        {"label": p.name, "url": f"/pool/?pool={p.pk}", "active": p.pk == one or len(pools) == 1, "icon": "pool"}
        for p in pools
    ]


def commands(request: ActorRequest) -> list[dict[str, Any]]:
    """What can be done with a selection here, claiming first."""
    return [
        {"label": made.title, "icon": made.icon, "danger": False, "url": f"/customers/bulk/{name}/"}
        for name in COMMANDS
        if (made := registry.get(name)) is not None and made.subject is Party and request.actor.can(made.right)
    ]


def _address(request: ActorRequest, **changes: str) -> str:
    kept = {k: v for k, v in {**request.GET.dict(), **changes}.items() if v and k != "drawer"}
    return f"?{urlencode(kept)}"


def _head(request: ActorRequest, item: Bound, sort: str, width: str) -> dict[str, Any]:
    column = item.column
    name, descending = sort.lstrip("-"), sort.startswith("-")
    now = name == column.name
    target = column.name if now and descending else f"-{column.name}" if now else column.name
    return {
        "label": column.label,
        "sort": _address(request, sort=target, after="") if item.sortable else "",
        "direction": ("down" if descending else "up") if now else "",
        "css": "num" if is_numeric(column) else "",
        "width": width,
    }
