"""Filters of the KPI dashboard."""

from typing import Any

from django.db.models import Q
from django_filters import BooleanFilter, CharFilter, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from portfolio.enums import KpiStatus
from portfolio.models import Kpi
from tenancy.filters import TenantFilterSet


class KpiDashboardFilterSet(TenantFilterSet):
    q = CharFilter(method="search", label="Search")
    portfolio = ModelChoiceFilter(queryset=permitted_choices("portfolio.Portfolio"), method="in_portfolio")
    theme = ModelChoiceFilter(
        queryset=permitted_choices("portfolio.Theme"), field_name="initiative__theme", label="Theme"
    )
    status = MultipleChoiceFilter(choices=KpiStatus.choices)
    # Reached by the tile that counts them; the form does not show it.
    is_anomaly = BooleanFilter()

    class Meta:
        model = Kpi
        fields = ["q", "portfolio", "theme", "initiative", "status", "is_anomaly"]

    def search(self, rows: Any, name: str, text: str) -> Any:
        """KPIs by name or key."""
        return rows.matching(text)

    def in_portfolio(self, rows: Any, name: str, portfolio: Any) -> Any:
        """KPIs of the portfolio and of its initiatives."""
        return rows.filter(Q(portfolio=portfolio) | Q(initiative__portfolio=portfolio))
