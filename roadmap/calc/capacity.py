"""Capacity in plain numbers: demands spread over the working days of months, and how they compare with what there is.

Days are ordinals as `date.toordinal` gives them; months are numbered `12 * year + month - 1`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from roadmap.calc.working_days import Days, WorkingDays

FLAT, FRONT, BACK, CUSTOM = "flat", "front", "back", "custom"
MONTHS_PER_YEAR = 12
# Shares typed with a few decimals add up to nearly 1.
SHARES_TOLERANCE = 1e-4
# Half a percent above what there is comes from rounding months, not from too much work.
OVERLOADED_ABOVE = 1.005
NEARLY_FULL_ABOVE = 0.9
_EPOCH_MONTH = 1970 * MONTHS_PER_YEAR
_EPOCH_DAY = date(1970, 1, 1).toordinal()

Numbers = NDArray[np.float64]


class Load(Enum):
    """How a need compares with what there is."""

    NOTHING = "nothing"
    UNKNOWN = "unknown"
    ROOM = "room"
    FULL = "full"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Stretch:
    """When something is needed, by whose calendar, and how the need is spread over the working days in between.

    Both days are included. `profile` is FLAT, FRONT (falling evenly to nothing), BACK (rising evenly from nothing)
    or CUSTOM; `shares` are then those of equal parts of the time, and are scaled to add up to 1.
    """

    start: int
    end: int
    calendar: WorkingDays
    profile: str = FLAT
    shares: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Spread:
    """`shares[i, m]` is which part of stretch `i` falls into the month `m` of the window.

    `is_idle[i]` says that nobody works between its dates: it is then spread over its calendar days, so that the need
    stays in sight instead of vanishing.
    """

    shares: Numbers
    is_idle: NDArray[np.bool_]


def month_number(day: date) -> int:
    """The number of the month the day lies in."""
    return day.year * MONTHS_PER_YEAR + day.month - 1


def month_of(number: int) -> date:
    """The first day of the month with the number. Raises ValueError outside the years 1 to 9999."""
    year, index = divmod(number, MONTHS_PER_YEAR)
    return date(year, index + 1, 1)


def working_days_by_month(calendar: WorkingDays, first: int, count: int) -> Days:
    """How many days are worked in each of `count` months from the month `first`."""
    return np.diff(calendar.before_each(_month_starts(first, count)))


def spread_over_months(stretches: Sequence[Stretch], first: int, count: int) -> Spread:
    """The part of every stretch in each of `count` months from the month `first`; a row adds up to at most 1.

    The parts are differences of the profile's cumulative share at the ends of months, so that those of all months a
    stretch touches add up to exactly what is needed, and a month without a working day gets nothing.
    """
    passed = np.zeros((len(stretches), count + 1))
    is_idle = np.zeros(len(stretches), dtype=np.bool_)
    starts = _month_starts(first, count)
    for calendar, rows in _by_calendar(stretches).items():
        firsts = np.array([stretches[row].start for row in rows], dtype=np.int64)
        after = np.array([stretches[row].end + 1 for row in rows], dtype=np.int64)
        worked_before = calendar.before_each(firsts)
        days = calendar.before_each(after) - worked_before
        done = calendar.before_each(starts)[None, :] - worked_before[:, None]
        idle = days == 0
        # Nobody works there: count calendar days instead of dividing by none.
        done = np.where(idle[:, None], starts[None, :] - firsts[:, None], done)
        whole = np.where(idle, after - firsts, days)
        passed[rows] = np.clip(done / whole[:, None], 0.0, 1.0)
        is_idle[rows] = idle
    return Spread(np.diff(_cumulative(stretches, passed), axis=1), is_idle)


def load_of(used: float, available: float | None) -> Load:
    """What the need `used` makes of the capacity `available`, None when nobody has said what there is."""
    if used <= 0:
        return Load.NOTHING
    if available is None:
        return Load.UNKNOWN
    if used > available * OVERLOADED_ABOVE:
        return Load.OVER
    return Load.FULL if used > available * NEARLY_FULL_ABOVE else Load.ROOM


def utilisation_of(used: float, available: float | None) -> float | None:
    """`used` as a fraction of `available`; None when that is unknown, or nothing: there is no such fraction."""
    return used / available if available else None


def shares_add_up(shares: Sequence[float]) -> bool:
    """Whether shares of one's own are fractions that add up to 1."""
    return bool(shares) and min(shares) >= 0 and abs(sum(shares) - 1) <= SHARES_TOLERANCE


def rounded_shares(amounts: Sequence[float], digits: int) -> list[float]:
    """Amounts as shares of their sum with so many digits that add up to 1; the largest one takes the rest.

    Raises ZeroDivisionError without any amount.
    """
    whole = sum(amounts)
    shares = [round(amount / whole, digits) for amount in amounts]
    largest = shares.index(max(shares))
    shares[largest] = round(shares[largest] + 1 - sum(shares), digits)
    return shares


def _month_starts(first: int, count: int) -> Days:
    """First days of the months, and of the one after the last; months beyond year 9999 have days too."""
    months = np.arange(first - _EPOCH_MONTH, first - _EPOCH_MONTH + count + 1).astype("datetime64[M]")
    return np.asarray(months.astype("datetime64[D]").astype(np.int64) + _EPOCH_DAY, dtype=np.int64)


def _by_calendar(stretches: Sequence[Stretch]) -> dict[WorkingDays, list[int]]:
    found: dict[WorkingDays, list[int]] = {}
    for row, stretch in enumerate(stretches):
        found.setdefault(stretch.calendar, []).append(row)
    return found


def _cumulative(stretches: Sequence[Stretch], passed: Numbers) -> Numbers:
    """Which part of the need is met when so much of the time has passed: both are fractions."""
    met = passed.copy()
    profiles = np.array([stretch.profile for stretch in stretches])
    if FRONT in profiles:
        front = passed[profiles == FRONT]
        met[profiles == FRONT] = front * (2 - front)
    if BACK in profiles:
        met[profiles == BACK] = passed[profiles == BACK] ** 2
    for row in np.flatnonzero(profiles == CUSTOM).tolist():
        shares = np.asarray(stretches[row].shares, dtype=np.float64)
        ends = np.linspace(0.0, 1.0, len(shares) + 1)
        met[row] = np.interp(passed[row], ends, np.concatenate([[0.0], np.cumsum(shares) / shares.sum()]))
    return met
