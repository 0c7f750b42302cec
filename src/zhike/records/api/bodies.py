"""What a machine sends, read strictly: one JSON object, no trick that two readers would understand differently."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import BadRequest, DomainError, Invalid, TooLarge
from zhike.kernel.refusals import shorten

MOST_BYTES = 5 * 1024 * 1024
LARGEST = 2**63
MOST_KEY = 200
MOST_FIELDS, MOST_ITEMS = 2_000, 10_000  # of one object, of one list: each wrong one would be answered by a sentence
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?\Z')
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class WrongMedia(DomainError):
    """Something other than JSON was sent."""

    status = 415


def read_body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object of a call; no body at all is an empty one."""
    raw = raw_body(request)
    if not raw and not request.content_type:
        return {}
    if request.content_type != "application/json":
        raise WrongMedia(
            "media_type",
            _("Send JSON with Content-Type: application/json, not “%(value)s”.")
            % {"value": shorten(request.content_type or "")},
        )
    body = parse(raw) if raw else {}
    if not isinstance(body, dict):
        raise BadRequest("bad_json", _("Send one JSON object: {…}."))
    return body


def raw_body(request: HttpRequest) -> bytes:
    """The bytes of a call, 5 MB at most."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and int(length[:12]) > MOST_BYTES:
        raise _too_large()
    try:
        return request.body
    except RequestDataTooBig:
        raise _too_large() from None
    except UnreadablePostError:
        raise BadRequest("broken_off", _("The call broke off before it was complete. Send it again.")) from None


def _too_large() -> TooLarge:
    return TooLarge("too_large", _("A call may have 5 MB at most. Send less at a time, or import a file."))


def parse(raw: bytes) -> Any:
    """JSON without what databases and other readers disagree about: the same key twice, NUL, numbers beyond 64 bits, NaN."""
    try:
        orjson.loads(raw)  # fast and strict: depth, NaN, infinities, lone surrogates, encodings other than UTF-8
        return json.loads(raw, object_pairs_hook=_object, parse_int=_whole)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadRequest("bad_json", _("This is not valid JSON in UTF-8, or it is nested too deeply.")) from None


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MOST_FIELDS or any(isinstance(value, list) and len(value) > MOST_ITEMS for _name, value in pairs):
        told = {"fields": f"{MOST_FIELDS:,}", "items": f"{MOST_ITEMS:,}"}
        raise TooLarge("too_many_values", _("Send at most %(fields)s fields and %(items)s values at a time.") % told)
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _value in pairs).items() if times > 1)
        raise BadRequest(
            "key_twice", _("“%(name)s” stands twice. Send it once.") % {"name": shorten(twice)}, shorten(twice)
        )
    for name, value in pairs:
        if _bad_text(name) or _bad_text(value) or (isinstance(value, list) and any(_bad_text(v) for v in value)):
            raise Invalid(
                "text.control",
                _("“%(name)s” contains an invisible control character. Remove it.") % {"name": _printable(name)},
                _printable(name),
            )
    return found


def _bad_text(value: object) -> bool:
    return isinstance(value, str) and _CONTROL.search(value) is not None


def _printable(name: str) -> str:
    return shorten(_CONTROL.sub("�", name))


def _whole(text: str) -> int:
    number = int(text) if len(text) <= 20 else LARGEST
    if not -LARGEST <= number < LARGEST:
        raise BadRequest("number_too_large", _("The number “%(value)s” is too large.") % {"value": shorten(text)})
    return number


def expected_version(request: HttpRequest, body: dict[str, Any] | None = None) -> int | None:
    """The version the caller has seen: the If-Match header, or `version` taken out of the body."""
    header = request.headers.get("If-Match", "").strip()
    given = body.pop("version", None) if body is not None else None
    if header and header != "*":
        found = _VERSION.match(header)
        if found is None:
            raise BadRequest("bad_version", _('If-Match holds the version of the record, such as "3".'), "If-Match")
        return int(found[1])
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not 0 < given < 2**31:
        raise Invalid(
            "bad_version",
            _("“%(value)s” is not a version. Send the one you read.") % {"value": shorten(given)},
            "version",
        )
    return given


def idempotency_key(request: HttpRequest) -> str:
    """The caller's key for this call, if it sent one."""
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > MOST_KEY or not key.isascii() or not key.isprintable():
        raise BadRequest("bad_key", _("An Idempotency-Key has up to 200 visible ASCII characters."), "Idempotency-Key")
    return key


def only(params: Mapping[str, Any], *known: str) -> None:
    """Unknown parameters are refused: a misspelt one would otherwise be a silent one."""
    for name in params:
        if name not in known:
            raise BadRequest(
                "bad_parameter", _("There is no parameter “%(name)s”.") % {"name": shorten(name)}, shorten(name)
            )
