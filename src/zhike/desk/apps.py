"""Desk as a Django application."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "zhike.desk"
    label = "desk"
