"""Percentiles against NumPy and hand-made examples."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calc.checks import finite
from core.calc.errors import CalculationError
from core.calc.percentiles import percentile, percentiles

AMOUNTS = st.floats(min_value=-1e9, max_value=1e9)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([7.0], 90, 7.0),
        ([1.0, 2.0], 50, 1.5),
        ([15, 20, 35, 40, 50], 40, 29.0),  # the worked example of type 7 on Wikipedia, "Percentile"
        ([3, 1, 2], 0, 1.0),
        ([3, 1, 2], 100, 3.0),
    ],
)
def test_percentile_interpolates_linearly(values, percent, expected):
    assert percentile(values, percent) == pytest.approx(expected, abs=1e-12)


@given(st.lists(AMOUNTS, min_size=1, max_size=40), st.lists(st.floats(0, 100), min_size=1, max_size=5))
def test_percentiles_agree_with_numpy(values, percents):
    expected = np.percentile(values, percents, method="linear")

    assert percentiles(values, percents) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize(("values", "percent"), [([], 50), ([1.0], -0.1), ([1.0], 100.1), ([1.0], math.nan)])
def test_percentile_refuses_what_has_no_answer(values, percent):
    with pytest.raises(CalculationError):
        percentile(values, percent)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "1", None, True, 10**400])
def test_finite_refuses_values_that_are_no_number(value):
    with pytest.raises(CalculationError) as refusal:
        finite("amount", value)

    assert refusal.value.pointer == "amount"
    assert refusal.value.message.startswith("amount ")


def test_finite_accepts_every_kind_of_number():
    assert [finite("amount", value) for value in (2, 2.0, Decimal(2), np.float32(2), np.int64(2))] == [2.0] * 5
