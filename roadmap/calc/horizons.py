"""Now, next, later: how near a stretch of work is, by calendar quarters."""

from datetime import date


def horizon_of(start_on: date | None, *, is_done: bool, today: date) -> str:
    """now, next, later, undated or done: work that starts by the end of this quarter is now, of the next one next.

    Work that should have started already is now.
    """
    if is_done:
        return "done"
    if start_on is None:
        return "undated"
    ahead = _quarter(start_on) - _quarter(today)
    if ahead <= 0:
        return "now"
    return "next" if ahead == 1 else "later"


def _quarter(day: date) -> int:
    """Quarters since year 0."""
    return day.year * 4 + (day.month - 1) // 3
