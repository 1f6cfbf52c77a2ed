"""REST endpoints of experiments."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef
from django.db.models.functions import Cast, JSONObject

from experiments.api.serializers import (
    DecisionSerializer,
    ExperimentSerializer,
    MetricSerializer,
    ReadoutSerializer,
    StartSerializer,
    StopSerializer,
    VariantResultSerializer,
)
from experiments.filters import ExperimentFilterSet, MetricFilterSet, ReadoutFilterSet, VariantResultFilterSet
from experiments.models import Experiment, ExperimentMetric, Metric, Readout, Variant, VariantResult
from experiments.services import experiments, metrics, readouts, results
from tenancy.api.actions import record_action
from tenancy.api.bulk import BulkCreateMixin
from tenancy.api.serializers import JobSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet
from tenancy.models import Job


class MetricViewSet(TenantViewSet):
    """Metrics: what experiments measure."""

    model = Metric
    serializer_class = MetricSerializer
    filterset_class = MetricFilterSet
    ordering = ("-updated_at",)
    ordering_fields = ("updated_at", "name")
    search_fields = ("key", "name")

    def perform_create(self, serializer: Any) -> Metric:
        return metrics.create_metric(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Metric:
        return metrics.change_metric(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Metric) -> None:
        metrics.delete_metric(instance, actor=self.actor)


class ExperimentViewSet(TenantViewSet):
    """Experiments with their variants and metrics."""

    model = Experiment
    serializer_class = ExperimentSerializer
    filterset_class = ExperimentFilterSet
    ordering = ("-updated_at",)
    ordering_fields = ("updated_at", "name", "started_on")
    search_fields = ("key", "name", "hypothesis")

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(variant_rows=_variant_rows(), metric_rows=_metric_rows())

    def perform_create(self, serializer: Any) -> Experiment:
        return experiments.create_experiment(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Experiment:
        return experiments.change_experiment(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Experiment) -> None:
        experiments.delete_experiment(instance, actor=self.actor)

    @record_action("experiment.start", input_serializer=StartSerializer)
    def start(self, instance: Experiment, data: dict[str, Any]) -> Experiment:
        """Start a draft; from then on its plan is fixed."""
        return experiments.start_experiment(instance, actor=self.actor, reason=data["reason"])

    @record_action("experiment.stop", input_serializer=StopSerializer)
    def stop(self, instance: Experiment, data: dict[str, Any]) -> Experiment:
        """Stop a running experiment; the final readout follows in the background."""
        return experiments.stop_experiment(instance, actor=self.actor, reason=data["reason"])

    @record_action("experiment.decide", input_serializer=DecisionSerializer)
    def decide(self, instance: Experiment, data: dict[str, Any]) -> Experiment:
        """Record the decision on a stopped experiment."""
        return experiments.decide_experiment(instance, actor=self.actor, **data)

    @record_action("readout.create", output_serializer=JobSerializer, status=202)
    def compute_readout(self, instance: Experiment, data: dict[str, Any]) -> Job:
        """Ask for a readout of the figures there are; unchanged figures keep the readout they have."""
        return readouts.recompute_readout(instance, actor=self.actor)


class VariantResultViewSet(BulkCreateMixin, TenantViewSet):
    """Cumulative aggregates per variant and metric; the same `source_id` with the same figures is taken once."""

    model = VariantResult
    serializer_class = VariantResultSerializer
    filterset_class = VariantResultFilterSet
    ordering = ("-created_at",)
    ordering_fields = ("created_at", "as_of")

    def perform_create(self, serializer: Any) -> VariantResult:
        return results.record_result(actor=self.actor, **serializer.validated_data)


class ReadoutViewSet(ReadOnlyTenantViewSet):
    """What the figures said, one immutable record per state of the data."""

    model = Readout
    serializer_class = ReadoutSerializer
    filterset_class = ReadoutFilterSet
    ordering = ("-computed_at",)
    ordering_fields = ("computed_at",)


def _variant_rows() -> ArraySubquery:
    rows = Variant.objects.filter(experiment=OuterRef("pk")).order_by("position", "id")
    return ArraySubquery(
        rows.values(
            json=JSONObject(
                id=F("id"),
                key=F("key"),
                name=F("name"),
                description=F("description"),
                is_control=F("is_control"),
                allocation=Cast("allocation", CharField()),
            )
        )
    )


def _metric_rows() -> ArraySubquery:
    rows = ExperimentMetric.objects.filter(experiment=OuterRef("pk")).order_by("position", "id")
    return ArraySubquery(
        rows.values(
            json=JSONObject(
                metric=F("metric_id"),
                key=F("metric__key"),
                name=F("metric__name"),
                role=F("role"),
                non_inferiority_margin=Cast("non_inferiority_margin", CharField()),
            )
        )
    )
