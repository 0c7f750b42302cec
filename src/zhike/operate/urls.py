"""Addresses of operation."""

from django.urls import path

from zhike.operate import views

urlpatterns = [
    path("metrics", views.metrics_page, name="metrics"),
    path("settings/health/", views.health_page, name="health"),
]
