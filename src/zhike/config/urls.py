"""Addresses: each capability's own, from the top down."""

from django.urls import include, path

from zhike.kernel.views import catalogue, healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("catalogue/", catalogue, name="catalogue"),
    path("", include("zhike.connect.urls")),
    path(
        "api/", include("zhike.records.api.urls")
    ),  # early: programs call most often, and addresses are tried in order
    path("", include("zhike.operate.urls")),
    path("", include("zhike.desk.urls")),
    path("", include("zhike.customers.urls")),
    path("", include("zhike.identity.urls")),
    path("", include("zhike.records.urls")),
]
