"""The search: a fragment for the palette, a page without scripts, JSON for machines."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from zhike.kernel import limits
from zhike.kernel.doors import ActorRequest, for_machines, signed_in
from zhike.records.recent import recents
from zhike.records.search.asking import hint_for
from zhike.records.search.offers import common, offers
from zhike.records.search.queries import Found, search
from zhike.records.search.tokens import LONGEST_QUERY


@signed_in
def find(request: ActorRequest) -> HttpResponse:
    """What the text in `q` finds: records by type, then pages and commands; without a text what was opened last."""
    text = request.GET.get("q", "")[:LONGEST_QUERY].replace("\x00", "")
    groups = _searched(request, text) if text.strip() else []
    context: dict[str, Any] = {"text": text, "hint": hint_for(text), "groups": [_group(g, text) for g in groups]}
    asked = bool(text.strip())
    context["offers"] = offers(request.actor, text) if asked else common(request.actor)
    context["recents"] = [] if asked else recents(request.GET.get("opened", ""), request.actor)
    if for_machines(request):
        return JsonResponse(_plain(context))
    if request.headers.get("HX-Request"):
        return render(request, "records/search_found.html", context)
    return render(request, "records/search.html", {"title": _("Search"), **context})


def _searched(request: ActorRequest, text: str) -> list[Found]:
    """Searching is counted: it is the cheapest way to walk through everybody."""
    limits.spend(limits.SEARCH, request.actor)
    return search(request.actor, text)


def _group(found: Found, text: str) -> dict[str, Any]:
    screen = found.screen
    hits = [{"id": h.id, "title": h.title, "html": marked(h.title, text), "url": h.url} for h in found.hits]
    more = f"/{screen.slug}/?{urlencode({'q': text})}" if found.more else ""
    return {"type": screen.type, "label": screen.label_plural, "icon": screen.icon, "hits": hits, "more": more}


def _plain(context: dict[str, Any]) -> dict[str, Any]:
    groups = [
        {
            "type": g["type"],
            "label": str(g["label"]),
            "more": bool(g["more"]),
            "hits": [{"id": str(h["id"]), "title": h["title"], "url": h["url"]} for h in g["hits"]],
        }
        for g in context["groups"]
    ]
    shown = [{"title": o.title, "url": o.url} for o in context["offers"]]
    return {"q": context["text"], "hint": context["hint"], "groups": groups, "offers": shown}


def marked(title: str, text: str) -> str:
    """A title with the part marked that somebody typed, where it stands there literally."""
    folded = title.casefold()
    for word in sorted(text.casefold().split(), key=len, reverse=True):
        at = folded.find(word)
        if at >= 0 and len(folded) == len(title):
            end = at + len(word)
            return format_html("{}<mark>{}</mark>{}", title[:at], title[at:end], title[end:])
    return format_html("{}", title)
