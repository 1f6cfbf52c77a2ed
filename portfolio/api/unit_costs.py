"""REST of usage and what it cost."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictDateField,
    StrictDateTimeField,
    StrictDecimalField,
    StrictIntegerField,
    StrictSerializer,
)
from portfolio.filters import UnitCostDayFilterSet, UnitCostMonthFilterSet, UsageRecordFilterSet
from portfolio.models import UnitCostDay, UnitCostMonth, UsageRecord
from portfolio.selectors.unit_costs import cost_gaps
from portfolio.services.usage_records import MAX_BATCH, RowOutcome, RowResult, UsageInput, delete_usage, record_usage
from portfolio.services.usage_rows import parse_usage
from tenancy.api.actions import collection_action
from tenancy.api.serializers import TenantModelSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet

_MONEY: dict[str, Any] = {"max_digits": 24, "decimal_places": 6, "read_only": True}


class UsageRecordSerializer(TenantModelSerializer):
    """What an initiative used of a model on one UTC day; the same `source` and `source_id` again correct it."""

    provider = StrictCharField(source="priced_model.provider", max_length=80, required=False, allow_blank=True)
    model = StrictCharField(source="priced_model.name", max_length=120, required=False, allow_blank=True)

    class Meta:
        model = UsageRecord
        fields = [
            "id",
            "initiative",
            "priced_model",
            "provider",
            "model",
            "used_on",
            "is_batch",
            "input_tokens",
            "cached_input_tokens",
            "output_tokens",
            "images",
            "gpu_hours",
            "requests",
            "actions",
            "active_users",
            "source",
            "source_id",
            *STAMPS,
        ]
        read_only_fields = ["priced_model"]


class UsageRowSerializer(StrictSerializer):
    """One row of a bulk load; `initiative` is an id or a key, the day is given by `used_on` or `used_at`."""

    initiative = StrictCharField()
    used_on = StrictDateField(required=False)
    used_at = StrictDateTimeField(required=False, help_text="A moment; its UTC day counts.")
    provider = StrictCharField(max_length=80, required=False)
    model = StrictCharField(max_length=120, required=False)
    is_batch = StrictBooleanField(required=False, default=False)
    input_tokens = StrictIntegerField(required=False, default=0, help_text="Those not read from a cache.")
    cached_input_tokens = StrictIntegerField(required=False, default=0)
    output_tokens = StrictIntegerField(required=False, default=0)
    images = StrictIntegerField(required=False, default=0)
    gpu_hours = StrictDecimalField(max_digits=16, decimal_places=4, required=False, default=Decimal(0))
    requests = StrictIntegerField(required=False, allow_null=True)
    actions = StrictIntegerField(required=False, allow_null=True)
    active_users = StrictIntegerField(
        required=False, allow_null=True, help_text="Distinct people in the calendar month so far."
    )
    source = StrictCharField(  # type: ignore[assignment]  # an attribute of the base class
        max_length=60, required=False, default="api"
    )
    source_id = StrictCharField(max_length=120)


@extend_schema_field(UsageRowSerializer(many=True))
class UsageRowsField(serializers.ListField):
    """Rows as they come; each is read and answered for itself."""


class UsageLoadSerializer(StrictSerializer):
    """Up to 10,000 rows; with `atomic` one refused row keeps all others out."""

    rows = UsageRowsField(min_length=1, max_length=MAX_BATCH)
    atomic = StrictBooleanField(required=False, default=False)


class RowErrorSerializer(StrictSerializer):
    """Why a row was refused, and where."""

    pointer = serializers.CharField()
    detail = serializers.CharField()
    code = serializers.CharField()


class UsageLoadResultSerializer(StrictSerializer):
    """How the rows came out, in total and each in the order they were sent."""

    created = serializers.IntegerField()
    corrected = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    refused = serializers.IntegerField()
    outcomes = serializers.ListField(child=serializers.ChoiceField(choices=[outcome.value for outcome in RowOutcome]))
    row_errors = RowErrorSerializer(many=True)


class UnitCostDaySerializer(TenantModelSerializer):
    """Cost of a UTC day in the organization's currency; null while a price or a rate is missing, never zero."""

    class Meta:
        model = UnitCostDay
        fields = [
            "id",
            "initiative",
            "day",
            "currency",
            "cost",
            "known_cost",
            "unknown_parts",
            "tokens",
            "requests",
            "actions",
            "active_users",
            "usual_cost",
            "is_spike",
            *STAMPS,
        ]
        read_only_fields = fields


class UnitCostMonthSerializer(TenantModelSerializer):
    """Cost of a calendar month in the organization's currency, and per active user, request and 1,000 actions."""

    cost_per_active_user = serializers.DecimalField(**_MONEY, allow_null=True)
    cost_per_request = serializers.DecimalField(**_MONEY, allow_null=True)
    cost_per_thousand_actions = serializers.DecimalField(**_MONEY, allow_null=True)

    class Meta:
        model = UnitCostMonth
        fields = [
            "id",
            "initiative",
            "month",
            "currency",
            "cost",
            "known_cost",
            "unknown_days",
            "days",
            "spike_days",
            "tokens",
            "requests",
            "actions",
            "active_users",
            "cost_per_active_user",
            "cost_per_request",
            "cost_per_thousand_actions",
            *STAMPS,
        ]
        read_only_fields = fields


class CostGapSerializer(StrictSerializer):
    """Use that could not be costed, and what is missing for it."""

    priced_model = serializers.UUIDField()
    provider = serializers.CharField()
    model = serializers.CharField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    currency = serializers.CharField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    days = serializers.IntegerField()


class UsageRecordViewSet(TenantViewSet):
    """Usage of models by initiatives; a feed may repeat itself, the same source id corrects its record."""

    model = UsageRecord
    serializer_class = UsageRecordSerializer
    filterset_class = UsageRecordFilterSet
    ordering = ("-used_on",)
    ordering_fields = ("used_on",)

    def perform_create(self, serializer: Any) -> UsageRecord:
        fields = dict(serializer.validated_data)
        initiative, named = fields.pop("initiative"), fields.pop("priced_model", {})
        row = UsageInput(
            initiative_id=initiative.pk,
            provider=named.get("provider", ""),
            model=named.get("name", ""),
            **fields,
        )
        [result] = record_usage([row], actor=self.actor, today=timezone.now().date())
        if result.error is not None:
            raise result.error
        return UsageRecord.objects.get(source=row.source, source_id=row.source_id)

    def perform_destroy(self, instance: UsageRecord) -> None:
        delete_usage(instance, actor=self.actor)

    @collection_action(
        "usage_record.create", input_serializer=UsageLoadSerializer, output_serializer=UsageLoadResultSerializer
    )
    def bulk(self, data: dict[str, Any]) -> dict[str, Any]:
        """Store up to 10,000 records; every row is answered, refused ones say at which field."""
        rows = parse_usage(data["rows"], actor=self.actor)
        results = record_usage(rows, actor=self.actor, today=timezone.now().date(), is_atomic=data["atomic"])
        if data["atomic"]:
            _refuse_all(results)
        return _answer(results)


def _answer(results: list[RowResult]) -> dict[str, Any]:
    counts = Counter(result.outcome for result in results)
    errors = [
        {
            "pointer": f"/rows/{index}/{result.error.pointer}" if result.error.pointer else f"/rows/{index}",
            "detail": result.error.message,
            "code": result.error.code,
        }
        for index, result in enumerate(results)
        if result.error is not None
    ]
    return {
        **{outcome.value: counts[outcome] for outcome in RowOutcome},
        "outcomes": [result.outcome.value for result in results],
        "row_errors": errors,
    }


def _refuse_all(results: list[RowResult]) -> None:
    """400 with every refused row when there is one: the caller wanted all or none."""
    refused: dict[str, Any] = {
        str(index): {result.error.pointer or "row": [result.error.message]}
        for index, result in enumerate(results)
        if result.error is not None
    }
    if refused:
        raise serializers.ValidationError({"rows": refused})


class UnitCostDayViewSet(ReadOnlyTenantViewSet):
    """What initiatives' use of models cost by day, with days far above usual marked."""

    model = UnitCostDay
    serializer_class = UnitCostDaySerializer
    filterset_class = UnitCostDayFilterSet
    ordering = ("-day",)
    ordering_fields = ("day",)


class UnitCostMonthViewSet(ReadOnlyTenantViewSet):
    """What initiatives' use of models cost by month, and per what it was used for."""

    model = UnitCostMonth
    serializer_class = UnitCostMonthSerializer
    filterset_class = UnitCostMonthFilterSet
    ordering = ("-month",)
    ordering_fields = ("month",)

    @collection_action("unit_cost_month.view", methods=["get"], output_serializer=CostGapSerializer, many=True)
    def gaps(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Use that could not be costed, and whether a price or an exchange rate is missing."""
        return [
            {
                "priced_model": gap.model_id,
                "provider": gap.provider,
                "model": gap.model,
                "kind": gap.kind,
                "reason": gap.reason,
                "currency": gap.currency,
                "first_on": gap.first_on,
                "last_on": gap.last_on,
                "days": gap.days,
            }
            for gap in cost_gaps(self.actor)
        ]
