"""What several pages of identity share."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from zhike.identity.settings_pages import pages_for
from zhike.kernel.actions import run
from zhike.kernel.actor import Actor


def oidc() -> str:
    """The name of the company account that may be used to sign in; empty when none is configured."""
    return str(settings.OIDC_NAME) if settings.OIDC_ISSUER else ""


def form_status(form: Any) -> int:
    """200 for an empty form, else why it was refused."""
    return form.status if form is not None and form.is_bound else 200


def shown(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    """A page around a form, with the status of its refusal, and when to come back after too many tries."""
    response = render(request, template, {"form": form, **context}, status=form_status(form))
    if form.wait:
        response["Retry-After"] = str(form.wait)
    return response


def dead_link(request: HttpRequest, text: str) -> HttpResponse:
    """What a one-time link leads to that opens nothing any more, or never did: why, and the way on."""
    return render(request, "identity/dead_link.html", {"text": text}, status=404)


def link_base(request: HttpRequest) -> str:
    """What a link that is handed over begins with."""
    return str(settings.BASE_URL or request.build_absolute_uri("/")).rstrip("/")


def page(request: HttpRequest, template: str, form: Any = None, **context: Any) -> HttpResponse:
    """A page with the list of settings pages at its left."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    around = {"form": form, "settings_pages": pages_for(actor), "here": request.path, "link_base": link_base(request)}
    return render(request, template, around | context, status=form_status(form))


def done(request: HttpRequest, text: object, to: str) -> HttpResponse:
    """Say that it worked, and go on."""
    messages.success(request, str(text))
    return HttpResponseRedirect(to)


def acted(request: HttpRequest, name: str, subject_id: object = None, /, **data: Any) -> Any:
    """Run an action as whoever asks; the answer is its value or reply."""
    outcome = run(name, by=request.actor, subject_id=subject_id, data=data)  # type: ignore[attr-defined]
    return outcome.value if outcome.value is not None else outcome.reply
