"""Coming in and going out: sign-in, second factor, links, language."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from zhike.identity import forms, joining, limits, links, queries, secondfactor, signin
from zhike.identity.views.pages import dead_link, oidc, shown
from zhike.kernel.actions import run
from zhike.kernel.doors import public


@public("people come in here")
@sensitive_post_parameters()
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password."""
    form = forms.SignInForm(forms.posted(request))
    target = request.POST.get("next") or request.GET.get("next") or ""
    user = form.attempt(lambda v: signin.verify(v["username"], v["password"], request.META.get("REMOTE_ADDR", "")))
    if user:
        return HttpResponseRedirect(signin.enter(request, user, method="password", target=target))
    around = {"next": signin.safe_target(request, target), "oidc": oidc(), "fresh": not queries.anybody()}
    return shown(request, "identity/signin.html", form, **around)


@public("second half of signing in, behind the first")
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """A code of the app or a recovery code."""
    user = signin.pending(request)
    if user is None:
        return HttpResponseRedirect(settings.LOGIN_URL)
    form = forms.CodeForm(forms.posted(request))
    if form.attempt(lambda v: secondfactor.check_code(user, v["code"])):
        return HttpResponseRedirect(signin.complete(request, user))
    if form.is_bound:
        signin.failed("code", user)
    kinds = secondfactor.kinds_of(user)
    options = secondfactor.ask_passkey(user) if "webauthn" in kinds else None
    return shown(request, "identity/code.html", form, kinds=kinds, options=options)


@public("second half of signing in, behind the first")
@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """The proof of a passkey."""
    user = signin.pending(request)
    if user is None:
        return HttpResponseRedirect(settings.LOGIN_URL)
    form = forms.PasskeyForm(request.POST)
    if form.attempt(lambda v: secondfactor.check_passkey(user, v["credential"])):
        return HttpResponseRedirect(signin.complete(request, user))
    signin.failed("passkey", user)
    return render(
        request, "identity/code.html", {"form": forms.CodeForm(), "refused": form.first_problem}, status=form.status
    )


@public("going out must always work")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server and in the browser."""
    signin.sign_out(request, request.actor)  # type: ignore[attr-defined]
    response = HttpResponseRedirect(settings.LOGIN_URL)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@public("whoever forgot their password cannot be signed in")
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whoever was named."""
    form = forms.ForgottenForm(forms.posted(request))
    if form.attempt(lambda v: _ask(request, v["username"])):
        return render(request, "identity/forgotten.html", {"sent": True})
    return shown(request, "identity/forgotten.html", form)


def _ask(request: HttpRequest, name: str) -> None:
    account = f"reset {signin.folded(name)}"
    limits.spend(*limits.for_account(account, request.META.get("REMOTE_ADDR", "")))
    joining.ask_for_reset(name)


@public("one-time links of invitations and new passwords")
@sensitive_post_parameters()
@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """Set a password through a link."""
    link = links.find(secret)
    if link is None:
        return dead_link(
            request, _("It was used already, has run out, or the account has changed since. Ask for a new one.")
        )
    form = forms.NewPasswordForm(forms.posted(request))
    person = form.attempt(lambda v: joining.join(link, v["password"]))
    if person:
        return HttpResponseRedirect(signin.enter(request, person, method="link"))
    return shown(request, "identity/join.html", form, invited=link.user, link=link)


@public("the sign-in page speaks three languages too")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language: kept with the person, or in a cookie before there is one."""
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise Http404
    actor = request.actor  # type: ignore[attr-defined]
    if actor and not actor.real_user_id:
        run("set_preferences", by=actor, data={"language": chosen})
    response = HttpResponseRedirect(signin.safe_target(request, request.POST.get("next", "/")))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=31_536_000, samesite="Lax", httponly=True, secure=settings.SECURE
    )
    return response


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a form without a valid token gets."""
    text = _("The page was too old or the call came from elsewhere. Load the page again.")
    return render(request, "identity/csrf.html", {"text": text}, status=403)
