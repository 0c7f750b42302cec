"""The pages under Settings: each capability adds its own at start."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from zhike.kernel.actor import Actor
from zhike.kernel.screens import screens


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """One entry: `url` is a path from the root; whoever holds `right` anywhere sees it."""

    label: str | Promise
    icon: str
    url: str
    right: str
    note: str | Promise = ""


settings_pages: list[SettingsPage] = []


def add_settings_page(page: SettingsPage) -> None:
    """Add a page; a second time with the same address changes nothing."""
    if all(known.url != page.url for known in settings_pages):
        settings_pages.append(page)


def pages_for(actor: Actor) -> list[SettingsPage]:
    """The pages this actor may open: those added, and record types that are kept under Settings."""
    declared = [
        SettingsPage(label=s.label_plural, icon=s.icon, url=f"/{s.slug}/", right=f"{s.type}.edit")
        for s in screens.values()
        if s.settings
    ]
    return [page for page in [*settings_pages, *declared] if actor.can(page.right)]
