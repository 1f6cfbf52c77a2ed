"""Putting items into now, next, later: the dates and the status it means, what follows, and its refusals."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.enums import Visibility
from roadmap.calc.placement import dates_in
from roadmap.calc.quarters import Quarter
from roadmap.calc.working_days import WorkingDays
from roadmap.enums import RescopeReason
from roadmap.models import RoadmapItem
from roadmap.selectors.calendars import OFFICE_DAYS
from roadmap.services.items import change_item
from roadmap.services.milestones import preview_milestone_move
from roadmap.services.placements import place_item, place_of, preview_placement
from roadmap.services.plan_changes import undo
from roadmap.services.rescopes import RescopeReasonRequiredError
from tenancy.scope import tenant_scope
from tests.factories.portfolio import PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import MilestoneGateFactory

SUNDAY = date(2026, 11, 22)


def in_quarter(ahead, today=SUNDAY, calendar=OFFICE_DAYS, dates=None, working_days=None):
    found = dates_in(ahead, today=today, calendar=calendar, dates=dates, working_days=working_days)
    return found.start_on, found.end_on, found.is_whole_quarter


def test_an_item_begins_on_the_first_working_day_and_keeps_its_length():
    dates = (date(2027, 4, 1), date(2027, 4, 10))
    assert in_quarter(0, dates=dates) == (date(2026, 11, 23), date(2026, 12, 2), False)
    assert in_quarter(1, dates=dates) == (date(2027, 1, 1), date(2027, 1, 10), False)
    assert in_quarter(2, dates=dates) == (date(2027, 4, 1), date(2027, 4, 10), False)


def test_an_item_without_dates_takes_its_estimate_in_working_days_or_the_whole_quarter():
    assert in_quarter(1, working_days=6) == (date(2027, 1, 1), date(2027, 1, 8), False)
    assert in_quarter(1) == (date(2027, 1, 1), date(2027, 3, 31), True)
    assert in_quarter(0) == (SUNDAY, date(2026, 12, 31), True)


def test_where_nobody_works_any_more_in_the_quarter_it_begins_at_once():
    assert in_quarter(0, today=date(2027, 12, 31), calendar=WorkingDays([1]), working_days=1)[0] == date(2027, 12, 31)


@pytest.fixture
def quarters():
    """This quarter, the next one, and the one after that."""
    now = Quarter.of(timezone.localdate())
    return now, now.following, now.following.following


@pytest.fixture
def pair(scope, quarters):
    """Data and Model each take ten days of next quarter, Model after Data."""
    roadmap, start = RoadmapFactory(), quarters[1].first_day
    dates = {"start_on": start, "end_on": start + timedelta(days=9)}
    data = RoadmapItemFactory(roadmap=roadmap, title="Data", status="planned", **dates)
    after = {"start_on": start + timedelta(days=10), "end_on": start + timedelta(days=19)}
    model = RoadmapItemFactory(roadmap=roadmap, title="Model", status="planned", **after)
    DependencyFactory(predecessor=data, successor=model)
    return data, model


def stored(item):
    return RoadmapItem.objects.get(pk=item.pk)


def test_to_later_moves_what_follows_and_is_undone_as_one(pair, scope, quarters):
    data, model = pair
    preview = preview_placement(data, horizon="later", actor=scope).preview

    applied = place_item(data, horizon="later", versions=preview.versions, actor=scope)

    assert [move.title for move in preview.moves] == ["Data", "Model"]
    assert quarters[2].first_day <= stored(data).start_on <= quarters[2].first_day + timedelta(days=3)
    assert stored(data).end_on - stored(data).start_on == timedelta(days=9)
    assert stored(model).start_on > stored(data).end_on
    assert applied.summary == "Moved “Data” to Later, and 1 more"
    undo(applied, actor=scope)
    assert [stored(each).start_on for each in pair] == [each.start_on for each in pair]


def test_an_item_loses_its_dates_and_gets_a_quarter_when_it_comes_back(pair, scope, quarters):
    data, _ = pair

    place_item(data, horizon="undated", actor=scope)
    undated = stored(data)
    assert (undated.start_on, undated.end_on, place_of(undated)) == (None, None, "undated")

    place_item(undated, horizon="next", actor=scope)
    back = stored(data)
    assert (back.start_on, back.end_on) == (quarters[1].first_day, quarters[1].last_day)
    assert back.date_precision == "quarter"


def test_an_estimate_says_how_long_an_undated_item_takes(scope):
    item = RoadmapItemFactory(start_on=None, end_on=None, duration_low=1, duration_likely=3, duration_high=5)

    place_item(item, horizon="next", actor=scope)

    found = stored(item)
    assert OFFICE_DAYS.between(found.start_on.toordinal(), found.end_on.toordinal()) == 3
    assert found.date_precision == "day"


def test_done_keeps_the_dates_and_work_that_comes_back_is_in_progress(pair, scope):
    data, _ = pair

    done = place_item(data, horizon="done", actor=scope)
    assert (stored(data).status, stored(data).start_on) == ("done", data.start_on)
    undo(done, actor=scope)
    assert stored(data).status == "planned"

    change_item(data, status="done", start_on=timezone.localdate(), actor=scope)
    place_item(stored(data), horizon="now", actor=scope)
    assert (stored(data).status, stored(data).start_on) == ("in_progress", timezone.localdate())
    place_item(stored(data), horizon="next", actor=scope)
    assert stored(data).status == "planned"


def test_an_item_is_not_put_where_it_is(pair, scope):
    with pytest.raises(InvalidInputError, match=r"“Data” is in Next already\."):
        preview_placement(pair[0], horizon="next", actor=scope)


def test_a_promise_loses_its_dates_only_with_a_reason(pair, scope):
    data = change_item(pair[0], is_committed=True, actor=scope)
    assert preview_placement(data, horizon="undated", actor=scope).preview.reason_required is True

    with pytest.raises(RescopeReasonRequiredError):
        place_item(data, horizon="undated", actor=scope)
    place_item(data, horizon="undated", reason_code=RescopeReason.VENDOR, actor=scope)

    assert stored(data).start_on is None


def test_a_plan_that_changed_since_the_preview_is_refused(pair, scope):
    data, model = pair
    versions = preview_placement(data, horizon="later", actor=scope).preview.versions
    change_item(model, scheduling="manual", actor=scope)

    with pytest.raises(StaleVersionError):
        place_item(data, horizon="later", versions=versions, actor=scope)
    with pytest.raises(StaleVersionError):
        place_item(data, horizon="done", versions={data.pk: data.version + 1}, actor=scope)


def test_items_of_a_closed_portfolio_and_viewers_are_refused(pair, owner, product_manager, viewer):
    with tenant_scope(owner):
        closed = RoadmapItemFactory(
            roadmap=RoadmapFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        )
    for actor, item in [(product_manager, closed), (viewer, pair[0])]:
        with tenant_scope(actor), pytest.raises(NotPermittedError):
            preview_placement(item, horizon="done", actor=actor)


def test_a_milestone_due_before_its_gates_end_would_be_missed(pair, scope):
    data, _ = pair
    milestone = MilestoneFactory(roadmap=data.roadmap, title="Beta", due_on=data.end_on + timedelta(days=5))
    MilestoneGateFactory(milestone=milestone, item=data)

    def missed_on(day):
        return [each.days_late for each in preview_milestone_move(milestone, due_on=day, actor=scope)]

    assert missed_on(data.end_on - timedelta(days=2)) == [2]
    assert missed_on(data.end_on) == []
    assert missed_on(milestone.due_on + timedelta(days=9)) == []
