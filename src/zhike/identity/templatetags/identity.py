"""Words of the rights matrix: `{% load identity %}`."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

VERBS = {
    "view": _("look"),
    "create": _("add"),
    "edit": _("change"),
    "archive": _("put into the bin"),
    "restore": _("take out of the bin"),
    "purge": _("remove for good"),
    "import": _("bring files in"),
    "export": _("take files out"),
    "reveal": _("reveal a masked value (recorded)"),
    "unmask": _("see values unmasked"),
    "print": _("print"),
    "transfer": _("hand over to others"),
    "comment": _("comment"),
    "merge": _("merge"),
    "claim": _("claim from the pool"),
    "invite": _("invite"),
    "deactivate": _("deactivate and reactivate"),
}


@register.simple_tag
def verb(word: str) -> str:
    """A right's verb in the reader's language; one not known here stands as it is."""
    return str(VERBS.get(word, word))
