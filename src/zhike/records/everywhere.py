"""Actions that every record type with fields of its own gets: tags, comments, files. The subject is always the record itself, so that
what hangs on it follows the rights on it, at that moment, without a rule of its own."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.events import Happened, define, kinds
from zhike.kernel.models import Record
from zhike.kernel.screens import Screen, screens
from zhike.records.access import customer_of, title_of

EVENTS: Mapping[str, tuple[Promise | str, str]] = {
    "tagged": (_("%(who)s tagged %(subject)s: %(tags)s"), "tag"),
    "untagged": (_("%(who)s took tags off %(subject)s: %(tags)s"), "tag"),
    "commented": (_("%(who)s commented on %(subject)s"), "message"),
    "comment_changed": (_("%(who)s changed a comment on %(subject)s"), "message"),
    "comment_removed": (_("%(who)s removed a comment on %(subject)s"), "message"),
    "file_added": (_("%(who)s added the file %(file)s to %(subject)s"), "paperclip"),
    "file_removed": (_("%(who)s removed the file %(file)s from %(subject)s"), "file"),
}


@dataclass(frozen=True, slots=True)
class Everywhere:
    """An action to be given to every type: `right` is a verb of the type."""

    function: Callable[..., Any]
    right: str
    title: Promise | str
    icon: str
    bulk: bool = False
    undo: str = ""
    doors: str = "web api mcp cli job import"


offered: list[Everywhere] = []


def everywhere(
    *, right: str, title: Promise | str, icon: str, **options: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give `function(record, *, …, by)` to every type as `<its name>_<type>`."""

    def note(function: Callable[..., Any]) -> Callable[..., Any]:
        offered.append(Everywhere(function, right, title, icon, **options))
        return function

    return note


def has_everything(screen: Screen) -> bool:
    """Types with fields of their own are what people work on; the others are how the company is built."""
    return screen.custom_fields


def register_everywhere() -> None:
    """Called once, after all declarations were read."""
    from zhike.records.files import actions as _files  # noqa: F401  they say what is offered
    from zhike.records.talk import actions as _talk  # noqa: F401

    for screen in screens.values():
        if not has_everything(screen):
            continue
        for verb, (sentence, icon) in EVENTS.items():
            if f"{screen.type}.{verb}" not in kinds:
                define(f"{screen.type}.{verb}", sentence=sentence, icon=icon)
        for one in offered:
            _register(screen, one)


def _register(screen: Screen, one: Everywhere) -> None:
    def act(record: Any, **values: Any) -> Any:
        return one.function(record, **values)

    signature = inspect.signature(one.function, eval_str=True)
    first, *others = signature.parameters.values()
    act.__signature__ = signature.replace(parameters=[first.replace(annotation=screen.model_class), *others])  # type: ignore[attr-defined]
    act.__name__ = act.__qualname__ = f"{one.function.__name__}_{screen.type}"
    act.__doc__ = one.function.__doc__
    action(
        right=f"{screen.type}.{one.right}", title=one.title, icon=one.icon, bulk=one.bulk, undo=one.undo, doors=one.doors,
        shown=_never,
    )(act)  # fmt: skip


def _never(record: Any, actor: Actor) -> bool:
    return False  # their places are the panels of the card and the bar of a selection


def leave(
    verb: str,
    record: Record,
    *,
    by: Actor,
    payload: Mapping[str, Any],
    personal: Mapping[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """Emit `<type>.<verb>`; `personal` and `changes` can be erased."""
    emit(
        Happened(f"{record.record_type}.{verb}", dict(payload), dict(personal or {})),
        subject=record, by=by, customer_id=customer_of(record), label=title_of(record), changes=changes,
    )  # fmt: skip
