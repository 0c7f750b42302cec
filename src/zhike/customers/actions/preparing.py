"""From values by column name to what is written: fields of the party, contact points, names. Touches no database.

Single writes and the import's fast road share this, so that both accept and refuse alike. Only an import keeps a
telephone number that nobody can read, as text: losing it would be worse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from zhike.customers.terms import (
    COMPLETE,
    NAME_COLUMNS,
    Form,
    Gender,
    Kind,
    Level,
    NameOf,
    PointKind,
    Relationship,
    Size,
)  # fmt: skip
from zhike.customers.values.addresses import parse_address
from zhike.customers.values.birthdays import Birthday, parse_birthday
from zhike.customers.values.credit_codes import parse_credit_code
from zhike.customers.values.emails import parse_email
from zhike.customers.values.names import NameKind, guess_kind
from zhike.customers.values.phones import PhoneKind, parse_phone, phone_or_none, split_phones
from zhike.kernel.errors import DomainError, Invalid
from zhike.kernel.text import clean, fold, shorten, sort_key

TEXTS: Final = {
    "short_name": 100, "english_name": 200, "former_name": 200, "industry": 80, "source": 80, "stage": 16, "title": 80,
    "contact_name": 80, "contact_title": 80, "next_step": 200, "external_id": 100, "source_system": 60, "note": 20_000,
}  # fmt: skip
CHOICES: Final[dict[str, frozenset[str]]] = {
    "form": frozenset(Form.values),
    "kind": frozenset(Kind.values),
    "size": frozenset({"", *Size.values}),
    "relationship": frozenset({"", *Relationship.values}),
    "level": frozenset({"", *Level.values}),
    "gender": frozenset({"", *Gender.values}),
}
PLAIN: Final = (
    "last_touch_at", "last_deal_at", "next_step_at", "created_at", "protected_until",
    "pooled_at", "pool_reason",
)  # fmt: skip
REFERENCES: Final = ("owner", "team", "parent", "pool", "created_by")
EMPLOYER: Final = "employer"  # where a person of a file works (see `matching.employers`): no column of the person's own
DEPARTMENT: Final = "department"
PLACE: Final = ("address", "province", "city", "district")
PUBLIC: Final = frozenset({NameKind.GOVERNMENT, NameKind.SCHOOL, NameKind.HOSPITAL})


@dataclass(slots=True)
class Point:
    """A contact point to be written; `column` is the column of the party that shows it."""

    kind: str
    value: str
    display: str
    column: str = ""
    label: str = ""
    extension: str = ""
    division: str = ""


@dataclass(slots=True)
class Prepared:
    """What a set of values means. `cleared` are columns whose contact point goes; `aliases` is None when not given."""

    fields: dict[str, Any] = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    aliases: list[str] | None = None

    def further_names(self) -> list[tuple[str, str]]:
        """(kind, name) of every name beside the main one."""
        found = [(str(kind), name) for column, kind in NAME_COLUMNS.items() if (name := self.fields.get(column))]
        return found + [(str(NameOf.ALIAS), name) for name in self.aliases or ()]


def prepare(values: Mapping[str, Any], *, lenient: bool = False, before: Mapping[str, Any] | None = None) -> Prepared:
    """What `values` mean for a party; `before` holds the present values of one that exists. Refusals name columns."""
    made = Prepared()
    fields = made.fields
    column = "name"
    try:
        if "name" in values or before is None:
            fields["name"] = name = _name(values.get("name"))
            _nature(fields, name, values, before)
        for column, value in values.items():
            if (limit := TEXTS.get(column)) is not None:
                fields[column] = clean(value, limit) if value else ""
            elif column in CHOICES:
                fields[column] = _chosen(column, value)
            elif column == "do_not_contact":
                fields[column] = bool(value)  # left blank says no
            elif column in PLAIN:
                fields[column] = value
            elif column in REFERENCES:
                fields[column + "_id"] = value if value is None or isinstance(value, UUID) else value.pk
            elif (special := SPECIAL.get(column)) is not None:
                special(made, column, value, lenient)
        column = "address"
        if any(part in values for part in PLACE):
            _place(made, values, before or {})
    except DomainError as error:
        if error.field is None:
            error.field = column
        raise
    return made


def _name(value: Any) -> str:
    name = clean(str(value or ""), 200)
    if not name:
        raise Invalid("missing", _("A customer needs a name. Fill it in."), "name")
    return name


def _nature(fields: dict[str, Any], name: str, values: Mapping[str, Any], before: Mapping[str, Any] | None) -> None:
    """Form and kind, guessed from the name where they are not given; and the key by which the name sorts."""
    form, kind = values.get("form"), values.get("kind")
    if before is None and not (form and kind):
        guess = NameKind.PERSON if _works(name, values) else guess_kind(name)
        if not form:
            form = (
                Form.PERSON if kind == Kind.CONSUMER or (not kind and guess is NameKind.PERSON) else Form.ORGANISATION
            )
        if not kind:
            kind = Kind.CONSUMER if form == Form.PERSON else Kind.GOVERNMENT if guess in PUBLIC else Kind.BUSINESS
        fields["form"], fields["kind"] = str(form), str(kind)
    form = form or (before or {}).get("form")
    fields["sort_key"] = sort_key(name, form == Form.PERSON)


def _works(name: str, values: Mapping[str, Any]) -> bool:
    """Whether a file says of somebody where they work: then they are a person, whatever they are called."""
    employer = str(values.get(EMPLOYER) or "")
    return bool(employer) and fold(employer) != fold(name)


def _chosen(column: str, value: Any) -> str:
    code = str(value or "")
    if code not in CHOICES[column]:
        message = _("“%(value)s” is not one of the choices: %(choices)s.")
        choices = ", ".join(sorted(CHOICES[column] - {""}))
        raise Invalid("invalid", message % {"value": shorten(code), "choices": choices}, column)
    return code


def phone_point(text: str, *, lenient: bool = False) -> Point:
    """A telephone number as a contact point."""
    found = phone_or_none(text) if lenient else parse_phone(text)
    if found is None:
        text = clean(text, 40)
        return Point(PointKind.LANDLINE, "".join(filter(str.isdigit, text)) or fold(text), text)
    kind = PointKind.MOBILE if found.kind is PhoneKind.MOBILE else PointKind.LANDLINE
    value = f"{found.e164};{found.extension}" if found.extension else found.e164
    shown = found.display
    if found.kind is not PhoneKind.FOREIGN:  # without the blanks inside, so that a filter for the plain number finds it
        number, turn, extension = shown.partition(" 转 ")
        shown = number.replace(" ", "") + turn + extension
    return Point(kind, value, shown[:40], extension=found.extension[:8])


def _phones(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    text = str(value or "").strip()
    if not text:
        made.cleared.append(column)
        return
    parts = [text] if text.isdigit() else split_phones(text)
    for place, part in enumerate(parts[:10]):
        point = phone_point(part, lenient=lenient)
        if place and any(other.value == point.value for other in made.points):
            continue
        point.column = "" if place else column
        made.points.append(point)


def email_point(text: str) -> Point:
    """An e-mail address as a contact point."""
    found = parse_email(text)
    return Point(PointKind.EMAIL, found.key[:254], found.address)


def _email(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    _single(made, column, email_point(str(value)) if value else None)


def plain_point(kind: str, text: str, limit: int) -> Point:
    """WeChat, QQ or a website as a contact point."""
    text = clean(text, limit)
    value = fold(text)
    if kind == PointKind.WEBSITE:
        scheme, colon, _rest = value.partition("://")
        if (colon and scheme not in ("http", "https")) or value.startswith(("javascript:", "data:")):
            message = _("“%(value)s” is no web address. Write it as https://www.example.com.")
            raise Invalid("website.scheme", message % {"value": shorten(text)})
        value = value.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return Point(kind, value[:300], text)


def _wechat(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    _single(made, column, plain_point(PointKind.WECHAT, str(value), 60) if value else None)


def _website(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    _single(made, column, plain_point(PointKind.WEBSITE, str(value), 200) if value else None)


def _qq(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    _single(made, column, plain_point(PointKind.QQ, str(value), 20) if value else None)


def _single(made: Prepared, column: str, point: Point | None) -> None:
    if point is None:
        made.cleared.append(column)
    else:
        point.column = column
        made.points.append(point)


def _credit_code(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    made.fields["credit_code"] = parse_credit_code(str(value)).code if value else ""


def _birthday(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    found = None
    if isinstance(value, date):
        found = Birthday(value.month, value.day, value.year)
    elif value:
        found = parse_birthday(str(value))
    made.fields |= {
        "birthday_text": str(found) if found else "",
        "born_on": found.solar() if found else None,
        "birthday_lunar": bool(found and found.lunar),
        "birthday_month": found.month if found else None,
        "birthday_day": found.day if found else None,
    }


def _aliases(made: Prepared, column: str, value: Any, lenient: bool) -> None:
    items = (
        value
        if isinstance(value, list | tuple)
        else str(value or "").replace("；", "、").replace(";", "、").split("、")
    )
    names = (clean(str(item), 200) for item in items)
    made.aliases = list(dict.fromkeys(name for name in names if name))[:20]


SPECIAL: Final[dict[str, Callable[[Prepared, str, Any, bool], None]]] = {
    "mobile": _phones,
    "phone": _phones,
    "email": _email,
    "wechat": _wechat,
    "website": _website,
    "qq": _qq,
    "credit_code": _credit_code,
    "birthday": _birthday,
    "aliases": _aliases,
}


@lru_cache(maxsize=4096)
def _division(text: str) -> str:
    return parse_address(text).code


def address_point(text: str, region: str = "") -> tuple[Point, tuple[str, str, str, str]]:
    """An address as a contact point, and (division, province, city, district); `region` helps where the text is short."""
    text = clean(text, 300)
    found = parse_address(text)
    if region and (inside := _division(region)) and not found.code.startswith(inside):
        found = parse_address(region + text)
        text = found.full[:300]
    point = Point(PointKind.ADDRESS, fold(text)[:300], text, column="address", division=found.code)
    return point, (found.code, found.province, found.city, found.district)


def _place(made: Prepared, values: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """Address and divisions belong together: either may say where the other lies."""
    parts = {part: str((values if part in values else before).get(part) or "").strip() for part in PLACE}
    moved = any(part in values for part in PLACE[1:])
    region = "".join(parts[part] for part in PLACE[1:]) if moved else ""
    text = parts["address"]
    if not text:
        if "address" in values:
            made.cleared.append("address")
        if moved:
            found = parse_address(region)
            named = (found.code, found.province, found.city, found.district)
            _put(made, named if found.code else ("", *_typed(parts)))
        return
    point, where = address_point(text, region)
    made.points.append(point)
    _put(made, where if where[0] or not moved else ("", *_typed(parts)))


def _typed(parts: Mapping[str, str]) -> tuple[str, str, str]:
    return clean(parts["province"], 30), clean(parts["city"], 40), clean(parts["district"], 40)


def _put(made: Prepared, where: tuple[str, str, str, str]) -> None:
    made.fields |= dict(zip(("division", "province", "city", "district"), where, strict=True))


def shown_points(points: list[Point], into: dict[str, Any]) -> None:
    """Copy the contact points that stand in a column into the party's own columns."""
    for point in points:
        if point.column:
            into[point.column] = point.display


def percent_complete(fields: Mapping[str, Any]) -> int:
    """How complete a record is, 0 to 100, by the table in `terms`."""
    have = total = 0
    form = fields.get("form")
    for wanted in COMPLETE:
        if wanted.form and wanted.form != form:
            continue
        total += wanted.weight
        for column in wanted.columns:
            if fields.get(column):
                have += wanted.weight
                break
    return round(100 * have / total)
