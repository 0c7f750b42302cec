"""One family of errors, rendered in one place as form error, HTMX fragment, problem+json or command-line message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.kernel.rights import lazily_in_words


class DomainError(Exception):
    """A refusal that helps: a stable `code`, a translated `message` (what, with which value, what to do), the `field` it belongs to.

    `data` holds what a screen or a machine needs beyond the sentence; it must be serialisable as JSON.
    """

    status = 422

    def __init__(
        self, code: str, message: object, field: str | None = None, *, status: int | None = None, **data: Any
    ) -> None:
        super().__init__(code)
        self.code, self.message, self.field, self.data = code, message, field, data
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return str(self.message)

    def problem(self) -> dict[str, Any]:
        """The body of an RFC 9457 problem reply."""
        body: dict[str, Any] = {"type": f"urn:zhike:{self.code}", "code": self.code, "detail": str(self.message)}
        body |= {"status": self.status, "field": self.field, **self.data}
        return body


class Problems(DomainError):
    """Several refusals at once, one a field, so that a person mends all of them in one go."""

    def __init__(self, problems: Sequence[DomainError]) -> None:
        first = problems[0]
        super().__init__("invalid", first.message, first.field, status=max(p.status for p in problems))
        self.problems = tuple(problems)

    def problem(self) -> dict[str, Any]:
        errors = [{"field": p.field, "code": p.code, "detail": str(p.message)} for p in self.problems]
        return super().problem() | {"errors": errors}


class Invalid(DomainError):
    """A value that cannot be taken: names the field, the value (shortened) and the remedy."""


class BadRequest(DomainError):
    """The question itself is wrong: an unknown filter, sort key or cursor."""

    status = 400


class NotFound(DomainError):
    """It does not exist, or lies outside the asker's scope: both answer alike."""

    status = 404

    def __init__(self, what: str = "record") -> None:
        super().__init__("not_found", _("Nothing was found under this address. It may have been removed."), what=what)


class Moved(DomainError):
    """It became part of another record; `url` is where that one is read."""

    status = 301

    def __init__(self, name: str, survivor: str, url: str, survivor_id: str) -> None:
        text = _("“%(name)s” was merged into “%(survivor)s”. Go on there.") % {"name": name, "survivor": survivor}
        super().__init__("merged", text, url=url, survivor_id=survivor_id)


class Forbidden(DomainError):
    """Seen, but not allowed."""

    status = 403
    recorded = False  # whether the ledger has been told; the door tells it otherwise

    def __init__(self, right: str, message: object | None = None) -> None:
        text = message or _("Your role does not allow this. Ask an administrator for the right “%(right)s”.") % {
            "right": lazily_in_words(right)
        }
        super().__init__("forbidden", text, right=right)
        self.can_be_given = message is None  # an own sentence says another way out, or that there is none


class Conflict(DomainError):
    """Somebody was faster, or the state no longer allows it."""

    status = 409


class Stale(Conflict):
    """The record was changed since it was read; `differences` shows both sides field by field."""

    def __init__(self, version: int, differences: Sequence[dict[str, Any]] = ()) -> None:
        message = _("Somebody changed this record while you were editing. Compare both sides and save again.")
        super().__init__("stale", message, version=version, differences=list(differences))


class TooLarge(DomainError):
    """More than is accepted in one go."""

    status = 413


class TooMany(DomainError):
    """Too often: try again after `retry_after` seconds."""

    status = 429

    def __init__(self, message: object, retry_after: int) -> None:
        super().__init__("too_many", message, retry_after=retry_after)
