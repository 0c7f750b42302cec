"""Connect as a Django application."""

from django.apps import AppConfig


class ConnectConfig(AppConfig):
    name = "zhike.connect"
    label = "connect"
