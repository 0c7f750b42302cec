"""Operation as a Django application: its right, its page under Settings, its housekeeping jobs."""

from django.apps import AppConfig


class OperateConfig(AppConfig):
    name = "zhike.operate"
    label = "operate"

    def ready(self) -> None:
        """Declare what stands above the capabilities."""
        from django.utils.translation import gettext_lazy as _

        from zhike.identity.settings_pages import SettingsPage, add_settings_page
        from zhike.kernel.screens import Right, register_rights

        register_rights((Right(code="operate.metrics", label=_("See how the installation is doing")),))
        add_settings_page(
            SettingsPage(
                label=_("Health"),
                icon="activity",
                url="/settings/health/",
                right="operate.metrics",
                note=_("Backups, jobs, ledger, version"),
            )
        )
