"""Turns other people's validation errors (pydantic, Django) into ours: field, value shortened, remedy, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from zhike.kernel.errors import DomainError, Invalid, Problems

# pydantic's codes, in our words; anything else falls back to "not a usable value"
MESSAGES = {
    "missing": _("This field is needed. Fill it in."),
    "extra_forbidden": _("There is no such field here. Remove “%(field)s”."),
    "string_too_long": _("“%(value)s” is too long: at most %(max_length)s characters."),
    "string_too_short": _("“%(value)s” is too short: at least %(min_length)s characters."),
    "uuid_parsing": _("“%(value)s” is not an id. Choose a record from the list."),
    "uuid_type": _("“%(value)s” is not an id. Choose a record from the list."),
    "int_parsing": _("“%(value)s” is not a whole number."),
    "decimal_parsing": _("“%(value)s” is not a number."),
    "date_from_datetime_parsing": _("“%(value)s” is not a date. Write it as 2026-01-31."),
    "date_parsing": _("“%(value)s” is not a date. Write it as 2026-01-31."),
    "datetime_parsing": _("“%(value)s” is not a time. Write it as 2026-01-31 14:30."),
    "datetime_from_date_parsing": _("“%(value)s” is not a time. Write it as 2026-01-31 14:30."),
    "enum": _("“%(value)s” is not one of the choices: %(expected)s."),
    "literal_error": _("“%(value)s” is not one of the choices: %(expected)s."),
    "greater_than_equal": _("“%(value)s” is too small: at least %(ge)s."),
    "less_than_equal": _("“%(value)s” is too large: at most %(le)s."),
}
OTHER = _("“%(value)s” cannot be used here. Check it and try again.")

MOST_TOLD = 100  # nobody mends more in one go


def shorten(value: object, most: int = 60) -> str:
    """A value as it may stand in a message."""
    text = str(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def as_problems(error: ValidationError | DjangoValidationError) -> DomainError:
    """One Invalid a field, bundled."""
    if isinstance(error, ValidationError):
        return Problems([_from_pydantic(dict(e)) for e in error.errors(include_url=False)[:MOST_TOLD]])
    if hasattr(error, "error_dict"):
        found = [Invalid("invalid", m, name) for name, messages in error.message_dict.items() for m in messages]
    else:
        found = [Invalid("invalid", message) for message in error.messages]
    return Problems(found)


def _from_pydantic(error: dict[str, Any]) -> Invalid:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, DomainError):
        return Invalid(cause.code, cause.message, _path(error))
    name = _path(error)
    values = {"value": shorten(error.get("input", "")), "field": name, **error.get("ctx", {})}
    return Invalid(error["type"], MESSAGES.get(error["type"], OTHER) % values, name)


def _path(error: dict[str, Any]) -> str:
    return ".".join(str(part) for part in error.get("loc", ()))
