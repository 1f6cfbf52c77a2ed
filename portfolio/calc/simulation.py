"""Monte Carlo simulation of the net present value of an option over the distributions of its drivers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.calc.errors import CalculationError
from core.calc.expressions import Values
from portfolio.calc.case_program import CompiledOption

# Stored beside every result; raise it whenever the same seed may give other figures.
SIMULATION_VERSION = "monte-carlo-1"
MAX_TRIALS = 1_000_000
HISTOGRAM_BINS = 30
# Months times trials of one block: half a megabyte per array stays within a processor's cache.
_BLOCK_AMOUNTS = 65_536


@dataclass(frozen=True)
class Simulation:
    """Distribution of the net present value, in the currency of the option.

    `probability_negative` is the share of trials below zero. `bin_edges` has one element more than `bin_counts`, whose
    sum is `trials`; with a single value all trials fall into one bin of width zero or more.
    """

    trials: int
    mean: float
    standard_deviation: float
    p10: float
    p50: float
    p90: float
    lowest: float
    highest: float
    probability_negative: float
    bin_edges: tuple[float, ...]
    bin_counts: tuple[int, ...]
    engine_version: str = SIMULATION_VERSION


def simulate_net_present_value(
    compiled: CompiledOption, *, trials: int, rng: np.random.Generator, block_size: int | None = None
) -> Simulation:
    """Draw every uncertain driver `trials` times, independently, and value the option each time.

    The same generator state gives the same figures for any `block_size`, which only bounds memory: one value per
    trial and one block of months are kept, whatever the number of trials. Percentiles are exact, type 7 of Hyndman and
    Fan (1996). Every driver draws from a stream of its own, in the order of their names. Raises CalculationError when
    `trials` is not within 1 and MAX_TRIALS, ExpressionError when a formula has no value in some trial.
    Source: Hertz, Risk Analysis in Capital Investment, Harvard Business Review (1964).
    """
    if not 1 <= trials <= MAX_TRIALS:
        message = f"trials must lie between 1 and {MAX_TRIALS:,}."
        raise CalculationError(message, code="out_of_range", pointer="trials")
    # At least two, because NumPy sums a single column in another order than several.
    size = max(block_size or _BLOCK_AMOUNTS // compiled.option.months, 2)
    present_values = np.empty(trials)
    start = 0
    for values in _blocks(compiled, trials, size, rng):
        count = min(size, trials - start)
        present_values[start : start + count] = np.broadcast_to(compiled.net_present_values(values), (size,))[:count]
        start += count
    return _summary(present_values)


def _blocks(compiled: CompiledOption, trials: int, size: int, rng: np.random.Generator) -> Iterator[dict[str, Values]]:
    """Values of the uncertain drivers, block by block; every block is full, so that all are computed alike."""
    drivers = compiled.uncertain_drivers
    streams = rng.spawn(len(drivers))
    for _ in range(0, trials, size):
        pairs = zip(drivers, streams, strict=True)
        yield {driver.name: driver.sample(size, stream) for driver, stream in pairs}


def _summary(present_values: NDArray[np.float64]) -> Simulation:
    trials = len(present_values)
    p10, p50, p90 = np.percentile(present_values, (10, 50, 90))
    counts, edges = np.histogram(present_values, bins=HISTOGRAM_BINS)
    return Simulation(
        trials=trials,
        mean=float(present_values.mean()),
        standard_deviation=float(present_values.std()),
        p10=float(p10),
        p50=float(p50),
        p90=float(p90),
        lowest=float(present_values.min()),
        highest=float(present_values.max()),
        probability_negative=float(np.count_nonzero(present_values < 0.0)) / trials,
        bin_edges=tuple(edges.tolist()),
        bin_counts=tuple(counts.tolist()),
    )
