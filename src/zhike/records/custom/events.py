"""What happens to custom fields."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.events import define

TYPES = {
    "custom_field.created": (_("%(who)s added the field %(subject)s"), "forms"),
    "custom_field.changed": (_("%(who)s changed the field %(subject)s"), "pencil"),
    "custom_field.archived": (_("%(who)s hid the field %(subject)s; its values are kept"), "eye-off"),
    "custom_field.restored": (_("%(who)s brought the field %(subject)s back"), "eye"),
    "custom_field.reordered": (_("%(who)s changed the order of fields"), "arrows-sort"),
    "custom_field.indexed": (_("%(who)s made the field %(subject)s sortable"), "sort-ascending"),
}
for name, (sentence, icon) in TYPES.items():
    define(name, sentence=sentence, icon=icon, shown=False)
