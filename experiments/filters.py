"""Filters of experiments' lists, for the screens and the REST interface."""

from typing import Any

from django.forms import HiddenInput
from django_filters import ModelChoiceFilter, UUIDFilter

from core.filters import day_filter
from core.web.forms import permitted_choices
from experiments.models import Experiment, ExperimentMetric, Metric, Readout, VariantResult
from tenancy.filters import TenantFilterSet


class MetricFilterSet(TenantFilterSet):
    """Metrics by kind and direction."""

    class Meta:
        model = Metric
        fields = ["kind", "direction"]


class ExperimentFilterSet(TenantFilterSet):
    """Experiments by where they stand, what they belong to and when they ran."""

    started_after = day_filter("started_on", "gte", "Started on or after")
    started_before = day_filter("started_on", "lte", "Started on or before")

    metric = ModelChoiceFilter(
        queryset=permitted_choices("experiments.Metric"), method="measuring", label="Metric", widget=HiddenInput
    )

    class Meta:
        model = Experiment
        fields = ["status", "decision", "initiative"]

    def measuring(self, queryset: Any, name: str, value: Metric) -> Any:
        """Experiments that use the metric."""
        return queryset.filter(pk__in=ExperimentMetric.objects.filter(metric=value).order_by().values("experiment_id"))


class VariantResultFilterSet(TenantFilterSet):
    """Aggregates by experiment, variant and metric."""

    experiment = UUIDFilter(field_name="variant__experiment")
    variant = UUIDFilter()
    metric = UUIDFilter()

    class Meta:
        model = VariantResult
        fields = ["variant", "metric"]


class ReadoutFilterSet(TenantFilterSet):
    """Readouts by experiment and recommendation."""

    experiment = UUIDFilter()

    class Meta:
        model = Readout
        fields = ["experiment", "recommendation"]
