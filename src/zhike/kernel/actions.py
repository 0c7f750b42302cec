"""Actions: every change of state is one typed function, registered here; its signature is its contract.

From the signature come button and form, the REST endpoint, the agent's tool, the bulk command, the automation step and the
command line. They all enter by `run`; an action called by another is called as the plain function it is.
"""

from __future__ import annotations

import hashlib
import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from decimal import InvalidOperation
from functools import update_wrapper
from typing import Annotated, Any, ClassVar, Generic, Literal, ParamSpec, TypeVar, cast, get_args, get_origin
from uuid import UUID

import orjson
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from zhike.kernel import clock, ledger
from zhike.kernel.actor import Actor
from zhike.kernel.composed import composed
from zhike.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from zhike.kernel.events import AccessRefused
from zhike.kernel.ids import new_id, parse_id
from zhike.kernel.models import IdempotencyKey, Record, Sight, with_names
from zhike.kernel.refusals import as_problems
from zhike.kernel.sides import differences

P = ParamSpec("P")
R = TypeVar("R")
Tone = Literal["primary", "normal", "danger"]
Emptied = Literal[""]  # beside a type: the parameter may be emptied, while None leaves it as it is

logger = logging.getLogger(__name__)
registry: dict[str, Action[..., Any]] = {}


@dataclass(slots=True)
class Frame:
    """One action being run: where its events go and what called it."""

    action: str
    by: Actor
    event_id: UUID
    caused_by: UUID | None
    batch_id: UUID | None
    emitted: int = 0


_frames: ContextVar[tuple[Frame, ...]] = ContextVar("zhike_frames", default=())
_latest: ContextVar[UUID | None] = ContextVar("zhike_latest_event", default=None)


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks an id parameter as pointing to a record of a type: forms offer a picker, the edge checks that it is visible."""

    model: type[Record]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a form about an inner row of the subject says at first: the row's name, its values, what may be chosen.

    It `leaves` out what buttons of their own beside the row do.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    leaves: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run through a door gave: the reply is plain data and is what an idempotency key replays."""

    value: Any
    reply: dict[str, Any]
    replayed: bool = False
    event_id: UUID | None = None


@dataclass(eq=False)
class Action(Generic[P, R]):
    """A registered action. Call it like the function it wraps (it checks the right and opens the transaction), or by `run`."""

    do_not_call_in_templates: ClassVar[bool] = True  # a template that names an action means the action

    function: Callable[P, R]
    name: str
    right: str
    title: str | Promise
    icon: str
    tone: Tone
    bulk: bool
    undo: str
    shown: Callable[[Any, Actor], bool] | None
    subject: type[Record] | None
    fields: type[BaseModel]
    refs: Mapping[str, type[Record]] = field(default_factory=dict)
    doors: frozenset[str] = frozenset({"web", "api", "mcp", "cli", "job", "import"})
    draft: type | None = None
    gone: Callable[[object, Actor], None] | None = None
    hints: str = ""
    file: str = ""
    about: Callable[[Any, UUID, Actor], About] | None = None

    @property
    def inner(self) -> str:
        """The parameter that names an inner row of the subject, or "": such an action is offered by a button beside the row."""
        wanted = (n for n, i in self.fields.model_fields.items() if i.is_required() and i.annotation is UUID)
        return next((name for name in wanted if name not in self.refs), "")

    @property
    def description(self) -> str:
        """The first line of the docstring, for OpenAPI and agents."""
        return (inspect.getdoc(self.function) or "").split("\n")[0]

    @property
    def verb(self) -> str:
        """The action's part of an address: its name without its subject's type, `win` of `win_opportunity`."""
        return self.name.removesuffix(f"_{self.subject.record_type}") if self.subject else self.name

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        by = cast(Actor, kwargs["by"])
        subject = args[0] if args and isinstance(args[0], Record) else None
        by.require(self.right, subject)
        above = _frames.get()
        frame = Frame(
            self.name,
            by,
            new_id(),
            above[-1].event_id if above else None,
            _batch.get() or (above[-1].batch_id if above else None),
        )
        token = _frames.set((*above, frame))
        try:
            with transaction.atomic():
                result = self.function(*args, **kwargs)
                if frame.emitted != 1:
                    raise RuntimeError(f"{self.name} emitted {frame.emitted} events; every action leaves exactly one")
        except DjangoValidationError as error:
            raise as_problems(error) from error
        finally:
            _frames.reset(token)
        if not above:
            _latest.set(frame.event_id)
        return result

    def parse(self, data: Mapping[str, Any], by: Actor) -> dict[str, Any]:
        """Typed arguments from outside data; unknown keys, bad values and invisible references are refused by field."""
        try:
            parsed = self.fields.model_validate(dict(data))
        except ValidationError as error:
            raise as_problems(error) from error
        values = {name: _in_zone(getattr(parsed, name), by) for name in type(parsed).model_fields}
        for name, model in self.refs.items():
            if values.get(name) is not None:
                values[name] = find(model, values[name], by, field=name)
        return {"draft": self.draft(**values)} if self.draft else values


def _in_zone(value: Any, by: Actor) -> Any:
    """A time without a zone, as forms send it, is meant where the person is."""
    if not isinstance(value, datetime) or value.tzinfo is not None:
        return value
    return clock.moment(value.date(), value.time(), by.zone)


_batch: ContextVar[UUID | None] = ContextVar("zhike_batch", default=None)


def action(
    *,
    right: str,
    title: str | Promise,
    icon: str = "player-play",
    tone: Tone = "normal",
    bulk: bool = False,
    undo: str = "",
    shown: Callable[[Any, Actor], bool] | None = None,
    doors: str = "web api mcp cli job import",
    gone: Callable[[object, Actor], None] | None = None,
    hints: str = "",
    file: str = "",
    about: Callable[[Any, UUID, Actor], About] | None = None,
) -> Callable[[Callable[P, R]], Action[P, R]]:
    """Register a function as an action.

    `right` is asked of the caller for the subject (the first positional parameter, if it is a record); `bulk` offers it on
    selections; `undo` names the action that takes it back; `shown(record, actor)` hides its button where it makes no sense;
    `gone(id, actor)` may refuse with a better reason than "not found" when the subject has just left the actor's scope;
    `hints` is an address that says, while the form is filled in, what may be there already; `file` names the file as which
    a browser gets the answer; `about(subject, id, actor)` tells the form of an action on an inner row, or on the subject
    itself, what that is now.
    Parameters annotated with a record type take an id at the edge and are resolved within the caller's rights.
    """

    def register(function: Callable[P, R]) -> Action[P, R]:
        if function.__name__ in registry:
            raise RuntimeError(f"action {function.__name__} is declared twice")
        subject, draft, fields, refs = _contract(function)
        made = Action(
            function, function.__name__, right, title, icon, tone, bulk, undo, shown, subject, fields, refs,
            frozenset(doors.split()), draft, gone, hints, file, about,
        )  # fmt: skip
        update_wrapper(made, function)
        registry[made.name] = made
        return made

    return register


def _contract(
    function: Callable[..., Any],
) -> tuple[type[Record] | None, type | None, type[BaseModel], dict[str, type[Record]]]:
    """Subject, draft class, pydantic model of the keyword parameters and references of a signature."""
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    if "by" not in {p.name for p in parameters}:
        raise RuntimeError(f"{function.__name__} needs a keyword parameter `by: Actor`")
    subject: type[Record] | None = None
    draft: type | None = None
    fields: dict[str, Any] = {}
    refs: dict[str, type[Record]] = {}
    for parameter in parameters:
        kind = parameter.annotation
        if parameter.name == "by":
            continue
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            if isinstance(kind, type) and issubclass(kind, Record):
                subject = kind
                continue
            draft = kind
            hints = inspect.signature(kind, eval_str=True).parameters.values()
            fields |= {h.name: _field(h, refs) for h in hints}
            continue
        fields[parameter.name] = _field(parameter, refs)
    model = create_model(
        "".join(word.title() for word in function.__name__.split("_")), __config__=ConfigDict(extra="forbid"), **fields
    )
    return subject, draft, model, refs


def _field(parameter: inspect.Parameter, refs: dict[str, type[Record]]) -> tuple[Any, Any]:
    default = ... if parameter.default is parameter.empty else parameter.default
    told = get_args(parameter.annotation) if get_origin(parameter.annotation) is Annotated else (parameter.annotation,)
    record, optional = _record_type(told[0])
    if record is None:
        return parameter.annotation, default
    refs[parameter.name] = record
    plain: Any = Annotated[UUID, Field(json_schema_extra={"record_type": record.record_type})]
    plain = plain | None if optional else plain
    for note in told[1:]:  # the parameter's own Field(title=…)
        plain = Annotated[plain, note]
    return plain, default


def _record_type(annotation: Any) -> tuple[type[Record] | None, bool]:
    options = getattr(annotation, "__args__", (annotation,)) if not isinstance(annotation, type) else (annotation,)
    for option in options:
        if isinstance(option, type) and issubclass(option, Record):
            return option, type(None) in options
    return None, False


@composed
def _found(pk: UUID, *, model: type[Record], sight: Sight, related: tuple[str, ...]) -> QuerySet[Any]:
    seen: Any = model.objects.in_sight(sight)
    return (with_names(seen, *related) if related else seen).filter(pk=pk)[:1]


def find(
    model: type[Record], pk: object, by: Actor, *, right: str | None = None, field: str | None = None, related: tuple[str, ...] = ()
) -> Any:  # fmt: skip
    """The record behind an id within the actor's rights, `related` rows with it; outside them it does not exist."""
    parsed = parse_id(pk)
    rows = _found(parsed, model=model, sight=model.sight_of(by, right), related=related) if parsed else ()
    record = next(iter(rows), None)
    if record is None:
        if field is not None:
            raise Invalid("unknown_reference", NotFound().message, field)
        raise NotFound(model.record_type)
    return record


def emit(
    occurrence: object,
    *,
    subject: Record | None = None,
    by: Actor,
    customer_id: UUID | None = None,
    label: str = "",
    changes: dict[str, Any] | None = None,
) -> UUID:
    """Leave the event of the action being run, in its transaction. `label` and `changes` are personal (erasable)."""
    frames = _frames.get()
    origin = ledger.Origin()
    if frames:
        frame = frames[-1]
        frame.emitted += 1
        event_id = frame.event_id if frame.emitted == 1 else new_id()
        origin = ledger.Origin(frame.action, event_id, frame.caused_by, frame.batch_id)
    else:
        origin = ledger.Origin(event_id=new_id(), batch_id=_batch.get())
    row = ledger.compose(
        occurrence, by=by, subject=subject, customer_id=customer_id, label=label, changes=changes, origin=origin
    )
    ledger.write([row])
    return row[0].id


class batch:
    """`with batch(id):` every event within carries the id; bulk commands and imports run inside."""

    def __init__(self, batch_id: UUID) -> None:
        self.batch_id = batch_id

    def __enter__(self) -> UUID:
        self._token = _batch.set(self.batch_id)
        return self.batch_id

    def __exit__(self, *_exc: object) -> None:
        _batch.reset(self._token)


def run(
    name: str,
    *,
    by: Actor,
    subject_id: object = None,
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
    idempotency_key: str = "",
) -> Outcome:
    """Run an action for somebody outside: form, REST, agent, bulk, import or command line all come through here.

    Raises DomainError (NotFound outside the scope, Forbidden, Stale with both sides, Problems by field). A refusal for lack of
    rights is itself an event. With an idempotency key the effect happens once and the same reply is given again; what is
    handed out as a file is never kept for that: it would outlive an erasure.
    """
    made = registry.get(name)
    if made is None or by.door not in made.doors:
        raise NotFound("action")
    data = dict(data or {})
    try:
        with transaction.atomic():
            keyed = idempotency_key and not made.file
            claim = _claim(idempotency_key, by, [name, str(subject_id), data]) if keyed else None
            if claim is not None and claim.reply is not None:
                return Outcome(None, claim.reply, replayed=True)
            value = _perform(made, by, subject_id, data, version)
            reply = _reply(value)
            if claim is not None:
                claim.reply = reply
                claim.save(update_fields=["reply"])
            return Outcome(value, reply, event_id=_latest.get())
    except Forbidden as refused:
        refused_event(by, refused.data["right"], name)
        refused.recorded = True
        raise
    except (
        DataError,
        OverflowError,
        InvalidOperation,
    ) as error:  # what no check foresaw and a database would not store
        logger.warning("%s was given a value that cannot be stored: %s", name, type(error).__name__)
        raise Invalid(
            "unstorable", _("One of the values cannot be stored: too large or too long. Check them.")
        ) from error
    except IntegrityError as error:  # two at once; whoever comes second is told, not shown a failure
        logger.warning("%s broke a constraint", name)
        raise Conflict(
            "collision", _("This collides with what somebody else saved. Load it again and retry.")
        ) from error


def _perform(made: Action[..., Any], by: Actor, subject_id: object, data: dict[str, Any], version: int | None) -> Any:
    if made.subject is None:
        by.require(made.right)
        return _call_with(made, by, data)
    try:
        subject = find(made.subject, subject_id, by)
    except NotFound:
        if made.gone is not None:
            made.gone(subject_id, by)
        raise
    by.require(made.right, subject)
    if version is not None and version != subject.version:
        raise Stale(subject.version, differences(subject, data, by))
    try:
        return _call_with(made, by, data, subject)
    except Stale as stale:
        stale.data["differences"] = differences(find(made.subject, subject_id, by), data, by)
        raise


def _call_with(made: Action[..., Any], by: Actor, data: dict[str, Any], *subject: Record) -> Any:
    values = made.parse(data, by)
    draft = [values.pop("draft")] if made.draft else []
    return made(*subject, *draft, **values, by=by)


def refused_event(by: Actor, right: str, action_name: str = "") -> None:
    """A refusal stands in the ledger, in a transaction of its own: the refused one was rolled back."""
    row = ledger.compose(AccessRefused(right=right, action=action_name), by=by)
    ledger.write([row])


def _claim(key: str, by: Actor, meant: list[Any]) -> IdempotencyKey:
    """The caller's row for this key: new, or the one with the reply already given; another body under the same key is refused."""
    fingerprint = hashlib.sha256(ledger.canonical(meant)).hexdigest()
    owner = by.user_id or UUID(int=0)
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user_id=owner, key=key[:200], fingerprint=fingerprint)
    except IntegrityError:
        found = IdempotencyKey.objects.get(user_id=owner, key=key[:200])
        if found.fingerprint != fingerprint:
            raise DomainError("idempotency_key_reused", _reused_message(), field=None) from None
        if found.reply is None:
            raise Conflict("in_flight", _reused_message()) from None
        return found


def once(key: str, by: Actor, meant: list[Any], work: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], bool]:
    """The reply of `work`, done once a key, for work of many transactions; the second value says that it was given before.

    While the first call is at it, another one with its key is Conflict; when the work fails, the key is free again.
    """
    if not key:
        return work(), False
    claim = _claim(key, by, meant)
    if claim.reply is not None:
        return claim.reply, True
    try:
        claim.reply = orjson.loads(ledger.canonical(work()))
    except BaseException:
        claim.delete()
        raise
    claim.save(update_fields=["reply"])
    return claim.reply, False


def _reused_message() -> Any:
    return _("This Idempotency-Key was already used for another call, or that call is still running. Use a fresh key.")


def _reply(value: Any) -> dict[str, Any]:
    if isinstance(value, Record):
        return {"id": str(value.pk), "type": value.record_type, "version": value.version}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return orjson.loads(ledger.canonical(value)) if isinstance(value, dict) else {}
