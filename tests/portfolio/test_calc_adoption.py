"""Adoption curves: where they start, where they end, and how they get there."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from portfolio.calc.adoption import AdoptionShape, adoption_share

MONTHS = np.arange(1.0, 13.0).reshape(-1, 1)


def shares(shape, start_month, months_to_reach, ceiling):
    result = adoption_share(
        MONTHS, shape=shape, start_month=start_month, months_to_reach=months_to_reach, ceiling=ceiling
    )
    return result[:, 0].tolist()


def test_linear_adoption_grows_by_the_same_share_each_month():
    assert shares(AdoptionShape.LINEAR, 3, 4, 0.4) == pytest.approx(
        [0, 0, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
    )


def test_s_shaped_adoption_is_the_stretched_logistic_curve():
    start = 1 / (1 + math.exp(5))
    quarter = (1 / (1 + math.exp(2.5)) - start) / (1 - 2 * start)

    found = shares(AdoptionShape.S_CURVE, 1, 4, 1.0)

    assert found[:5] == pytest.approx([quarter, 0.5, 1 - quarter, 1, 1])


@given(st.sampled_from(AdoptionShape), st.integers(1, 24), st.floats(1, 60), st.floats(0, 1))
def test_adoption_never_shrinks_and_stays_between_nothing_and_its_ceiling(shape, start, reach, ceiling):
    found = shares(shape, start, reach, ceiling)

    assert all(share == 0 for share in found[: start - 1])
    assert all(later >= earlier for earlier, later in pairwise(found))
    assert max(found) <= ceiling * (1 + 1e-12)
    if start - 1 + reach <= 12:
        assert found[-1] == pytest.approx(ceiling)


def test_one_curve_per_trial_comes_out_in_columns():
    found = adoption_share(
        MONTHS,
        shape=AdoptionShape.LINEAR,
        start_month=1,
        months_to_reach=np.array([1.0, 2.0]),
        ceiling=np.array([1.0, 0.5]),
    )

    assert found.shape == (12, 2)
    assert found[:2].tolist() == [[1.0, 0.25], [1.0, 0.5]]


def test_a_ceiling_reached_in_less_than_a_month_is_refused():
    with pytest.raises(CalculationError, match="months_to_reach must be at least one month"):
        shares(AdoptionShape.LINEAR, 1, 0.5, 1.0)
