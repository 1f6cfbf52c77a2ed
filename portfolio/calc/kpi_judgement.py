"""Whether a KPI's value reaches its target."""

from decimal import Decimal


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
