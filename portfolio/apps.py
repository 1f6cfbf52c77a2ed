"""App configuration of the portfolio."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from portfolio import permissions, tasks  # noqa: F401, PLC0415 - declares actions, registers tasks
        from portfolio.hooks import after_dates_change  # noqa: PLC0415 - beside what listens to it
        from portfolio.services.case_dates import follow_dates  # noqa: PLC0415 - needs the models
        from portfolio.web import kpi_registration, registration, selection_registration  # noqa: PLC0415 - needs the models

        after_dates_change.register(follow_dates)
        registration.register()
        kpi_registration.register()
        selection_registration.register()
