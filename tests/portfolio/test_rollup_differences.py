"""Rollups of a few changed days: their differences are added, and the sums stay what all observations make."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.enums import KpiAggregation
from portfolio.models import Kpi, KpiObservation, KpiRollup
from portfolio.services.kpi_observations import ObservationInput, delete_observation, record_observations
from portfolio.services.kpi_rollups import roll_up
from portfolio.services.kpis import change_kpi
from tests.factories.portfolio import KpiFactory
from tests.faults.kpi_truth import differences

# A Monday in the week that two quarters share.
DECEMBER = datetime(2025, 12, 29, 12, tzinfo=UTC)


def observed(kpi, number, at, value=None, weight=1) -> ObservationInput:
    """An observation whose value is its number, unless told; of a ratio, the value over the weight."""
    value = Decimal(number if value is None else value)
    figures = (
        {"numerator": value, "denominator": Decimal(weight)}
        if kpi.aggregation == "ratio"
        else {"value": value, "weight": Decimal(weight)}
    )
    return ObservationInput(kpi_id=kpi.pk, observed_at=at, source_id=str(number), **figures)


def record(actor, *observations) -> None:
    record_observations(observations=list(observations), actor=actor)


@pytest.mark.parametrize("seed", range(4))
def test_any_sequence_of_changes_ends_as_if_computed_at_once(scope, seed):
    chance = random.Random(seed)
    kpis = [KpiFactory(aggregation=aggregation) for aggregation in KpiAggregation.values]

    def moment() -> datetime:
        return DECEMBER + timedelta(days=chance.choice([*range(-3, 12), 40, 60]), hours=chance.randrange(11))

    def changed(kpi) -> list[ObservationInput]:
        numbers = chance.sample(range(40), chance.choice([0, 1, 3, 12]))
        eighths = [Decimal(chance.randrange(-10_000, 10_000)) / 8 for _ in numbers]
        return [
            observed(kpi, number, moment(), value, weight=chance.randrange(1, 9))
            for number, value in zip(numbers, eighths, strict=True)
        ]

    for _ in range(8):
        for kpi in kpis:
            record(scope, *changed(kpi))
            stored = list(KpiObservation.objects.filter(kpi=kpi))
            for observation in chance.sample(stored, min(len(stored), chance.randrange(3))):
                delete_observation(observation, actor=scope)
        changing = chance.choice(Kpi.objects.exclude(aggregation="ratio").order_by("pk"))
        change_kpi(changing, aggregation=chance.choice(["sum", "mean", "weighted_mean", "max"]), actor=scope)

        roll_up(actor=scope)

        assert differences() == (0, 0)


def test_one_more_day_is_added_without_reading_the_others(scope):
    kpi = KpiFactory(aggregation="mean")
    record(scope, *[observed(kpi, number, DECEMBER + timedelta(days=number % 60)) for number in range(120)])
    roll_up(actor=scope)
    # Were the days read again, this sum would not survive.
    KpiRollup.objects.filter(period="quarter", period_start=date(2026, 1, 1)).update(numerator=1_000_000)

    record(scope, observed(kpi, 1000, DECEMBER + timedelta(days=33)))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        result = roll_up(actor=scope)

    quarter = KpiRollup.objects.get(period="quarter", period_start=date(2026, 1, 1))
    assert (quarter.numerator, result.written) == (1_001_000, 4)
    assert len([query for query in queries if "portfolio_kpiobservation" in query["sql"]]) == 1


@pytest.mark.parametrize("aggregation", ["sum", "ratio"])
def test_day_whose_latest_observation_goes_has_its_periods_read_again(scope, aggregation):
    kpi = KpiFactory(aggregation=aggregation)
    record(scope, observed(kpi, 1, DECEMBER), observed(kpi, 2, DECEMBER + timedelta(hours=1)))
    roll_up(actor=scope)
    delete_observation(KpiObservation.objects.get(source_id="2"), actor=scope)

    roll_up(actor=scope)

    assert set(KpiRollup.objects.values_list("last_observed_at", "count", "numerator")) == {(DECEMBER, 1, Decimal(1))}


def test_emptied_day_leaves_no_row_and_no_period(scope):
    kpi = KpiFactory(aggregation="sum")
    record(scope, observed(kpi, 1, DECEMBER), observed(kpi, 2, DECEMBER + timedelta(days=30)))
    roll_up(actor=scope)
    delete_observation(KpiObservation.objects.get(source_id="1"), actor=scope)

    result = roll_up(actor=scope)

    assert result.removed == 4
    assert not KpiRollup.objects.filter(period_start__lt=date(2026, 1, 1)).exists()


@pytest.mark.parametrize(
    ("before", "after", "totals"),
    [("mean", "sum", (7, 7, None)), ("max", "mean", (3.5, 7, 2)), ("sum", "ratio", (None, None, None))],
)
def test_days_aggregated_differently_from_now_on_are_read_as_a_whole(scope, before, after, totals):
    kpi = KpiFactory(aggregation=before)
    record(scope, observed(kpi, 3, DECEMBER), observed(kpi, 4, DECEMBER + timedelta(hours=1)))
    roll_up(actor=scope)
    change_kpi(kpi, aggregation=after, actor=scope)

    roll_up(actor=scope)

    assert set(KpiRollup.objects.values_list("value", "numerator", "denominator")) == {totals}
    assert differences() == (0, 0)
