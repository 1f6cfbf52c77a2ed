"""A KPI's value on the spot is the one the rollup stores."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from portfolio.enums import KpiAggregation
from portfolio.models import KpiObservation, KpiRollup
from portfolio.selectors.kpi_observed import value_at
from portfolio.services.kpi_observations import ObservationInput, record_observations
from portfolio.services.kpi_rollups import roll_up
from tests.factories.portfolio import KpiFactory

START = datetime(2026, 1, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize("frequency", ["daily", "weekly", "monthly", "quarterly"])
@pytest.mark.parametrize("aggregation", KpiAggregation)
def test_value_on_the_spot_is_the_rollups(scope, aggregation, frequency):
    kpi = KpiFactory(aggregation=aggregation, frequency=frequency)
    is_ratio = aggregation == KpiAggregation.RATIO
    rows = [
        ObservationInput(
            kpi_id=kpi.pk,
            observed_at=START + timedelta(hours=5 * number),
            source_id=str(number),
            value=None if is_ratio else Decimal(number * 7 % 11),
            numerator=Decimal(number) if is_ratio else None,
            denominator=Decimal(number + 3) if is_ratio else None,
            weight=Decimal(number % 3) if number % 2 else None,
            sample_size=number,
        )
        for number in range(30)
    ]
    record_observations(observations=rows, actor=scope)
    roll_up(actor=scope)
    newest = KpiObservation.objects.filter(kpi=kpi).latest("observed_at")

    stored = KpiRollup.objects.filter(kpi=kpi, period=kpi.rollup_period).latest("period_start")

    assert value_at(kpi, newest, at=newest.observed_at) == stored.value
