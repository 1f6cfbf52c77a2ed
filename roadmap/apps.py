"""App configuration of the roadmap."""

from django.apps import AppConfig


class RoadmapConfig(AppConfig):
    name = "roadmap"

    def ready(self) -> None:
        from roadmap import permissions, tasks  # noqa: F401, PLC0415 - declare actions, register tasks
        from roadmap.web import registration  # noqa: PLC0415 - needs the models

        registration.register()
