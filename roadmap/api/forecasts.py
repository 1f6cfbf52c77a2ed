"""REST of forecasts: start one, read what it says."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import STAMPS, StrictIntegerField, StrictSerializer
from roadmap.calc.date_forecast import LEAST_TRIALS, MOST_TRIALS
from roadmap.filters import ForecastDateFilterSet, ScheduleForecastFilterSet
from roadmap.models import ForecastDate, Roadmap, ScheduleForecast
from roadmap.services.forecasts import DEFAULT_TRIALS, request_forecast
from tenancy.api.actions import record_action
from tenancy.api.serializers import JobSerializer, TenantModelSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet
from tenancy.models import Job


class ForecastRequestSerializer(StrictSerializer):
    """How many trials, and a seed to repeat an earlier forecast; without one a seed is drawn."""

    trials = StrictIntegerField(min_value=LEAST_TRIALS, max_value=MOST_TRIALS, default=DEFAULT_TRIALS)
    seed = StrictIntegerField(min_value=0, max_value=2**63 - 1, required=False)


class ForecastActions:
    """The forecast of one roadmap."""

    @record_action(
        "schedule_forecast.create",
        input_serializer=ForecastRequestSerializer,
        output_serializer=JobSerializer,
        status=202,
    )
    def forecast(self: Any, instance: Roadmap, data: dict[str, Any]) -> Job:
        """Simulate the dates of the roadmap; the answer is the job to follow."""
        return request_forecast(instance, actor=self.actor, **data)


class ScheduleForecastSerializer(TenantModelSerializer):
    """One simulation; `end_quantiles` are the last days of the plan at 0, 5 … 100% of the trials."""

    seed = serializers.CharField(read_only=True, help_text="As text, because it may be beyond what JSON numbers keep.")

    class Meta:
        model = ScheduleForecast
        fields = [
            "id",
            "roadmap",
            "as_of",
            "trials",
            "seed",
            "engine_version",
            "end_quantiles",
            "item_count",
            "uncertain_count",
            "undated",
            *STAMPS,
        ]


class ForecastDateSerializer(TenantModelSerializer):
    """When an item ends or a milestone is reached; `chance` is that of `planned_on`."""

    class Meta:
        model = ForecastDate
        fields = [
            "id",
            "forecast",
            "item",
            "milestone",
            "planned_on",
            "p50",
            "p80",
            "p95",
            "chance",
            "criticality",
            "quantiles",
            *STAMPS,
        ]


class ScheduleForecastViewSet(ReadOnlyTenantViewSet):
    """Forecasts of roadmaps; `POST roadmaps/{id}/forecast` makes one."""

    model = ScheduleForecast
    serializer_class = ScheduleForecastSerializer
    filterset_class = ScheduleForecastFilterSet
    ordering = ("-created_at",)
    ordering_fields = ("created_at",)


class ForecastDateViewSet(ReadOnlyTenantViewSet):
    """Dates of forecasts, by item and by milestone."""

    model = ForecastDate
    serializer_class = ForecastDateSerializer
    filterset_class = ForecastDateFilterSet
    ordering = ("p50",)
    ordering_fields = ("p50", "p80", "p95")
