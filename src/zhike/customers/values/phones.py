"""Telephone numbers as people write them, understood as one number with one canonical form.

Nearly all numbers in China fit a regular expression; only the rest asks the phonenumbers library, which is twenty
times slower.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from zhike.kernel.errors import Invalid
from zhike.kernel.text import shorten

LONGEST: Final = 64


class PhoneKind(StrEnum):
    """How a number can be used: only mobiles take text messages."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SERVICE = "service"  # 400, 800, 95588, 12345
    FOREIGN = "foreign"


class Phone(NamedTuple):
    """A number understood. `e164` + `extension` identify it."""

    kind: PhoneKind
    e164: str
    extension: str
    display: str

    @property
    def digits(self) -> str:
        """The digits people dial inside China (or the whole number, when it is foreign)."""
        if self.kind is PhoneKind.FOREIGN:
            return self.e164[1:]
        return ("0" if self.kind is PhoneKind.LANDLINE else "") + self.e164[3:]


class BadPhone(Invalid):
    """Not a telephone number; the code says why."""


_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_SEPARATORS: Final = str.maketrans("", "", " -\t.·_/()（）[]")
_CHINESE: Final = re.compile(
    r"(?:\+?86|0086)?(?:(?P<mobile>1[3-9][0-9]{9})|(?P<toll>[48]00[0-9]{7})"
    r"|0?(?P<area>10|2[0-57-9]|[3-9][0-9]{2})(?P<local>[2-9][0-9]{6,7}))"
)
_SHORT: Final = re.compile(r"(?:95[0-9]{3,4}|96[0-9]{3,4}|1[0-2][0-9]{3}|1[12][0-9])")
_EXTENSION: Final = re.compile(r"(.*[0-9)])[ ]?(?:转|轉|分机号?|分機號?|内线|ext\.?|x|#|,|-{1,2})[ :]?([0-9]{1,6})")
_LANDLINE_DASH: Final = re.compile(
    r"(?:\+?86[ -]?|0086[ -]?)?(0?(?:10|2[0-57-9]|[3-9][0-9]{2}))[ -]?([2-9][0-9 ]{6,8})-([0-9]{1,6})"
)
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_SEVERAL: Final = re.compile(r"[/、;；|\n]|[,，](?=[ ]*(?:\+|0|1[3-9]|[48]00))|\s{2,}")
_LABEL: Final = re.compile(r"^(?:手机|电话|座机|tel|mobile|phone|cell|mob)[ ]?(?:号码?)?[ ]?[:：.]?[ ]?", re.IGNORECASE)


def parse_phone(text: str, *, region: str = "CN", area: str = "") -> Phone:
    """The number somebody wrote. `area` completes a landline without area code; `region` reads foreign notations."""
    if _MOBILE.fullmatch(text):
        return _mobile(text)
    if len(text) > LONGEST:
        raise _bad("phone.long", _("“%(value)s” is too long for a telephone number."), text)
    if region == "CN" and text.count("-") != 2 and (found := _chinese(text.translate(_SEPARATORS), "", area)):
        return found
    return _understand(text, region, area)


def phone_or_none(text: str, *, region: str = "CN", area: str = "") -> Phone | None:
    """The number, or nothing when it is none: for bulk work that keeps what it cannot read as text."""
    try:
        return parse_phone(text, region=region, area=area)
    except BadPhone:
        return None


def split_phones(text: str) -> list[str]:
    """The single numbers of a cell such as "13812345678 / 0571-88888888"."""
    return [part for piece in _SEVERAL.split(text[:1000]) if (part := piece.strip())]


def _mobile(number: str) -> Phone:
    return Phone(PhoneKind.MOBILE, "+86" + number, "", f"{number[:3]} {number[3:7]} {number[7:]}")


def _understand(text: str, region: str, area: str) -> Phone:
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = _LABEL.sub("", plain.strip()).removesuffix(".0").lower()
    if not any(character.isdigit() for character in plain):
        raise _bad("phone.digits", _("“%(value)s” has no digits. Write a telephone number."), text)
    if _SCIENTIFIC.fullmatch(plain):
        message = _("“%(value)s” was shortened by a spreadsheet. Format the column as text and export it again.")
        raise _bad("phone.spreadsheet", message, text)
    number, extension = _without_extension(plain)
    digits = number.translate(_SEPARATORS)
    if region == "CN" and (found := _chinese(digits, extension, area)):
        return found
    return _foreign(text, number, digits, extension, region)


def _without_extension(plain: str) -> tuple[str, str]:
    if found := _LANDLINE_DASH.fullmatch(plain):
        return found[1] + found[2], found[3]
    if found := _EXTENSION.fullmatch(plain):
        body = found[1].translate(_SEPARATORS)
        separator = plain[len(found[1]) :].lstrip()[:1]
        if separator != "-" or (len(body) >= 11 and _CHINESE.fullmatch(body)):
            return found[1], found[2]
    return plain, ""


def _chinese(digits: str, extension: str, area: str) -> Phone | None:
    if found := _CHINESE.fullmatch(digits):
        mobile, toll, code, local = found.group("mobile", "toll", "area", "local")
        if mobile:
            return _mobile(mobile)._replace(extension=extension)
        if toll:
            return Phone(PhoneKind.SERVICE, "+86" + toll, extension, f"{toll[:3]}-{toll[3:6]}-{toll[6:]}")
        if len(code) == 3 or len(local) == 8:
            return _landline(code, local, extension)
    if _SHORT.fullmatch(digits):
        return Phone(PhoneKind.SERVICE, "+86" + digits, extension, digits)
    if area and len(digits) in {7, 8} and digits[0] in "23456789":
        return _landline(area.lstrip("0"), digits, extension)
    return None


def _landline(code: str, local: str, extension: str) -> Phone:
    shown = f"0{code}-{local[:4]} {local[4:]}" if len(local) == 8 else f"0{code}-{local}"
    shown += f" 转 {extension}" if extension else ""
    return Phone(PhoneKind.LANDLINE, f"+86{code}{local}", extension, shown)


def _foreign(text: str, number: str, digits: str, extension: str, region: str) -> Phone:
    import phonenumbers

    if digits.startswith("00"):
        number = "+" + digits[2:]
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise _why(text, digits)
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    extension = extension or parsed.extension or ""
    if parsed.country_code == 86 and (found := _chinese(e164, extension, "")):
        return found
    shown = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    shown = shown.split(" ext")[0] + (f" 转 {extension}" if extension else "")
    return Phone(PhoneKind.FOREIGN, e164, extension, shown)


def _why(text: str, digits: str) -> BadPhone:
    if digits.isdigit() and len(digits) in {7, 8}:
        return _bad("phone.area", _("“%(value)s” lacks its area code. Write it as 0571-88888888."), text)
    if digits.isdigit() and digits.startswith("1") and len(digits) != 11:
        message = _("“%(value)s” has %(count)s digits; a mobile number has 11.")
        return BadPhone("phone.count", message % {"value": shorten(text), "count": len(digits)})
    return _bad("phone.unknown", _("“%(value)s” is no telephone number. Write a foreign one with + and country."), text)


def _bad(code: str, message: object, text: str) -> BadPhone:
    return BadPhone(code, str(message) % {"value": shorten(text)})
