"""Notices in the product: what one person should know, as sentences told in the reader's language.

A kind is declared once with `kind(...)`; `notify(...)` leaves one for a person. Notices follow what happened; they are no events.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.records.models import Notice

LONGEST_URL = 300


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """The sentence of a kind over the values of its notices, and its icon."""

    sentence: str | Promise
    icon: str
    tone: str


kinds: dict[str, NoticeKind] = {}


def kind(name: str, sentence: str | Promise, icon: str = "bell", tone: str = "") -> str:
    """Declare a kind of notice; the answer is its name."""
    kinds[name] = NoticeKind(sentence, icon, tone)
    return name


def notify(user_ids: Iterable[UUID], name: str, *, url: str = "", **values: Any) -> int:
    """Tell people something; the answer is to how many. Only paths of this product are taken as `url`."""
    if name not in kinds:
        raise RuntimeError(f"notice {name} is not declared")
    safe = url[:LONGEST_URL] if url.startswith("/") and not url.startswith("//") else ""
    told = {key: str(value)[:200] for key, value in values.items()}
    people = list(dict.fromkeys(user_ids))
    with transaction.atomic():
        Notice.objects.bulk_create([Notice(user_id=pk, kind=name, text=told, url=safe) for pk in people])
    return len(people)


def sentence(notice: Notice) -> str:
    """A notice in the reader's language."""
    known = kinds.get(notice.kind)
    values = _Missing({str(k): v for k, v in notice.text.items()})
    return str(known.sentence) % values if known else notice.kind


class _Missing(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


WORK_DONE = kind("work.done", _("%(title)s is finished"), "circle-check", "grn")
WORK_FAILED = kind("work.failed", _("%(title)s failed: %(reason)s"), "alert-triangle", "red")
MENTIONED = kind("mentioned", _("%(who)s mentioned you on %(subject)s: %(text)s"), "at")
CRAWLED = {
    "cards": kind("crawl.cards", _("%(who)s opened unusually many customers: %(count)s within an hour"), "eye", "red"),
    "reveals": kind(
        "crawl.reveals", _("%(who)s revealed unusually many masked values: %(count)s within an hour"), "eye", "red"
    ),
}
