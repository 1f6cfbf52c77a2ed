"""Filters of experiments' lists, for the screens and the REST interface."""

from django_filters import DateFilter, ModelChoiceFilter, MultipleChoiceFilter, UUIDFilter

from core.web.forms import permitted_choices
from experiments.enums import ExperimentDecision, ExperimentStatus, MetricDirection, MetricKind, Recommendation
from experiments.models import Experiment, Metric, Readout, VariantResult
from tenancy.filters import TenantFilterSet


class MetricFilterSet(TenantFilterSet):
    """Metrics by kind and direction."""

    kind = MultipleChoiceFilter(choices=MetricKind.choices)
    direction = MultipleChoiceFilter(choices=MetricDirection.choices)

    class Meta:
        model = Metric
        fields = ["kind", "direction"]


class ExperimentFilterSet(TenantFilterSet):
    """Experiments by where they stand, what they belong to and when they ran."""

    status = MultipleChoiceFilter(choices=ExperimentStatus.choices)
    decision = MultipleChoiceFilter(choices=ExperimentDecision.choices)
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    started_after = DateFilter(field_name="started_on", lookup_expr="gte", label="Started on or after")
    started_before = DateFilter(field_name="started_on", lookup_expr="lte", label="Started on or before")

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
    recommendation = MultipleChoiceFilter(choices=Recommendation.choices)

    class Meta:
        model = Readout
        fields = ["experiment", "recommendation"]
