"""Factories of rates, prices, usage and spend; they need an open scope."""

from datetime import date
from decimal import Decimal

import factory

from portfolio.models import (
    CostOptimization,
    ExchangeRate,
    ModelPrice,
    MoneyRollup,
    PricedModel,
    SpendGuardrail,
    UnitCostDay,
    UnitCostMonth,
    UsageRecord,
    UsageTouchedDay,
)
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory


class ExchangeRateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExchangeRate

    currency = "USD"
    pivot_currency = "EUR"
    valid_on = factory.Sequence(lambda n: date.fromordinal(date(2020, 1, 1).toordinal() + n))
    rate = Decimal("0.9")


class PricedModelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PricedModel

    provider = "Northlight"
    name = factory.Sequence(lambda n: f"model-{n}")


class ModelPriceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ModelPrice

    priced_model = factory.SubFactory(PricedModelFactory)
    kind = "input"
    valid_from = date(2025, 1, 1)
    amount = Decimal(2)
    currency = "EUR"


class UsageRecordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UsageRecord

    initiative = factory.SubFactory(InitiativeFactory)
    priced_model = factory.SubFactory(PricedModelFactory)
    used_on = date(2026, 1, 5)
    input_tokens = 1000
    source = "gateway"
    source_id = factory.Sequence(lambda n: f"record-{n}")


class UsageTouchedDayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UsageTouchedDay

    initiative = factory.SubFactory(InitiativeFactory)
    day = date(2026, 1, 5)


class UnitCostDayFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UnitCostDay

    initiative = factory.SubFactory(InitiativeFactory)
    day = date(2026, 1, 5)
    currency = "EUR"
    cost = Decimal(10)
    known_cost = Decimal(10)


class UnitCostMonthFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UnitCostMonth

    initiative = factory.SubFactory(InitiativeFactory)
    month = date(2026, 1, 1)
    currency = "EUR"
    cost = Decimal(300)
    known_cost = Decimal(300)
    days = 30


class SpendGuardrailFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SpendGuardrail

    portfolio = factory.SubFactory(PortfolioFactory)


class CostOptimizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CostOptimization

    initiative = factory.SubFactory(InitiativeFactory)
    name = factory.Sequence(lambda n: f"Saving {n}")
    lever = "caching"
    currency = "EUR"


class MoneyRollupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MoneyRollup

    initiative = factory.SubFactory(InitiativeFactory)
    scope = "own"
    as_of = date(2026, 1, 31)
    currency = "EUR"
