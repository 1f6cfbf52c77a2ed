"""Early and late dates by calendars, compared with the passes in plain numbers where one calendar serves all."""

from datetime import date

import numpy as np
import pytest

from roadmap.calc.cascade import DatedItem, Link
from roadmap.calc.critical_path import KIND_NUMBERS, ScheduleGraph, critical_path
from roadmap.calc.dated_schedule import schedule_dates
from roadmap.calc.precedence import Span, shortfall_of
from roadmap.calc.working_days import OutsideCalendarError, WorkingDays

OFFICE = WorkingDays()
MONDAY = date(2026, 3, 2).toordinal()


def planned(start, days, *, calendar=OFFICE, is_movable=True):
    """An item of so many working days."""
    first = calendar.before(start)
    return DatedItem(calendar.day(first), calendar.day(first + days - 1), calendar, is_movable)


@pytest.mark.parametrize("seed", range(6))
def test_one_calendar_gives_the_passes_in_plain_numbers(seed):
    random = np.random.default_rng(seed)
    count = 30
    durations = random.integers(1, 15, count).tolist()
    pairs = sorted({tuple(sorted(pair)) for pair in random.integers(0, count, (60, 2)).tolist() if len(set(pair)) == 2})
    kinds = random.choice(["FS", "SS", "FF", "SF"], len(pairs)).tolist()
    lags = random.integers(-4, 6, len(pairs)).tolist()
    followers = {pair[1] for pair in pairs}
    # Far enough from time 0, before which plain numbers let nothing start.
    first = [0 if index in followers else 500 for index in range(count)]
    graph = ScheduleGraph(
        durations,
        [pair[0] for pair in pairs],
        [pair[1] for pair in pairs],
        kinds=[KIND_NUMBERS[kind] for kind in kinds],
        lags=lags,
    )
    plain = critical_path(graph, earliest=first)

    base = OFFICE.before(MONDAY)
    items = [planned(OFFICE.day(base + start), days) for start, days in zip(first, durations, strict=True)]
    links = [Link(*pair, kind, lag) for pair, kind, lag in zip(pairs, kinds, lags, strict=True)]
    dated = schedule_dates(items, links)

    assert [OFFICE.before(each.early_start) - base for each in dated] == plain.early_start.tolist()
    assert [OFFICE.before(each.early_end + 1) - base for each in dated] == plain.early_finish.tolist()
    assert [OFFICE.before(each.late_start) - base for each in dated] == plain.late_start.tolist()
    assert [each.total_float for each in dated] == plain.total_float.tolist()
    assert [each.free_float for each in dated] == plain.free_float.tolist()
    assert [each.is_critical for each in dated] == plain.critical.tolist()


def test_a_weekend_between_two_ends_is_no_float():
    first, second = schedule_dates([planned(MONDAY, 5), planned(MONDAY + 14, 5)], [Link(0, 1)])

    assert (second.early_start, second.early_end) == (MONDAY + 7, MONDAY + 11)
    assert (first.total_float, first.free_float, first.is_critical) == (0, 0, True)


def test_an_item_that_cannot_move_stays_and_tells_how_far_it_is_contradicted():
    first, second = schedule_dates([planned(MONDAY, 10), planned(MONDAY + 7, 5, is_movable=False)], [Link(0, 1)])

    assert (second.early_start, second.total_float) == (MONDAY + 7, 0)
    assert (first.total_float, first.free_float, first.is_critical) == (-5, -5, True)


def test_soft_links_ask_for_nothing():
    _, second = schedule_dates([planned(MONDAY, 10), planned(MONDAY, 5)], [Link(0, 1, is_hard=False)])
    assert (second.early_start, second.total_float) == (MONDAY, 5)


def test_each_team_works_by_its_own_calendar():
    gulf = WorkingDays((7, 1, 2, 3, 4), [date(2026, 3, 8)])
    first, second = schedule_dates([planned(MONDAY, 5), planned(MONDAY + 14, 2, calendar=gulf)], [Link(0, 1)])

    # Friday 6 March ends the first; Sunday 8 March is a working day of the second team, but its holiday.
    assert (first.early_end, second.early_start, second.early_end) == (MONDAY + 4, MONDAY + 7, MONDAY + 8)
    assert second.late_start == MONDAY + 7


@pytest.mark.parametrize(
    ("kind", "lag", "start"),
    [
        # Friday 6 March ends five days; Sunday is a day of the other team's week, and Monday its third at work.
        ("FS", 0, date(2026, 3, 8)),
        ("FS", 2, date(2026, 3, 10)),
        ("FS", -1, date(2026, 3, 5)),
        ("SS", 1, date(2026, 3, 3)),
        ("FF", 0, date(2026, 3, 4)),
        ("FF", 1, date(2026, 3, 5)),
        ("SF", 3, date(2026, 3, 3)),
    ],
)
def test_each_kind_is_counted_by_the_successors_calendar(kind, lag, start):
    gulf = WorkingDays((7, 1, 2, 3, 4))
    items = [planned(MONDAY, 5), planned(MONDAY + 14, 2, calendar=gulf)]
    first, second = schedule_dates(items, [Link(0, 1, kind, lag)])

    assert date.fromordinal(second.early_start) == start
    assert first.free_float == min(first.total_float, 0)


@pytest.mark.parametrize("seed", range(20))
def test_late_dates_of_mixed_calendars_are_the_latest_that_keep_every_dependency(seed):
    random = np.random.default_rng(seed)
    calendars = [OFFICE, WorkingDays((7, 1, 2, 3, 4), [date(2026, 3, day) for day in (8, 19, 29)]), WorkingDays((2, 4))]
    items = [
        planned(MONDAY + day, days, calendar=calendars[calendar], is_movable=bool(movable))
        for day, days, calendar, movable in random.integers((0, 1, 0, 0), (30, 9, 3, 5), (8, 4)).tolist()
    ]
    pairs = sorted({tuple(sorted(pair)) for pair in random.integers(0, 8, (12, 2)).tolist() if len(set(pair)) == 2})
    links = [
        Link(*pair, ("FS", "SS", "FF", "SF")[at % 4], int(random.integers(-3, 4))) for at, pair in enumerate(pairs)
    ]
    found = schedule_dates(items, links)
    end = max(each.early_end for each in found)

    for index, (item, each) in enumerate(zip(items, found, strict=True)):
        assert item.calendar.before(each.late_start) - item.calendar.before(each.early_start) == each.total_float
        late = [shifted(other, 0, dates) for other, dates in zip(items, found, strict=True)]
        assert is_kept(late, [link for link in links if link.predecessor == index], end, index)
        late[index] = shifted(item, 1, each)
        assert not is_kept(late, [link for link in links if link.predecessor == index], end, index)


def shifted(item, days, dates):
    """The item on its late dates, moved by so many of its working days."""
    number = item.calendar.before(dates.late_start) + days
    return DatedItem(item.calendar.day(number), item.calendar.day(number + item.working_days - 1), item.calendar)


def is_kept(items, links, end, index):
    return items[index].end <= end and not any(
        shortfall_of(
            link.kind,
            lag_days=link.lag_days,
            predecessor=span(items[link.predecessor]),
            successor=span(items[link.successor]),
            calendar=items[link.successor].calendar,
        )
        for link in links
    )


def span(item):
    return Span(date.fromordinal(item.start), date.fromordinal(item.end))


def test_work_on_days_off_only_ends_where_it_begins_as_long_as_it_stays():
    saturday = MONDAY + 5
    weekend, monday = schedule_dates([DatedItem(saturday, saturday + 1, OFFICE), planned(MONDAY + 7, 3)], [Link(0, 1)])

    assert (weekend.early_start, weekend.early_end) == (saturday, saturday + 1)
    assert (monday.early_start, monday.late_start) == (MONDAY + 7, MONDAY + 7)


def test_a_date_beyond_the_calendar_is_refused():
    last = OFFICE.before(date.max.toordinal())
    items = [planned(OFFICE.day(last - 9), 5), planned(MONDAY, 30)]
    with pytest.raises(OutsideCalendarError, match="year 9999"):
        schedule_dates(items, [Link(0, 1)])


def test_an_empty_plan_has_no_dates():
    assert schedule_dates([], []) == []
