"""The fields of a type that one person may import into, and how headings are matched to them."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.screens import Column, Kind, Screen, screens
from zhike.kernel.text import fold
from zhike.records.columns import NOT_WRITTEN, choices_of, custom_columns
from zhike.records.importing.mapping import Match, Pattern, Target, guess_mapping
from zhike.records.importing.values import Labels

HISTORY = "records.import_history"
HISTORIC = ("created_at", "created_by")
FAMILY, GIVEN = "family_name", "given_name"
PARTS = (FAMILY, GIVEN)
_PART_LABELS = {FAMILY: _("Family name"), GIVEN: _("Given name")}
_PART_ALIASES = {
    FAMILY: ("姓", "姓氏", "last name", "lastname", "surname", "family name"),
    GIVEN: ("名", "名字", "first name", "firstname", "given name", "forename"),
}
_PATTERNS = {
    Kind.PHONE: "phone",
    Kind.EMAIL: "email",
    Kind.URL: "url",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.MONEY: "money",
    Kind.NUMBER: "number",
    Kind.BOOL: "bool",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field to import into. `part` marks half a name, which ends in the title."""

    column: Column
    name: str
    part: bool = False

    @property
    def label(self) -> str:
        """What people call it."""
        return str(_PART_LABELS[self.name] if self.part else self.column.label)


def fields_of(screen: Screen, actor: Actor) -> dict[str, Field]:
    """Every field this person may set by a file, in the order of the declaration."""
    found: dict[str, Field] = {}
    for column in [*screen.columns, *(screen.beside.columns if screen.beside else ()), *custom_columns(screen)]:
        if allowed(screen, actor, column):
            found[column.name] = Field(column, column.name)
            if column.name == screen.title and screen.name_parts:
                found |= {part: Field(column, part, True) for part in PARTS}
    return found


def allowed(screen: Screen, actor: Actor, column: Column) -> bool:
    """Whether the person may set the column by a file: what forms let them set, and history with its own right.

    A masked value may be brought in (they have it in their file); it is shown to them masked all the same.
    """
    if actor.rule(screen.type, column.name) is not FieldRule.OPEN or column.kind in NOT_WRITTEN:
        return False
    if column.name in HISTORIC:
        return actor.can(HISTORY)
    if column.name == screen.owner:
        return actor.can(f"{screen.type}.transfer")
    return column.editable


def guessed(screen: Screen, actor: Actor, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Match]:
    """Which column goes where, by names in every language we speak and by content."""
    fields = fields_of(screen, actor)
    patterns = {f"in {name}": pattern for name, field in fields.items() if (pattern := _pattern(screen, field))}
    targets = [target_of(field, patterns) for field in fields.values()]
    found = guess_mapping(headings, rows, targets, patterns)
    if _named_in_parts(screen, found):  # then a “company” is no further name of theirs
        found = guess_mapping(headings, rows, [target for target in targets if target.name != screen.title], patterns)
    return found


def _named_in_parts(screen: Screen, found: Sequence[Match]) -> bool:
    """Whether records are named by two columns, and the one taken for the whole name may say something beside."""
    beside = {column.name for column in screen.beside.columns} if screen.beside else set()
    whole = [match for match in found if match.target == screen.title and beside.intersection(match.others)]
    return bool(whole) and {match.target for match in found}.issuperset(PARTS)


def _pattern(screen: Screen, field: Field) -> Pattern | None:
    """What contents of a column with a closed set of values look like; and a name is more than a number."""
    kind = field.column.kind
    if kind in (Kind.CHOICE, Kind.MULTI):
        labels = Labels.of(choices_of(field.column).items())
        return lambda text: labels.code_of(text) is not None
    if kind is Kind.PERSON:
        people = screens["person"].model_class.objects.filter(archived_at=None)
        names = {fold(text) for row in people.values_list("name", "username", "email") for text in row if text}
        return lambda text: fold(text) in names
    if field.name == screen.title:
        return lambda text: any(char.isalpha() for char in text)
    return None


def target_of(field: Field, patterns: Container[str] = ()) -> Target:
    """A field as the guesser knows it."""
    column = field.column
    if field.part:
        return Target(field.name, field.label, "text", _PART_ALIASES[field.name])
    labels = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            labels.append(str(column.label))
    pattern = column.name if column.name in ("mobile", "credit_code") else ""
    if f"in {column.name}" in patterns:
        pattern = f"in {column.name}"
    return Target(
        name=column.name,
        label=field.label,
        kind=_PATTERNS.get(column.kind, "text"),
        aliases=(*labels, *column.aliases),
        required=column.required,
        pattern=pattern,
    )
