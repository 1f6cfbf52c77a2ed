"""REST of exchange rates and the price book."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictCharField,
    StrictChoiceField,
    StrictDecimalField,
    StrictSerializer,
    WrittenIntegerField,
)
from portfolio.enums import PriceKind
from portfolio.filters import ExchangeRateFilterSet, ModelPriceFilterSet
from portfolio.models import ExchangeRate, ModelPrice, PricedModel
from portfolio.selectors.price_what_if import MAX_DAYS, NewPrice, effect_of_price
from portfolio.services import exchange_rates, price_book
from tenancy.api.actions import collection_action
from tenancy.api.bulk import BulkCreateMixin
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet


class ExchangeRateSerializer(TenantModelSerializer):
    """What one unit of a currency is worth in the organization's, from a day until the next rate."""

    class Meta:
        model = ExchangeRate
        fields = ["id", "currency", "pivot_currency", "valid_on", "rate", "source", *STAMPS]
        read_only_fields = ["pivot_currency"]


class PricedModelSerializer(TenantModelSerializer):
    """A model as a provider sells it; known from the first price or use that names it."""

    class Meta:
        model = PricedModel
        fields = ["id", "provider", "name", *STAMPS]
        read_only_fields = fields


class ModelPriceSerializer(TenantModelSerializer):
    """A price from a day until the next one of the model and kind; `amount` is for `unit_quantity` units."""

    provider = StrictCharField(source="priced_model.provider", max_length=80)
    model = StrictCharField(source="priced_model.name", max_length=120)

    class Meta:
        model = ModelPrice
        fields = [
            "id",
            "priced_model",
            "provider",
            "model",
            "kind",
            "valid_from",
            "valid_until",
            "unit_quantity",
            "amount",
            "currency",
            "source",
            *STAMPS,
        ]
        read_only_fields = ["priced_model"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A price stays with its model."""
        named = attrs.get("priced_model", {})
        if self.instance is not None and named:
            model = self.instance.priced_model
            for field, given, stored in (
                ("provider", named.get("provider"), model.provider),
                ("model", named.get("name"), model.name),
            ):
                if given is not None and given.upper() != stored.upper():
                    raise serializers.ValidationError({field: "A price cannot move to another model."})
        return attrs


class WhatIfSerializer(StrictSerializer):
    """A price as it may become tomorrow, and how many days of use it is tried on."""

    priced_model = TenantRelatedField(model="portfolio.PricedModel")
    kind = StrictChoiceField(choices=PriceKind.choices)
    amount = StrictDecimalField(max_digits=18, decimal_places=8, min_value=0)
    unit_quantity = StrictDecimalField(
        max_digits=16, decimal_places=4, min_value=Decimal("0.0001"), default=Decimal(1_000_000)
    )
    currency = StrictCharField(max_length=3, min_length=3)
    days = WrittenIntegerField(min_value=1, max_value=MAX_DAYS, default=30)


class InitiativeEffectSerializer(StrictSerializer):
    """What the change means for one initiative, a month."""

    initiative_id = serializers.UUIDField()
    initiative = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=30, decimal_places=4)
    before = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)
    after = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)


class PriceEffectSerializer(StrictSerializer):
    """Cost a month in the organization's currency at today's price and at the new one; null is unknown."""

    currency = serializers.CharField()
    days = serializers.IntegerField()
    before = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)
    after = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)
    difference = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    initiatives = InitiativeEffectSerializer(many=True)


class ExchangeRateViewSet(BulkCreateMixin, TenantViewSet):
    """Exchange rates to the organization's currency."""

    model = ExchangeRate
    serializer_class = ExchangeRateSerializer
    filterset_class = ExchangeRateFilterSet
    ordering = ("-valid_on",)
    ordering_fields = ("valid_on", "currency")

    def perform_create(self, serializer: Any) -> ExchangeRate:
        return exchange_rates.create_exchange_rate(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> ExchangeRate:
        return exchange_rates.change_exchange_rate(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: ExchangeRate) -> None:
        exchange_rates.delete_exchange_rate(instance, actor=self.actor)


class PricedModelViewSet(ReadOnlyTenantViewSet):
    """Models that prices or usage have named."""

    model = PricedModel
    serializer_class = PricedModelSerializer
    search_fields = ("provider", "name")
    ordering = ("provider", "name")
    ordering_fields = ("provider", "name")


class ModelPriceViewSet(BulkCreateMixin, TenantViewSet):
    """The price book: what providers charge, from which day."""

    model = ModelPrice
    serializer_class = ModelPriceSerializer
    filterset_class = ModelPriceFilterSet
    search_fields = ("priced_model__provider", "priced_model__name")
    ordering = ("-valid_from",)
    ordering_fields = ("valid_from", "currency")

    def perform_create(self, serializer: Any) -> ModelPrice:
        fields = dict(serializer.validated_data)
        named = fields.pop("priced_model")
        return price_book.create_model_price(
            provider=named["provider"], model=named["name"], actor=self.actor, **fields
        )

    def perform_update(self, serializer: Any) -> ModelPrice:
        changes = {name: value for name, value in serializer.validated_data.items() if name != "priced_model"}
        return price_book.change_model_price(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: ModelPrice) -> None:
        price_book.delete_model_price(instance, actor=self.actor)

    @collection_action(
        "model_price.view",
        methods=["get"],
        input_serializer=WhatIfSerializer,
        output_serializer=PriceEffectSerializer,
    )
    def what_if(self, data: dict[str, Any]) -> dict[str, Any]:
        """What a month would cost at another price, on the use of the last days."""
        days, model = data.pop("days"), data.pop("priced_model")
        today = timezone.now().date()
        effect = effect_of_price(model, NewPrice(**data), days=days, today=today, actor=self.actor)
        return {**asdict(effect), "difference": effect.difference}
