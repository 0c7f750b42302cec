"""The words of identity: scopes, effects, share levels."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Extent(models.TextChoices):
    """How far a granted right extends, seen from the person who holds the role."""

    OWN = "own", _("own records")
    OWN_BELOW = "own_below", _("own and those of people below")
    TEAM = "team", _("the team's records")
    TEAM_BELOW = "team_below", _("the team's and those of teams below")
    ALL = "all", _("all records")


class Effect(models.TextChoices):
    """Deny beats allow."""

    ALLOW = "allow", _("allow")
    DENY = "deny", _("deny")


class ShareLevel(models.TextChoices):
    """What a collaborator may do with one record."""

    VIEW = "view", _("may look")
    EDIT = "edit", _("may work on it")


class Theme(models.TextChoices):
    """Light, dark, or as the device says."""

    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    """Row height of lists."""

    COMPACT = "compact", _("Compact")
    COMFORTABLE = "comfortable", _("Comfortable")


class LinkPurpose(models.TextChoices):
    """What a one-time link is for."""

    INVITE = "invite", _("invitation")
    RESET = "reset", _("new password")


WEEKDAYS = {
    "monday": _("Monday"), "tuesday": _("Tuesday"), "wednesday": _("Wednesday"), "thursday": _("Thursday"),
    "friday": _("Friday"), "saturday": _("Saturday"), "sunday": _("Sunday"),
}  # fmt: skip

#: what the decrees about public holidays call them
HOLIDAYS = {
    "New Year's Day": _("New Year's Day"), "Spring Festival": _("Spring Festival"), "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"), "Dragon Boat Festival": _("Dragon Boat Festival"),
    "Mid-autumn Festival": _("Mid-autumn Festival"), "National Day": _("National Day"),
    "Anti-Fascist 70th Day": _("Victory Day"),
}  # fmt: skip
