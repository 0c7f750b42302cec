"""Pages under Settings: organisation, teams, roles and rights, invitations; one person's access; acting as somebody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from zhike.identity import access, forms, queries, setup, signin
from zhike.identity.actions.roles import CHOICES
from zhike.identity.actions.shares import may_share
from zhike.identity.middleware import ACTING_AS
from zhike.identity.models import Role, User
from zhike.identity.settings_pages import pages_for
from zhike.identity.terms import Effect, Extent
from zhike.identity.views.pages import acted, done, page
from zhike.kernel.actions import find
from zhike.kernel.actor import Actor, FieldRule
from zhike.kernel.doors import ActorRequest, needs, signed_in
from zhike.kernel.errors import Forbidden, NotFound


@signed_in
def home(request: ActorRequest) -> HttpResponse:
    """Every settings page this person may open."""
    if not pages_for(request.actor):
        raise Forbidden("identity.organisation")
    return page(request, "identity/settings/home.html")


@needs("identity.organisation")
def organisation(request: ActorRequest) -> HttpResponse:
    """Name, zone, currency, language."""
    row = access.organisation()
    own = {"name": row.name, "language": row.language, "zone": row.zone, "currency": row.currency}
    form = forms.OrganisationForm(forms.posted(request), initial=own)
    if form.attempt(lambda values: acted(request, "change_organisation", **values)):
        return done(request, _("Saved."), request.path)
    return page(request, "identity/settings/organisation.html", form)


@needs("team.view")
def teams(request: ActorRequest) -> HttpResponse:
    """The tree, and a form for one more."""
    form = forms.TeamForm(forms.posted(request))
    if form.attempt(lambda v: acted(request, "create_team", name=v["name"], parent=v["parent"] or None)):
        return done(request, _("Saved."), request.path)
    return page(
        request, "identity/settings/teams.html", form, tree=queries.tree(request.actor), teams=queries.teams_flat()
    )


@needs("team.edit")
@require_POST
def move_team(request: ActorRequest, team_id: UUID) -> HttpResponse:
    """Hang a team elsewhere."""
    acted(request, "move_team", team_id, parent=request.POST.get("parent") or None)
    return done(request, _("Moved. What people see follows at once."), "/settings/teams/")


@needs("identity.roles")
def roles(request: ActorRequest) -> HttpResponse:
    """Every role, and a form for one more."""
    form = forms.RoleForm(forms.posted(request))
    role = form.attempt(lambda v: acted(request, "create_role", **v))
    if role:
        return HttpResponseRedirect(f"/settings/roles/{role.pk}/")
    return page(request, "identity/settings/roles.html", form, roles=queries.roles())


@needs("identity.roles")
def role(request: ActorRequest, role_id: UUID) -> HttpResponse:
    """The matrix of one role: one record type at a time."""
    held: Role = find(Role, role_id, request.actor)
    sheets = queries.sheets(held)
    sheet = next((s for s in sheets if s.key == request.GET.get("type")), sheets[0])
    if request.method == "POST":
        rights = {cell.right: request.POST.get(cell.right, cell.choice) for cell in sheet.cells}
        acted(request, "set_rights_of_role", held.pk, rights=rights)
        _keep_field_rules(request, held, sheet)
        return done(request, _("Saved. It counts from the next click."), f"{request.path}?type={sheet.key}")
    around = {"role": held, "sheets": sheets, "sheet": sheet, "choices": choices(), "rules": rules()}
    return page(request, "identity/settings/role.html", **around)


def _keep_field_rules(request: ActorRequest, held: Role, sheet: queries.Sheet) -> None:
    for column, _label, rule in sheet.fields:
        if (chosen := request.POST.get(f"field {column}", rule)) != rule:
            acted(request, "set_field_rule_of_role", held.pk, column=column, rule=chosen)


def choices() -> list[tuple[str, Any]]:
    """What may stand in a cell of the matrix."""
    words: dict[str, Any] = {f"{Effect.ALLOW}:{e}": e.label for e in Extent}
    words |= {f"{Effect.DENY}:{e}": _("deny: %(extent)s") % {"extent": e.label} for e in Extent}
    return [(choice, words.get(choice, "—")) for choice in CHOICES]


def rules() -> list[tuple[str, Any]]:
    """What may be said of a field."""
    words = (_("no limit"), _("read-only"), _("masked"), _("hidden"))
    return [(rule.value, word) for rule, word in zip(FieldRule, words, strict=True)]


@needs("person.invite")
def invitations(request: ActorRequest) -> HttpResponse:
    """Links on their way, and several people at once."""
    form = forms.ColleaguesForm(forms.posted(request))
    invited = form.attempt(lambda v: setup.invite(v["people"], v["role"], by=request.actor))
    made = invited if isinstance(invited, list) else []
    if invited:
        form = forms.ColleaguesForm.again(setup.refused(made), form.cleaned_data["role"])
    return page(
        request,
        "identity/settings/invitations.html",
        form,
        waiting=queries.open_invitations(request.actor),
        invited=setup.linked(made),
    )


@needs("person.edit")
def person(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """One person's access: roles, sessions, tokens, what they may do; and the buttons."""
    held: User = find(User, person_id, request.actor, right="person.edit")
    now = timezone.now()
    around: dict[str, Any] = {"person_text": str(held.pk), "held": held, "roles": queries.roles()}
    around |= {"own": {r.pk for r in queries.roles_of(held)}}
    around |= {"sessions": queries.sessions_of(held.pk, now), "tokens": queries.tokens_of(held.pk)}
    return page(request, "identity/settings/person.html", **around)


@signed_in
@require_POST
def person_act(request: ActorRequest, person_id: UUID, verb: str) -> HttpResponse:
    """One of the buttons; the action asks for its right."""
    names = {
        "deactivate": "deactivate_person",
        "reactivate": "reactivate_person",
        "end-sessions": "end_sessions_of_person",
    }
    if verb not in {*names, "roles", "invite"}:
        raise NotFound("action")
    if verb == "roles":
        acted(request, "set_roles_of_person", person_id, roles=request.POST.getlist("roles"))
    elif verb == "invite":
        link = acted(request, "invite_person", person_id)
        return page(request, "identity/settings/link.html", path=link["path"], person_id=person_id)
    else:
        acted(request, names[verb], person_id)
    return done(request, _("Saved."), f"/settings/people/{person_id}/")


@needs("identity.act_as")
@require_POST
def act_as(request: ActorRequest, person_id: UUID) -> HttpResponse:
    """See and do what somebody else may; a banner says so until it ends."""
    other = acted(request, "act_as", person_id, reason=request.POST.get("reason", ""))
    request.session.cycle_key()
    request.session[ACTING_AS] = str(other.pk)
    return HttpResponseRedirect("/")


@signed_in
@require_POST
def act_as_self(request: ActorRequest) -> HttpResponse:
    """Be oneself again."""
    if request.session.pop(ACTING_AS, None):
        signin.acted_as_self(request.actor)
        request.session.cycle_key()
    return HttpResponseRedirect("/")


@signed_in
def why(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """Who can see this record, and why; and letting somebody in."""
    actor: Actor = request.actor
    screen, record = queries.record_behind(record_type, record_id, actor)
    if not record.within(actor, f"{record_type}.edit"):
        actor.require("identity.why")
    form = forms.ShareForm(forms.posted(request))
    subject = {"record_type": record_type, "record_id": record_id}
    if form.attempt(lambda v: acted(request, "share_record", **subject, **v)):
        return done(request, _("Saved."), request.path)
    sharing = hasattr(record, "owner_id") and may_share(record, actor)
    around = {"screen": screen, "record": record, "people": queries.why(screen, record), "may_share": sharing}
    return page(request, "identity/why.html", form, shares=queries.shares_of(record), **around)


@signed_in
@require_POST
def unshare(request: ActorRequest, record_type: str, record_id: UUID) -> HttpResponse:
    """Let a collaborator out."""
    acted(
        request, "unshare_record", record_type=record_type, record_id=record_id, person=request.POST.get("person", "")
    )
    return done(request, _("Saved."), f"/why/{record_type}/{record_id}/")
