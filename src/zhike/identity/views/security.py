"""The second factor: apps for codes, recovery codes, passkeys. Every change asks for the password again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhike.identity import forms, queries, secondfactor, signin
from zhike.identity.models import User
from zhike.identity.views.pages import acted, done, page
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.kernel.errors import Forbidden

BEHIND_A_PASSWORD = ("/me/security/app/", "/me/security/passkey/", "/me/security/codes/")
SECRET = "new_app"  # noqa: S105 where the secret waits in the session until its app shows a right code


def _me(request: ActorRequest) -> User:
    if request.actor.real_user_id is not None:
        raise Forbidden("me.account", _("You are acting as somebody else. Stop that first."))
    return queries.myself(request.actor)


def just_confirmed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only shortly after the password was given again; else that is asked first."""

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.real_user_id is None and signin.confirmed(request):
            return view(request, *args, **kwargs)
        onward = f"?{urlencode({'next': request.path})}" if request.method == "GET" else ""
        return HttpResponseRedirect(f"/me/security/confirm/{onward}")

    return guarded


@signed_in
def overview(request: ActorRequest) -> HttpResponse:
    """What protects my account."""
    keys = secondfactor.keys_of(_me(request))
    kept = {"keys": keys, "app": any(key.type == "totp" for key in keys), "confirmed": signin.confirmed(request)}
    return page(request, "identity/me/security.html", **kept)


@signed_in
@sensitive_post_parameters()
def confirm(request: ActorRequest) -> HttpResponse:
    """The password again."""
    form = forms.ConfirmForm(forms.posted(request))
    if form.attempt(lambda v: signin.confirm(request, _me(request), v["password"])):
        onward = request.GET.get("next", "")
        return HttpResponseRedirect(onward if onward in BEHIND_A_PASSWORD else "/me/security/")
    return page(request, "identity/me/confirm.html", form)


@signed_in
@just_confirmed
def app(request: ActorRequest) -> HttpResponse:
    """Set up an app for codes."""
    enrolment = secondfactor.enrolment(_me(request), request.session.get(SECRET, ""))
    request.session[SECRET] = enrolment.secret
    form = forms.AppForm(forms.posted(request))
    made = form.attempt(lambda v: acted(request, "add_app", secret=enrolment.secret, code=v["code"]))
    if made:
        return _in_force(request, made)
    drawing = mark_safe(enrolment.drawing)  # noqa: S308 our own drawing of our own address
    return page(request, "identity/me/app.html", form, enrolment=enrolment, drawing=drawing)


def _in_force(request: ActorRequest, made: dict[str, Any]) -> HttpResponse:
    """A changed protection changes the session's key, and shows new recovery codes once."""
    request.session.pop(SECRET, None)
    request.session.cycle_key()
    if made["codes"]:
        return page(request, "identity/me/codes.html", codes=made["codes"])
    return done(request, _("Saved."), "/me/security/")


@signed_in
@just_confirmed
def passkey(request: ActorRequest) -> HttpResponse:
    """Add a passkey: a key in this device, a phone or a stick."""
    form = forms.PasskeyForm(forms.posted(request))
    made = form.attempt(lambda v: acted(request, "add_passkey", credential=v["credential"], name=v["name"]))
    if made:
        return _in_force(request, made)
    options = secondfactor.begin_passkey(_me(request))
    return page(request, "identity/me/passkey.html", form, options=options)


@signed_in
@require_POST
@just_confirmed
def codes(request: ActorRequest) -> HttpResponse:
    """Fresh recovery codes."""
    return _in_force(request, acted(request, "renew_recovery_codes"))


@signed_in
@require_POST
@just_confirmed
def remove(request: ActorRequest, key_id: int) -> HttpResponse:
    """Take an app or a passkey away."""
    acted(request, "remove_key", key=key_id)
    request.session.cycle_key()
    return done(request, _("Removed."), "/me/security/")
