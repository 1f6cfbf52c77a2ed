"""What REST takes and gives for KPIs, their targets and the library."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDecimalField,
    StrictSerializer,
)
from portfolio.enums import KpiAggregation, KpiDirection, KpiFrequency, KpiStatus, RollupPeriod
from portfolio.models import Kpi, KpiTarget
from portfolio.services import kpis
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField


def _figure() -> StrictDecimalField:
    return StrictDecimalField(max_digits=24, decimal_places=6, required=False, allow_null=True)


class KpiSerializer(TenantModelSerializer):
    """A measure of success with its newest value; an unknown value is null, never zero.

    `target`, `low`, `high` and `tolerance` are those the value is judged by. Sent with a new KPI they are
    its first target; later ones are set at `kpi-targets/`.
    """

    latest_value = serializers.DecimalField(max_digits=30, decimal_places=6, read_only=True)
    latest_start = serializers.DateField(read_only=True)
    last_observed_at = serializers.DateTimeField(read_only=True)
    previous_value = serializers.DecimalField(max_digits=36, decimal_places=6, read_only=True)
    target = _figure()
    low = _figure()
    high = _figure()
    tolerance = _figure()
    status = serializers.ChoiceField(choices=KpiStatus.choices, read_only=True)
    is_anomaly = serializers.BooleanField(read_only=True)

    class Meta:
        model = Kpi
        fields = [
            "id",
            *kpis.EDITABLE,
            "target",
            "low",
            "high",
            "tolerance",
            "latest_value",
            "latest_start",
            "previous_value",
            "last_observed_at",
            "status",
            "is_anomaly",
            *STAMPS,
        ]


class KpiTargetSerializer(TenantModelSerializer):
    """What a KPI shall reach from a day on, until its next target begins; `reason` says why, and is required."""

    class Meta:
        model = KpiTarget
        fields = ["id", "kpi", "valid_from", "target", "low", "high", "tolerance", "reason", *STAMPS]
        extra_kwargs = {"reason": {"required": True, "allow_blank": False}, "valid_from": {"required": False}}


class KpiDefinitionSerializer(StrictSerializer):
    """A KPI of the built-in library with the target it suggests; null where only `goal` says what good is."""

    key = serializers.CharField()
    name = serializers.CharField()
    family = serializers.CharField()
    measures = serializers.CharField()
    why = serializers.CharField()
    direction = serializers.ChoiceField(choices=KpiDirection.choices)
    unit = serializers.CharField()
    goal = serializers.CharField()
    frequency = serializers.ChoiceField(choices=KpiFrequency.choices)
    owner_role = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # the base class has an attribute of this name
    aggregation = serializers.ChoiceField(choices=KpiAggregation.choices)
    target = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    low = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    high = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    tolerance = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)


class LibrarySearchSerializer(StrictSerializer):
    """Words that a definition shall contain."""

    q = StrictCharField(required=False, default="", max_length=200, allow_blank=True)


class AdoptionSerializer(StrictSerializer):
    """Which KPI of the library, for which place; without one it is the organization's.

    A figure given takes the place of the suggested target; `has_target` false leaves it open.
    """

    definition_key = StrictCharField(max_length=60)
    initiative: Any = TenantRelatedField(model="portfolio.Initiative", required=False, allow_null=True)
    portfolio: Any = TenantRelatedField(model="portfolio.Portfolio", required=False, allow_null=True)
    has_target = StrictBooleanField(default=True)
    target = _figure()
    low = _figure()
    high = _figure()
    tolerance = _figure()


class CombinedQuerySerializer(StrictSerializer):
    """Which periods of which definitions, and along what they are put together."""

    level = StrictChoiceField(choices=["initiative", "theme", "portfolio", "organization"])
    period = StrictChoiceField(choices=RollupPeriod.choices)
    first = StrictDateField()
    past = StrictDateField()
    definition_key = StrictCharField(max_length=60, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A range of at most ten years."""
        if not timedelta(0) < attrs["past"] - attrs["first"] <= timedelta(days=3660):
            raise serializers.ValidationError({"past": ["Give a day after the first one, at most ten years later."]})
        return attrs


class CombinedValueSerializer(StrictSerializer):
    """One period of one definition under one node; `value` is null where it is unknown, and `reason` says why."""

    node_id = serializers.UUIDField(allow_null=True)
    definition_key = serializers.CharField()
    period_start = serializers.DateField()
    value = serializers.DecimalField(max_digits=36, decimal_places=6, allow_null=True)
    partial = serializers.DecimalField(  # type: ignore[assignment]  # the base class has an attribute of this name
        max_digits=36, decimal_places=6, allow_null=True
    )
    known = serializers.IntegerField()
    expected = serializers.IntegerField()
    count = serializers.IntegerField()
    last_observed_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=["", "incomplete", "not_additive", "mixed", "undefined"])
