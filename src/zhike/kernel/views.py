"""Pages of the kernel itself: whether the product is ready, and the living catalogue of components."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zhike import __version__
from zhike.kernel.catalogue import SampleForm, sample
from zhike.kernel.doors import public, signed_in


@public("load balancers and the launcher ask whether the product is up")
def healthz(request: HttpRequest) -> HttpResponse:
    """200 with JSON when the product is ready to serve."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ready": True, "version": __version__, "database": connection.vendor})


CATALOGUE = {
    "": "zhike/catalogue.html",
    "list": "zhike/samples/list.html",
    "drawer": "zhike/samples/drawer.html",
    "card": "zhike/samples/card.html",
    "today": "zhike/samples/today.html",
}


@signed_in
def catalogue(request: HttpRequest) -> HttpResponse:
    """Every component with sample data, for whoever builds a page."""
    page = request.GET.get("page", "")
    pages = [("", _("Components")), ("list", _("A list")), ("card", _("A card")), ("today", _("A day"))]
    data = {**sample(get_language() or "en"), "page": page, "pages": pages, "form": SampleForm()}
    return render(request, CATALOGUE.get(page, CATALOGUE[""]), data)
