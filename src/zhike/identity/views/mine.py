"""My pages: preferences, password, sessions, tokens."""

from __future__ import annotations

from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhike.identity import forms, queries
from zhike.identity.views.pages import acted, done, page
from zhike.kernel.doors import ActorRequest, signed_in


@signed_in
def profile(request: ActorRequest) -> HttpResponse:
    """Language, zone, appearance."""
    me = queries.myself(request.actor)
    initial = {"language": me.language, "zone": me.zone, "theme": me.theme, "density": me.density}
    form = forms.PreferencesForm(forms.posted(request), initial=initial)
    if form.attempt(lambda v: acted(request, "set_preferences", **v)):
        return done(request, _("Saved."), "/me/")
    return page(request, "identity/me/profile.html", form, me=me, roles=queries.roles_of(me))


@signed_in
@require_POST
def preferences(request: ActorRequest) -> HttpResponse:
    """One preference at a time, from the menu."""
    known = {name: request.POST[name] for name in ("theme", "density") if name in request.POST}
    acted(request, "set_preferences", **known)
    return HttpResponse(status=204)


@signed_in
@sensitive_post_parameters()
def password(request: ActorRequest) -> HttpResponse:
    """A new password; other sessions end."""
    form = forms.ChangePasswordForm(forms.posted(request))
    keep = request.session.row.pk  # type: ignore[attr-defined]
    me = form.attempt(lambda v: acted(request, "change_password", keep=keep, **v))
    if me:
        update_session_auth_hash(request, me)
        return done(request, _("Your password is changed. Other sessions have ended."), "/me/security/")
    return page(request, "identity/me/password.html", form)


@signed_in
def sessions(request: ActorRequest) -> HttpResponse:
    """Where I am signed in."""
    held = queries.sessions_of(request.actor.user_id, timezone.now())
    return page(request, "identity/me/sessions.html", sessions=held, current=request.session.row.pk)  # type: ignore[attr-defined]


@signed_in
@require_POST
def end_session(request: ActorRequest, session_id: str) -> HttpResponse:
    """Sign out one browser."""
    acted(request, "end_session", session=session_id)
    return done(request, _("That session has ended."), "/me/sessions/")


@signed_in
def tokens(request: ActorRequest) -> HttpResponse:
    """My keys for programs; a new one is shown once, on the page that answers."""
    form = forms.TokenForm(forms.posted(request))
    made = form.attempt(lambda v: acted(request, "create_token", **v))
    form = forms.TokenForm() if made else form
    held = queries.tokens_of(request.actor.user_id)
    return page(request, "identity/me/tokens.html", form, tokens=held, made=made, now=timezone.now())


@signed_in
@require_POST
def revoke_token(request: ActorRequest, token_id: str) -> HttpResponse:
    """End a key."""
    acted(request, "revoke_token", token=token_id)
    return done(request, _("The token no longer works."), "/me/tokens/")
