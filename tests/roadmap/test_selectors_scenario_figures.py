"""Scenarios beside the live plan: figures that agree with what approval makes of it."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.enums import Visibility
from roadmap.calc.quarters import Quarter
from roadmap.models import Resource, ResourceDemand, TeamCapacity
from roadmap.selectors.scenario_figures import compare
from roadmap.services.scenario_changes import plan_item
from roadmap.services.scenario_decisions import approve_scenario
from roadmap.services.scenarios import create_scenario, submit_scenario
from tenancy.scope import tenant_scope
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    PortfolioFactory,
    ValuationFactory,
)
from tests.factories.portfolio_objectives import KeyResultFactory, ObjectiveInitiativeFactory
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import CalendarHolidayFactory, TeamCalendarFactory, WorkingCalendarFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.queries import own_queries

Q1, Q2 = Quarter(2026, 1), Quarter(2026, 2)
LATER = {"start_on": date(2026, 5, 4), "end_on": date(2026, 5, 29)}
OUT = {"is_included": False}


def planned(roadmap, *, npv="1000", cost="240", anchor="start", **fields):
    """An item of an initiative with a valued case that has one cost in March 2026."""
    case = BusinessCaseFactory(inputs_digest="digest", initiative=fields.pop("initiative", None) or InitiativeFactory())
    line = CashLineFactory(case=case, anchor=anchor)
    CashPeriodFactory(line=line, month=date(2026, 3, 1), amount=Decimal(cost))
    ValuationFactory(case=case, npv=Decimal(npv), probability_negative=0.25)
    return RoadmapItemFactory(roadmap=roadmap, initiative=case.initiative, **fields)


def scenario_of(roadmap, actor, *wanted, name="Other"):
    scenario = create_scenario(roadmap=roadmap, name=name, actor=actor)
    for item, values in wanted:
        plan_item(scenario, item, values=values, actor=actor)
    return scenario


def figures(roadmap, actor, *scenarios):
    return [column.figures for column in compare(roadmap, scenarios, actor=actor).columns]


def test_a_left_out_initiative_takes_its_value_and_cost_along(scope):
    roadmap = RoadmapFactory()
    stays, leaves = planned(roadmap), planned(roadmap, npv="500", cost="60")

    live, other = figures(roadmap, scope, scenario_of(roadmap, scope, (leaves, OUT)))

    assert (live.npv, live.cost, live.items) == (1500, 300, 2)
    assert (other.npv, other.cost, other.items, other.left_out) == (1000, 240, 1, 1)
    assert other.chance_negative == pytest.approx(0.25)
    assert stays.initiative_id is not None


def test_money_that_hangs_on_the_start_moves_with_the_item_and_other_money_does_not(scope):
    roadmap = RoadmapFactory()
    moves, fixed = planned(roadmap), planned(roadmap, anchor="none")
    other = scenario_of(roadmap, scope, (moves, LATER), (fixed, LATER))

    live, moved = figures(roadmap, scope, other)

    assert live.cost_by_quarter == {Q1: 480}
    assert moved.cost_by_quarter == {Q1: 240, Q2: 240}
    # 240 paid two months later, at 10 % a year from January.
    assert moved.npv - live.npv == pytest.approx(240 * (1.1 ** (-2 / 12) - 1.1 ** (-4 / 12)))


def test_initiatives_without_a_valued_case_are_counted_instead_of_being_worth_nothing(scope):
    roadmap = RoadmapFactory()
    RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory())

    (live,) = figures(roadmap, scope)

    assert (live.npv, live.cost, live.unvalued, live.initiatives) == (None, None, 1, 1)


def test_items_at_once_and_overloads_follow_the_team_of_the_scenario(scope):
    roadmap, first, second = RoadmapFactory(), TeamFactory(name="Platform"), TeamFactory(name="Search")
    whole = {"start_on": date(2026, 1, 1), "end_on": date(2026, 3, 31)}
    one, two = (RoadmapItemFactory(roadmap=roadmap, owning_team=first, **whole) for _ in range(2))
    people = Resource.objects.create(name="Engineers", kind="role")
    for item in (one, two):
        ResourceDemand.objects.create(item=item, resource=people, low=3, likely=3, high=3)
    for month in (1, 2, 3):
        TeamCapacity.objects.create(team=first, resource=people, month=date(2026, month, 1), amount=Decimal("1.5"))

    comparison = compare(roadmap, [scenario_of(roadmap, scope, (two, {"owning_team": second}))], actor=scope)

    live, other = (column.figures for column in comparison.columns)
    assert live.load[first.pk, Q1] == pytest.approx(2)
    assert other.load == {(first.pk, Q1): pytest.approx(1), (second.pk, Q1): pytest.approx(1)}
    assert (live.utilisation.overloaded, live.utilisation.team) == (3, first.pk)
    assert live.utilisation.peak == pytest.approx(6 / 4.5, rel=0.1)
    assert (other.utilisation.overloaded, other.utilisation.unknown) == (0, 3)
    assert comparison.teams == {str(first.pk): "Platform", str(second.pk): "Search"}


def test_needs_of_other_roadmaps_count_too(scope):
    roadmap, team = RoadmapFactory(), TeamFactory()
    people = Resource.objects.create(name="Engineers", kind="role")
    for item in (RoadmapItemFactory(roadmap=roadmap, owning_team=team), RoadmapItemFactory(owning_team=team)):
        ResourceDemand.objects.create(item=item, resource=people, low=1, likely=1, high=1)
    TeamCapacity.objects.create(team=team, resource=people, month=date(2026, 3, 1), amount=Decimal(4))

    (live,) = figures(roadmap, scope)

    assert live.utilisation.peak == pytest.approx(0.5)


def test_a_month_nobody_works_holds_nothing_whatever_was_entered(scope):
    roadmap, team = RoadmapFactory(), TeamFactory()
    calendar = WorkingCalendarFactory()
    TeamCalendarFactory(team=team, calendar=calendar)
    for day in range(1, 32):
        CalendarHolidayFactory(calendar=calendar, on=date(2026, 3, day))
    item = RoadmapItemFactory(
        roadmap=roadmap, owning_team=team, start_on=date(2026, 3, 2), end_on=date(2026, 3, 27), title="Closed"
    )
    people = Resource.objects.create(name="Engineers", kind="role")
    ResourceDemand.objects.create(item=item, resource=people, low=1, likely=1, high=1)
    TeamCapacity.objects.create(team=team, resource=people, month=date(2026, 3, 1), amount=Decimal(4))

    (live,) = figures(roadmap, scope)

    assert (live.utilisation.peak, live.utilisation.overloaded) == (None, 1)


def test_broken_dependencies_and_work_that_waits_for_what_is_left_out_are_named(scope):
    roadmap = RoadmapFactory()
    before, after = (
        RoadmapItemFactory(roadmap=roadmap, title="Index"),
        RoadmapItemFactory(roadmap=roadmap, title="Search", start_on=date(2026, 4, 1), end_on=date(2026, 4, 30)),
    )
    DependencyFactory(predecessor=before, successor=after)

    live, late, left_out = figures(
        roadmap,
        scope,
        scenario_of(roadmap, scope, (before, LATER)),
        scenario_of(roadmap, scope, (before, OUT), name="Without"),
    )

    assert live.violations == []
    assert late.violations[0].startswith("“Search” starts")
    assert left_out.violations == ["“Search” waits for “Index”, which is not in the plan."]


def test_goals_are_covered_by_what_is_in_the_plan(scope):
    roadmap = RoadmapFactory()
    item = RoadmapItemFactory(roadmap=roadmap, initiative=InitiativeFactory())
    link = ObjectiveInitiativeFactory(initiative=item.initiative)
    KeyResultFactory(objective=link.objective)
    KeyResultFactory(objective=link.objective)

    comparison = compare(roadmap, [scenario_of(roadmap, scope, (item, OUT))], actor=scope)

    live, other = (column.figures for column in comparison.columns)
    assert (comparison.objectives, comparison.key_results) == (1, 2)
    assert (live.objectives, live.key_results) == (1, 2)
    assert (other.objectives, other.key_results) == (0, 0)


def test_after_approval_the_live_plan_is_what_the_scenario_promised(owner, director):
    with tenant_scope(owner):
        roadmap = RoadmapFactory()
        left, moved = planned(roadmap, npv="700"), planned(roadmap)
        DependencyFactory(predecessor=left, successor=moved)
        scenario = scenario_of(roadmap, owner, (left, OUT), (moved, {"owning_team": TeamFactory(), **LATER}))
        promised = figures(roadmap, owner, scenario)[1]
        submit_scenario(scenario, actor=owner)
    with tenant_scope(director):
        approve_scenario(scenario, actor=director)

    with tenant_scope(owner):
        (live,) = figures(roadmap, owner)
    assert (live.items, live.load, live.violations) == (promised.items, promised.load, promised.violations)
    assert (live.objectives, live.ends_on) == (promised.objectives, promised.ends_on)


def test_figures_leave_out_what_is_hidden(owner, director):
    with tenant_scope(owner):
        roadmap = RoadmapFactory()
        planned(roadmap)
        hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        planned(roadmap, initiative=hidden, npv="5000")

    with tenant_scope(director):
        (live,) = figures(roadmap, director)
    assert (live.npv, live.items) == (1000, 1)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_comparing_costs_the_same_for_any_number_of_items_and_scenarios(scope, count):
    roadmap, team = RoadmapFactory(), TeamFactory()
    items = [planned(roadmap, owning_team=team) for _ in range(count)]
    for item in items[1:]:
        DependencyFactory(predecessor=items[0], successor=item)
    for item in items:
        KeyResultFactory(objective=ObjectiveInitiativeFactory(initiative=item.initiative).objective)
    people = Resource.objects.create(name="Engineers", kind="role")
    for item in items:
        ResourceDemand.objects.create(item=item, resource=people, low=1, likely=1, high=1)
    TeamCapacity.objects.create(team=team, resource=people, month=date(2026, 3, 1), amount=Decimal(4))
    wanted = [scenario_of(roadmap, scope, (items[0], LATER), name=f"Number {n}") for n in range(min(count, 5))]

    with own_queries() as asked:
        compare(roadmap, wanted, actor=scope)

    assert asked() == 16
