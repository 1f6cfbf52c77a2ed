"""What the case engine costs beside a loop written by hand in NumPy for one known case, and its memory."""

import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.report import Figure
from portfolio.calc.adoption import AdoptionShape
from portfolio.calc.case_model import Adoption, Line, Option, Side
from portfolio.calc.case_program import CompiledOption
from portfolio.calc.drivers import Distribution, Driver
from portfolio.calc.simulation import HISTOGRAM_BINS, MAX_TRIALS, simulate_net_present_value

CASES = 1_000
TRIALS = 10_000
MONTHS = 36
RATE = 0.1
# Cases are measured in turns of this many, engine and loop alternating, because others use the machine too.
TURN = 50
MAX_RATIO = 1.5
# A million trials keep their values and a few copies for the percentiles, beside one block of months.
MAX_MEGABYTES = 64


@dataclass(frozen=True)
class _Ranges:
    """Low, likely and high of every driver of one case, in base units."""

    eligible: tuple[float, float, float]
    ceiling: tuple[float, float, float]
    reach: tuple[float, float, float]
    actions: tuple[float, float, float]
    tokens_in: tuple[float, float, float]
    tokens_out: tuple[float, float, float]
    cache: tuple[float, float, float]
    price_in: tuple[float, float, float]
    price_out: tuple[float, float, float]
    hours: tuple[float, float, float]
    hourly: tuple[float, float, float]
    team: float


_UNITS = {
    "eligible": "users",
    "ceiling": "",
    "reach": "months",
    "actions": "actions/user/month",
    "tokens_in": "tokens/action",
    "tokens_out": "tokens/action",
    "cache": "",
    "price_in": "EUR/token",
    "price_out": "EUR/token",
    "hours": "hours/action",
    "hourly": "EUR/hour",
}
# Shares have a smooth peak; everything else is triangular.
_PERT = frozenset({"ceiling", "cache"})


def run() -> list[Figure]:
    """1,000 cases of 10,000 trials over 36 months by the engine and by hand, and the memory of a million trials."""
    cases = list(_cases())
    _require_same_answer(cases[0])
    engine, floor = _alternately(cases)
    ratios = [ours / theirs for ours, theirs in zip(engine, floor, strict=True)]
    return [
        Figure(f"{CASES:,} cases x {TRIALS:,} trials x {MONTHS} months, by hand in NumPy", sum(floor), "s"),
        Figure(f"{CASES:,} cases x {TRIALS:,} trials x {MONTHS} months, case engine", sum(engine), "s"),
        Figure("median ratio of the turns", median(ratios), "x"),
        Figure("ratio", sum(engine) / sum(floor), "x", MAX_RATIO),
        Figure(
            f"memory of {MAX_TRIALS:,} trials of one case", _megabytes_of_most_trials(cases[0]), "MB", MAX_MEGABYTES
        ),
    ]


def _cases() -> Iterator[_Ranges]:
    """Cases that differ in every number, so that nothing can be computed once for all."""
    rng = np.random.Generator(np.random.PCG64(1))
    for _ in range(CASES):
        scale = rng.uniform(0.8, 1.25, 11)
        yield _Ranges(
            eligible=_range(8_000, 10_000, 14_000, scale[0]),
            ceiling=_range(0.2, 0.35, 0.6, scale[1]),
            reach=_range(9, 14, 24, scale[2]),
            actions=_range(20, 30, 55, scale[3]),
            tokens_in=_range(800, 1_200, 2_500, scale[4]),
            tokens_out=_range(150, 300, 700, scale[5]),
            cache=_range(0.1, 0.3, 0.5, scale[6]),
            price_in=_range(2e-6, 2.5e-6, 3e-6, scale[7]),
            price_out=_range(8e-6, 10e-6, 12e-6, scale[8]),
            hours=_range(1 / 60, 2 / 60, 4 / 60, scale[9]),
            hourly=_range(30, 40, 55, scale[10]),
            team=float(rng.uniform(40_000, 90_000)),
        )


def _range(low: float, likely: float, high: float, scale: float) -> tuple[float, float, float]:
    return low * scale, likely * scale, high * scale


def _option(ranges: _Ranges) -> Option:
    return Option(
        name="Build",
        currency="EUR",
        months=MONTHS,
        annual_discount_rate=RATE,
        lines=[
            Line("Team", Side.COST, amounts=[ranges.team] * 9),
            Line("Input tokens", Side.COST, formula="requests * tokens_in * (1 - cache) * price_in"),
            Line("Output tokens", Side.COST, formula="requests * tokens_out * price_out"),
            Line("Support", Side.COST, amounts=[0.0] * 6 + [5_000.0] * 30),
            Line("Time saved", Side.BENEFIT, formula="requests * hours * hourly * 0.3"),
        ],
        drivers=[_driver(name, unit, getattr(ranges, name)) for name, unit in _UNITS.items()],
        formulas={"active_users": "eligible * adoption", "requests": "active_users * actions"},
        adoption=Adoption(AdoptionShape.S_CURVE, 4, "ceiling", "reach"),
    )


def _driver(name: str, unit: str, limits: tuple[float, float, float]) -> Driver:
    low, likely, high = limits
    distribution = Distribution.PERT if name in _PERT else Distribution.TRIANGULAR
    return Driver(name, low, likely, high, unit, distribution)


def _by_engine(ranges: _Ranges) -> float:
    """Everything a valuation does: read the formulas, check the units, simulate, summarise."""
    compiled = CompiledOption(_option(ranges))
    return simulate_net_present_value(compiled, trials=TRIALS, rng=np.random.Generator(np.random.PCG64(1))).p50


def _by_hand(ranges: _Ranges) -> float:
    """The same drivers, distributions, formulas and figures, as one would write them down for this case alone."""
    rng = np.random.Generator(np.random.PCG64(1))
    drawn = {name: _drawn(name, getattr(ranges, name), rng) for name in _UNITS}
    month = np.arange(1.0, MONTHS + 1.0).reshape(-1, 1)
    passed = np.clip((month - 3.0) / drawn["reach"], 0.0, 1.0)
    start = 1.0 / (1.0 + np.exp(5.0))
    adoption = (1.0 / (1.0 + np.exp(5.0 - 10.0 * passed)) - start) / (1.0 - 2.0 * start)
    requests = adoption * (drawn["eligible"] * drawn["ceiling"] * drawn["actions"])
    input_cost = drawn["tokens_in"] * (1.0 - drawn["cache"]) * drawn["price_in"]
    output_cost = drawn["tokens_out"] * drawn["price_out"]
    gain = drawn["hours"] * drawn["hourly"] * 0.3 - input_cost - output_cost
    fixed = np.zeros((MONTHS, 1))
    fixed[:9] += ranges.team
    fixed[6:] += 5_000.0
    net = requests * gain - fixed
    present_values = (1.0 + RATE) ** -(np.arange(MONTHS) / 12.0) @ net
    return _summarised(present_values)


def _drawn(name: str, limits: tuple[float, float, float], rng: np.random.Generator) -> NDArray[np.float64]:
    low, likely, high = limits
    if name not in _PERT:
        return rng.triangular(low, likely, high, TRIALS)
    width = high - low
    return low + width * rng.beta(1.0 + 4.0 * (likely - low) / width, 1.0 + 4.0 * (high - likely) / width, TRIALS)


def _summarised(present_values: NDArray[np.float64]) -> float:
    """The figures a valuation shows: mean, spread, percentiles, extremes, chance of a loss, histogram."""
    _, p50, _ = np.percentile(present_values, (10, 50, 90))
    present_values.mean()
    present_values.std()
    present_values.min()
    present_values.max()
    np.count_nonzero(present_values < 0.0)
    np.histogram(present_values, bins=HISTOGRAM_BINS)
    return float(p50)


def _require_same_answer(ranges: _Ranges) -> None:
    """Both draw differently, so that their medians agree only within what 10,000 trials allow."""
    ours, theirs = _by_engine(ranges), _by_hand(ranges)
    if abs(ours - theirs) > 0.1 * max(abs(ours), abs(theirs)):
        raise RuntimeError(f"the engine finds a median of {ours:,.0f}, the loop by hand {theirs:,.0f}")


def _alternately(cases: list[_Ranges]) -> tuple[list[float], list[float]]:
    engine, floor = [], []
    for start in range(0, len(cases), TURN):
        turn = cases[start : start + TURN]
        floor.append(_seconds(_by_hand, turn))
        engine.append(_seconds(_by_engine, turn))
    return engine, floor


def _seconds(value: Callable[[_Ranges], float], cases: list[_Ranges]) -> float:
    started = time.perf_counter()
    for ranges in cases:
        value(ranges)
    return time.perf_counter() - started


def _megabytes_of_most_trials(ranges: _Ranges) -> float:
    """The most memory one simulation holds at a time, NumPy's arrays included."""
    compiled = CompiledOption(_option(ranges))
    tracemalloc.start()
    try:
        simulate_net_present_value(compiled, trials=MAX_TRIALS, rng=np.random.Generator(np.random.PCG64(1)))
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
