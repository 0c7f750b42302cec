"""A browser and its system in words, from what it says of itself: enough to know one's own devices again."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# the first that stands in the text counts: most browsers claim to be others as well
BROWSERS = (
    ("MicroMessenger", gettext_noop("WeChat")), ("DingTalk", gettext_noop("DingTalk")), ("Lark/", gettext_noop("Lark")),
    ("QQBrowser", gettext_noop("QQ Browser")), ("UCBrowser", "UC"), ("HuaweiBrowser", gettext_noop("Huawei Browser")),
    ("MiuiBrowser", gettext_noop("Mi Browser")), ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("OpenHarmony", "HarmonyOS"), ("HarmonyOS", "HarmonyOS"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
    ("Windows", "Windows"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_in_words(agent: str) -> str:
    """“Chrome · Windows” of a User-Agent header."""
    named = [next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(_(name) for name in named if name) or _("Another program")
