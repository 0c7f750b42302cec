"""The team tree: added, renamed, moved with all below, archived when empty."""

from __future__ import annotations

from typing import Annotated

from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhike.identity import access, events
from zhike.identity.models import Team
from zhike.kernel.actions import action, emit
from zhike.kernel.actor import Actor
from zhike.kernel.errors import Conflict, Forbidden, Invalid
from zhike.kernel.text import clean, shorten

Name = Annotated[str, Field(max_length=80)]
DEEPEST = 12


def _free_name(text: str, parent: Team | None, team: Team | None = None) -> str:
    if not (name := clean(text, 80)):
        raise Invalid("required", _("Give a name."), "name")
    siblings = Team.objects.filter(parent=parent, name=name).exclude(pk__in=[team.pk] if team else [])
    if siblings.exists():
        message = _("There is already a team “%(value)s” here. Choose another name.")
        raise Invalid("team_taken", message % {"value": shorten(name)}, "name")
    return name


def _path_under(parent: Team | None, team: Team) -> str:
    return f"{parent.path if parent else '/'}{team.pk}/"


@action(right="team.create", title=_("Add a team"), icon="users-group")
def create_team(*, name: Name, parent: Team | None = None, by: Actor) -> Team:
    """Add a team, at the top or under another."""
    team = Team(name=_free_name(name, parent), parent=parent)
    team.path = _path_under(parent, team)
    if team.path.count("/") - 1 > DEEPEST:
        raise Invalid("too_deep", _("The tree may be %(most)s levels deep.") % {"most": DEEPEST}, "parent")
    team.save(force_insert=True)
    access.rights_changed()
    emit(events.TeamCreated(name=team.name), subject=team, by=by, label=team.name)
    return team


@action(right="team.edit", title=_("Rename"), icon="pencil")
def update_team(team: Team, *, name: Name, by: Actor) -> Team:
    """Give a team another name."""
    before = team.name
    team.change(name=_free_name(name, team.parent, team))
    emit(events.TeamUpdated(name=team.name, before=before), subject=team, by=by, label=team.name)
    return team


@action(right="team.edit", title=_("Move"), icon="sitemap")
def move_team(team: Team, *, parent: Team | None, by: Actor) -> Team:
    """Hang a team, with all below it, elsewhere in the tree; what people see follows at once."""
    if parent is not None and parent.path.startswith(team.path):
        message = _("“%(value)s” lies below this team. Choose a place outside it.")
        raise Invalid("loop", message % {"value": shorten(parent.name)}, "parent")
    if parent is not None:
        by.require("team.edit", parent)
    elif not by.reach("team.edit").everything:
        raise Forbidden("team.edit", _("Only who may change every team can put one at the top."))
    _free_name(team.name, parent, team)
    before, after = team.path, _path_under(parent, team)
    deepest = max(
        path.count("/") for path in Team.objects.filter(path__startswith=before).values_list("path", flat=True)
    )
    if deepest - before.count("/") + after.count("/") - 1 > DEEPEST:
        raise Invalid("too_deep", _("The tree may be %(most)s levels deep.") % {"most": DEEPEST}, "parent")
    team.change(parent_id=parent.pk if parent else None)
    rewritten = Concat(Value(after), Substr("path", len(before) + 1))
    Team.objects.filter(path__startswith=before).update(path=rewritten)
    team.path = after
    access.rights_changed()
    emit(events.TeamMoved(name=team.name, parent=parent.name if parent else ""), subject=team, by=by, label=team.name)
    return team


@action(right="team.archive", title=_("Archive"), icon="archive", tone="danger")
def archive_team(team: Team, *, by: Actor) -> Team:
    """Put an empty team away."""
    if team.people.filter(is_active=True).exists() or team.children.filter(archived_at=None).exists():
        raise Conflict("team_in_use", _("People or teams still belong to it. Move them first."))
    team.change(archived_at=timezone.now())
    access.rights_changed()
    emit(events.TeamUpdated(name=team.name, before=team.name), subject=team, by=by, label=team.name)
    return team
