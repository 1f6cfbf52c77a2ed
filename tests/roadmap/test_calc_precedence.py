"""The dates each kind of dependency asks for."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.calc.precedence import KINDS, Shortfall, Span, holds_start, shortfall_of, waits_for_start
from roadmap.calc.working_days import WorkingDays

PREDECESSOR = Span(date(2026, 3, 10), date(2026, 3, 20))
UNSCHEDULED = Span(None, None)
EVERY_DAY = WorkingDays(range(1, 8))
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

    shortfall = shortfall_of(kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=early, calendar=EVERY_DAY)
    kept = shortfall_of(kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=on_time, calendar=EVERY_DAY)

    held = on_time.start_on if holds_start(kind) else on_time.end_on
    anchor = PREDECESSOR.start_on if waits_for_start(kind) else PREDECESSOR.end_on
    assert shortfall == Shortfall(days=1, anchor_on=anchor, earliest_on=held)
    assert kept is None


@pytest.mark.parametrize("kind", KINDS)
def test_an_unscheduled_end_falls_short_of_nothing(kind):
    assert shortfall_of(kind, lag_days=3650, predecessor=UNSCHEDULED, successor=PREDECESSOR, calendar=EVERY_DAY) is None
    assert shortfall_of(kind, lag_days=3650, predecessor=PREDECESSOR, successor=UNSCHEDULED, calendar=EVERY_DAY) is None


@given(st.sampled_from(KINDS), st.integers(-30, 30), DAYS, DAYS, st.integers(0, 60), st.integers(0, 60))
def test_moving_the_successor_by_the_shortfall_is_just_enough(kind, lag_days, first, second, length, other_length):
    predecessor = Span(first, first + timedelta(days=length))
    successor = Span(second, second + timedelta(days=other_length))
    shortfall = shortfall_of(kind, lag_days=lag_days, predecessor=predecessor, successor=successor, calendar=EVERY_DAY)
    if shortfall is None:
        return

    def moved(days):
        by = timedelta(days=days)
        later = Span(successor.start_on + by, successor.end_on + by)
        return shortfall_of(kind, lag_days=lag_days, predecessor=predecessor, successor=later, calendar=EVERY_DAY)

    assert moved(shortfall.days) is None
    assert moved(shortfall.days - 1) == Shortfall(1, shortfall.anchor_on, shortfall.earliest_on)


def test_a_lag_beyond_the_calendar_ends_on_its_last_day():
    predecessor = Span(date(9999, 12, 1), date.max)

    shortfall = shortfall_of("FS", lag_days=5, predecessor=predecessor, successor=predecessor, calendar=EVERY_DAY)

    assert shortfall == Shortfall(days=36, anchor_on=date.max, earliest_on=date.max)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="'XX' is no kind of dependency"):
        shortfall_of("XX", lag_days=0, predecessor=PREDECESSOR, successor=PREDECESSOR, calendar=EVERY_DAY)


@pytest.mark.parametrize(
    ("kind", "lag_days", "starts", "ends", "days", "earliest"),
    [
        # The predecessor ends on Friday 20 March; a Saturday is no delay, a Monday is not too late.
        ("FS", 0, date(2026, 3, 20), date(2026, 3, 30), 1, date(2026, 3, 23)),
        ("FS", 0, date(2026, 3, 21), date(2026, 3, 30), 0, None),
        ("FS", 2, date(2026, 3, 23), date(2026, 3, 30), 2, date(2026, 3, 25)),
        ("FS", -1, date(2026, 3, 19), date(2026, 3, 30), 1, date(2026, 3, 20)),
        ("FF", 1, date(2026, 3, 2), date(2026, 3, 20), 1, date(2026, 3, 23)),
        # The 25th is a holiday of the successor's calendar.
        ("FS", 2, date(2026, 3, 26), date(2026, 3, 30), 0, None),
        ("FS", 3, date(2026, 3, 26), date(2026, 3, 30), 1, date(2026, 3, 27)),
    ],
)
def test_lag_and_shortfall_are_working_days_of_the_calendar(kind, lag_days, starts, ends, days, earliest):
    calendar = WorkingDays(holidays=[date(2026, 3, 25)] if lag_days == 3 or starts.day == 26 else [])

    shortfall = shortfall_of(
        kind, lag_days=lag_days, predecessor=PREDECESSOR, successor=Span(starts, ends), calendar=calendar
    )

    assert (shortfall.days, shortfall.earliest_on) == (days, earliest) if days else shortfall is None
