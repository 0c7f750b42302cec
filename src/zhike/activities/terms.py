"""The words of activities."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TouchKind(models.TextChoices):
    """How somebody was in touch with a customer."""

    NOTE = "note", pgettext_lazy("touch", "Note")
    CALL = "call", pgettext_lazy("touch", "Call")
    VISIT = "visit", pgettext_lazy("touch", "Visit")
    MESSAGE = "message", pgettext_lazy("touch", "Message")
    MEETING = "meeting", pgettext_lazy("touch", "Meeting")
    MAIL = "mail", pgettext_lazy("touch", "E-mail")


class Direction(models.TextChoices):
    """Who began."""

    OUT = "out", _("From us")
    IN = "in", _("From the customer")


# a note is not a touch: it does not count as having been in contact
COUNTS = frozenset({TouchKind.CALL, TouchKind.VISIT, TouchKind.MESSAGE, TouchKind.MEETING, TouchKind.MAIL})

ICONS = {
    TouchKind.NOTE: "edit",
    TouchKind.CALL: "phone",
    TouchKind.VISIT: "map-pin",
    TouchKind.MESSAGE: "message-circle",
    TouchKind.MEETING: "users",
    TouchKind.MAIL: "mail",
}
