"""Values between people, machines and rows: read at the edge once, written as JSON, shown as cells."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, DecimalException
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _

from zhike.kernel import clock
from zhike.kernel.actions import find
from zhike.kernel.actor import Actor
from zhike.kernel.errors import DomainError, Invalid, Problems
from zhike.kernel.refusals import shorten
from zhike.kernel.screens import REFERENCES, Column, Kind, Screen, Sensitive, screens
from zhike.kernel.text import clean, enumerated, mask_email, mask_id, mask_phone
from zhike.records.columns import Bound, bound_columns, choices_of, refers_to

Values = dict[str, Any]
UNITS: Mapping[str, int] = {"万": 10_000, "亿": 100_000_000}
SCHEMES = ("http", "https", "mailto", "tel")
MASKS: Mapping[Sensitive, Callable[[str], str]] = {
    Sensitive.PHONE: mask_phone,
    Sensitive.EMAIL: mask_email,
    Sensitive.ID: mask_id,
}


def read_values(screen: Screen, actor: Actor, data: Mapping[str, Any], *, creating: bool) -> Values:
    """Typed values of the columns in `data`, for create and update; every refused field is named.

    Keys that are no writable column of this person are refused, so that nothing can be slipped in (owner, ids, times).
    """
    bound = bound_columns(screen, actor)
    values: Values = {}
    problems: list[DomainError] = []
    for name, raw in data.items():
        item = bound.get(name)
        if item is None or not item.writable:
            problems.append(_not_writable(name, item))
            continue
        try:
            values[name] = read_value(item.column, raw, actor)
        except DomainError as error:
            problems.append(Invalid(error.code, error.message, name))
    for item in bound.values():
        given = values.get(item.name) if item.name in values else None
        needed = item.column.required and item.writable and (creating or item.name in values)
        if needed and given in (None, "", []) and not any(p.field == item.name for p in problems):
            problems.append(
                Invalid("missing", _("“%(label)s” is needed. Fill it in.") % {"label": item.column.label}, item.name)
            )
    if problems:
        raise Problems(problems)
    return values


def _not_writable(name: str, item: Bound | None) -> Invalid:
    if item is None:
        return Invalid(
            "unknown_field", _("There is no field “%(name)s” here.") % {"name": shorten(name)}, shorten(name)
        )
    return Invalid("read_only", _("“%(label)s” cannot be changed by you here.") % {"label": item.column.label}, name)


def read_value(column: Column, raw: Any, actor: Actor) -> Any:
    """One typed value; "" and None clear it. Raises Invalid with value and remedy."""
    if raw is None or raw == "":
        return None if column.kind in EMPTY_IS_NONE else [] if column.kind in (Kind.TAGS, Kind.MULTI) else ""
    return READERS[column.kind](column, raw, actor)


EMPTY_IS_NONE = (
    Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.DATETIME, Kind.PERSON, Kind.TEAM, Kind.RECORD, Kind.BOOL,
)  # fmt: skip


def _unusable(column: Column, raw: object, remedy: object) -> Invalid:
    return Invalid(
        "invalid", _("“%(value)s” cannot be used. %(remedy)s") % {"value": shorten(raw), "remedy": remedy}, column.name
    )


def _text(column: Column, raw: Any, actor: Actor) -> str:
    if not isinstance(raw, str):
        raise _unusable(column, raw, _("Write text."))
    long = column.kind is Kind.LONG_TEXT
    return clean(raw, column.max_length or (20_000 if long else 400))


def _email(column: Column, raw: Any, actor: Actor) -> str:
    text = _text(column, raw, actor)
    try:
        validate_email(text)
    except ValidationError:
        raise _unusable(column, raw, _("Write an address such as name@example.com.")) from None
    return text


def _url(column: Column, raw: Any, actor: Actor) -> str:
    text = _text(column, raw, actor)
    address = text if "://" in text or text.startswith(("mailto:", "tel:")) else f"https://{text}"
    try:
        parts = urlsplit(address)
        scheme = parts.scheme.lower() if parts.port is None or parts.port else ""  # asking for the port checks it
    except ValueError:
        scheme = ""
    if scheme not in SCHEMES or any(c.isspace() for c in address):
        raise _unusable(column, raw, _("Write an address that begins with https://."))
    return address


def _number(column: Column, raw: Any, actor: Actor) -> Decimal:
    text = unicodedata.normalize("NFKC", str(raw)).replace(",", "").strip(" ¥元") if not isinstance(raw, bool) else "?"
    unit = UNITS.get(text[-1:], 1)  # 120.5万, as people write it
    try:
        number = Decimal(text) if unit == 1 else Decimal(text[:-1]) * unit
    except DecimalException:
        raise _unusable(column, raw, _("Write a number.")) from None
    digits = number.as_tuple()
    if not number.is_finite() or len(digits.digits) > 15 or abs(number) >= Decimal(10) ** 15:
        raise _unusable(column, raw, _("Write a number of at most 15 digits."))
    return number


def _date(column: Column, raw: Any, actor: Actor) -> date:
    try:
        day = raw if isinstance(raw, date) else parse_date(str(raw).strip().replace("/", "-"))
    except ValueError:
        day = None
    if day is None or not 1800 <= day.year <= 2300:
        raise _unusable(column, raw, _("Write a date such as 2026-01-31."))
    return day


def _datetime(column: Column, raw: Any, actor: Actor) -> datetime:
    try:
        moment = raw if isinstance(raw, datetime) else parse_datetime(str(raw).strip())
        if moment is None and (day := parse_date(str(raw).strip())):
            moment = datetime.combine(day, time())
    except ValueError:
        moment = None
    if moment is None or not 1800 <= moment.year <= 2300:
        raise _unusable(column, raw, _("Write a time such as 2026-01-31 14:30."))
    return moment if moment.tzinfo else clock.moment(moment.date(), moment.time(), actor.zone)


def _choice(column: Column, raw: Any, actor: Actor) -> str:
    known = choices_of(column)
    if str(raw) in known:
        return str(raw)
    labels = {str(label).casefold(): code for code, label in known.items()}
    code = labels.get(str(raw).strip().casefold())
    if code is None:
        listed = enumerated(label for code, label in known.items() if code)
        raise _unusable(column, raw, _("Choose one of: %(choices)s.") % {"choices": shorten(listed, 200)})
    return code


def _multi(column: Column, raw: Any, actor: Actor) -> str:
    items = raw if isinstance(raw, list) else [part for part in str(raw).replace("、", ",").split(",") if part.strip()]
    codes = [_choice(column, str(item).strip(), actor) for item in items]
    return f"|{'|'.join(dict.fromkeys(codes))}|" if codes else ""


def _tags(column: Column, raw: Any, actor: Actor) -> list[str]:
    items = raw if isinstance(raw, list) else str(raw).replace("、", ",").replace("，", ",").split(",")
    names = [clean(str(item), 40).strip() for item in items]
    return list(dict.fromkeys(name for name in names if name))[:50]


def _reference(column: Column, raw: Any, actor: Actor) -> Any:
    type_ = refers_to(column)
    if column.kind is Kind.PERSON and raw == "me":
        raw = actor.user_id
    found = find(screens[type_].model_class, raw, actor, field=column.name)
    return str(found.pk) if column.custom else found


def _bool(column: Column, raw: Any, actor: Actor) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "是": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "否": False,
    }
    found = raw if isinstance(raw, bool) else words.get(str(raw).strip().lower())
    if found is None:
        raise _unusable(column, raw, _("Write yes or no."))
    return found


def _formula(column: Column, raw: Any, actor: Actor) -> Any:
    raise _unusable(column, raw, _("A formula is computed, not written."))


READERS: Mapping[Kind, Callable[[Column, Any, Actor], Any]] = {
    Kind.TEXT: _text, Kind.LONG_TEXT: _text, Kind.PHONE: _text, Kind.EMAIL: _email, Kind.URL: _url,
    Kind.NUMBER: _number, Kind.MONEY: _number, Kind.DATE: _date, Kind.DATETIME: _datetime, Kind.CHOICE: _choice,
    Kind.MULTI: _multi, Kind.TAGS: _tags, Kind.PERSON: _reference, Kind.TEAM: _reference, Kind.RECORD: _reference,
    Kind.BOOL: _bool, Kind.FORMULA: _formula,
}  # fmt: skip


def stored_custom(column: Column, value: Any) -> Any:
    """A typed value as it stands in the record's JSON."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def masked(column: Column, value: Any) -> Any:
    """A value as somebody sees it who may not see all of it."""
    if value in (None, "", []):
        return value
    return MASKS[column.sensitive](str(value)) if column.sensitive is not Sensitive.NO else "****"


def raw_of(item: Bound, row: Mapping[str, Any]) -> Any:
    """The stored value of a column in a row of a page, masked where the rule says so."""
    value = (row.get("_custom") or {}).get(item.name) if item.column.custom else row.get(item.name)
    return masked(item.column, value) if item.masked else value


JsonReader = Callable[[Mapping[str, Any]], Any]


def json_reader(item: Bound) -> JsonReader:
    """What takes a column's value out of a row as the API gives it; orjson writes dates, UUIDs and the like."""
    column, name, label = item.column, item.name, f"{item.name}__label"
    if item.masked:
        return lambda row: raw_of(item, row)
    if column.kind in REFERENCES and not column.custom:
        return lambda row: None if (value := row.get(name)) is None else {"id": value, "name": row.get(label)}
    if column.kind is Kind.MULTI:
        return lambda row: [code for code in (raw_of(item, row) or "").split("|") if code]
    return lambda row: str(value) if isinstance(value := raw_of(item, row), Decimal) else value
