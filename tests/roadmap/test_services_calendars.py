"""Calendars, holidays and teams; releases, notes and gates."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from core.errors import InvalidInputError, NotPermittedError
from roadmap.enums import PlanNoteKind
from roadmap.models import CalendarHoliday, RoadmapItem, TeamCalendar, WorkingCalendar
from roadmap.selectors.calendars import calendar_book
from roadmap.services.calendars import (
    assign_calendar,
    change_calendar,
    change_team_calendar,
    create_calendar,
    create_holiday,
    delete_calendar,
    delete_holiday,
    release_calendar,
)
from roadmap.services.items import change_item, create_item
from roadmap.services.milestone_gates import create_milestone_gate, delete_milestone_gate
from roadmap.services.plan_notes import change_plan_note, create_plan_note
from roadmap.services.releases import create_release, delete_release
from tenancy.scope import tenant_scope
from tests.factories.roadmap import MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory

MONDAY, TUESDAY = date(2026, 3, 2).toordinal(), date(2026, 3, 3).toordinal()


def test_a_team_works_by_its_own_calendar_else_by_the_default(scope):
    team, other = TeamFactory(), TeamFactory()
    assert calendar_book().of_team(team.pk).between(MONDAY, MONDAY + 6) == 5

    default = create_calendar(name="Everywhere", actor=scope, is_default=True)
    create_holiday(calendar=default, on=date(2026, 3, 3), name="Carnival", actor=scope)
    half = create_calendar(name="Half week", actor=scope, working_weekdays=[2, 1, 1])
    assigned = assign_calendar(team=team, calendar=half, actor=scope)

    book = calendar_book()
    assert book.of_team(team.pk).between(MONDAY, MONDAY + 6) == 2
    assert book.of_team(other.pk).between(MONDAY, MONDAY + 6) == 4
    assert book.of_team(None) is book.default
    assert half.working_weekdays == [1, 2]

    change_team_calendar(assigned, calendar=default, actor=scope)
    assert calendar_book().of_team(team.pk).between(MONDAY, MONDAY + 6) == 4
    release_calendar(assigned, actor=scope)
    assert not TeamCalendar.objects.exists()


def test_a_new_default_takes_the_place_of_the_old_one(scope):
    first = create_calendar(name="First", actor=scope, is_default=True)
    second = create_calendar(name="Second", actor=scope)

    change_calendar(second, is_default=True, actor=scope)

    assert list(WorkingCalendar.objects.filter(is_default=True)) == [second]
    first.refresh_from_db()
    assert first.version == 2


def test_a_calendar_without_a_working_weekday_is_refused(scope):
    with pytest.raises(InvalidInputError, match="at least one working weekday"):
        create_calendar(name="Never", actor=scope, working_weekdays=[])
    with pytest.raises(ValidationError):
        create_calendar(name="Eighth day", actor=scope, working_weekdays=[8])


def test_a_day_is_a_holiday_once_and_deleting_a_calendar_takes_its_holidays(scope):
    calendar = create_calendar(name="Office", actor=scope)
    holiday = create_holiday(calendar=calendar, on=date(2026, 12, 25), name="Christmas", actor=scope)
    with pytest.raises(InvalidInputError, match="holiday of the calendar already"):
        create_holiday(calendar=calendar, on=date(2026, 12, 25), name="Again", actor=scope)
    delete_holiday(holiday, actor=scope)
    create_holiday(calendar=calendar, on=date(2026, 12, 25), name="Christmas", actor=scope)

    delete_calendar(calendar, actor=scope)

    assert not CalendarHoliday.objects.exists()


def test_names_and_teams_are_taken_once(scope):
    calendar = create_calendar(name="Office", actor=scope)
    team, roadmap = TeamFactory(), RoadmapFactory()
    assign_calendar(team=team, calendar=calendar, actor=scope)
    create_release(roadmap=roadmap, name="Answers", actor=scope)

    with pytest.raises(InvalidInputError, match="Another calendar has this name"):
        create_calendar(name="Office", actor=scope)
    with pytest.raises(InvalidInputError, match="has a calendar already"):
        assign_calendar(team=team, calendar=calendar, actor=scope)
    with pytest.raises(InvalidInputError, match="Another release of the roadmap has this name"):
        create_release(roadmap=roadmap, name="Answers", actor=scope)


def test_viewers_change_no_calendar(viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        create_calendar(name="Mine", actor=viewer)


def test_the_dates_of_a_release_follow_each_other(scope):
    roadmap = RoadmapFactory()
    release = create_release(roadmap=roadmap, name="Answers", alpha_on=date(2026, 4, 1), actor=scope)
    item = create_item(roadmap=roadmap, title="Work", release=release, actor=scope)
    with pytest.raises(ValidationError, match="must follow each other"):
        create_release(roadmap=roadmap, name="Other", alpha_on=date(2026, 4, 2), ga_on=date(2026, 4, 1), actor=scope)

    delete_release(release, actor=scope)

    item.refresh_from_db()
    assert item.release is None


def test_a_note_is_about_an_item_of_its_own_roadmap(scope):
    item = RoadmapItemFactory()
    note = create_plan_note(
        roadmap=item.roadmap, kind=PlanNoteKind.RISK, title="Vendor slips", on=date(2026, 5, 1), item=item, actor=scope
    )
    with pytest.raises(InvalidInputError, match="another roadmap"):
        change_plan_note(note, item=RoadmapItemFactory(), actor=scope)


def test_a_milestone_waits_for_an_item_once(scope):
    milestone, item = MilestoneFactory(), RoadmapItemFactory()
    gate = create_milestone_gate(milestone=milestone, item=item, actor=scope)
    with pytest.raises(InvalidInputError, match="waits for this item already"):
        create_milestone_gate(milestone=milestone, item=item, actor=scope)
    delete_milestone_gate(gate, actor=scope)
    create_milestone_gate(milestone=milestone, item=item, actor=scope)


@pytest.mark.parametrize(
    "durations",
    [
        {"duration_low": 5},
        {"duration_low": 5, "duration_likely": 4, "duration_high": 9},
        {"duration_low": 0, "duration_likely": 1, "duration_high": 2},
        {"duration_low": -1, "duration_likely": 1, "duration_high": 2},
        {"duration_low": 1, "duration_likely": 2, "duration_high": 5001},
        {"duration_low": 1, "duration_likely": 2, "duration_high": 10**30},
    ],
)
def test_durations_come_in_threes_in_order_and_at_least_a_day_long(scope, durations):
    with pytest.raises(ValidationError):
        create_item(roadmap=RoadmapFactory(), title="Work", actor=scope, **durations)
    assert not RoadmapItem.objects.exists()


def test_an_item_has_durations_progress_and_precision(scope):
    item = create_item(
        roadmap=RoadmapFactory(),
        title="Vendor model",
        kind="external",
        external_party="Northlight",
        date_precision="quarter",
        duration_low=10,
        duration_likely=15,
        duration_high=40,
        actor=scope,
    )
    assert change_item(item, progress="0.50", actor=scope).version == 2
