"""Rules on aggregates and plans, without a database."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.errors import InvalidInputError
from experiments.validators import check_aggregate, check_period, missing_for_start

SHARE = {"kind": "proportion", "units": 100, "conversions": 10, "total": None, "sum_of_squares": None}
MEAN = {"kind": "mean", "units": 100, "conversions": None, "total": 500.0, "sum_of_squares": 3000.0}


@pytest.mark.parametrize("aggregate", [SHARE, MEAN, {**SHARE, "units": 0, "conversions": 0}])
def test_check_aggregate_accepts_possible_totals(aggregate):
    check_aggregate(**aggregate)


@pytest.mark.parametrize(
    ("aggregate", "pointer"),
    [
        ({**SHARE, "units": -1}, "units"),
        ({**SHARE, "units": 10**13}, "units"),
        ({**SHARE, "conversions": None}, "conversions"),
        ({**SHARE, "conversions": -1}, "conversions"),
        ({**SHARE, "conversions": 101}, "conversions"),
        ({**SHARE, "total": 1.0}, "sum"),
        ({**SHARE, "sum_of_squares": 1.0}, "sum_of_squares"),
        ({**MEAN, "conversions": 1}, "conversions"),
        ({**MEAN, "total": None}, "sum"),
        ({**MEAN, "sum_of_squares": None}, "sum_of_squares"),
        ({**MEAN, "total": math.nan}, "sum"),
        ({**MEAN, "total": math.inf}, "sum"),
        ({**MEAN, "total": 1e-30}, "sum"),
        ({**MEAN, "sum_of_squares": math.nan}, "sum_of_squares"),
        ({**MEAN, "sum_of_squares": -1.0}, "sum_of_squares"),
        ({**MEAN, "sum_of_squares": 2499.0}, "sum_of_squares"),
        ({**MEAN, "units": 0}, "sum"),
    ],
)
def test_check_aggregate_refuses_impossible_totals_at_their_field(aggregate, pointer):
    with pytest.raises(InvalidInputError) as refusal:
        check_aggregate(**aggregate)

    assert refusal.value.pointer == pointer


def test_check_aggregate_accepts_a_constant_metric_despite_rounding():
    check_aggregate(kind="mean", units=3, conversions=None, total=0.1 * 3, sum_of_squares=0.01 * 3)


@pytest.mark.parametrize("as_of", [datetime(2026, 5, 2, 12, 6, tzinfo=UTC), datetime(2026, 3, 31, 23, 0, tzinfo=UTC)])
def test_check_period_refuses_the_future_and_the_time_before_the_start(as_of):
    with pytest.raises(InvalidInputError) as refusal:
        check_period(as_of, started_on=date(2026, 4, 1), now=datetime(2026, 5, 2, 12, 0, tzinfo=UTC))

    assert refusal.value.pointer == "as_of"


def test_missing_for_start_names_everything_at_once():
    missing = missing_for_start(
        hypothesis=" ", controls=0, treatments=0, allocations=[Decimal("0.4"), Decimal("0.5")], roles=["secondary"]
    )

    assert missing == [
        "Write down the hypothesis.",
        "Name exactly one variant as the control.",
        "Add at least one treatment.",
        "Allocations must add up to 1; they add up to 0.9.",
        "Choose exactly one primary metric.",
        "Choose at least one guardrail metric.",
    ]


def test_missing_for_start_refuses_an_arm_nobody_is_assigned_to():
    missing = missing_for_start(
        hypothesis="x",
        controls=1,
        treatments=1,
        allocations=[Decimal(1), Decimal(0)],
        roles=["primary", "guardrail"],
    )

    assert missing == ["Give every variant an allocation above 0."]
