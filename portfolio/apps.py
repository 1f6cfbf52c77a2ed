"""App configuration of the portfolio."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from portfolio import permissions, tasks  # noqa: F401, PLC0415 - declares actions, registers tasks
        from portfolio.web import registration  # noqa: PLC0415 - needs the models

        registration.register()
