"""Everything the portfolio stores."""

from portfolio.models.initiative import Initiative
from portfolio.models.structure import Portfolio, PortfolioUserObjectPermission, Theme

__all__ = ["Initiative", "Portfolio", "PortfolioUserObjectPermission", "Theme"]
