"""The page of a summary."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from zhike.kernel import limits
from zhike.kernel.doors import ActorRequest, signed_in
from zhike.records.access import screen_at
from zhike.records.presentation import chips
from zhike.records.requests import read_query
from zhike.records.summary import presentation
from zhike.records.summary.asking import offered, read_question
from zhike.records.summary.queries import summary


@signed_in
@require_GET
def page(request: ActorRequest, slug: str) -> HttpResponse:
    """Figures over the current filter, by one or two fields."""
    screen, actor = screen_at(slug), request.actor
    actor.require(f"{screen.type}.view")
    query, question = read_query(screen, actor, request.GET), read_question(screen, actor, request.GET)
    limits.spend(limits.REPORT, actor)
    rows = presentation.table(screen, query, summary(screen, actor, query, question, timezone.now()))
    by, measures = offered(screen, actor)
    context = {
        "screen": screen, "title": presentation.title(screen), "question": question, "table": rows, "by": by, "measures": measures,
        "chart": presentation.chart(rows, question.by, question.label), "chips": chips(query.filter, actor),
        "keep": {name: request.GET[name] for name in ("filter", "view", "bin", "q") if request.GET.get(name)},
        "second": question.by[1].key if len(question.by) == 2 else "",
    }  # fmt: skip
    return render(request, "records/summary/page.html", context)
