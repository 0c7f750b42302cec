"""Words of the rights matrix and of devices: `{% load identity %}`."""

from __future__ import annotations

from django import template

from zhike.identity.devices import device_in_words
from zhike.kernel import rights

register = template.Library()
register.simple_tag(rights.verb)
register.filter("device", device_in_words)
