"""The kernel as a Django application: its tables are the ledger's and the jobs'."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "zhike.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
