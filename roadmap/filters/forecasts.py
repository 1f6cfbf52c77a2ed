"""Filters of forecasts and the dates they give."""

from roadmap.models import ForecastDate, ScheduleForecast
from tenancy.filters import TenantFilterSet


class ScheduleForecastFilterSet(TenantFilterSet):
    """Forecasts by roadmap."""

    class Meta:
        model = ScheduleForecast
        fields = ["roadmap"]


class ForecastDateFilterSet(TenantFilterSet):
    """Forecast dates by forecast, item and milestone."""

    class Meta:
        model = ForecastDate
        fields = ["forecast", "item", "milestone"]
