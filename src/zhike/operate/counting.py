"""Counts statements per request and tells their number in a header: for measuring only (ZHIKE_BENCH=1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


class QueryCountMiddleware:
    """Adds `X-Zhike-Queries`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        count = 0

        def counted(execute: Callable[..., Any], *given: Any) -> Any:
            nonlocal count
            count += 1
            return execute(*given)

        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response["X-Zhike-Queries"] = str(count)
        return response
