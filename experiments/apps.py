"""App configuration of experiments."""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "experiments"

    def ready(self) -> None:
        from experiments import permissions, tasks  # noqa: F401, PLC0415 - declares actions, registers tasks
        from experiments.web import registration  # noqa: PLC0415 - needs the models

        registration.register()
