"""Pages of the kernel itself: whether the product is ready, and the living catalogue of components."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from zhike import __version__


def healthz(request: HttpRequest) -> HttpResponse:
    """200 with JSON when the product is ready to serve."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ready": True, "version": __version__, "database": connection.vendor})


def catalogue(request: HttpRequest) -> HttpResponse:
    """Every component with sample data, for whoever builds a page."""
    return render(request, "zhike/catalogue.html")
