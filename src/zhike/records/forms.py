"""Forms from declarations and from actions' signatures. They only draw and carry text: what a value is, the edge decides once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from itertools import groupby
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from pydantic.fields import FieldInfo

from zhike.kernel import clock
from zhike.kernel.actions import About, Action, Emptied
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Problems
from zhike.kernel.models import Record
from zhike.kernel.screens import REFERENCES, Column, Kind, Screen, Sensitive, screens
from zhike.records.columns import Bound, bound_columns, choices_of, refers_to
from zhike.records.picking import picked
from zhike.records.queries import live, tags_of
from zhike.records.values import masked

MOST_OPTIONS = 200
MOST_AT_ONCE = 10  # a form of a new record with more fields folds those that can wait
#: kinds whose value many records share
ALIKE = (Kind.CHOICE, Kind.MULTI, Kind.PERSON, Kind.TEAM, Kind.RECORD, Kind.BOOL, Kind.TAGS, Kind.DATE)


class Carrying(forms.Form):
    """A form whose fields never judge: problems come from the action and are put beside their fields."""

    def front(self) -> list[forms.BoundField]:
        """What is asked for at once."""
        return [field for field in self.visible_fields() if getattr(field.field, "front", True)]

    def folded(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The rest by section; it stands open where something in it was refused."""
        rest = [field for field in self.visible_fields() if not getattr(field.field, "front", True)]
        return [
            (title, list(group))
            for title, group in groupby(rest, key=lambda field: getattr(field.field, "section", ""))
        ]

    def unfolded(self) -> bool:
        """Whether a refused field lies in the folded part."""
        return any(field.errors for _title, group in self.folded() for field in group)

    def refuse(self, error: DomainError) -> None:
        """Show a refusal where it belongs."""
        self.is_valid()
        for problem in error.problems if isinstance(error, Problems) else (error,):
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, str(problem.message))


def _field(
    widget: forms.Widget, label: Any, *, required: bool = False, help_text: Any = "", multiple: bool = False
) -> forms.Field:
    kind = _Many if multiple else forms.Field
    made = kind(label=label, widget=widget, required=False, help_text=help_text)
    made.show_required = required  # type: ignore[attr-defined]
    return made


class _Many(forms.Field):
    """Carries a list."""

    def to_python(self, value: Any) -> Any:
        return value or []


def record_form(
    screen: Screen, actor: Actor, *, record: Record | None = None, data: Any = None, initial: Mapping[str, Any] | None = None,
    names: Sequence[str] = (), fold: bool = False,
) -> Carrying:  # fmt: skip
    """The form of a type: the writable columns of this person, in the order of their sections; `fold` asks for few at once."""
    columns = [b for b in bound_columns(screen, actor).values() if b.writable and (not names or b.name in names)]
    order = {section.key: place for place, section in enumerate(screen.sections)}
    columns.sort(key=lambda b: order.get(b.column.section, 99))
    values = {b.name: current(b.column, record, actor) for b in columns} if record else dict(initial or {})
    fields = {b.name: column_field(b.column, actor, values.get(b.name)) for b in columns}
    for item in columns:
        if item.veiled and record and values.get(item.name):
            veil(fields[item.name], item.column, values.pop(item.name))
    if fold and len(columns) > MOST_AT_ONCE:
        sections = {section.key: section.label for section in screen.sections}
        for item in columns:
            fields[item.name].front = is_quick(item.column)  # type: ignore[attr-defined]
            fields[item.name].section = sections.get(item.column.section, "")  # type: ignore[attr-defined]
    made: Carrying = type("RecordForm", (Carrying,), fields)(data, initial=values, prefix=None)
    return made


def is_quick(column: Column) -> bool:
    """Whether the form of a new record asks for it at once."""
    return column.required or column.listed or column.quick


def bulk_form(screen: Screen, actor: Actor, *, data: Any = None) -> Carrying:
    """The form of a change to many records at once: without what names or reaches one of them alone."""
    bound = [b for b in bound_columns(screen, actor).values() if b.writable and not b.column.required]
    alike = [
        b.name for b in bound if b.column.custom or (b.column.sensitive is Sensitive.NO and b.column.kind in ALIKE)
    ]
    shared = {*alike, *(b.name for b in bound if b.column.listed)}
    return record_form(screen, actor, data=data, names=[b.name for b in bound if b.name in shared] or ["-"])


def veil(field: forms.Field, column: Column, value: Any) -> None:
    """A value shown in part stands in the form as a hint only; leaving the field empty keeps it."""
    field.veiled = True  # type: ignore[attr-defined]
    field.widget.attrs["placeholder"] = str(masked(column, value))
    field.help_text = _("Shown in part. Leave it empty to keep it.")


def current(column: Column, record: Record, actor: Actor) -> Any:
    """The value of a column on a record, as a form shows it."""
    if column.custom:
        value = record.custom.get(column.name)  # type: ignore[attr-defined]
    elif column.kind is Kind.TAGS:
        return "、".join(tags_of([record.pk]).get(record.pk, []))
    elif column.kind in REFERENCES:
        value = getattr(record, f"{column.orm}_id")
    else:
        value = getattr(record, column.orm, None)
    if column.kind is Kind.MULTI:
        return [code for code in (value or "").split("|") if code]
    if isinstance(value, dt.datetime):
        return clock.local(value, actor.zone).strftime("%Y-%m-%dT%H:%M")
    return in_control(value)


def column_field(column: Column, actor: Actor, value: Any = None) -> forms.Field:
    """The control of a column."""
    widget = column_widget(column, actor, value)
    return _field(
        widget, column.label, required=column.required, help_text=column.help, multiple=column.kind is Kind.MULTI
    )


def column_widget(column: Column, actor: Actor, value: Any) -> forms.Widget:
    """Which control a kind gets."""
    kind = column.kind
    if kind is Kind.CHOICE:
        blank = [] if column.required else [("", "—")]
        return forms.Select(choices=[*blank, *[(c, str(label)) for c, label in choices_of(column).items() if c]])
    if kind is Kind.MULTI:
        return forms.SelectMultiple(attrs={"data-many": ""}, choices=list(choices_of(column).items()))
    if kind in REFERENCES:
        type_ = refers_to(column)
        return reference_widget(type_, actor, value, required=column.required)
    if kind is Kind.BOOL:
        return forms.Select(choices=[("", "—"), ("true", _("Yes")), ("false", _("No"))])
    if kind is Kind.TAGS:
        return forms.TextInput(attrs={"data-tags": "", "maxlength": 400})
    attrs: dict[str, Any] = {"maxlength": column.max_length} if column.max_length else {}
    return INPUTS.get(kind, forms.TextInput)(attrs=attrs)


class _Day(forms.DateInput):
    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        return value.isoformat() if isinstance(value, dt.date) else value


class _Moment(forms.DateTimeInput):
    input_type = "datetime-local"


class _Number(forms.TextInput):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", **(attrs or {})})


class _Long(forms.Textarea):
    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 3, **(attrs or {})})


class _Phone(forms.TextInput):
    input_type = "tel"


INPUTS: Mapping[Kind, type[forms.Widget]] = {
    Kind.LONG_TEXT: _Long, Kind.DATE: _Day, Kind.DATETIME: _Moment, Kind.NUMBER: _Number, Kind.MONEY: _Number,
    Kind.EMAIL: forms.EmailInput, Kind.PHONE: _Phone, Kind.URL: forms.TextInput,
}  # fmt: skip


def reference_widget(type_: str, actor: Actor, value: Any, *, required: bool = False) -> forms.Widget:
    """A select of what this person may see; long lists ask the server while typing."""
    screen = screens[type_]
    options = [(str(pk), name) for pk, name in picked(screen, actor, "", MOST_OPTIONS)]
    if value and str(value) not in {pk for pk, _name in options}:
        found = live(screen, actor).filter(pk=value).values_list("pk", screen.title).first()
        options += [(str(found[0]), str(found[1]))] if found else []
    blank = [] if required and value else [("", "—")]  # nobody is chosen by chance
    return forms.Select(attrs={"data-pick": f"/{screen.slug}/pick/"}, choices=[*blank, *options])


def action_form(
    made: Action[..., Any],
    actor: Actor,
    data: Any = None,
    initial: Mapping[str, Any] | None = None,
    about: About | None = None,
) -> Carrying:
    """The form behind an action's button, from its signature and its defaults; `about` is what it starts from on an inner row."""
    fields = {
        name: parameter_field(name, info, made.refs.get(name), actor) for name, info in made.fields.model_fields.items()
    }
    about = about or About(name="")
    fields = {name: field for name, field in fields.items() if name not in about.leaves or name in (data or ())}
    if made.inner:
        fields[made.inner].widget = forms.HiddenInput()
    for name in about.choices.keys() & fields.keys():
        fields[name].widget = forms.Select(choices=[("", "—"), *about.choices[name]])
    defaults = {name: info.default for name, info in made.fields.model_fields.items() if not info.is_required()}
    values = {name: in_control(value) for name, value in {**defaults, **about.values}.items()}
    drawn: Carrying = type("ActionForm", (Carrying,), fields)(data, initial=values | dict(initial or {}))
    return drawn


def in_control(value: Any) -> Any:
    """A value as a control names it: yes and no as their select does."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, UUID) else value


def parameter_field(name: str, info: FieldInfo, ref: type[Record] | None, actor: Actor) -> forms.Field:
    """The control of one parameter, by its type."""
    label = info.title or name.replace("_", " ")
    required = info.is_required()
    if ref is not None:
        widget: forms.Widget = reference_widget(ref.record_type, actor, None, required=required)
    else:
        widget = type_widget(info.annotation, info)
    return _field(widget, label, required=required, help_text=info.description or "")


def type_widget(annotation: Any, info: FieldInfo) -> forms.Widget:
    """Which control a Python type gets."""
    options = (
        [a for a in get_args(annotation) if a not in (type(None), Emptied)]
        if type(None) in get_args(annotation)
        else []
    )
    kind = options[0] if len(options) == 1 else annotation
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if get_origin(kind) is Literal:
        return forms.Select(choices=[(v, v) for v in get_args(kind)])
    if isinstance(kind, type) and issubclass(kind, Enum):
        blank = [("", "—")] if options else []
        return forms.Select(choices=[*blank, *[(m.value, getattr(m, "label", m.value)) for m in kind]])
    if kind is bool:
        blank = [("", "—")] if options else []
        return forms.Select(choices=[*blank, ("true", _("Yes")), ("false", _("No"))])
    if kind is dt.datetime:
        return _Moment()
    if kind is dt.date:
        return _Day()
    if kind in (int, float, Decimal):
        return _Number()
    return _Long() if extra.get("long") else forms.TextInput()


def submitted(form_fields: Mapping[str, forms.Field], post: Any, many: Iterable[str] = ()) -> dict[str, Any]:
    """What was sent of a form's fields, as plain data for `run`."""
    lists = set(many)
    kept = {name for name, field in form_fields.items() if getattr(field, "veiled", False) and not post.get(name)}
    names = [name for name in form_fields if name in post and name not in kept]
    return {name: post.getlist(name) if name in lists else post[name] for name in names}


def many_of(form: forms.Form) -> list[str]:
    """The fields that carry lists."""
    return [name for name, field in form.fields.items() if isinstance(field, _Many)]


def sent(request: Any) -> Any:
    """What was posted; None for a form that is only being shown."""
    return request.POST if request.method == "POST" else None


def filled(data: dict[str, Any]) -> dict[str, Any]:
    """Only what was filled in: a blank control of a new record, or of a bulk edit, says nothing."""
    return {name: value for name, value in data.items() if value not in ("", [])}


def without_blanks(made: Action[..., Any], data: dict[str, Any]) -> dict[str, Any]:
    """An empty control means "not given" where the parameter has a default, unless its type says that it may be emptied."""
    fields = made.fields.model_fields
    return {n: v for n, v in data.items() if v != "" or n not in fields or takes_empty(fields[n])}


def takes_empty(info: FieldInfo) -> bool:
    """Whether an empty control is a value of its own."""
    return info.is_required() or Emptied in get_args(info.annotation)


def editable(columns: Iterable[Bound]) -> list[Bound]:
    """Columns that may be edited in the list or in bulk."""
    return [b for b in columns if b.writable and b.column.inline]
