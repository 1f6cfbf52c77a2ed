"""Factories of the portfolio; they need an open scope."""

from datetime import UTC, date, datetime
from decimal import Decimal

import factory

from portfolio.enums import CashSide
from portfolio.models import (
    BusinessCase,
    CaseOption,
    CashLine,
    CashPeriod,
    Initiative,
    Kpi,
    KpiObservation,
    KpiRollup,
    KpiTarget,
    Portfolio,
    Theme,
    Valuation,
)


class PortfolioFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Portfolio

    name = factory.Sequence(lambda n: f"Portfolio {n}")


class ThemeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Theme

    name = factory.Sequence(lambda n: f"Theme {n}")


class InitiativeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Initiative

    # Far from the keys that tests write out themselves, whatever ran before in the same process.
    key = factory.Sequence(lambda n: f"AI-{n + 100_000}")
    title = factory.Sequence(lambda n: f"Initiative {n}")
    portfolio = factory.SubFactory(PortfolioFactory)


class BusinessCaseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BusinessCase
        skip_postgeneration_save = True

    initiative = factory.SubFactory(InitiativeFactory)
    name = factory.Sequence(lambda n: f"Case {n}")
    is_current = True
    currency = "EUR"
    discount_rate = Decimal("0.1000")
    start_month = date(2026, 1, 1)
    horizon_months = 24

    @factory.post_generation
    def option(self, create, extracted, **attributes):
        """Every case has an option, as the service would give it; `option=False` leaves it out."""
        if create and extracted is not False:
            CaseOptionFactory(case=self, **attributes)


class CaseOptionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CaseOption

    case = factory.SubFactory(BusinessCaseFactory, option=False)
    name = "Build"
    is_recommended = True


def recommended_option(case):
    """The option a case's rows belong to when a test names none."""
    return CaseOption.objects.get(case=case, is_recommended=True)


class CashLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CashLine

    case = factory.SubFactory(BusinessCaseFactory)
    option = factory.LazyAttribute(lambda row: recommended_option(row.case))
    side = CashSide.COST
    category = "engineering"
    name = factory.Sequence(lambda n: f"Line {n}")


class CashPeriodFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CashPeriod

    line = factory.SubFactory(CashLineFactory)
    month = date(2026, 1, 1)
    amount = Decimal("100.00")


class ValuationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Valuation

    case = factory.SubFactory(BusinessCaseFactory)
    case_version = 1
    option = factory.LazyAttribute(lambda row: recommended_option(row.case))
    inputs_digest = factory.LazyAttribute(lambda row: row.case.inputs_digest)
    currency = "EUR"
    discount_rate = Decimal("0.1000")
    npv = Decimal("100.00")
    total_costs = Decimal("100.00")
    total_benefits = Decimal("210.00")
    pv_costs = Decimal("100.00")
    pv_benefits = Decimal("200.00")
    engine_version = "test"
    computed_at = datetime(2026, 1, 2, tzinfo=UTC)


class KpiFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Kpi
        skip_postgeneration_save = True

    key = factory.Sequence(lambda n: f"kpi-{n}")
    name = factory.Sequence(lambda n: f"KPI {n}")

    @factory.post_generation
    def target(self, create, extracted, **attributes):
        """The first target of everything observed; its status is stored by `refresh_standings`."""
        if create and extracted is not None:
            KpiTargetFactory(kpi=self, target=extracted, **attributes)


class KpiTargetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KpiTarget

    kpi = factory.SubFactory(KpiFactory)
    target = Decimal(1)


class KpiObservationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KpiObservation

    kpi = factory.SubFactory(KpiFactory)
    observed_at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    value = Decimal(10)
    source_id = factory.Sequence(lambda n: f"source-{n}")


class KpiRollupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = KpiRollup

    kpi = factory.SubFactory(KpiFactory)
    period = "day"
    period_start = date(2026, 1, 5)
    value = Decimal(10)
    count = 1
    last_observed_at = datetime(2026, 1, 5, 12, tzinfo=UTC)
