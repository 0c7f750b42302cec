"""What the machinery itself adds to every card: files, comments, tags."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.kernel.screens import Panel, Screen
from zhike.records.everywhere import has_everything
from zhike.records.files.queries import panel_of_files
from zhike.records.talk.queries import panel_of_comments, panel_of_tags

STANDARD = (
    Panel(key="tags", title=_("Tags"), template="records/talk/tags.html", context=panel_of_tags),
    Panel(
        key="comments",
        title=_("Comments"),
        template="records/talk/comments.html",
        context=panel_of_comments,
        later=True,
    ),
    Panel(key="files", title=_("Files"), template="records/files/panel.html", context=panel_of_files, later=True),
)


def with_standard(screen: Screen) -> tuple[Panel, ...]:
    """A type's own panels, then those that every card has (a type may put its own in their place, by the same key)."""
    own = {panel.key for panel in screen.panels}
    return (*screen.panels, *(p for p in STANDARD if p.key not in own)) if has_everything(screen) else screen.panels
