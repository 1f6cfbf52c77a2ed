"""Utilisation of teams, overloads in words, other plans as overlays, and how time is shared out."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import InvalidInputError
from portfolio.enums import InitiativeKind, Visibility
from roadmap.calc.capacity import Load
from roadmap.calc.quarters import Quarter
from roadmap.enums import ItemStatus, ResourceKind
from roadmap.selectors.allocation import allocation
from roadmap.selectors.capacity import utilisation, utilisations
from roadmap.selectors.capacity_overlays import Overlay, PlannedStretch, Staffing
from roadmap.selectors.capacity_overloads import overloads
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import (
    AllocationTargetFactory,
    ResourceDemandFactory,
    ResourceFactory,
    TeamCapacityFactory,
)
from tests.factories.roadmap_schedule import CalendarHolidayFactory, TeamCalendarFactory
from tests.factories.tenancy import TeamFactory

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture
def search(scope):
    return TeamFactory(name="Search")


@pytest.fixture
def engineer(scope):
    return ResourceFactory(name="ML engineer")


def item(team, title="Ranking", start=date(2026, 3, 2), end=date(2026, 3, 31), **fields):
    return RoadmapItemFactory(title=title, start_on=start, end_on=end, owning_team=team, **fields)


def only_row(found):
    (row,) = found.rows
    return row


def test_need_is_set_against_what_the_team_has(search, engineer, owner) -> None:
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH, amount=2)
    ResourceDemandFactory(item=item(search), resource=engineer, low=1, likely=Decimal("1.5"), high=3)
    row = only_row(utilisation(MARCH, 2, actor=owner))
    cell = row.cells[0]
    assert (row.team, row.resource) == ("Search", engineer)
    assert (cell.low, cell.used, cell.high, cell.available) == pytest.approx((1, 1.5, 3, 2))
    assert cell.load is Load.ROOM
    assert cell.utilisation == pytest.approx(0.75)
    assert cell.free == pytest.approx(0.5)


def test_a_month_nobody_entered_is_unknown_not_zero(search, engineer, owner) -> None:
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH)
    ResourceDemandFactory(item=item(search, start=date(2026, 4, 1), end=date(2026, 4, 30)), resource=engineer)
    march, april = only_row(utilisation(MARCH, 2, actor=owner)).cells
    assert (march.load, march.available) == (Load.NOTHING, 2)
    assert (april.load, april.available, april.utilisation, april.free) == (Load.UNKNOWN, None, None, None)
    assert overloads(utilisation(MARCH, 2, actor=owner), actor=owner) == []


def test_the_demands_team_comes_before_the_items_and_that_before_the_initiatives(search, engineer, owner) -> None:
    platform, owning = TeamFactory(name="Platform"), TeamFactory(name="Owning")
    initiative = InitiativeFactory(owning_team=owning)
    ResourceDemandFactory(item=item(search, initiative=initiative), resource=engineer, team=platform)
    ResourceDemandFactory(item=item(search, initiative=initiative), resource=engineer)
    ResourceDemandFactory(item=item(None, initiative=initiative), resource=engineer)
    ResourceDemandFactory(item=item(None), resource=engineer)
    rows = utilisation(MARCH, 1, actor=owner).rows
    assert [row.team for row in rows] == ["Owning", "Platform", "Search", "No team"]
    assert all(row.cells[0].used == pytest.approx(1) for row in rows)


def test_totals_are_unknown_where_a_needed_team_is(search, engineer, owner) -> None:
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH, amount=2)
    TeamCapacityFactory(team=search, resource=engineer, month=APRIL, amount=2)
    platform = TeamFactory(name="Platform")
    ResourceDemandFactory(item=item(platform), resource=engineer)
    (total,) = utilisation(MARCH, 2, actor=owner).by_resource()
    assert [cell.available for cell in total.cells] == [None, 2]
    assert total.cells[0].used == pytest.approx(1)


def test_a_team_without_working_days_has_no_capacity_and_says_so(search, engineer, owner) -> None:
    assignment = TeamCalendarFactory(team=search)
    for day in range(31):
        CalendarHolidayFactory(calendar=assignment.calendar, on=MARCH + timedelta(days=day))
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH, amount=2)
    ResourceDemandFactory(item=item(search, "Closed shop"), resource=engineer)
    found = utilisation(MARCH, 1, actor=owner)
    cell = only_row(found).cells[0]
    assert (cell.available, cell.is_closed, cell.load, cell.utilisation) == (0, True, Load.OVER, None)
    (overload,) = overloads(found, actor=owner)
    assert overload.text == (
        "Search has no working day in March 2026, but 1.0 FTE (ML engineer) are needed: 1.0 by Closed shop. "
        "Closed shop lies on days nobody works."
    )


def test_an_overload_names_what_uses_it_and_what_could_wait(search, engineer, owner) -> None:
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH, amount=2)
    roadmap = RoadmapFactory()
    begun = item(search, "Ranking", roadmap=roadmap, status=ItemStatus.IN_PROGRESS, start=date(2026, 3, 2))
    waits = item(search, "Synonyms", roadmap=roadmap, end=date(2026, 3, 31))
    item(search, "Last", roadmap=roadmap, start=date(2026, 4, 1), end=date(2026, 4, 16))
    ResourceDemandFactory(item=begun, resource=engineer, likely=2)
    ResourceDemandFactory(item=waits, resource=engineer, likely=Decimal("1.4"))
    (overload,) = overloads(utilisation(MARCH, 2, actor=owner), actor=owner)
    assert overload.text == (
        "Search needs 3.4 of 2.0 FTE (ML engineer) in March 2026: 2.0 by Ranking and 1.4 by Synonyms. "
        "Synonyms could wait: 12 days of float."
    )


def test_a_slight_overload_is_told_in_hundredths(search, engineer, owner) -> None:
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH, amount=3)
    ResourceDemandFactory(item=item(search, status=ItemStatus.IN_PROGRESS), resource=engineer, likely=Decimal("3.04"))
    (overload,) = overloads(utilisation(MARCH, 1, actor=owner), actor=owner)
    assert overload.text == "Search needs 3.04 of 3.00 FTE (ML engineer) in March 2026: 3.0 by Ranking."


def test_an_overload_tells_who_else_has_room(search, engineer, owner) -> None:
    platform = TeamFactory(name="Platform")
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH, amount=1)
    TeamCapacityFactory(team=platform, resource=engineer, month=MARCH, amount=3)
    ResourceDemandFactory(item=item(search, status=ItemStatus.IN_PROGRESS), resource=engineer, likely=2)
    (overload,) = overloads(utilisation(MARCH, 1, actor=owner), actor=owner)
    assert overload.text.endswith("Platform has 3.0 free that month.")


def test_many_users_are_summed_up(search, engineer, owner) -> None:
    TeamCapacityFactory(team=search, resource=engineer, month=MARCH, amount=1)
    for amount in (5, 4, 3, 2, 1):
        one = item(search, f"Item {amount}", status=ItemStatus.IN_PROGRESS)
        ResourceDemandFactory(item=one, resource=engineer, likely=amount)
    (overload,) = overloads(utilisation(MARCH, 1, actor=owner), actor=owner)
    assert ": 5.0 by Item 5, 4.0 by Item 4, 3.0 by Item 3 and 3.0 by 2 others." in overload.text


def test_uses_of_a_cell_are_listed_largest_first(search, engineer, owner) -> None:
    small, large = item(search, "Small"), item(search, "Large", end=date(2026, 4, 30))
    ResourceDemandFactory(item=small, resource=engineer, likely=1)
    ResourceDemandFactory(item=large, resource=engineer, likely=4)
    found = utilisation(MARCH, 2, actor=owner)
    uses = found.uses((search.pk, engineer.pk), MARCH)
    assert [use.demand.title for use in uses] == ["Large", "Small"]
    assert sum(use.likely for use in uses) == pytest.approx(only_row(found).cells[0].used)
    assert [use.demand.title for use in found.uses((search.pk, engineer.pk), APRIL)] == ["Large"]


def test_another_plan_is_answered_by_the_same_arithmetic(search, engineer, owner, django_assert_num_queries) -> None:
    platform = TeamFactory(name="Platform")
    moved, left_out, unplanned = item(search), item(search), item(search, start=None, end=None)
    for each in (moved, left_out, unplanned):
        ResourceDemandFactory(item=each, resource=engineer, likely=2)
    overlay = Overlay(
        {
            moved.pk: PlannedStretch(APRIL, date(2026, 4, 30), platform.pk),
            left_out.pk: None,
            unplanned.pk: PlannedStretch(MAY, date(2026, 5, 31), search.pk),
        }
    )
    with django_assert_num_queries(5):
        live, scenario = utilisations(MARCH, 3, actor=owner, overlays=[Overlay(), overlay])
    used = {row.team: [round(cell.used, 6) for cell in row.cells] for row in scenario.rows}
    assert used == {"Platform": [0, 2, 0], "Search": [0, 0, 2]}
    assert [round(cell.used, 6) for cell in only_row(live).cells] == [4, 0, 0]


def test_another_plan_may_need_more_from_another_team_or_nothing(search, engineer, owner) -> None:
    platform = TeamFactory(name="Platform")
    more, none = (ResourceDemandFactory(item=item(search), resource=engineer, likely=2) for _ in range(2))
    overlay = Overlay(
        demands={more.pk: Staffing(platform.pk, Decimal(1), Decimal(3), Decimal(4), "flat", ()), none.pk: None}
    )
    (scenario,) = utilisations(MARCH, 1, actor=owner, overlays=[overlay])
    cell = only_row(scenario).cells[0]
    assert (only_row(scenario).team, cell.low, cell.used, cell.high) == ("Platform", 1, 3, 4)


def test_only_the_resources_asked_for_are_looked_at(search, engineer, owner) -> None:
    ResourceDemandFactory(item=item(search), resource=engineer)
    other = ResourceDemandFactory(item=item(search))
    TeamCapacityFactory(team=search, resource=engineer)
    (found,) = utilisations(MARCH, 1, actor=owner, overlays=[Overlay()], resources=[other.resource_id])
    assert only_row(found).resource == other.resource


@pytest.mark.parametrize("count", [1, 3, 30])
def test_utilisation_costs_the_same_for_any_plan(count, search, engineer, owner, django_assert_num_queries) -> None:
    for _ in range(count):
        team = TeamFactory()
        TeamCapacityFactory(team=team, resource=engineer, amount=Decimal("0.5"))
        ResourceDemandFactory(item=item(team), resource=engineer)
    with django_assert_num_queries(5):
        found = utilisation(MARCH, 12, actor=owner)
    with django_assert_num_queries(3):
        assert len(overloads(found, actor=owner)) == count


def test_items_of_portfolios_one_may_not_see_are_not_counted(search, engineer, owner, actor_with) -> None:
    hidden = PortfolioFactory(visibility=Visibility.RESTRICTED)
    ResourceDemandFactory(item=item(search, initiative=InitiativeFactory(portfolio=hidden)), resource=engineer)
    assert only_row(utilisation(MARCH, 1, actor=owner)).cells[0].used == pytest.approx(1)
    assert utilisation(MARCH, 1, actor=actor_with("contributor")).rows == []


@pytest.mark.parametrize(("first", "months"), [(MARCH, 0), (MARCH, 61), (date(9999, 6, 1), 12)])
def test_months_that_cannot_be_are_refused(first, months, scope, owner) -> None:
    with pytest.raises(InvalidInputError):
        utilisation(first, months, actor=owner)


def test_the_end_of_the_calendar_can_be_asked_for(search, engineer, owner) -> None:
    last = item(search, start=date(9999, 12, 1), end=date(9999, 12, 31))
    ResourceDemandFactory(item=last, resource=engineer)
    assert only_row(utilisation(date(9999, 12, 1), 1, actor=owner)).cells[0].used == pytest.approx(1)


def test_people_are_shared_out_by_kind_of_work_against_targets(search, engineer, owner) -> None:
    AllocationTargetFactory(quarter=date(2026, 1, 1), kind=InitiativeKind.FEATURE, share=Decimal("0.6"))
    AllocationTargetFactory(
        quarter=date(2026, 1, 1), kind=InitiativeKind.FEATURE, share=1, portfolio=PortfolioFactory()
    )
    debt = InitiativeFactory(kind=InitiativeKind.TECH_DEBT)
    ResourceDemandFactory(item=item(search, initiative=InitiativeFactory()), resource=engineer, likely=3)
    ResourceDemandFactory(item=item(search, initiative=debt), resource=engineer, likely=1)
    gpus = ResourceFactory(name="GPUs", kind=ResourceKind.GPU_HOURS)
    ResourceDemandFactory(item=item(search, initiative=debt), resource=gpus, likely=9000)
    ResourceDemandFactory(item=item(search), resource=engineer, likely=1)
    first, second = allocation(Quarter(2026, 1), 2, actor=owner)
    shares = {each.kind: (each.target, each.share) for each in first.kinds}
    assert shares["feature"] == (pytest.approx(0.6), pytest.approx(0.6))
    assert shares["tech_debt"] == (None, pytest.approx(0.2))
    assert first.unassigned == pytest.approx(1)
    assert (second.total, [each.share for each in second.kinds]) == (0, [None] * 4)
    (of_portfolio,) = allocation(Quarter(2026, 1), 1, actor=owner, portfolio_id=debt.portfolio_id)
    assert of_portfolio.total == pytest.approx(1)
