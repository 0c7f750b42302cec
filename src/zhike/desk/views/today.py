"""Today, and what its lines do: finish, put off."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhike.activities.queries import task
from zhike.desk.queries.times import presets
from zhike.desk.queries.today import day_of, lately, sees_nobody
from zhike.kernel import clock
from zhike.kernel.actions import run
from zhike.kernel.doors import ActorRequest, signed_in, toast
from zhike.records.notices.queries import notices_of


@signed_in
def today(request: ActorRequest) -> HttpResponse:
    """What to do now, today, and when there is time."""
    now = timezone.now()
    day, recent = day_of(request.actor, now), lately(request.actor)
    idle = not (day.jobs or recent)
    context = {
        "title": _("Today"),
        "day": day,
        "notices": [one for one in notices_of(request.actor) if one.unread][:5],
        "today": clock.today(request.actor.zone, at=now),
        "lately": recent,
        "first_day": idle and request.actor.can("party.create") and sees_nobody(request.actor),
        "can_import": request.actor.can("party.import"),
    }
    return render(request, "desk/today.html", context)


@signed_in
@require_POST
def done(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Finish a task from its line."""
    finished = run("finish_task", by=request.actor, subject_id=pk).value
    return answered(request, _("Done: %(name)s") % {"name": finished.name}, f"/tasks/{pk}/reopen/")


@signed_in
@require_http_methods(["GET", "POST"])
def later(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Put a task off: the usual times, or one of one's own."""
    found = task(pk, request.actor, "task.edit")
    if request.method == "GET":
        choices = presets(timezone.now(), request.actor.zone)
        return render(request, "desk/later.html", {"task": found, "choices": choices, "title": _("Put off")})
    before, to = found.due_at, request.POST.get("to") or request.GET.get("to", "")
    moved = run("postpone_task", by=request.actor, subject_id=pk, data={"to": to}).value
    when = clock.display(moved.due_at, request.actor.zone)
    undo = f"/later/{pk}/?to={before.isoformat().replace('+', '%2B')}" if before else ""
    return answered(request, _("Moved to %(time)s: %(name)s") % {"time": when, "name": moved.name}, undo)


def answered(request: ActorRequest, text: str, undo: str = "", url: str = "/") -> HttpResponse:
    """After success: a toast with undo and fresh lists; without JavaScript a redirect."""
    if not request.htmx:
        return HttpResponseRedirect(url)
    return HttpResponse(status=204, headers={"HX-Trigger": toast(text, undo=undo, close=None, changed=None)})
