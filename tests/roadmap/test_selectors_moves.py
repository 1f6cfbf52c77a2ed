"""What a move would do, for whom, and what it costs to know."""

from datetime import date

import pytest

from core.errors import InvalidInputError
from portfolio.enums import Visibility
from roadmap.enums import CascadePolicy, DependencyStrength, ItemKind, ItemStatus, Scheduling
from roadmap.selectors.moves import preview_moves
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import (
    CalendarHolidayFactory,
    MilestoneGateFactory,
    TeamCalendarFactory,
    WorkingCalendarFactory,
)
from tests.factories.tenancy import TeamFactory

# 2 March 2026 is a Monday.
TO_WEEK_2 = (date(2026, 3, 9), date(2026, 3, 13))


def march(first, last):
    return {"start_on": date(2026, 3, first), "end_on": date(2026, 3, last)}


@pytest.fixture
def chain(scope):
    """Data, Model and Launch take a week each, one after the other."""
    roadmap = RoadmapFactory()
    weeks = (("Data", 2, 6), ("Model", 9, 13), ("Launch", 16, 20))
    items = [RoadmapItemFactory(roadmap=roadmap, title=title, **march(*days)) for title, *days in weeks]
    DependencyFactory(predecessor=items[0], successor=items[1])
    DependencyFactory(predecessor=items[1], successor=items[2])
    return roadmap, *items


def summary(preview):
    return [(move.title, move.start_on.day, move.end_on.day, move.working_days, move.because) for move in preview.moves]


def test_preview_names_who_moves_by_how_much_and_why(chain, scope):
    roadmap, data, *_ = chain

    preview = preview_moves(roadmap, {data.pk: TO_WEEK_2}, actor=scope)

    assert summary(preview) == [
        ("Data", 9, 13, 5, ""),
        ("Model", 16, 20, 5, "Finish to start after “Data”"),
        ("Launch", 23, 27, 5, "Finish to start after “Model”"),
    ]
    assert preview.new_violations == preview.missed_milestones == preview.other_roadmaps == []
    assert set(preview.versions.values()) == {1}
    assert preview.reason_required is False


def test_preview_by_the_policy_warn_says_what_breaks(chain, scope):
    roadmap, data, *_ = chain
    roadmap.cascade_policy = CascadePolicy.WARN

    preview = preview_moves(roadmap, {data.pk: TO_WEEK_2}, actor=scope)

    assert len(preview.moves) == 1
    assert [each.reason for each in preview.new_violations] == [
        "“Model” starts 5 working days too early: “Data” ends on 13 Mar 2026, so 16 Mar 2026 is the earliest."
    ]


def test_preview_says_what_a_move_mends(scope):
    late = RoadmapItemFactory(**march(2, 13))
    early = RoadmapItemFactory(roadmap=late.roadmap, **march(9, 13))
    mended = DependencyFactory(predecessor=late, successor=early)

    preview = preview_moves(late.roadmap, {late.pk: (date(2026, 3, 2), date(2026, 3, 6))}, actor=scope)

    assert [each.dependency_id for each in preview.solved_violations] == [mended.pk]
    assert preview.new_violations == []


@pytest.mark.parametrize(
    "stays",
    [{"scheduling": Scheduling.MANUAL}, {"kind": ItemKind.EXTERNAL}, {"status": ItemStatus.IN_PROGRESS}],
)
def test_items_set_by_hand_external_or_begun_never_move_and_break_instead(scope, stays):
    first = RoadmapItemFactory(**march(2, 6))
    fixed = RoadmapItemFactory(roadmap=first.roadmap, title="Fixed", **march(9, 13), **stays)
    after = RoadmapItemFactory(roadmap=first.roadmap, **march(16, 20))
    DependencyFactory(predecessor=first, successor=fixed)
    DependencyFactory(predecessor=fixed, successor=after)

    preview = preview_moves(first.roadmap, {first.pk: TO_WEEK_2}, actor=scope)

    assert [move.item for move in preview.moves] == [first.pk]
    assert [each.days for each in preview.new_violations] == [5]


def test_soft_dependencies_warn_and_push_nothing(scope):
    first = RoadmapItemFactory(**march(2, 6))
    second = RoadmapItemFactory(roadmap=first.roadmap, **march(9, 13))
    DependencyFactory(predecessor=first, successor=second, strength=DependencyStrength.SOFT)

    preview = preview_moves(first.roadmap, {first.pk: TO_WEEK_2}, actor=scope)

    assert (len(preview.moves), len(preview.new_violations)) == (1, 1)


def test_preview_counts_the_days_of_each_teams_calendar(chain, scope):
    roadmap, data, model, _ = chain
    calendar = WorkingCalendarFactory(working_weekdays=[7, 1, 2, 3, 4])
    CalendarHolidayFactory(calendar=calendar, on=date(2026, 3, 16))
    model.owning_team = TeamFactory()
    model.save()
    TeamCalendarFactory(team=model.owning_team, calendar=calendar)
    default = WorkingCalendarFactory(is_default=True)
    CalendarHolidayFactory(calendar=default, on=date(2026, 3, 24))

    preview = preview_moves(roadmap, {data.pk: TO_WEEK_2}, actor=scope)

    # Model works Sunday to Thursday and had four days; Launch follows on a Monday and leaves out its holiday.
    assert [(move.title, move.start_on, move.end_on) for move in preview.moves[1:]] == [
        ("Model", date(2026, 3, 15), date(2026, 3, 19)),
        ("Launch", date(2026, 3, 20), date(2026, 3, 27)),
    ]


def test_preview_tells_milestones_that_will_be_missed_and_other_roadmaps(chain, scope):
    roadmap, data, _, launch = chain
    board = RoadmapItemFactory(title="Board", **march(23, 23))
    DependencyFactory(predecessor=launch, successor=board)
    missed = MilestoneGateFactory(item=launch, milestone=MilestoneFactory(roadmap=roadmap, due_on=date(2026, 3, 25)))
    MilestoneGateFactory(item=launch, milestone=MilestoneFactory(roadmap=roadmap, due_on=date(2026, 3, 27)))
    MilestoneGateFactory(milestone=missed.milestone, item=RoadmapItemFactory(roadmap=roadmap, **march(2, 3)))

    preview = preview_moves(roadmap, {data.pk: TO_WEEK_2}, actor=scope)

    assert [(each.milestone, each.reached_on, each.days_late) for each in preview.missed_milestones] == [
        (missed.milestone_id, date(2026, 3, 27), 2)
    ]
    assert [(each.name, each.items) for each in preview.other_roadmaps] == [(board.roadmap.name, 1)]


def test_promised_dates_need_a_reason(chain, scope):
    roadmap, data, model, _ = chain
    model.is_committed = True
    model.save()
    assert preview_moves(roadmap, {data.pk: TO_WEEK_2}, actor=scope).reason_required is True


def test_items_of_hidden_portfolios_neither_move_nor_show_their_names(chain, scope, product_manager):
    roadmap, data, *_ = chain
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    hidden = RoadmapItemFactory(roadmap=roadmap, title="Secret", initiative=secret, **march(9, 13))
    DependencyFactory(predecessor=data, successor=hidden)

    with tenant_scope(product_manager):
        preview = preview_moves(roadmap, {data.pk: TO_WEEK_2}, actor=product_manager)

    assert hidden.pk not in preview.versions
    assert [each.reason.split(":")[0] for each in preview.new_violations] == [
        "“an item you cannot see” starts 5 working days too early"
    ]
    assert "Secret" not in repr(preview)


def test_an_unscheduled_item_can_be_given_dates_and_unscheduled_ones_do_not_follow(scope):
    first = RoadmapItemFactory(start_on=None, end_on=None)
    second = RoadmapItemFactory(roadmap=first.roadmap, **march(9, 13))
    third = RoadmapItemFactory(roadmap=first.roadmap, start_on=None, end_on=None)
    DependencyFactory(predecessor=first, successor=second)
    DependencyFactory(predecessor=first, successor=third)

    preview = preview_moves(first.roadmap, {first.pk: TO_WEEK_2}, actor=scope)

    assert [(move.item, move.old_start_on) for move in preview.moves] == [
        (first.pk, None),
        (second.pk, date(2026, 3, 9)),
    ]


def test_a_push_out_of_the_calendar_is_refused(scope):
    first = RoadmapItemFactory(start_on=date(9999, 1, 4), end_on=date(9999, 6, 30))
    second = RoadmapItemFactory(roadmap=first.roadmap, start_on=date(9999, 7, 1), end_on=date(9999, 12, 1))
    DependencyFactory(predecessor=first, successor=second)

    with pytest.raises(InvalidInputError, match="pushed too far"):
        preview_moves(first.roadmap, {first.pk: (date(9999, 7, 1), date(9999, 12, 1))}, actor=scope)


def test_preview_costs_the_same_for_any_number_of_items(scope, django_assert_num_queries):
    roadmap = RoadmapFactory()
    for count in (1, 3, 30):
        first = RoadmapItemFactory(roadmap=roadmap, **march(2, 6))
        for _ in range(count):
            MilestoneGateFactory(item=DependencyFactory(predecessor=first, successor__roadmap=roadmap).successor)
        with django_assert_num_queries(7):
            preview_moves(roadmap, {first.pk: (date(2026, 4, 6), date(2026, 4, 10))}, actor=scope)
