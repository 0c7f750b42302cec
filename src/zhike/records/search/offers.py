"""What the palette offers beside records: pages, what can be made new, and actions on what was found, by title or pinyin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from django.utils.translation import gettext as _

from zhike.identity.settings_pages import pages_for
from zhike.kernel.actions import registry
from zhike.kernel.actor import Actor
from zhike.kernel.screens import Text, screens
from zhike.records.cards import actions_on
from zhike.records.search.queries import Found, search
from zhike.records.search.tokens import Query, document_tokens, query_tokens

MOST = 6


@dataclass(frozen=True, slots=True)
class Offer:
    """A page or a command, with its address."""

    title: str
    url: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that belongs to no record type, offered to whoever holds `right` ("" = everybody)."""

    title: Text
    url: str
    icon: str
    right: str = ""
    common: bool = False  # offered before anything is typed


pages: list[Page] = []


def offer_page(page: Page) -> None:
    """Let the palette find a page; called once by the capability that has it."""
    pages.append(page)


def offers(actor: Actor, text: str) -> list[Offer]:
    """Pages, new records and actions whose titles answer the text, a few."""
    query = query_tokens(text)
    if not query:
        return []
    found = list({offer.url: offer for offer in _standing(actor) if answers(query, offer.title)}.values())
    return list(islice([*found, *_on_hits(actor, text)], MOST))


def common(actor: Actor) -> list[Offer]:
    """What is offered before anything is typed: the places and acts of every day."""
    often = [Offer(str(page.title), page.url, page.icon) for page in _pages(actor) if page.common]
    in_rail = {f"/{screen.slug}/new/" for screen in screens.values() if screen.rail}
    return list(islice([*often, *[offer for offer in _of_types(actor) if offer.url in in_rail]], MOST))


def _standing(actor: Actor) -> Iterator[Offer]:
    yield from _of_types(actor)
    for page in _pages(actor):
        yield Offer(str(page.title), page.url, page.icon)
    under = pages_for(actor)
    if under:
        yield Offer(_("Settings"), "/settings/", "settings")
    for one in under:
        yield Offer(str(one.label), one.url, one.icon)


def _pages(actor: Actor) -> list[Page]:
    return [page for page in pages if not page.right or actor.can(page.right)]


def _of_types(actor: Actor) -> Iterator[Offer]:
    for screen in screens.values():
        if screen.creatable and actor.can(f"{screen.type}.create"):
            yield Offer(_("New %(what)s") % {"what": screen.label}, f"/{screen.slug}/new/", "plus")
        if actor.can(f"{screen.type}.view"):
            yield Offer(str(screen.label_plural), f"/{screen.slug}/", screen.icon)
        if screen.importable and actor.can(f"{screen.type}.import"):
            yield Offer(_("Import %(what)s") % {"what": screen.label_plural}, f"/{screen.slug}/import/", "file-import")
        if screen.exportable and actor.can(f"{screen.type}.export"):
            yield Offer(_("Export %(what)s") % {"what": screen.label_plural}, f"/{screen.slug}/export/", "download")


def _on_hits(actor: Actor, text: str) -> Iterator[Offer]:
    """ "张伟 合并": the last word names an action that the card of the record offers, those before it the record."""
    name, _space, word = text.strip().rpartition(" ")
    query = query_tokens(word)
    if not name or not query:
        return
    meant = [made for made in registry.values() if not made.inner and answers(query, str(made.title))]
    types = {made.subject.record_type for made in meant if made.subject is not None and actor.can(made.right)}
    groups: Sequence[Found] = search(actor, name, types & set(screens), per_type=3) if types else ()
    for group in groups:
        records = group.screen.model_class.objects.in_bulk([hit.id for hit in group.hits])
        for hit in group.hits:
            for one in actions_on(group.screen, records[hit.id], actor) if hit.id in records else ():
                if answers(query, str(one["label"])):
                    yield Offer(f"{one['label']} · {hit.title}", one["url"], one["icon"])


def answers(query: Query, title: str) -> bool:
    """Whether a title is meant."""
    tokens = _title_tokens(title)
    return all(
        any(
            all(
                any(t.startswith(term.text) for t in tokens) if term.prefix else term.text in tokens
                for term in alternative
            )
            for alternative in clause
        )
        for clause in query.clauses
    )


@lru_cache(maxsize=2000)
def _title_tokens(title: str) -> frozenset[str]:
    return frozenset(document_tokens({"name": [title]}))
