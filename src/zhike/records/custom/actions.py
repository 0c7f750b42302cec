"""What is done to custom fields: add, change, hide, bring back, order, make sortable."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict

from zhike.identity.access import rights_changed
from zhike.kernel.actions import action, emit, run
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Invalid
from zhike.kernel.events import Happened
from zhike.kernel.ids import new_id
from zhike.kernel.jobs import job
from zhike.kernel.screens import Kind, Screen, screens
from zhike.kernel.text import clean, enumerated
from zhike.records import work
from zhike.records.columns import KEPT, SORTED, as_column, columns_changed, custom_columns
from zhike.records.custom import events  # noqa: F401  declares them
from zhike.records.custom.indexing import create_indexes, drop_indexes
from zhike.records.custom.keeping import keep_all, key_of
from zhike.records.custom.steadiness import steady
from zhike.records.formula.language import parse
from zhike.records.formula.tree import Field, nodes_of
from zhike.records.models import CustomField

RIGHT = "records.fields"
MOST_FIELDS, MOST_OPTIONS = 60, 200
KINDS: dict[Kind, Promise | str] = {
    Kind.TEXT: _("Text"), Kind.LONG_TEXT: _("Long text"), Kind.NUMBER: _("Number"), Kind.MONEY: _("Money"), Kind.DATE: _("Date"),
    Kind.CHOICE: _("Choice"), Kind.MULTI: _("Several choices"), Kind.PERSON: _("Colleague"), Kind.RECORD: _("Record"),
    Kind.BOOL: _("Yes or no"), Kind.FORMULA: _("Formula"),
}  # fmt: skip


class Option(BaseModel):
    """A choice: its code is ours and stays, its label may be written anew."""

    model_config = ConfigDict(extra="forbid")
    label: str
    code: str = ""


@dataclass(frozen=True)
class FieldDraft:
    """A field about to be added."""

    on: str
    label: str
    kind: Kind
    options: list[Option] | None = None
    to: str = ""
    formula: str = ""
    help: str = ""
    required: bool = False
    indexed: bool = False


@action(right=RIGHT, title=_("Add a field"), icon="plus", tone="primary", doors="web api cli")
def create_custom_field(draft: FieldDraft, *, by: Actor) -> CustomField:
    """Add a field to a record type; it is there at once, everywhere."""
    screen = _screen(draft.on)
    if draft.kind not in KINDS:
        raise Invalid("kind", _("A field cannot hold this. Choose one of the kinds offered."), "kind")
    if CustomField.objects.filter(on=screen.type, archived_at=None).count() >= MOST_FIELDS:
        raise Conflict(
            "too_many_fields",
            _("A record type has at most %(n)s fields of its own. Hide one first.") % {"n": MOST_FIELDS},
        )
    field = CustomField(
        on=screen.type, key=f"c_{secrets.token_hex(4)}", label=_label(screen, draft.label), kind=draft.kind.value,
        options=_options(draft.kind, draft.options or [], []), to=_to(draft.kind, draft.to),
        formula=_formula(screen, draft.kind, draft.formula), help=clean(draft.help, 200),
        required=draft.required and draft.kind is not Kind.FORMULA, place=CustomField.objects.filter(on=screen.type).count(),
    )  # fmt: skip
    if draft.indexed:
        _may_be_sorted_by(screen, field)
    field.save(force_insert=True)
    _told("created", field, by)
    if draft.indexed:
        _start_indexing(field, by)
    return field


@dataclass(frozen=True)
class FieldChange:
    """What becomes different of a field; None stays."""

    label: str | None = None
    options: list[Option] | None = None
    formula: str | None = None
    help: str | None = None
    required: bool | None = None
    indexed: bool | None = None


@action(right=RIGHT, title=_("Change the field"), icon="pencil", doors="web api cli")
def change_custom_field(field: CustomField, change: FieldChange, *, by: Actor) -> CustomField:
    """Change what a field is called, offers or demands, or let lists go by it; its kind and its values stay."""
    screen = _screen(field.on)
    changes = field.change(**_changed(screen, field, change))
    _told("changed", field, by, changes)
    anew = changes.keys() & {"formula", "options"} and field.indexing is not None
    broken_off = field.indexing and not field.indexed and not work.under_way("index", field=str(field.pk))
    if change.indexed is False:
        _stop_indexing(screen, field)
    elif anew or (change.indexed and (field.indexing is None or broken_off)):
        _may_be_sorted_by(screen, field)
        _start_indexing(field, by)
    if "options" in changes:
        for formula in CustomField.objects.filter(on=field.on, kept=True, formula__contains=f"{{{field.key}}}"):
            _start_indexing(formula, by)
    return field


def _changed(screen: Screen, field: CustomField, change: FieldChange) -> dict[str, Any]:
    kind = Kind(field.kind)
    values: dict[str, Any] = {}
    if change.label is not None and change.label != field.label:
        values["label"] = _label(screen, change.label, field)
    if change.options is not None:
        values["options"] = _options(kind, change.options, field.options)
        _none_in_use(screen, field, values["options"])
    if change.formula is not None:
        values["formula"] = _formula(screen, kind, change.formula)
    if change.help is not None:
        values["help"] = clean(change.help, 200)
    if change.required is not None:
        values["required"] = change.required and kind is not Kind.FORMULA
    return values


@action(
    right=RIGHT,
    title=_("Hide the field"),
    icon="eye-off",
    tone="danger",
    undo="restore_custom_field",
    doors="web api cli",
)
def archive_custom_field(field: CustomField, *, by: Actor) -> CustomField:
    """Hide a field everywhere; its values are kept and come back with it."""
    used = [
        other.label
        for other in CustomField.objects.filter(on=field.on, archived_at=None, formula__contains=f"{{{field.key}}}")
    ]
    if used:
        raise Conflict(
            "field_used",
            _("A formula looks at this field: %(fields)s. Change it first.") % {"fields": enumerated(used)},
        )
    field.change(archived_at=timezone.now())
    _told("archived", field, by)
    return field


@action(right=RIGHT, title=_("Bring the field back"), icon="eye", doors="web api cli")
def restore_custom_field(field: CustomField, *, by: Actor) -> CustomField:
    """Show a hidden field again."""
    _label(_screen(field.on), field.label, field)
    field.change(archived_at=None)
    _told("restored", field, by)
    return field


@action(right=RIGHT, title=_("Order the fields"), icon="arrows-sort", doors="web api cli")
def reorder_custom_fields(*, on: str, ids: list[UUID], by: Actor) -> dict[str, Any]:
    """Put the fields of a type into this order."""
    screen = _screen(on)
    known = {field.pk: field for field in CustomField.objects.filter(on=screen.type)}
    if set(ids) - set(known):
        raise Invalid("unknown_reference", _("One of the fields is not of this type. Load the page again."), "ids")
    for place, pk in enumerate(dict.fromkeys(ids)):
        known[pk].change(place=place)
    emit(Happened("custom_field.reordered", {"on": on}, {}), by=by)
    _everywhere()
    return {"count": len(ids)}


@action(right=RIGHT, title=_("Make sortable"), icon="sort-ascending", doors="job")
def index_custom_field(field: CustomField, *, by: Actor) -> CustomField:
    """Note that the index stands; lists may be sorted by the field from now on."""
    field.change(indexed=True)
    _told("indexed", field, by)
    return field


def _may_be_sorted_by(screen: Screen, field: CustomField) -> None:
    """Refuse what no list could go by truly, with the reason; of a formula, note what it gives."""
    kind = Kind(field.kind)
    if kind not in SORTED:
        raise Invalid("not_sorted", _("Fields of this kind have no order. Leave “Sortable” at “No”."), "indexed")
    if kind is Kind.RECORD and not key_of(screens[field.to]):
        message = _("%(type)s have no names that stand in an order. Leave “Sortable” at “No”.")
        raise Invalid("not_sorted", message % {"type": screens[field.to].label_plural}, "indexed")
    if kind is Kind.FORMULA:
        field.gives = steady(screen, field.formula).value


def _stop_indexing(screen: Screen, field: CustomField) -> None:
    """Lists go by the field no more; what was kept for them goes from each record when it is next written."""
    if field.indexing is not None:
        CustomField.objects.filter(pk=field.pk).update(kept=False, gives="", indexing=None, indexed=False)
        drop_indexes(screen, as_column(field))
        _everywhere()


def _start_indexing(field: CustomField, by: Actor) -> None:
    """Lists go by the field when every record has what they go by; those written from now on have it at once."""
    values = {"kept": Kind(field.kind) in KEPT, "gives": field.gives, "indexing": new_id(), "indexed": False}
    CustomField.objects.filter(pk=field.pk).update(**values)
    _everywhere()
    title = str(_("Make “%(field)s” sortable") % {"field": field.label})
    data = {"field": str(field.pk), "indexing": str(values["indexing"])}
    work.start("index", title, by, "records.index_field", data)


@job("records.index_field")
def index_field(by: Actor, *, work_id: str, field: str, indexing: str) -> None:
    """Make the index, work out what stands nowhere yet, then offer the sorting: unless the field was changed meanwhile."""
    with work.ending(work_id):
        row = CustomField.objects.get(pk=field)
        screen = screens[row.on]
        work.step(work_id, 0, screen.model_class.objects.count() if row.kept else 0)
        create_indexes(screen, as_column(row))
        done = not row.kept or keep_all(screen, lambda count: work.step(work_id, count))
        if done and CustomField.objects.filter(pk=field, indexing=indexing).exists():
            run("index_custom_field", by=by, subject_id=row.pk)
        work.finish(work_id, {"url": f"/settings/fields/{row.on}/"})


def _screen(on: str) -> Screen:
    screen = screens.get(on)
    if screen is None or not screen.custom_fields:
        raise Invalid(
            "unknown_type", _("There is no record type “%(type)s” with fields of its own.") % {"type": on[:40]}, "on"
        )
    return screen


def _label(screen: Screen, label: str, field: CustomField | None = None) -> str:
    text = " ".join(clean(label, 60).split())
    if not text:
        raise Invalid("missing", _("A field needs a label. Write what people call it."), "label")
    others = CustomField.objects.filter(on=screen.type, label=text, archived_at=None)
    if any(str(c.label) == text for c in screen.columns) or any(
        other.pk != getattr(field, "pk", None) for other in others
    ):
        raise Conflict(
            "label_taken", _("There is a field “%(label)s” already. Use it, or choose another label.") % {"label": text}
        )
    return text


def _options(kind: Kind, given: Sequence[Option], before: Sequence[Sequence[str]]) -> list[list[str]]:
    if kind not in (Kind.CHOICE, Kind.MULTI):
        return []
    known = {str(code) for code, _label in before}
    fresh = max([int(re.sub(r"\D", "", code) or 0) for code in known] or [0])
    made: list[list[str]] = []
    for option in given:
        label = " ".join(clean(option.label, 60).split())
        if not label or any(label.casefold() == other.casefold() for _code, other in made):
            continue
        if option.code in known:
            made.append([option.code, label])
        else:
            fresh += 1
            made.append([f"o{fresh}", label])
    if not made or len(made) > MOST_OPTIONS:
        raise Invalid("options", _("Name 1 to %(n)s choices, one a line.") % {"n": MOST_OPTIONS}, "options")
    return made


def _none_in_use(screen: Screen, field: CustomField, options: list[list[str]]) -> None:
    """A choice that stands in records may be renamed, not taken away."""
    kept = {code for code, _label in options}
    for code, label in field.options:
        path = f"custom__{field.key}__icontains" if field.kind == Kind.MULTI else f"custom__{field.key}"
        wanted = f"|{code}|" if field.kind == Kind.MULTI else code
        if code not in kept and screen.model_class.objects.filter(**{path: wanted}).exists():
            raise Conflict(
                "option_used",
                _("“%(label)s” stands in records. Rename it, or change those records first.") % {"label": label},
            )


def _to(kind: Kind, to: str) -> str:
    if kind is not Kind.RECORD:
        return ""
    if to not in screens:
        raise Invalid("to", _("Choose the record type that the field points to."), "to")
    return to


def _formula(screen: Screen, kind: Kind, text: str) -> str:
    """The formula with every field by its key, checked for kinds; people may write labels."""
    if kind is not Kind.FORMULA:
        return ""
    columns = {c.name: c for c in [*screen.columns, *custom_columns(screen)] if c.kind is not Kind.FORMULA}
    by_label = {str(c.label): name for name, c in columns.items()}
    stored = parse(text).text
    fields = sorted((n for n in nodes_of(parse(text).root) if isinstance(n, Field)), key=lambda n: -n.position)
    for node in fields:
        name = node.name if node.name in columns else by_label.get(node.name)
        if name is None:
            raise Invalid(
                "formula",
                _("The formula names “%(name)s”, but there is no such field. Check the spelling.")
                % {"name": node.name[:60]},
                "formula",
            )
        end = stored.index("}", node.position) + 1 if stored[node.position] == "{" else node.position + len(node.name)
        stored = f"{stored[: node.position]}{{{name}}}{stored[end:]}"
    parse(stored).kind({name: column.kind.value for name, column in columns.items()})
    return stored


def _told(verb: str, field: CustomField, by: Actor, changes: dict[str, Any] | None = None) -> None:
    emit(
        Happened(f"custom_field.{verb}", {"on": field.on, "key": field.key}, {}),
        subject=field,
        by=by,
        label=field.label,
        changes=changes,
    )
    _everywhere()


def _everywhere() -> None:
    """Every process reads the fields anew: this one now, the others by the epoch that every request reads anyway."""
    rights_changed()
    columns_changed()
