"""App configuration of the integrations."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import permissions, tasks  # noqa: F401, PLC0415 - declare actions, register tasks
        from integrations.web import registration  # noqa: PLC0415 - needs the models

        registration.register()
