"""App configuration of the roadmap."""

from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "roadmap"

    def ready(self) -> None:
        from roadmap import permissions  # noqa: F401, PLC0415 - declares the app's actions
        from roadmap.web import registration  # noqa: PLC0415 - needs the models

        registration.register()
