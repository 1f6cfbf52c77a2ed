"""The dates each kind of dependency asks for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.calc.precedence import KINDS, Shortfall, Span, holds_start, shortfall_of, waits_for_start

PREDECESSOR = Span(date(2026, 3, 10), date(2026, 3, 20))
UNSCHEDULED = Span(None, None)
DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1))


# The successor's start or end lies one day before the earliest allowed.
@pytest.mark.parametrize(
    ("kind", "lag_days", "starts", "ends"),
    [
        ("FS", 0, date(2026, 3, 20), date(2026, 4, 20)),
        ("FS", 5, date(2026, 3, 25), date(2026, 4, 20)),
        ("FS", -2, date(2026, 3, 18), date(2026, 4, 20)),
        ("SS", 0, date(2026, 3, 9), date(2026, 4, 20)),
        ("SS", 3, date(2026, 3, 12), date(2026, 4, 20)),
        ("FF", 0, date(2026, 3, 1), date(2026, 3, 19)),
        ("FF", 4, date(2026, 3, 1), date(2026, 3, 23)),
        ("SF", 0, date(2026, 3, 1), date(2026, 3, 8)),
        ("SF", 2, date(2026, 3, 1), date(2026, 3, 10)),
    ],
)
def test_shortfall_is_one_day_the_day_before_and_none_on_the_day(kind, lag_days, starts, ends):
    day = timedelta(days=1)
    early, on_time = Span(starts, ends), Span(starts + day, ends + day)

    shortfall = shortfall_of(kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=early)
    kept = shortfall_of(kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=on_time)

    held = on_time.start_on if holds_start(kind) else on_time.end_on
    anchor = PREDECESSOR.start_on if waits_for_start(kind) else PREDECESSOR.end_on
    assert shortfall == Shortfall(days=1, anchor_on=anchor, earliest_on=held)
    assert kept is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_unscheduled_end_falls_short_of_nothing(kind):
    assert shortfall_of(kind, lag_days=3650, predecessor=UNSCHEDULED, successor=PREDECESSOR) is None
    assert shortfall_of(kind, lag_days=3650, predecessor=PREDECESSOR, successor=UNSCHEDULED) is None


@given(st.sampled_from(KINDS), st.integers(-30, 30), DAYS, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_moving_the_successor_by_the_shortfall_is_just_enough(kind, lag_days, first, second, length, other_length):
    predecessor = Span(first, first + timedelta(days=length))
    successor = Span(second, second + timedelta(days=other_length))
    shortfall = shortfall_of(kind, lag_days=lag_days, predecessor=predecessor, successor=successor)
    if shortfall is None:
        return

    def moved(days):
        by = timedelta(days=days)
        later = Span(successor.start_on + by, successor.end_on + by)
        return shortfall_of(kind, lag_days=lag_days, predecessor=predecessor, successor=later)

    assert moved(shortfall.days) is None
    assert moved(shortfall.days - 1) == Shortfall(1, shortfall.anchor_on, shortfall.earliest_on)


def test_a_lag_beyond_the_calendar_ends_on_its_last_day():
    predecessor = Span(date(9999, 12, 1), date.max)

    shortfall = shortfall_of("FS", lag_days=5, predecessor=predecessor, successor=predecessor)

    assert shortfall == Shortfall(days=36, anchor_on=date.max, earliest_on=date.max)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="'XX' is no kind of dependency"):
        shortfall_of("XX", lag_days=0, predecessor=PREDECESSOR, successor=PREDECESSOR)
