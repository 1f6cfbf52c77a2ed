"""Values that do not fit a series: seasonal medians and median absolute deviations, which outliers hardly move.

What is expected of a period is the median of earlier periods of the same season (the same weekday for days); how
far values usually are from that is the median absolute deviation of earlier distances. A value is flagged when its
modified z-score 0.6745 (x - expected - m) / MAD, with m and MAD the median and median absolute deviation of the
earlier distances, exceeds 3.5 in size: B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers (ASQC,
1993), section 3.3. Where more than half of the distances are the same (MAD = 0) the mean absolute deviation takes
its place with the factor 1 / 1.253314, as they propose.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

SEASONS = {"day": 7, "week": 1, "month": 1, "quarter": 1}
# Seasons looked back at, and how many values are needed before anything is judged.
WINDOW = 8
MINIMUM_EXPECTED = 4
MINIMUM_DISTANCES = 8
THRESHOLD = 3.5
_NORMAL_MEDIAN = 0.6745
_NORMAL_MEAN = 1.253314


@dataclass(frozen=True)
class Fit:
    """How a value fits what came before it; `score` is None where earlier values never differed at all."""

    expected: float
    score: float | None
    is_anomaly: bool


def fits(values: Sequence[float | None], *, season: int) -> list[Fit | None]:
    """One answer per value, judged by earlier values only; None for unknown values and while too few came before.

    `season` is the number of periods after which the series repeats, 1 for none.
    """
    expectations = [_expected(values, index, season) for index in range(len(values))]
    distances = _distances(values, expectations)
    return [_fit(index, distances, expectations, season) for index in range(len(values))]


def newest_fit(values: Sequence[float | None], *, season: int) -> Fit | None:
    """The last answer of `fits` without the work for the others."""
    if not values:
        return None
    newest = len(values) - 1
    first = max(newest - max(season * WINDOW, 2 * MINIMUM_DISTANCES), 0)
    nothing: list[float | None] = [None] * first
    expectations = nothing + [_expected(values, index, season) for index in range(first, len(values))]
    return _fit(newest, _distances(values, expectations), expectations, season)


def _distances(values: Sequence[float | None], expectations: Sequence[float | None]) -> list[float | None]:
    return [
        None if value is None or expected is None else value - expected
        for value, expected in zip(values, expectations, strict=True)
    ]


def _expected(values: Sequence[float | None], index: int, season: int) -> float | None:
    earlier = [
        value for value in values[max(index - season * WINDOW, index % season) : index : season] if value is not None
    ]
    return statistics.median(earlier) if len(earlier) >= MINIMUM_EXPECTED else None


def _fit(
    index: int, distances: Sequence[float | None], expectations: Sequence[float | None], season: int
) -> Fit | None:
    distance, expected = distances[index], expectations[index]
    if distance is None or expected is None:
        return None
    reach = max(season * WINDOW, 2 * MINIMUM_DISTANCES)
    earlier = [each for each in distances[max(index - reach, 0) : index] if each is not None]
    if len(earlier) < MINIMUM_DISTANCES:
        return None
    middle = statistics.median(earlier)
    spread = _spread(earlier, middle)
    if spread == 0:
        return Fit(expected, None, is_anomaly=distance != middle)
    score = (distance - middle) / spread
    return Fit(expected, score, is_anomaly=abs(score) > THRESHOLD)


def _spread(distances: Sequence[float], middle: float) -> float:
    """The standard deviation a normal distribution with these deviations would have; 0 when all are the same."""
    deviations = [abs(each - middle) for each in distances]
    median = statistics.median(deviations)
    return median / _NORMAL_MEDIAN if median else statistics.fmean(deviations) * _NORMAL_MEAN
