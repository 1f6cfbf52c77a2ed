"""Spikes of daily spend, by the modified z-score on the days before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WINDOW_DAYS = 28
MIN_KNOWN_DAYS = 14
CUTOFF = 3.5
# A very steady series would call a change of a few per cent a spike, which nobody wants to be woken for.
MIN_RATIO = 1.5
_MAD_SCALE = 0.6744897501960817
_MEAN_SCALE = 1.2533141373155001


@dataclass(frozen=True)
class SpendDay:
    """`usual` is the median of the known days before, None with fewer than 14; `score` the modified z-score."""

    usual: float | None
    score: float | None
    is_spike: bool


def spend_spikes(costs: Sequence[float | None]) -> list[SpendDay]:
    """Each of consecutive days against the 28 days before it; None is a day of unknown cost or without usage.

    Modified z-score M = 0.6745 (x - median) / MAD, a spike where M > 3.5 (B. Iglewicz and D. C. Hoaglin,
    How to Detect and Handle Outliers, ASQC Quality Press 1993, section 3.3). Where the MAD is zero the mean
    absolute deviation takes its place, M = (x - median) / (1.2533 MeanAD); where that is zero too, the score
    is None and any rise counts. A spike must also be at least 1.5 times the median.
    """
    known = np.array([np.nan if cost is None else cost for cost in costs], dtype=float)
    return [_judged(known[max(0, index - WINDOW_DAYS) : index], value) for index, value in enumerate(known)]


def _judged(before: np.ndarray, value: float) -> SpendDay:
    sample = before[~np.isnan(before)]
    if len(sample) < MIN_KNOWN_DAYS:
        return SpendDay(None, None, is_spike=False)
    usual = float(np.median(sample))
    if np.isnan(value):
        return SpendDay(usual, None, is_spike=False)
    distances = np.abs(sample - usual)
    spread = float(np.median(distances)) / _MAD_SCALE or float(np.mean(distances)) * _MEAN_SCALE
    score = (value - usual) / spread if spread else None
    is_far = score > CUTOFF if score is not None else value > usual
    return SpendDay(usual, score, is_spike=bool(is_far and value >= usual * MIN_RATIO and value > 0))
