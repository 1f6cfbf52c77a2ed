"""JSON of experiments."""

from rest_framework import serializers

from core.api.serializers import STAMPS, StrictCharField, StrictChoiceField, StrictSerializer
from experiments.enums import ExperimentDecision
from experiments.models import Experiment, ExperimentMetric, Metric, Readout, Variant, VariantResult
from tenancy.api.serializers import TenantModelSerializer


class MetricSerializer(TenantModelSerializer):
    """A metric."""

    class Meta:
        model = Metric
        fields = ["id", "key", "name", "description", "kind", "direction", "unit", *STAMPS]


class VariantSerializer(TenantModelSerializer):
    """A variant inside its experiment; matched by key when the list is written."""

    class Meta:
        model = Variant
        fields = ["id", "key", "name", "description", "is_control", "allocation"]
        extra_kwargs = {"name": {"required": False}}


class ExperimentMetricSerializer(TenantModelSerializer):
    """A metric's place in its experiment; the margin is a fraction of control's value and belongs to guardrails."""

    key = serializers.CharField(source="metric.key", read_only=True)
    name = serializers.CharField(source="metric.name", read_only=True)

    class Meta:
        model = ExperimentMetric
        fields = ["metric", "key", "name", "role", "non_inferiority_margin"]


class ExperimentSerializer(TenantModelSerializer):
    """An experiment with its plan; `variants` and `metrics` are written as whole lists, and only in a draft."""

    initiative_key = serializers.CharField(source="initiative.key", read_only=True)
    variants = VariantSerializer(many=True, required=False)
    metrics = ExperimentMetricSerializer(many=True, required=False)

    class Meta:
        model = Experiment
        fields = [
            "id",
            "key",
            "name",
            "initiative",
            "initiative_key",
            "hypothesis",
            "status",
            "significance_level",
            "planned_units",
            "started_on",
            "ended_on",
            "decision",
            "rationale",
            "variants",
            "metrics",
            *STAMPS,
        ]
        read_only_fields = ["status", "started_on", "ended_on", "decision", "rationale"]
        columns = {"variants": "variant_rows", "metrics": "metric_rows"}


class StartSerializer(StrictSerializer):
    """Why now; may be left out."""

    reason = StrictCharField(required=False, allow_blank=True, max_length=2000, default="")


class StopSerializer(StrictSerializer):
    """Why the experiment stops."""

    reason = StrictCharField(max_length=2000)


class DecisionSerializer(StrictSerializer):
    """What people decided, and why."""

    decision = StrictChoiceField(choices=ExperimentDecision.choices)
    rationale = StrictCharField(max_length=10_000)


class VariantResultSerializer(TenantModelSerializer):
    """A cumulative aggregate: `conversions` of a proportion, `sum` and `sum_of_squares` of a mean."""

    experiment = serializers.UUIDField(source="variant.experiment_id", read_only=True)

    class Meta:
        model = VariantResult
        fields = [
            "id",
            "experiment",
            "variant",
            "metric",
            "units",
            "conversions",
            "sum",
            "sum_of_squares",
            "as_of",
            "source_id",
            *STAMPS,
        ]


class ReadoutSerializer(TenantModelSerializer):
    """An immutable readout; `results` holds every comparison as computed by `engine_version`."""

    class Meta:
        model = Readout
        fields = [
            "id",
            "experiment",
            "computed_at",
            "data_as_of",
            "recommendation",
            "reasons",
            "has_sample_ratio_mismatch",
            "results",
            "inputs_digest",
            "engine_version",
            *STAMPS,
        ]
        read_only_fields = fields
