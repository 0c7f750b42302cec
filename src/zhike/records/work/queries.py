"""What is asked of long work."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from zhike.kernel.actor import Actor
from zhike.records.models import Work, WorkState
from zhike.records.work import OPEN

WORDS = {
    "done": _lazy("Done"),
    "refused": _lazy("Refused"),
    "reason": _lazy("Reason"),
}  # keys of results, as people read them


def works_of(actor: Actor) -> list[Work]:
    """Somebody's long work, the latest first."""
    return list(Work.objects.visible_to(actor).order_by("-id")[:50])


def shown(work: Work) -> dict[str, Any]:
    """How far it is, as the page draws it."""
    ended = work.state not in OPEN
    return {
        "work": work,
        "ended": ended,
        "tone": {WorkState.DONE: "grn", WorkState.FAILED: "red", WorkState.CANCELLED: "amb"}.get(
            WorkState(work.state), ""
        ),
        "state": WorkState(work.state).label,
        "text": _("You may leave this page; a notice tells you when it is done.") if not ended else "",
        "part_url": f"/work/{work.pk}/part/",
        "cancel_url": "" if work.cancel else f"/work/{work.pk}/cancel/",
        "figures": [
            (WORDS.get(name, name), value)
            for name, value in work.result.items()
            if name != "url" and not isinstance(value, list | dict)
        ],
        "lines": [line for value in work.result.values() if isinstance(value, list) for line in value][:50],
        "result_url": str(work.result.get("url", "")),
    }


def latest_of(kind: str) -> Work | None:
    """The latest work of a kind, whoever started it."""
    return Work.objects.filter(kind=kind).order_by("-id").first()
