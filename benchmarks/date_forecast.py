"""What the forecast of dates costs beside a sweep over the same network written by hand in NumPy."""

import time
from statistics import median

import numpy as np

from benchmarks.report import Figure
from roadmap.calc.cascade import Link
from roadmap.calc.date_forecast import QUANTILES, UncertainItem, forecast_dates
from roadmap.calc.working_days import WorkingDays

ITEMS = 1_000
LINKS = 2_000
TRIALS = 10_000
TURNS = 3
# The hand-written sweep keeps this many trials at once, which is about its best.
BLOCK = 500
MAX_RATIO = 5.0
FIRST_DAY = 739_000
CALENDAR = WorkingDays()


def run() -> list[Figure]:
    """10,000 trials of 1,000 items, by the engine and by hand in turns, because others use the machine too."""
    items, links = _plan()
    by_engine, by_hand = [], []
    for _ in range(TURNS):
        started = time.perf_counter()
        found = forecast_dates(items, links, trials=TRIALS, rng=np.random.default_rng(1))
        half = np.array([row[QUANTILES.index(0.5)] for row in found.quantiles])
        by_engine.append(time.perf_counter() - started)
        started = time.perf_counter()
        expected = _sweep(items, links)
        by_hand.append(time.perf_counter() - started)
        _require_same_answer(half, expected)
    ratios = [ours / theirs for ours, theirs in zip(by_engine, by_hand, strict=True)]
    return [
        Figure(f"{TRIALS:,} trials x {ITEMS:,} items x {LINKS:,} dependencies, by hand in NumPy", median(by_hand), "s"),
        Figure("the same with calendars, percentiles and criticality, date forecast", median(by_engine), "s"),
        Figure("ratio", median(ratios), "x", MAX_RATIO),
    ]


def _plan() -> tuple[list[UncertainItem], list[Link]]:
    rng = np.random.default_rng(20)
    lows = rng.integers(1, 20, ITEMS)
    items = [
        UncertainItem(FIRST_DAY, int(low), int(low) + 5, int(low) + 5 + int(more), CALENDAR)
        for low, more in zip(lows, rng.integers(1, 30, ITEMS), strict=True)
    ]
    ends = np.sort(rng.choice(ITEMS, (LINKS * 2, 2)), axis=1)
    pairs = list(dict.fromkeys(map(tuple, ends[ends[:, 0] != ends[:, 1]].tolist())))[:LINKS]
    return items, [Link(before, after, "FS", 0) for before, after in pairs]


def _sweep(items: list[UncertainItem], links: list[Link]) -> np.ndarray:
    """Median finish of every item: durations drawn, one forward pass in topological order, nothing else."""
    rng = np.random.default_rng(2)
    low, likely, high = (np.array([getattr(each, name) for each in items]) for name in ("low", "likely", "high"))
    alpha = 1 + 4 * (likely - low) / (high - low)
    incoming: list[list[int]] = [[] for _ in items]
    for link in links:
        incoming[link.successor].append(link.predecessor)
    finishes = np.empty((len(items), TRIALS))
    for at in range(0, TRIALS, BLOCK):
        part = finishes[:, at : at + BLOCK]
        for index, before in enumerate(incoming):
            drawn = low[index] + (high[index] - low[index]) * rng.beta(alpha[index], 6 - alpha[index], BLOCK)
            start = np.max(part[before], axis=0) if before else 0.0
            np.add(start, drawn, out=part[index])
    found: np.ndarray = np.median(finishes, axis=1)
    return found


def _require_same_answer(half: np.ndarray, expected: np.ndarray) -> None:
    """The medians agree within what whole days make of them along the longest chains."""
    days = CALENDAR.before_each(half + 1) - CALENDAR.before(FIRST_DAY)
    if not np.allclose(days, expected, atol=3, rtol=0.02):
        raise RuntimeError("the engine and the sweep by hand disagree")
