"""Addresses of connect."""

from django.urls import URLPattern, URLResolver, path

from zhike.connect.views import agents, api_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("mcp", agents, name="mcp"),
    path("api/docs", api_page, name="api_docs"),
]
