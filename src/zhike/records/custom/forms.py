"""The form of a custom field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zhike.kernel.screens import Kind, Screen, screens
from zhike.records.columns import SORTED
from zhike.records.custom.actions import KINDS
from zhike.records.custom.queries import readable
from zhike.records.forms import Carrying
from zhike.records.models import CustomField

YES_NO = (("false", _("No")), ("true", _("Yes")))


def _select(choices: Any) -> forms.Select:
    return forms.Select(choices=choices)


class NewField(Carrying):
    """A field about to be added."""

    label = forms.Field(
        label=_("Label"), widget=forms.TextInput(attrs={"maxlength": 60, "autofocus": ""}), required=False
    )
    kind = forms.Field(
        label=_("Kind"), widget=_select([(k.value, label) for k, label in KINDS.items()]), required=False
    )
    options = forms.Field(
        label=_("Choices"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("One a line; for choices only."),
    )
    to = forms.Field(label=_("Points to"), required=False, help_text=_("For records only."))
    formula = forms.Field(
        label=_("Formula"), widget=forms.Textarea(attrs={"rows": 2}), required=False,
        help_text=_("For formulas only; fields stand in braces: {Amount} * 0.13"),
    )  # fmt: skip
    required = forms.Field(label=_("Needed"), widget=_select(YES_NO), required=False)
    indexed = forms.Field(
        label=_("Sortable"), widget=_select(YES_NO), required=False,
        help_text=_("Lists may be sorted by it, and filtered by a formula; made in the background."),
    )  # fmt: skip
    help = forms.Field(label=_("Hint"), widget=forms.TextInput(attrs={"maxlength": 200}), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].widget = _select([("", "—"), *[(s.type, s.label) for s in screens.values()]])


class ChangedField(Carrying):
    """A field that is there already: its kind stays."""

    label = NewField.base_fields["label"]
    options = forms.Field(
        label=_("Choices"), widget=forms.Textarea(attrs={"rows": 6}), required=False,
        help_text=_("One a line. To rename a choice, change its line; lines keep their place."),
    )  # fmt: skip
    formula = NewField.base_fields["formula"]
    required = NewField.base_fields["required"]
    indexed = NewField.base_fields["indexed"]
    help = NewField.base_fields["help"]

    def __init__(self, screen: Screen, field: CustomField, data: Any = None) -> None:
        lines = "\n".join(str(label) for _code, label in field.options)
        initial = {
            "label": field.label, "options": lines, "formula": readable(screen, field.formula), "help": field.help,
            "required": str(field.required).lower(), "indexed": str(field.indexing is not None).lower(),
        }  # fmt: skip
        super().__init__(data, initial=initial)
        if Kind(field.kind) not in (Kind.CHOICE, Kind.MULTI):
            del self.fields["options"]
        if Kind(field.kind) is not Kind.FORMULA:
            del self.fields["formula"]
        if Kind(field.kind) not in SORTED:
            del self.fields["indexed"]


def read_new(sent: Mapping[str, Any], on: str) -> dict[str, Any]:
    """What was sent, for create_custom_field."""
    data = {
        name: sent[name] for name in ("label", "kind", "to", "formula", "required", "indexed", "help") if sent.get(name)
    }
    lines = [line for line in sent.get("options", "").splitlines() if line.strip()]
    return {"label": "", **data, "on": on, "options": [{"label": line} for line in lines]}


def read_changed(sent: Mapping[str, Any], field: CustomField) -> dict[str, Any]:
    """What was sent, for change_custom_field: a line that was there keeps its code, a changed one takes that of its place."""
    data: dict[str, Any] = {
        name: sent[name] for name in ("label", "formula", "required", "indexed", "help") if name in sent
    }
    if "options" in sent:
        lines = [" ".join(line.split()) for line in sent["options"].splitlines() if line.strip()]
        codes = {str(label): str(code) for code, label in field.options}
        free = [str(code) if str(label) not in lines else "" for code, label in field.options]
        data["options"] = [
            {"label": line, "code": codes.get(line) or _at(free, place)} for place, line in enumerate(lines)
        ]
    return data


def _at(free: list[str], place: int) -> str:
    return free[place] if place < len(free) else ""
