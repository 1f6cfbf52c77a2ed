"""What a move does to the items downstream, by policy; dates in March 2026, where the 2nd is a Monday."""

from datetime import date

import numpy as np
import pytest

from roadmap.calc.cascade import KEEP_GAP, PUSH_IF_VIOLATED, WARN, Broken, DatedItem, Link, cascade, rescheduled
from roadmap.calc.critical_path import CyclicGraphError
from roadmap.calc.dated_schedule import schedule_dates
from roadmap.calc.precedence import anchor_of, held_of, required_of
from roadmap.calc.working_days import OutsideCalendarError, WorkingDays

OFFICE = WorkingDays()


def march(day):
    return date(2026, 3, 1).toordinal() + day - 1


def item(first, last, *, calendar=OFFICE, is_movable=True):
    return DatedItem(march(first), march(last), calendar, is_movable)


def moved(items, links, policy, to=(9, 13)):
    """Days of March each changed item lies on when the first item is moved."""
    result = cascade(items, links, {0: (march(to[0]), march(to[1]))}, policy=policy)
    return {index: (start - march(0), end - march(0)) for index, (start, end) in result.dates.items()}, result


# Item 0 takes the week of the 2nd, item 1 the week of the 16th: a week lies between them.
WEEK_APART = [item(2, 6), item(16, 20)]


def test_warn_moves_nothing_else_and_says_what_breaks():
    dates, result = moved([item(2, 6), item(9, 13)], [Link(0, 1)], WARN)

    assert dates == {0: (9, 13)}
    assert result.broken == [Broken(0, 0, 5)]


def test_push_moves_only_what_would_be_violated_and_only_as_far_as_needed():
    dates, result = moved(
        [item(2, 6), item(9, 13), item(16, 20), item(23, 24)], [Link(0, 1), Link(1, 2)], PUSH_IF_VIOLATED
    )

    assert dates == {0: (9, 13), 1: (16, 20), 2: (23, 27)}
    assert result.causes == {1: 0, 2: 1}
    assert result.broken == []


def test_push_leaves_room_unused_and_never_pulls():
    assert moved(WEEK_APART, [Link(0, 1)], PUSH_IF_VIOLATED)[0] == {0: (9, 13)}
    assert moved(WEEK_APART, [Link(0, 1)], PUSH_IF_VIOLATED, to=(1, 3))[0] == {0: (1, 3)}


@pytest.mark.parametrize(("to", "follows"), [((9, 13), (23, 27)), ((3, 9), (17, 23)), ((1, 4), (12, 18))])
def test_keep_gap_shifts_by_the_working_days_the_predecessor_moved(to, follows):
    assert moved(WEEK_APART, [Link(0, 1)], KEEP_GAP, to=to)[0] == {0: to, 1: follows}


def test_keep_gap_does_not_pull_into_another_hard_predecessor():
    items = [item(9, 13), item(16, 20), item(9, 13)]
    dates, _ = moved(items, [Link(0, 1), Link(2, 1)], KEEP_GAP, to=(2, 6))
    assert dates == {0: (2, 6)}


def test_items_that_are_not_movable_stay_and_stop_the_cascade():
    items = [item(2, 6), item(9, 13, is_movable=False), item(16, 20)]
    dates, result = moved(items, [Link(0, 1), Link(1, 2)], PUSH_IF_VIOLATED)

    assert dates == {0: (9, 13)}
    assert result.broken == [Broken(0, 0, 5)]


def test_soft_links_push_nothing_and_warn():
    dates, result = moved([item(2, 6), item(9, 13)], [Link(0, 1, is_hard=False)], PUSH_IF_VIOLATED)
    assert (dates, result.broken) == ({0: (9, 13)}, [Broken(0, 0, 5)])


def test_what_is_violated_already_is_not_reported_unless_it_gets_worse():
    items = [item(2, 6), item(4, 10), item(5, 10)]
    links = [Link(0, 1), Link(0, 2)]

    _, worse = moved(items, links, WARN, to=(3, 9))
    _, better = moved(items, links, WARN, to=(2, 5))

    assert worse.broken == [Broken(0, 3, 4), Broken(1, 2, 3)]
    assert better.broken == []


@pytest.mark.parametrize(
    ("link", "follows"),
    [
        (Link(0, 1, "FS", 2), (18, 24)),
        (Link(0, 1, "FS", -5), None),
        (Link(0, 1, "SS", 3), (12, 18)),
        (Link(0, 1, "FF", 1), (10, 16)),
        (Link(0, 1, "SF", 10), (16, 20)),
    ],
)
def test_every_kind_pushes_by_its_own_ends(link, follows):
    dates, result = moved([item(2, 6), item(9, 13)], [link], PUSH_IF_VIOLATED)
    assert dates.get(1) == follows
    assert result.broken == []


def test_items_keep_their_working_days_across_holidays_of_their_own_calendar():
    easter = WorkingDays(holidays=[date(2026, 3, 17)])
    dates, _ = moved([item(2, 6), item(9, 13, calendar=easter)], [Link(0, 1)], PUSH_IF_VIOLATED)
    assert dates[1] == (16, 23)


def test_weekend_work_takes_a_day_when_it_has_to_move():
    dates, _ = moved([item(2, 6), item(7, 8)], [Link(0, 1)], PUSH_IF_VIOLATED)
    assert dates[1] == (16, 16)


def test_nothing_pushes_the_moved_items_themselves():
    items = [item(2, 6), item(9, 13)]
    result = cascade(
        items, [Link(0, 1)], {0: (march(9), march(13)), 1: (march(10), march(16))}, policy=PUSH_IF_VIOLATED
    )
    assert result.dates[1] == (march(10), march(16))
    assert result.broken == [Broken(0, 0, 4)]


def test_a_push_past_the_last_day_of_the_calendar_is_refused():
    last = date.max.toordinal()
    items = [DatedItem(last - 20, last - 15, OFFICE), DatedItem(last - 10, last - 5, OFFICE)]
    with pytest.raises(OutsideCalendarError, match="ends with year 9999"):
        cascade(items, [Link(0, 1)], {0: (last - 3, last)}, policy=PUSH_IF_VIOLATED)


def test_cycles_and_unknown_policies_are_refused():
    with pytest.raises(CyclicGraphError):
        moved(WEEK_APART, [Link(0, 1), Link(1, 0)], PUSH_IF_VIOLATED)
    with pytest.raises(ValueError, match="'pull' is no policy"):
        moved(WEEK_APART, [Link(0, 1)], "pull")


def random_plan(seed, *, count=60):
    """Items and links of every kind without a violation among the hard ones."""
    random = np.random.default_rng(seed)
    calendars = [OFFICE, WorkingDays((7, 1, 2, 3, 4)), WorkingDays(holidays=[date(2026, 4, 6), date(2026, 5, 1)])]
    pairs = sorted(
        {tuple(sorted(pair)) for pair in random.integers(0, count, (count * 2, 2)).tolist() if len(set(pair)) == 2}
    )
    kinds = random.choice(["FS", "SS", "FF", "SF"], len(pairs)).tolist()
    lags = random.integers(-3, 6, len(pairs)).tolist()
    links = [Link(*pair, kind, lag) for pair, kind, lag in zip(pairs, kinds, lags, strict=True)]
    items = [
        item(1 + day, day + 1 + length, calendar=calendars[index % 3])
        for index, (day, length) in enumerate(random.integers(0, 30, (count, 2)).tolist())
    ]
    settled = schedule_dates(items, links)
    return [
        DatedItem(each.early_start, each.early_end, stored.calendar)
        for each, stored in zip(settled, items, strict=True)
    ], links


def shortfall(items, dates, link):
    predecessor, successor = (dates.get(index, (items[index].start, items[index].end)) for index in link[:2])
    calendar = items[link.successor].calendar
    required = required_of(anchor_of(link.kind, *predecessor), link.lag_days, calendar)
    return required - held_of(link.kind, *successor, calendar)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("policy", [PUSH_IF_VIOLATED, KEEP_GAP])
def test_a_plan_without_violations_has_none_after_any_cascade(seed, policy):
    items, links = random_plan(seed)
    first = items[0]

    result = cascade(items, links, {0: (first.start + 203, first.end + 203)}, policy=policy)

    assert result.broken == []
    assert all(shortfall(items, result.dates, link) <= 0 for link in links)
    assert len(result.dates) > 1
    for index, (start, end) in result.dates.items():
        if index != 0:
            assert items[index].calendar.between(start, end) == items[index].working_days


@pytest.mark.parametrize("seed", range(6))
def test_a_push_gives_what_a_pass_over_everything_gives_and_changes_downstream_only(seed):
    items, links = random_plan(seed)
    first = items[20]
    dates = first.starting_at(first.calendar.before(first.start) + 40)

    result = cascade(items, links, {20: dates}, policy=PUSH_IF_VIOLATED)

    fixed = [*items[:20], DatedItem(*dates, first.calendar, is_movable=False), *items[21:]]
    expected = [(each.early_start, each.early_end) for each in schedule_dates(fixed, links)]
    assert [result.dates.get(index, (each.start, each.end)) for index, each in enumerate(items)] == expected
    downstream = {20}
    for link in sorted(links):
        if link.predecessor in downstream:
            downstream.add(link.successor)
    assert 1 < len(result.dates) < len(items)
    assert result.dates.keys() <= downstream


@pytest.mark.parametrize("seed", range(6))
def test_rescheduling_mends_every_violation_by_as_little_as_needed_and_only_once(seed):
    settled, links = random_plan(seed)
    # Every second item a week and a half earlier, so that some lie on days off too.
    items = [
        DatedItem(each.start - 10, each.end - 10, each.calendar) if index % 2 else each
        for index, each in enumerate(settled)
    ]

    result = rescheduled(items, links)

    assert all(shortfall(items, result.dates, link) <= 0 for link in links)
    assert len(result.dates) > len(items) // 4
    for index, (start, end) in result.dates.items():
        calendar = items[index].calendar
        assert calendar.is_working(start)
        assert calendar.between(start, end) == items[index].working_days
        if index in result.causes:
            # Weekend work, which takes a day now, may end a day later than it had to.
            spare = 0 if calendar.between(items[index].start, items[index].end) else -1
            assert spare <= shortfall(items, result.dates, links[result.causes[index]]) <= 0
        else:
            assert items[index].is_off_calendar
    mended = [
        DatedItem(*result.dates.get(index, (each.start, each.end)), each.calendar) for index, each in enumerate(items)
    ]
    assert rescheduled(mended, links).dates == {}


def test_rescheduling_leaves_what_is_not_movable_and_pushes_from_there():
    items = [item(2, 6), item(2, 6, is_movable=False), item(2, 6)]

    result = rescheduled(items, [Link(0, 1), Link(1, 2)])

    assert result.dates == {2: (march(9), march(13))}
    assert result.causes == {2: 1}


def test_rescheduling_ignores_soft_links_and_ends_that_are_not_meant_to_the_day():
    items = [item(2, 6), item(2, 6), DatedItem(march(1), march(31), OFFICE, is_exact=False)]
    assert rescheduled(items, [Link(0, 1, is_hard=False)]).dates == {}
