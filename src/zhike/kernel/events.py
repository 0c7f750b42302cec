"""Kinds of events: frozen dataclasses in the past tense, each with its sentence and the fields that are personal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar, dataclass_transform

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhike.kernel.screens import Column

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class EventKind:
    """A registered kind: `sentence` is a template over %(who)s, %(subject)s and the event's own fields."""

    type: str
    sentence: str | Promise
    personal: frozenset[str]
    icon: str
    shown: bool
    words: Mapping[str, Mapping[str, str | Promise]]
    columns: tuple[Column, ...] = ()

    def tell(self, **values: Any) -> str:
        """The sentence in the reader's language; missing personal values read as erased."""
        said = {name: words.get(values[name], values[name]) for name, words in self.words.items() if name in values}
        return str(self.sentence) % _Erased(values | said)

    def outline(self, **values: Any) -> str:
        """The sentence of no event in particular: … stands where each would name its own."""
        return str(self.sentence) % defaultdict(lambda: "…", values)


class _Erased(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return _now("[erased]")


kinds: dict[str, EventKind] = {}
_type_of: dict[type, str] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(
    type_: str,
    *,
    sentence: str | Promise,
    personal: tuple[str, ...] = (),
    icon: str = "circle-dot",
    shown: bool = True,
    words: Mapping[str, Mapping[str, str | Promise]] | None = None,
    columns: tuple[Column, ...] = (),
) -> Callable[[type[E]], type[E]]:
    """Register a frozen dataclass as the event `type_`. `shown=False` keeps it off a customer's timeline (it stays in the audit).

    `words` says for a field what its codes are called in the sentence; `columns` are those that its changes name beside the
    record's own: of an inner row, say.
    """

    def register(cls: type[E]) -> type[E]:
        frozen = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        define(type_, sentence=sentence, personal=personal, icon=icon, shown=shown, words=words, columns=columns)
        _type_of[frozen] = type_
        return frozen

    return register


def define(
    type_: str,
    *,
    sentence: str | Promise,
    personal: tuple[str, ...] = (),
    icon: str = "circle-dot",
    shown: bool = True,
    words: Mapping[str, Mapping[str, str | Promise]] | None = None,
    columns: tuple[Column, ...] = (),
) -> None:
    """Register a kind without a class of its own (record types' created, updated, archived … come this way)."""
    if type_ in kinds:
        raise RuntimeError(f"event {type_} is declared twice")
    kinds[type_] = EventKind(type_, sentence, frozenset(personal), icon, shown, words or {}, columns)


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a kind without a class of its own."""

    type: str
    payload: dict[str, Any]
    personal: dict[str, Any]


def split(occurrence: object) -> Happened:
    """The event's type, its impersonal payload and its personal part."""
    if isinstance(occurrence, Happened):
        if occurrence.type not in kinds:
            raise RuntimeError(f"event {occurrence.type} is not declared")
        return occurrence
    kind = kinds[_type_of[type(occurrence)]]
    values = asdict(occurrence)  # type: ignore[call-overload]
    personal = {name: values.pop(name) for name in kind.personal if name in values}
    return Happened(kind.type, values, personal)


@event("access.refused", sentence=_("%(who)s was refused %(right)s"), icon="ban", shown=False)
class AccessRefused:
    """Somebody asked for what their rights do not allow."""

    right: str
    action: str = ""


@event(
    "batch.run",
    sentence=_("%(who)s ran %(action)s on %(done)s records; %(refused)s were refused"),
    icon="stack-2",
    shown=False,
)
class BatchRun:
    """A bulk command over many records; each of them left its own event with this batch's id."""

    action: str
    done: int
    refused: int


@event("data.seen", sentence=_("%(who)s looked at %(what)s of %(subject)s"), icon="eye", shown=False)
class DataSeen:
    """A sensitive value was revealed, or a record printed or opened where that is recorded."""

    what: str
    reason: str = ""
