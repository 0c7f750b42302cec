"""Words of the rights matrix: `{% load identity %}`."""

from __future__ import annotations

from django import template

from zhike.kernel import rights

register = template.Library()
register.simple_tag(rights.verb)
