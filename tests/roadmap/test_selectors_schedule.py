"""Early and late dates, floats and the critical path of a stored roadmap."""

from datetime import date

import pytest

from portfolio.enums import Visibility
from roadmap.enums import DependencyStrength, Scheduling
from roadmap.selectors.schedule import schedule_of_roadmap
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import MilestoneGateFactory


def march(first, last):
    return {"start_on": date(2026, 3, first), "end_on": date(2026, 3, last)}


@pytest.fixture
def plan(scope):
    """Data and Design come before Launch; Launch has a week it does not need."""
    roadmap = RoadmapFactory()
    data = RoadmapItemFactory(roadmap=roadmap, title="Data", **march(2, 13))
    design = RoadmapItemFactory(roadmap=roadmap, title="Design", **march(2, 6))
    launch = RoadmapItemFactory(roadmap=roadmap, title="Launch", **march(23, 27))
    for before in (data, design):
        DependencyFactory(predecessor=before, successor=launch)
    return roadmap, data, design, launch


def test_schedule_gives_dates_floats_and_the_critical_path(plan, scope):
    roadmap, data, design, launch = plan

    schedule = schedule_of_roadmap(roadmap, actor=scope)

    told = schedule.items[design.pk]
    assert (told.early_start, told.early_end) == (date(2026, 3, 2), date(2026, 3, 6))
    assert (told.late_start, told.late_end) == (date(2026, 3, 9), date(2026, 3, 13))
    assert (told.total_float, told.free_float, told.is_critical) == (5, 5, False)
    assert schedule.items[launch.pk].early_start == date(2026, 3, 16)
    assert schedule.critical == [data.pk, launch.pk]
    assert schedule.ends_on == date(2026, 3, 20)
    assert schedule.violations == []


def test_items_set_by_hand_stay_and_what_contradicts_them_shows(plan, scope):
    roadmap, data, _, launch = plan
    launch.scheduling, launch.start_on, launch.end_on = Scheduling.MANUAL, date(2026, 3, 9), date(2026, 3, 13)
    launch.save()

    schedule = schedule_of_roadmap(roadmap, actor=scope)

    assert schedule.items[launch.pk].early_start == date(2026, 3, 9)
    assert schedule.items[data.pk].total_float == -5
    assert [each.days for each in schedule.violations] == [5]


def test_other_roadmaps_count_as_planned_and_soft_dependencies_not_at_all(plan, scope):
    roadmap, _, design, launch = plan
    vendor = RoadmapItemFactory(title="Vendor", **march(2, 27))
    DependencyFactory(predecessor=vendor, successor=launch)
    DependencyFactory(predecessor=launch, successor=design, strength=DependencyStrength.SOFT)

    schedule = schedule_of_roadmap(roadmap, actor=scope)

    assert vendor.pk not in schedule.items
    assert schedule.items[launch.pk].early_start == date(2026, 3, 30)
    assert [each.days for each in schedule.violations] == [20, 5]


def test_milestones_tell_when_their_gates_end(plan, scope):
    roadmap, data, _, launch = plan
    late = MilestoneFactory(roadmap=roadmap, due_on=date(2026, 3, 25))
    unknown = MilestoneFactory(roadmap=roadmap, due_on=date(2026, 3, 30))
    MilestoneFactory(roadmap=roadmap)
    for item in (data, launch):
        MilestoneGateFactory(milestone=late, item=item)
    MilestoneGateFactory(milestone=unknown, item=RoadmapItemFactory(roadmap=roadmap, start_on=None, end_on=None))

    outlook = schedule_of_roadmap(roadmap, actor=scope).milestones

    assert [(each.milestone, each.reached_on, each.days_late) for each in outlook] == [
        (late.pk, date(2026, 3, 27), 2),
        (unknown.pk, None, 0),
    ]


def test_an_empty_roadmap_has_no_end(scope):
    schedule = schedule_of_roadmap(RoadmapFactory(), actor=scope)
    assert (schedule.items, schedule.ends_on) == ({}, None)


def test_hidden_items_are_not_in_the_schedule(plan, scope, product_manager):
    roadmap, _, _, launch = plan
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    hidden = RoadmapItemFactory(roadmap=roadmap, initiative=secret, **march(2, 31))
    DependencyFactory(predecessor=hidden, successor=launch)

    with tenant_scope(product_manager):
        schedule = schedule_of_roadmap(roadmap, actor=product_manager)

    assert hidden.pk not in schedule.items
    assert schedule.violations == []
    assert schedule.ends_on == date(2026, 3, 20)


def test_schedule_costs_the_same_for_any_number_of_items(scope, django_assert_num_queries):
    for count in (1, 3, 30):
        roadmap = RoadmapFactory()
        for _ in range(count):
            dependency = DependencyFactory(predecessor__roadmap=roadmap)
            MilestoneGateFactory(item=dependency.successor, milestone__roadmap=roadmap)
        with django_assert_num_queries(4):
            schedule_of_roadmap(roadmap, actor=scope)
