"""Drivers: their ranges and the distributions drawn from them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from portfolio.calc.drivers import Distribution, Driver


def generator():
    return np.random.Generator(np.random.PCG64(11))


@pytest.mark.parametrize(
    ("low", "likely", "high", "pointer", "message"),
    [
        (2, 1, 3, "low", "users: low (2) is above likely (1)."),
        (1, 4, 3, "high", "users: likely (4) is above high (3)."),
        (math.nan, 1, 2, "low", "low must be a finite number."),
        (0, 1, math.inf, "high", "high must be a finite number."),
        (0, 10**400, 1, "likely", "likely is too large to compute with."),
    ],
)
def test_values_out_of_order_are_refused(low, likely, high, pointer, message):
    with pytest.raises(CalculationError) as caught:
        Driver("users", low, likely, high)

    assert (caught.value.pointer, caught.value.message) == (pointer, message)


@pytest.mark.parametrize(
    ("distribution", "mean", "variance"),
    [
        # The mean of the three, and a2 + m2 + b2 - am - ab - mb over 18.
        (Distribution.TRIANGULAR, 6.0, (4 + 16 + 144 - 8 - 24 - 48) / 18),
        # The likely value counted four times, and the distances of the mean from both ends over 7.
        (Distribution.PERT, 5.0, (5.0 - 2.0) * (12.0 - 5.0) / 7),
    ],
)
def test_samples_have_the_mean_and_variance_of_their_distribution(distribution, mean, variance):
    driver = Driver("users", 2, 4, 12, distribution=distribution)

    drawn = driver.sample(200_000, generator())

    assert driver.mean == mean
    assert drawn.mean() == pytest.approx(mean, abs=4 * math.sqrt(variance / 200_000))
    assert drawn.var() == pytest.approx(variance, rel=0.02)
    assert drawn.min() >= 2
    assert drawn.max() <= 12


def test_a_driver_with_one_value_is_certain():
    driver = Driver("users", 5, 5, 5)

    assert driver.is_certain
    assert driver.sample(3, generator()).tolist() == [5.0, 5.0, 5.0]


@given(st.sampled_from(Distribution), st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_drawing_in_parts_continues_the_same_sequence(distribution, parts):
    driver = Driver("users", -1, 0, 5, distribution=distribution)
    stream = generator()

    drawn = [driver.sample(part, stream) for part in parts]

    assert np.concatenate(drawn).tolist() == driver.sample(sum(parts), generator()).tolist()
