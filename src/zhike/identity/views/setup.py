"""The first-run pages, behind their one-time link."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from zhike.identity import forms, setup, signin
from zhike.identity.views.pages import dead_link, form_status, link_base
from zhike.kernel.actor import Actor
from zhike.kernel.doors import public, sign_in_first

WEEKEND = [5, 6]


@public("a fresh installation has nobody who could sign in; the link is the key, and dies")
@sensitive_post_parameters()
@never_cache
def first_run(request: HttpRequest, secret: str) -> HttpResponse:
    """One page after the other; what is done is not asked again."""
    if not setup.is_open(secret):
        return dead_link(
            request, _("The set-up is finished, or a newer link was printed. Whoever has an account signs in.")
        )
    if setup.step() == "people" and not request.actor:  # type: ignore[attr-defined]
        return sign_in_first(request)  # by now there is somebody who can, and the link alone is no key any more
    pages = {"organisation": organisation, "administrator": administrator, "people": people}
    return pages[setup.step()](request)


def _page(request: HttpRequest, form: Any, step: str, **context: Any) -> HttpResponse:
    steps = {"form": form, "step": step, "number": setup.STEPS.index(step) + 1, "link_base": link_base(request)}
    return render(request, "identity/setup.html", steps | context, status=form_status(form))


def organisation(request: HttpRequest) -> HttpResponse:
    """Who you are, where, and when you work."""
    initial = {"weekend": WEEKEND, "zone": "Asia/Shanghai", "language": "zh-hans", "currency": "CNY", "country": "CN"}
    form = forms.NewOrganisationForm(forms.posted(request), initial=initial)
    if form.attempt(lambda _values: setup.keep_organisation(form.values())):
        return HttpResponseRedirect(request.path)
    return _page(request, form, "organisation")


def administrator(request: HttpRequest) -> HttpResponse:
    """The first person, who is signed in at once."""
    form = forms.FirstPersonForm(forms.posted(request))
    person = form.attempt(setup.make_administrator)
    if person:
        signin.sign_in(request, person, method="setup")
    if setup.step() == "people":  # also when another submission came first: whoever has no session is led to signing in
        return HttpResponseRedirect(request.path)
    return _page(request, form, "administrator")


def people(request: HttpRequest) -> HttpResponse:
    """Colleagues, each with a link to be handed over; leaving them out is fine. Lines that were refused come back."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    by.require("identity.roles")
    form = forms.ColleaguesForm(forms.posted(request))
    invited = form.attempt(lambda v: setup.invite(v["people"], v["role"], by=by))
    if not invited:
        return _page(request, form, "people")
    made = invited if isinstance(invited, list) else []
    refused = setup.refused(made)
    if not refused:
        setup.finish()
    form = forms.ColleaguesForm.again(refused, form.cleaned_data["role"])
    return _page(request, form, "people", invited=setup.linked(made), refused=refused, finished=not refused)
