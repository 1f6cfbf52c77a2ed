"""Everything the portfolio stores."""

from portfolio.models.business_case import BusinessCase, CashLine, CashPeriod, Valuation
from portfolio.models.initiative import Initiative, InitiativeKeyCounter
from portfolio.models.kpi import Kpi, KpiObservation, KpiRollup, KpiTouchedDay
from portfolio.models.structure import Portfolio, PortfolioUserObjectPermission, Theme

__all__ = [
    "BusinessCase",
    "CashLine",
    "CashPeriod",
    "Initiative",
    "InitiativeKeyCounter",
    "Kpi",
    "KpiObservation",
    "KpiRollup",
    "KpiTouchedDay",
    "Portfolio",
    "PortfolioUserObjectPermission",
    "Theme",
    "Valuation",
]
