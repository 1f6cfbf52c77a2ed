"""App configuration of tenancy."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate  # noqa: TID251 - Django announces the end of migrate only this way


class TenancyConfig(AppConfig):
    name = "tenancy"

    def ready(self) -> None:
        from tenancy import tasks  # noqa: F401, PLC0415 - registers the tasks once models are loaded
        from tenancy.web import shell  # noqa: PLC0415 - imports models

        shell.register()
        post_migrate.connect(_seal, sender=self, dispatch_uid="tenancy.seal")


def _seal(using: str, **kwargs: Any) -> None:
    from tenancy.row_security import seal_database  # noqa: PLC0415 - needs the model registry

    seal_database(using)
