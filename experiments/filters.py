"""Filters of experiments' lists, for the screens and the REST interface."""

from django_filters import UUIDFilter

from core.filters import day_filter
from experiments.models import Experiment, Metric, Readout, VariantResult
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

    class Meta:
        model = Experiment
        fields = ["status", "decision", "initiative"]


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
