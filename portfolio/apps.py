"""App configuration of the portfolio."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from portfolio import (  # noqa: F401, PLC0415 - declares the app's actions and registers its tasks
            permissions,
            tasks,
        )
