"""The words of customers: forms, kinds, levels, contact points, decision roles, and what a complete record holds."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Form(models.TextChoices):
    """What a party is by nature."""

    PERSON = "person", pgettext_lazy("form", "Person")
    ORGANISATION = "organisation", pgettext_lazy("form", "Organisation")


class Kind(models.TextChoices):
    """What a party is to us: the one-character mark before its name."""

    CONSUMER = "person", _("Private customer")
    BUSINESS = "organisation", _("Business customer")
    CHANNEL = "dealer", _("Dealer")
    GOVERNMENT = "government", _("Public body")
    SERVICE = "service", _("Service partner")
    INTERNAL = "internal", _("Internal")


class Relationship(models.TextChoices):
    """How close the relationship is, from trading to alliance."""

    BUYER_SELLER = "buyer_seller", _("Buyer and seller")
    PREFERRED = "preferred", _("Preferred supplier")
    PARTNER = "partner", _("Partner")
    ALLIANCE = "alliance", _("Strategic alliance")


class Level(models.TextChoices):
    """The customer's place in the pyramid."""

    A = "A", pgettext_lazy("level", "Top")
    B = "B", pgettext_lazy("level", "High")
    C = "C", pgettext_lazy("level", "Middle")
    D = "D", pgettext_lazy("level", "Base")


class Size(models.TextChoices):
    """How large an organisation is, by its people."""

    MICRO = "micro", _("Under 10 people")
    SMALL = "small", _("10 to 49 people")
    MEDIUM = "medium", _("50 to 249 people")
    LARGE = "large", _("250 to 999 people")
    GIANT = "giant", _("1,000 people and more")


class Gender(models.TextChoices):
    """As the person wishes to be addressed."""

    FEMALE = "f", _("Female")
    MALE = "m", _("Male")
    OTHER = "x", _("Other")


class PointKind(models.TextChoices):
    """What a contact point is."""

    MOBILE = "mobile", _("Mobile")
    LANDLINE = "landline", _("Telephone")
    EMAIL = "email", _("E-mail")
    WECHAT = "wechat", _("WeChat")
    QQ = "qq", _("QQ")
    ADDRESS = "address", _("Address")
    WEBSITE = "website", _("Website")


#: columns of the party that show a contact point, and the kinds each may show; order decides who gets a free one
POINT_COLUMNS: Final[dict[str, tuple[PointKind, ...]]] = {
    "mobile": (PointKind.MOBILE,),
    "phone": (PointKind.LANDLINE, PointKind.MOBILE),
    "email": (PointKind.EMAIL,),
    "wechat": (PointKind.WECHAT,),
    "qq": (PointKind.QQ,),
    "address": (PointKind.ADDRESS,),
    "website": (PointKind.WEBSITE,),
}


def column_of(kind: str, column: str = "") -> str:
    """The party's column whose rules hold for a contact point: the one it stands in, else the first of its kind."""
    return column or next((name for name, kinds in POINT_COLUMNS.items() if kind in kinds), "")


POINT_ICONS: Final = {
    PointKind.MOBILE: "device-mobile",
    PointKind.LANDLINE: "phone",
    PointKind.EMAIL: "mail",
    PointKind.WECHAT: "brand-wechat",
    PointKind.QQ: "message-circle",
    PointKind.ADDRESS: "map-pin",
    PointKind.WEBSITE: "world",
}


class NameOf(models.TextChoices):
    """What a further name is."""

    ALIAS = "alias", _("Alias")
    FORMER = "former", _("Former name")
    ENGLISH = "english", _("English name")
    SHORT = "short", _("Short name")


#: columns of the party that are further names as well, so that any of them finds it
NAME_COLUMNS: Final = {
    "short_name": NameOf.SHORT,
    "english_name": NameOf.ENGLISH,
    "former_name": NameOf.FORMER,
}


class Decision(models.TextChoices):
    """The part somebody plays when their organisation decides."""

    USER = "user", _("User")
    INFLUENCER = "influencer", _("Influencer")
    DECIDER = "decider", _("Decider")
    APPROVER = "approver", _("Approver")
    BUYER = "buyer", _("Buyer")
    GATEKEEPER = "gatekeeper", _("Gatekeeper")


class Attitude(models.TextChoices):
    """Where somebody stands towards us."""

    FOR = "for", pgettext_lazy("attitude", "For")
    NEUTRAL = "neutral", pgettext_lazy("attitude", "Neutral")
    AGAINST = "against", pgettext_lazy("attitude", "Against")


class RelationKind(models.TextChoices):
    """What two parties are to each other, said of the second: the second is the first's …"""

    AFFILIATE = "affiliate", _("Affiliate")
    SUPPLIER = "supplier", _("Supplier")
    CUSTOMER = "customer", _("Customer")
    COMPETITOR = "competitor", _("Competitor")
    PARTNER = "partner", _("Partner")
    ADVISER = "adviser", _("Adviser")
    FAMILY = "family", _("Family")
    FRIEND = "friend", _("Friend")
    REFERRER = "referrer", _("Referred by")
    REFERRED = "referred", _("Has referred")


#: the same relation read from the other end; those not named are their own mirror
MIRROR: Final = {
    RelationKind.SUPPLIER: RelationKind.CUSTOMER,
    RelationKind.CUSTOMER: RelationKind.SUPPLIER,
    RelationKind.REFERRER: RelationKind.REFERRED,
    RelationKind.REFERRED: RelationKind.REFERRER,
}


class ContactKind(models.TextChoices):
    """What a party was last in touch by; a deal counts as a touch too."""

    TOUCH = "touch", _("Touch")
    DEAL = "deal", _("Deal")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing a complete record holds, and its weight. Any of `columns` will do; `form` limits it to one form."""

    label: str | Promise
    weight: int
    columns: tuple[str, ...]
    form: str = ""


COMPLETE: Final = (
    Wanted(_("Phone"), 20, ("mobile", "phone")),
    Wanted(_("E-mail or WeChat"), 10, ("email", "wechat")),
    Wanted(_("Address"), 10, ("address",)),
    Wanted(_("City"), 10, ("city",)),
    Wanted(_("Source"), 10, ("source",)),
    Wanted(_("Level"), 5, ("level",)),
    Wanted(_("Owner"), 5, ("owner_id", "pool_id")),
    Wanted(_("Credit code"), 15, ("credit_code",), Form.ORGANISATION),
    Wanted(_("Industry"), 10, ("industry",), Form.ORGANISATION),
    Wanted(_("Size"), 5, ("size",), Form.ORGANISATION),
    Wanted(_("Birthday"), 15, ("birthday_text",), Form.PERSON),
    Wanted(_("Gender"), 10, ("gender",), Form.PERSON),
    Wanted(_("Position"), 5, ("title",), Form.PERSON),
)


def key_number(key: str) -> int:
    """A key of likeness as a signed 64-bit number; two keys that meet by chance are told apart by comparing records."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
