"""The forecast of dates: certain plans as scheduled, known distributions, criticality, calendars and repeatability."""

from datetime import date

import numpy as np
import pytest

from core.calc.errors import CalculationError
from roadmap.calc.cascade import DatedItem, Link
from roadmap.calc.critical_path import CyclicGraphError
from roadmap.calc.date_forecast import (
    MOST_ENDS,
    QUANTILES,
    DateForecast,
    UncertainItem,
    chance_by,
    chance_from_quantiles,
    forecast_dates,
    quantiles_of,
)
from roadmap.calc.dated_schedule import schedule_dates
from roadmap.calc.working_days import WorkingDays

MONDAY = date(2026, 6, 1).toordinal()
OFFICE = WorkingDays()
EVERY_DAY = WorkingDays(range(1, 8))
SUNDAY_TO_THURSDAY = WorkingDays((7, 1, 2, 3, 4), [date(2026, 6, 10)])


def item(low: int, likely: int | None = None, high: int | None = None, **fields: object) -> UncertainItem:
    """An item that may start on the Monday."""
    known = {"earliest": MONDAY, "calendar": OFFICE, **fields}
    return UncertainItem(low=low, likely=likely or low, high=high or likely or low, **known)


def forecast(items: list[UncertainItem], links: list[Link] | None = None, **options: object) -> DateForecast:
    """Two thousand trials with a fixed seed."""
    options = {"trials": 2000, "rng": np.random.default_rng(7), **options}
    return forecast_dates(items, links or [], **options)


def test_without_uncertainty_every_trial_is_the_schedule():
    found = forecast([item(5), item(3)], [Link(0, 1)])
    assert set(found.ends[0]) == {date(2026, 6, 5).toordinal()}
    assert set(found.ends[1]) == {date(2026, 6, 10).toordinal()}
    assert found.criticality.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("kind", ["FS", "SS", "FF", "SF"])
@pytest.mark.parametrize("lag", [-2, 0, 3])
@pytest.mark.parametrize("calendars", [(OFFICE, OFFICE), (OFFICE, SUNDAY_TO_THURSDAY), (SUNDAY_TO_THURSDAY, EVERY_DAY)])
def test_certain_plan_agrees_with_the_schedule_of_every_kind_and_calendar(kind, lag, calendars):
    lengths = (6, 4)
    starts = [calendar.day(calendar.before(MONDAY)) for calendar in calendars]
    dated = [
        DatedItem(start, calendar.day(calendar.before(start) + days - 1), calendar)
        for start, calendar, days in zip(starts, calendars, lengths, strict=True)
    ]
    links = [Link(0, 1, kind, lag)]
    expected = schedule_dates(dated, links)
    # The schedule may pull an item forward; the forecast starts it on its date at the earliest.
    early = min(starts[1], expected[1].early_start)
    items = [
        UncertainItem(start, days, days, days, calendar)
        for start, days, calendar in zip((starts[0], early), lengths, calendars, strict=True)
    ]
    found = forecast(items, links, trials=100)
    assert found.ends[:, 0].tolist() == [each.early_end for each in expected]
    assert found.criticality.tolist() == [float(each.is_critical) for each in expected]


def test_pert_durations_have_their_mean_and_bounds():
    found = forecast([item(10, 20, 60, calendar=EVERY_DAY)], trials=20_000)
    days = found.ends[0] - MONDAY + 1
    assert days.min() >= 10
    assert days.max() <= 60
    assert days.mean() == pytest.approx((10 + 4 * 20 + 60) / 6, abs=0.2)


def test_two_parallel_items_share_the_criticality_and_delay_their_target():
    found = forecast([item(5, 10, 15), item(5, 10, 15), item(1)], targets=[(0, 1)], trials=20_000)
    assert found.criticality[0] == pytest.approx(found.criticality[1], abs=0.02)
    assert found.criticality[2] == 0
    assert found.criticality[:2].sum() > 1
    half = QUANTILES.index(0.5)
    assert found.target_quantiles[0][half] >= max(row[half] for row in found.quantiles[:2])


def test_soft_links_hold_nothing_and_begun_items_stay():
    free = forecast([item(5), item(3)], [Link(0, 1, is_hard=False)], trials=100)
    assert free.ends[1, 0] == MONDAY + 2
    begun = forecast([item(5), item(3, is_begun=True)], [Link(0, 1)], trials=100)
    assert begun.ends[1, 0] == MONDAY + 2


def test_work_in_progress_does_not_end_in_the_past():
    today = MONDAY + 14
    found = forecast([item(2, 3, 20, is_begun=True, ends_from=today)])
    assert found.ends.min() == today
    assert found.ends.max() > today


def test_quantiles_are_days_some_trial_ended_on():
    ends = np.arange(1, 101, dtype=np.int32)[np.newaxis, ::-1].copy()
    assert quantiles_of(ends)[0] == [1, *range(5, 101, 5)]
    assert chance_by(ends[0], 80) == 0.8
    assert quantiles_of(np.empty((0, 10), dtype=np.int32)) == []


def test_blocks_change_nothing_and_a_seed_repeats_everything():
    items, links = [item(2, 5, 9), item(1, 4, 30), item(3, 3, 8)], [Link(0, 2), Link(1, 2, "SS", 2)]
    whole = forecast(items, links, targets=[(2,)])
    parts = forecast(items, links, targets=[(2,)], block_size=77)
    assert np.array_equal(whole.ends, parts.ends)
    assert np.array_equal(whole.criticality, parts.criticality)
    other = forecast(items, links, rng=np.random.default_rng(8))
    assert not np.array_equal(whole.ends, other.ends)


def test_plan_without_items_has_no_ends():
    found = forecast([])
    assert found.quantiles == []
    assert found.criticality.tolist() == []


@pytest.mark.parametrize("trials", [0, 99, 100_001])
def test_trials_out_of_range_are_refused(trials):
    with pytest.raises(CalculationError, match="trials must lie between"):
        forecast([item(1)], trials=trials)


def test_too_many_ends_are_refused():
    with pytest.raises(CalculationError, match="trials at most"):
        forecast([item(1)] * (MOST_ENDS // 100_000 + 1), trials=100_000)


def test_cycle_is_refused():
    with pytest.raises(CyclicGraphError):
        forecast([item(1), item(1)], [Link(0, 1), Link(1, 0)])


def test_chance_from_quantiles_is_straight_between_them_and_certain_outside():
    days = [100, *[110] * 10, *range(120, 220, 10)]
    assert chance_from_quantiles(days, 99) == 0
    assert chance_from_quantiles(days, 100) == 0
    assert chance_from_quantiles(days, 105) == pytest.approx(0.025)
    assert chance_from_quantiles(days, 110) == 0.5
    assert chance_from_quantiles(days, 115) == pytest.approx(0.525)
    assert chance_from_quantiles(days, 210) == 1
