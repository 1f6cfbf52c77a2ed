"""Whether a KPI's value reaches its target, and whether it is out of the ordinary."""

from collections.abc import Sequence
from decimal import Decimal
from statistics import fmean, median

# Iglewicz and Hoaglin, How to Detect and Handle Outliers (ASQC, 1993): beyond 3.5 a value is an outlier.
OUTLIER = 3.5
# Fewer values have no ordinary.
FEWEST = 6
_MAD_SCALE = 0.6745
_MEAN_DEVIATION_SCALE = 1.253314


def judged(value: Decimal | None, lower: Decimal | None, upper: Decimal | None, tolerance: Decimal | None) -> str:
    """`on_track` within [lower, upper], `at_risk` when outside by at most `tolerance`, else `off_track`.

    A bound that is None does not bind; without a value, or without any bound, the answer is `unknown`.
    """
    if value is None or (lower is None and upper is None):
        return "unknown"
    short = Decimal(0) if lower is None else lower - value
    over = Decimal(0) if upper is None else value - upper
    miss = max(short, over)
    if miss <= 0:
        return "on_track"
    return "at_risk" if tolerance is not None and miss <= tolerance else "off_track"


def bounds(
    direction: str, target: Decimal | None, low: Decimal | None, high: Decimal | None
) -> tuple[Decimal | None, Decimal | None]:
    """(lower, upper) of what is good: up bounds from below, down from above, a band on both sides.

    A target of the other kind, left from before the direction changed, bounds nothing.
    """
    if direction == "band":
        return low, high
    return (target, None) if direction == "up" else (None, target)


def is_outlier(value: float, earlier: Sequence[float]) -> bool | None:
    """Whether the modified z-score of `value` among `earlier` values exceeds 3.5; None when that cannot be said.

    z = 0.6745 (x - median) / MAD, with the mean absolute deviation in place of the MAD (scaled by
    1.2533) where more than half of the earlier values are the same. Fewer than six earlier values, or
    all of them equal, say nothing. Source: Iglewicz and Hoaglin (1993), section 3.
    """
    if len(earlier) < FEWEST:
        return None
    middle = median(earlier)
    distances = [abs(each - middle) for each in earlier]
    spread = median(distances) / _MAD_SCALE or fmean(distances) * _MEAN_DEVIATION_SCALE
    if spread == 0:
        return None
    return abs(value - middle) / spread > OUTLIER
