"""Records as a Django application: at start it reads every capability's declarations and derives the standard actions."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

DECLARING = ("events", "actions", "screens")
OWN_ROOMS = (
    "importing.actions",
    "exporting.actions",
    "ledger.actions",
    "notices.actions",
    "work.actions",
    "custom.actions",
    "savedviews.actions",
    "files.tasks",
    "watching.events",
)


class RecordsConfig(AppConfig):
    name = "zhike.records"
    label = "records"

    def ready(self) -> None:
        """Import what capabilities declare, from the bottom up."""
        from zhike.config.capabilities import CAPABILITIES

        for capability in CAPABILITIES:
            for room in DECLARING:
                if find_spec(f"{capability}.{room}") is not None:
                    import_module(f"{capability}.{room}")
        for room in OWN_ROOMS:
            import_module(f"zhike.records.{room}")
        from zhike.records.actions import register_standard_actions
        from zhike.records.everywhere import register_everywhere

        register_standard_actions()
        register_everywhere()
