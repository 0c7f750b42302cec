"""Tags and filters of every template: `{% load zhike %}`. The drawing itself is in `kernel.marks`."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import template
from django.core.serializers.json import DjangoJSONEncoder
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from zhike.kernel import clock, marks, money, text, wording
from zhike.kernel.errors import DomainError

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """`{% icon "phone" %}`; names are listed in kernel/icons.txt."""
    return marks.icon(name, css, str(label))


@register.simple_tag
def level(code: str | None, word: bool = True) -> SafeString:
    """`{% level customer.level %}`"""
    return marks.level(code, word)


@register.simple_tag
def stage(number: int, label: str = "") -> SafeString:
    """`{% stage 4 %}`"""
    return marks.stage(number, label)


@register.simple_tag
def kind(code: str, title: str = "") -> SafeString:
    """`{% kind "person" %}`"""
    return marks.kind(code, title)


@register.simple_tag
def avatar(name: str, css: str = "") -> SafeString:
    """`{% avatar user.name "me lg" %}`"""
    return marks.avatar(name, css)


@register.simple_tag
def attitude(code: str) -> SafeString:
    """`{% attitude "for" %}`: for, neutral, against or empty."""
    return marks.attitude(code)


@register.simple_tag
def spark(values: Sequence[float], label: str, **options: Any) -> SafeString:
    """`{% spark months "Sales of 12 months" width=360 height=52 down=True %}`"""
    return marks.sparkline(values, label, **options)


@register.simple_tag
def meter(share: float, label: str, tick: float | None = None, tone: str = "") -> SafeString:
    """`{% meter 0.73 "73 % of the limit" tick=0.6 tone="amb" %}`"""
    return marks.meter(share, label, tick=tick, tone=tone)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """This page's query string with parameters changed, or removed when empty: `{% query sort="name" after="" %}`."""
    request = context.get("request")
    parameters = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def once(context: template.Context, name: str) -> str:
    """A different id at every call on one page, so that labels find their controls: `{% once "f" as id %}`."""
    seen = int(context.render_context.get("once") or 0) + 1
    context.render_context["once"] = seen
    return f"{name}-{seen}"


class KeptNode(template.Node):
    """A part of a page that is drawn once for each key, and remembered by the process."""

    MOST = 1000
    parts: ClassVar[OrderedDict[Hashable, SafeString]] = OrderedDict()

    def __init__(self, name: str, key: template.base.FilterExpression, inside: template.NodeList) -> None:
        self.name, self.key, self.nodelist = name, key, inside

    def render(self, context: template.Context) -> SafeString:
        """The remembered part; drawn anew where the key is nothing."""
        key = self.key.resolve(context)
        if not key:
            return self.nodelist.render(context)
        whole = (self.name, key, get_language())
        found = self.parts.get(whole)
        if found is None:
            found = self.parts[whole] = self.nodelist.render(context)
            while len(self.parts) > self.MOST:
                self.parts.popitem(last=False)
        return found


@register.tag
def kept(parser: template.base.Parser, token: template.base.Token) -> KeptNode:
    """`{% kept "rail" frame_key %}…{% endkept %}`: what lies inside reads only what its key names, and the language; no form's token."""
    _tag, name, key = token.split_contents()
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name.strip('"'), parser.compile_filter(key), inside)


@register.filter
def compact(value: Decimal | float | str | None, currency: str = "") -> SafeString | str:
    """万/亿 with one decimal in Chinese, K/M in English; the exact value on hover; a missing one is a dash."""
    if value is None or value == "":
        return "—"
    try:
        amount = money.exact(str(value))
        short = money.compact(amount, get_language() or "en")
    except (DomainError, InvalidOperation):
        return str(value)
    exact = f"{currency} {amount:,f}".strip()
    return format_html('<span title="{}">{}</span>', exact, short.replace("-", "−"))


@register.filter
def counted(value: object) -> object:
    """A count as people read it: 18,148; anything else stays as it is."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


@register.filter
def enumerated(values: Iterable[object]) -> str:
    """Several things in one line, with the mark this language sets between them."""
    return text.enumerated(values)


@register.filter
def sentences(values: Iterable[object]) -> str:
    """Several sentences in one, with the space that this language sets between them, if any."""
    return text.sentences(values)


@register.filter
def when(value: date | datetime | None) -> SafeString | str:
    """Today 14:00, tomorrow, 11-16, 2025-11-16; the full date is in the title."""
    if value is None or value == "":
        return "—"
    if not isinstance(value, datetime):
        shown, full = clock.display_day(value, timezone.localdate()), date_format(value, "DATE_FORMAT")
    else:
        shown = clock.display(value, timezone.get_current_timezone_name())
        full = date_format(timezone.localtime(value), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, shown)


@register.filter
def mask(value: str | None, kind: str = "phone") -> str:
    """A phone, email or id with its middle hidden: `{{ contact.value|mask:"email" }}`."""
    if not value:
        return "—"
    masks = {"phone": text.mask_phone, "email": text.mask_email, "id": text.mask_id}
    return masks[kind](value)


@register.simple_tag(name="words")
def words_for_scripts() -> SafeString:
    """What the scripts say, as JSON for the page."""
    return as_json(wording.words())


@register.filter
def as_json(value: object) -> SafeString:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    plain = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    return mark_safe(plain.translate({60: "\\u003c", 62: "\\u003e", 38: "\\u0026"}))  # noqa: S308 - the three are gone


@register.filter
def share(part: float, whole: float) -> float:
    """part / whole for a meter, 0 when there is no whole."""
    return float(part) / float(whole) if whole else 0.0
