"""How a change made by a person is answered: its form, the form again with what was refused, or a toast with undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from zhike.kernel.actions import Outcome
from zhike.kernel.doors import ActorRequest, toast
from zhike.kernel.errors import DomainError, Invalid, Stale
from zhike.records import forms


def submit(
    request: ActorRequest,
    form: forms.Carrying,
    perform: Callable[[dict[str, Any]], Outcome],
    *,
    title: str,
    **around: Any,
) -> Outcome | HttpResponse:
    """Perform with what the form carries; a refusal gives the form again, nothing lost, with what stood `around` it."""
    data = forms.submitted(form.fields, request.POST, forms.many_of(form))
    try:
        return perform(data)
    except DomainError as error:
        return form_again(request, form, error, title=title, action=request.get_full_path(), **around)


def read_version(sent: Any) -> int | None:
    """The version the form was drawn with."""
    text = sent.get("_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_key(request: ActorRequest) -> str:
    """The idempotency key of the form, or of a call that was kept while the network was gone."""
    return str(request.POST.get("_key", "") or request.headers.get("Idempotency-Key", ""))


def undo_url(event_id: UUID | None) -> str:
    """Where undo is asked for."""
    return f"/undo/{event_id}/" if event_id else ""


def dialog(request: ActorRequest, context: dict[str, Any], template: str = "records/form_dialog.html") -> HttpResponse:
    """A form as a dialog fragment for HTMX, as a page of its own otherwise."""
    partial = bool(request.htmx)
    return render(request, template if partial else "records/form_page.html", context | {"fragment": template})


def form_again(request: ActorRequest, form: forms.Carrying, error: DomainError, **context: Any) -> HttpResponse:
    """The form with what was refused, nothing lost."""
    form.refuse(error)
    sides = error.data.get("differences") if isinstance(error, Stale) else None
    version = error.data.get("version") if isinstance(error, Stale) else request.POST.get("_version", "")
    shared = {"form": form, "sides": labelled(form, sides), "version": version, "key": read_key(request)}
    response = dialog(request, context | shared)
    response.status_code = error.status
    response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response


def labelled(form: forms.Carrying, sides: Any) -> list[dict[str, Any]]:
    """Both sides of a stale write with the labels of their fields; only those that differ and may be seen in full."""
    shown = {name for name, field in form.fields.items() if not getattr(field, "veiled", False)}
    found = []
    for side in sides or []:
        if side["field"] in shown:
            field = form.fields[side["field"]]
            both = {name: _in_words(field, side[name]) for name in ("theirs", "mine")}
            found.append(side | both | {"label": field.label})
    return found


def _in_words(field: Any, value: Any) -> Any:
    """A value as the form shows it: a choice by its name, a tick by yes or no."""
    if value in (None, ""):
        return "—"
    words = {
        str(code): word
        for code, word in getattr(field.widget, "choices", None) or ()
        if not isinstance(word, list | tuple)
    }
    if str(value) in words:
        return words[str(value)]
    return {"true": _("Yes"), "false": _("No")}.get(str(value).lower(), value)


def in_full(request: ActorRequest, title: str, show: Callable[[str], str]) -> HttpResponse:
    """A masked value: first the question why, then the value by `show(reason)`; without a reason the question again."""
    context: dict[str, Any] = {"title": title, "action": request.path, "fragment": "records/reveal_form.html"}
    status = 200
    if request.method == "POST":
        try:
            context |= {"value": show(request.POST.get("reason", "")), "fragment": "records/revealed.html"}
        except Invalid as error:
            context["problem"], status = error.message, error.status
    template = context["fragment"] if request.htmx else "records/reveal_page.html"
    return render(request, template, context, status=status)


def done(request: ActorRequest, url: str, text: str, *, undo: str = "", go: bool = False) -> HttpResponse:
    """After success: no dialog, a toast with undo (its address), fresh lists.

    Where the answer leads to another page, and always without JavaScript, that page says it and offers the undo.
    """
    if go or not request.htmx:
        messages.success(request, text, extra_tags=undo)
        return HttpResponse(status=204, headers={"HX-Redirect": url}) if request.htmx else HttpResponseRedirect(url)
    return HttpResponse(status=204, headers={"HX-Trigger": toast(text, undo=undo, close=None, changed=None)})
