"""Monte Carlo: the spread against what is known exactly, and the same figures however it is computed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.calc.errors import CalculationError
from core.calc.expressions import ExpressionError
from core.calc.percentiles import percentiles
from portfolio.calc.case_model import Adoption
from portfolio.calc.case_program import CompiledOption
from portfolio.calc.drivers import Distribution, Driver
from portfolio.calc.simulation import MAX_TRIALS, simulate_net_present_value
from tests.factories.portfolio_option import benefit, cost, make_option

UNCERTAIN = make_option(
    cost("Build", amounts=[5000]),
    benefit("Sales", formula="users * adoption * fee * retained"),
    drivers=[
        Driver("users", 50, 100, 300, "users", Distribution.PERT),
        Driver("fee", 5, 10, 12, "EUR/user/month"),
        Driver("reach", 2, 6, 12, "months"),
        Driver("churn", 1, 2, 5, "percent"),
    ],
    adoption=Adoption(months_to_reach="reach"),
)


def simulated(option=UNCERTAIN, *, trials=1000, seed=3, **arguments):
    rng = np.random.Generator(np.random.PCG64(seed))
    return simulate_net_present_value(CompiledOption(option), trials=trials, rng=rng, **arguments)


def test_one_triangular_driver_gives_the_triangular_distribution():
    # One month, no discounting: the net present value is the driver itself, less 10.
    option = make_option(
        cost(amounts=[10]), benefit(formula="fee"), drivers=[Driver("fee", 0, 10, 40, "EUR")], months=1
    )

    result = simulated(option, trials=200_000)

    assert result.mean == pytest.approx(50 / 3 - 10, abs=0.1)
    # F(x) = x^2 / 400 up to 10, 1 - (40 - x)^2 / 1200 from there on.
    assert result.p10 == pytest.approx(math.sqrt(40) - 10, abs=0.1)
    assert result.p50 == pytest.approx(40 - math.sqrt(600) - 10, abs=0.15)
    assert result.p90 == pytest.approx(40 - math.sqrt(120) - 10, abs=0.2)
    assert result.probability_negative == pytest.approx(100 / 400, abs=0.005)


@settings(max_examples=30)
@given(st.integers(1, 400), st.integers(1, 500))
def test_the_size_of_a_block_changes_nothing(trials, block_size):
    assert simulated(trials=trials, block_size=block_size) == simulated(trials=trials)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others():
    assert simulated(seed=1) == simulated(seed=1)
    assert simulated(seed=1).p50 != simulated(seed=2).p50


def test_the_order_of_drivers_changes_nothing():
    assert simulated(replace(UNCERTAIN, drivers=UNCERTAIN.drivers[::-1])) == simulated()


def test_figures_are_those_of_the_trials():
    compiled = CompiledOption(UNCERTAIN)
    streams = np.random.Generator(np.random.PCG64(3)).spawn(4)
    pairs = zip(compiled.uncertain_drivers, streams, strict=True)
    values = compiled.net_present_values({driver.name: driver.sample(1000, stream) for driver, stream in pairs})

    result = simulated(trials=1000)

    assert (result.p10, result.p50, result.p90) == pytest.approx(percentiles(values.tolist(), (10, 50, 90)))
    assert result.mean == pytest.approx(values.mean())
    assert (result.lowest, result.highest) == (values.min(), values.max())
    assert result.probability_negative == (values < 0).mean()


def test_the_histogram_counts_every_trial():
    result = simulated(trials=1234)

    assert sum(result.bin_counts) == 1234
    assert len(result.bin_edges) == len(result.bin_counts) + 1 == 31
    assert (result.bin_edges[0], result.bin_edges[-1]) == (result.lowest, result.highest)


@pytest.mark.parametrize("trials", [0, -1, MAX_TRIALS + 1])
def test_a_number_of_trials_out_of_range_is_refused(trials):
    with pytest.raises(CalculationError, match="trials must lie between 1 and 1,000,000"):
        simulated(trials=trials)


def test_an_option_without_uncertainty_has_one_outcome():
    result = simulated(make_option(benefit(amounts=[100])), trials=10)

    assert (result.lowest, result.p50, result.highest, result.standard_deviation) == (100, 100, 100, 0)


def test_a_trial_without_a_value_stops_the_simulation_with_its_reason():
    option = make_option(benefit(formula="100 * sqrt(share)"), drivers=[Driver("share", -1, 1, 2)])

    with pytest.raises(ExpressionError, match="sqrt needs a number that is not negative"):
        simulated(option)
