"""How a right is called in the reader's language: by its own label, or by its record type and what is done to it."""

from __future__ import annotations

from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhike.kernel.screens import other_rights, screens

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


def verb(word: str) -> str:
    """A right's verb in the reader's language; one not known here stands as it is."""
    return str(VERBS.get(word, word))


def right_in_words(right: str) -> str:
    """“Customers: change” of `party.edit`; a right nobody declared stands as it is."""
    if right in other_rights:
        return str(other_rights[right].label)
    type_, _dot, word = right.rpartition(".")
    if type_ not in screens:
        return right
    return _now("%(what)s: %(verb)s") % {"what": screens[type_].label_plural, "verb": verb(word)}


lazily_in_words = lazy(right_in_words, str)  # for messages made before the reader's language is known
