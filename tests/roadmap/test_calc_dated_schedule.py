"""Early and late dates by calendars, compared with the passes in plain numbers where one calendar serves all."""

from datetime import date

import numpy as np
import pytest

from roadmap.calc.cascade import DatedItem, Link
from roadmap.calc.critical_path import KIND_NUMBERS, ScheduleGraph, critical_path
from roadmap.calc.dated_schedule import schedule_dates
from roadmap.calc.working_days import WorkingDays

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


def test_an_empty_plan_has_no_dates():
    assert schedule_dates([], []) == []
