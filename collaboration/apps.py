"""App configuration of collaboration."""

from django.apps import AppConfig


class CollaborationConfig(AppConfig):
    name = "collaboration"

    def ready(self) -> None:
        from collaboration import permissions  # noqa: F401, PLC0415 - declares the app's actions
        from collaboration.web.registration import register  # noqa: PLC0415 - needs loaded models

        register()
