"""Resources, capacities by grid and file, demands, targets: what is written, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from core.errors import DomainError, DuplicateError, InvalidInputError, NotPermittedError
from core.ids import uuid7
from portfolio.enums import InitiativeKind, Visibility
from portfolio.models import CaseOption, CashLine, StaffingLine, StaffingPeriod
from roadmap.enums import DemandProfile, DemandSource, ResourceKind
from roadmap.models import ResourceDemand, TeamCapacity
from roadmap.services.allocation_targets import create_allocation_target
from roadmap.services.capacity_files import load_capacity_file
from roadmap.services.case_demands import NothingToTakeOverError, take_over_staffing
from roadmap.services.resource_demands import (
    change_resource_demand,
    create_resource_demand,
    create_resource_demands,
    delete_resource_demand,
)
from roadmap.services.resources import change_resource, create_resource, delete_resource
from roadmap.services.team_capacities import create_team_capacity, save_team_capacities
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tenancy.services.saving import StillReferencedError
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory, TeamCapacityFactory
from tests.factories.tenancy import TeamFactory

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def test_a_resource_counts_in_the_unit_of_its_kind(scope, product_manager) -> None:
    gpus = create_resource(name="H100", kind=ResourceKind.GPU_HOURS, actor=product_manager)
    assert gpus.unit == "GPU-hours"
    assert change_resource(gpus, kind=ResourceKind.LABELLING, unit="", actor=product_manager).unit == "labels"
    assert change_resource(gpus, unit="pages", actor=product_manager).unit == "pages"


def test_names_of_resources_are_taken_once_whatever_the_case(scope, product_manager) -> None:
    ResourceFactory(name="ML engineer")
    with pytest.raises(DuplicateError, match="Another resource"):
        create_resource(name="ml ENGINEER", actor=product_manager)


def test_a_resource_that_is_needed_stays(scope, owner) -> None:
    needed = ResourceDemandFactory().resource
    with pytest.raises(StillReferencedError, match="still in use"):
        delete_resource(needed, actor=owner)


def test_only_planners_say_what_there_is(scope, actor_with, viewer) -> None:
    contributor = actor_with("contributor")
    for actor in (contributor, viewer):
        with pytest.raises(NotPermittedError):
            create_resource(name="ML engineer", actor=actor)
        with pytest.raises(NotPermittedError):
            save_team_capacities(TeamFactory(), {}, actor=actor)
    with pytest.raises(NotPermittedError):
        create_resource_demand(item=RoadmapItemFactory(), resource=ResourceFactory(), likely=Decimal(1), actor=viewer)


def test_a_grid_writes_corrects_and_takes_back(scope, product_manager, django_assert_num_queries) -> None:
    team, resource = TeamFactory(), ResourceFactory()
    for month, amount in ((MARCH, 1), (APRIL, 2)):
        TeamCapacityFactory(team=team, resource=resource, month=month, amount=amount)
    may, june = date(2026, 5, 1), date(2026, 6, 1)
    amounts = {MARCH: Decimal("1.5"), APRIL: None, may: Decimal(3), june: None}
    with django_assert_num_queries(9):
        done = save_team_capacities(
            team, {(resource.pk, month): amount for month, amount in amounts.items()}, actor=product_manager
        )
    assert (done.created, done.changed, done.deleted, done.unchanged) == (1, 1, 1, 0)
    assert dict(TeamCapacity.objects.values_list("month", "amount")) == {MARCH: Decimal("1.5"), may: Decimal(3)}
    assert set(LedgerEvent.objects.filter(table_name="roadmap_teamcapacity").values_list("action", flat=True)) >= {
        "team_capacity.set"
    }


@pytest.mark.parametrize(
    "amount", [Decimal(-1), Decimal("NaN"), Decimal("Infinity"), Decimal("9" * 1000), Decimal("1.0001")]
)
def test_a_cell_that_is_no_amount_is_named(amount, scope, product_manager) -> None:
    team, resource = TeamFactory(), ResourceFactory()
    with pytest.raises(InvalidInputError) as refusal:
        save_team_capacities(team, {(resource.pk, MARCH): amount}, actor=product_manager)
    assert refusal.value.pointer == f"{resource.pk}/2026-03"
    assert not TeamCapacity.objects.exists()


def test_a_capacity_needs_a_first_of_month_and_a_resource_that_exists(scope, product_manager) -> None:
    team, resource = TeamFactory(), ResourceFactory()
    with pytest.raises(InvalidInputError, match="first day of the month"):
        save_team_capacities(team, {(resource.pk, date(2026, 3, 2)): Decimal(1)}, actor=product_manager)
    with pytest.raises(InvalidInputError, match="no such resource"):
        save_team_capacities(team, {(uuid7(), MARCH): Decimal(1)}, actor=product_manager)


def test_resources_and_teams_of_others_cannot_be_used(product_manager, stranger) -> None:
    with tenant_scope(stranger):
        foreign, foreign_team = ResourceFactory(), TeamFactory()
    with tenant_scope(product_manager):
        team, resource, item = TeamFactory(), ResourceFactory(), RoadmapItemFactory()
        with pytest.raises(ValidationError):
            create_team_capacity(team=team, resource=foreign, month=MARCH, amount=Decimal(1), actor=product_manager)
        with pytest.raises(InvalidInputError, match="no such resource"):
            save_team_capacities(team, {(foreign.pk, MARCH): Decimal(1)}, actor=product_manager)
        with pytest.raises(ValidationError):
            create_resource_demand(
                item=item, resource=resource, team=foreign_team, likely=Decimal(1), actor=product_manager
            )


def test_a_month_of_a_team_is_known_once(scope, product_manager) -> None:
    known = TeamCapacityFactory()
    with pytest.raises(DuplicateError, match="known already"):
        create_team_capacity(
            team=known.team, resource=known.resource, month=known.month, amount=Decimal(1), actor=product_manager
        )


def test_a_file_is_read_by_names(scope, product_manager) -> None:
    team, resource = TeamFactory(name="Search"), ResourceFactory(name="ML engineer")
    TeamCapacityFactory(team=team, resource=resource, month=MARCH, amount=1)
    content = "team;resource;month;amount\nsearch;ml engineer;2026-03;2.5\nSearch;ML engineer;2026-04-01;1,200\n"
    done = load_capacity_file(content.encode(), actor=product_manager)
    assert (done.created, done.changed) == (1, 1)
    assert dict(TeamCapacity.objects.values_list("month", "amount")) == {MARCH: Decimal("2.5"), APRIL: Decimal(1200)}


def test_bad_lines_of_a_file_are_named_and_nothing_is_written(scope, product_manager) -> None:
    TeamFactory(name="Search")
    ResourceFactory(name="ML engineer")
    lines = [
        "team,resource,month,amount",
        "Search,ML engineer,2026-03,2",
        "Nobody,ML engineer,2026-03,2",
        "Search,Wizard,2026-03,2",
        "Search,ML engineer,March,2",
        f"Search,ML engineer,2026-04,{'9' * 1000}",
        "Search,ML engineer,2026-05,NaN",
        "Search,ML engineer,2026-13,1",
        "Search,ML engineer,9999-12,1",
        "Search,ML engineer,0001-01,1",
        'Search,ML engineer,2026-06,"0,5"',
        "Search,ML engineer,2026-07,1_0",
    ]
    with pytest.raises(InvalidInputError) as refusal:
        load_capacity_file("\n".join(lines).encode(), actor=product_manager)
    assert [reason.split(":")[0] for reason in refusal.value.reasons] == [
        "Line 3, team",
        "Line 4, resource",
        "Line 5, month",
        "Line 6, amount",
        "Line 7, amount",
        "Line 8, month",
        "Line 9, month",
        "Line 10, month",
        "Line 11, amount",
        "Line 12, amount",
    ]
    assert not TeamCapacity.objects.exists()


def test_lines_that_overlap_or_fall_below_zero_are_named(scope, product_manager) -> None:
    TeamFactory(name="Search")
    ResourceFactory(name="ML engineer")
    lines = ["team,resource,month,amount", "Search,ML engineer,2026-03,2", "search,ml engineer,2026-03-01,2"]
    with pytest.raises(InvalidInputError) as refusal:
        load_capacity_file("\n".join([*lines, "Search,ML engineer,2026-04,-1"]).encode(), actor=product_manager)
    assert refusal.value.reasons[0] == "Line 3: line 2 says this team, resource and month already."
    assert refusal.value.reasons[1].startswith("Line 4, amount")


def test_a_demand_without_a_range_is_certain(scope, product_manager) -> None:
    demand = create_resource_demand(
        item=RoadmapItemFactory(), resource=ResourceFactory(), likely=Decimal(3), actor=product_manager
    )
    assert (demand.low, demand.likely, demand.high, demand.source) == (3, 3, 3, DemandSource.MANUAL)
    assert LedgerEvent.objects.filter(action="resource_demand.created").exists()


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"profile": "custom", "custom_shares": []}, "custom_shares"),
        ({"profile": "custom", "custom_shares": [Decimal("0.5"), Decimal("0.4")]}, "custom_shares"),
        ({"profile": "custom", "custom_shares": [Decimal("1.5"), Decimal("-0.5")]}, "custom_shares"),
        ({"profile": "custom", "custom_shares": [Decimal("NaN")]}, "custom_shares"),
        ({"profile": "custom", "custom_shares": [Decimal(0)] * 60 + [Decimal(1)]}, "custom_shares"),
        ({"profile": "flat", "custom_shares": [Decimal(1)]}, "custom_shares"),
    ],
)
def test_shares_that_do_not_add_up_are_refused(fields, pointer, scope, product_manager) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        create_resource_demand(
            item=RoadmapItemFactory(), resource=ResourceFactory(), likely=Decimal(1), actor=product_manager, **fields
        )
    assert refusal.value.pointer == pointer


@pytest.mark.parametrize("amounts", [(2, 1, 3), (0, 0, 0), (-1, 1, 2), ("NaN", 1, 2), (1, 1, "9" * 400)])
def test_amounts_that_do_not_rise_are_refused(amounts, scope, product_manager) -> None:
    low, likely, high = map(Decimal, amounts)
    item, resource = RoadmapItemFactory(), ResourceFactory()
    with pytest.raises((ValidationError, DomainError)):
        create_resource_demand(item=item, resource=resource, low=low, likely=likely, high=high, actor=product_manager)


def test_an_item_says_once_what_it_needs_of_whom(scope, product_manager) -> None:
    known = ResourceDemandFactory()
    with pytest.raises(DomainError, match="needs this resource of this team already"):
        create_resource_demand(item=known.item, resource=known.resource, likely=Decimal(1), actor=product_manager)
    other = create_resource_demand(
        item=known.item, resource=known.resource, team=TeamFactory(), likely=Decimal(1), actor=product_manager
    )
    assert other.pk != known.pk


def test_leaving_own_shares_forgets_them(scope, product_manager) -> None:
    demand = ResourceDemandFactory(
        profile=DemandProfile.CUSTOM, custom_shares=[Decimal(1)], source=DemandSource.BUSINESS_CASE
    )
    changed = change_resource_demand(demand, profile=DemandProfile.FRONT, actor=product_manager)
    assert (changed.custom_shares, changed.source) == ([], DemandSource.MANUAL)
    delete_resource_demand(changed, actor=product_manager)
    assert not ResourceDemand.objects.exists()


@pytest.mark.parametrize("count", [1, 3, 30])
def test_many_demands_cost_what_one_does(count, scope, product_manager, django_assert_num_queries) -> None:
    resource, items = ResourceFactory(), [RoadmapItemFactory() for _ in range(count)]
    rows = [{"item": item, "resource": resource, "likely": Decimal(2)} for item in items]
    with django_assert_num_queries(9):
        made = create_resource_demands(rows, actor=product_manager)
    assert [demand.high for demand in made] == [2] * count


@pytest.mark.parametrize(
    ("second", "pointer"),
    [
        ({"likely": Decimal(-1)}, "1/low"),
        ({"likely": Decimal("NaN")}, "1/low"),
        ({"likely": Decimal(1), "low": Decimal(2)}, "1/likely"),
        ({"likely": Decimal(1), "profile": "custom", "custom_shares": [Decimal("0.4")]}, "1/custom_shares"),
    ],
)
def test_of_many_demands_the_one_that_does_not_fit_is_named(second, pointer, scope, product_manager) -> None:
    item, resources = RoadmapItemFactory(), [ResourceFactory(), ResourceFactory()]
    rows = [{"item": item, "resource": resources[0], "likely": Decimal(2)}, {"item": item, "resource": resources[1]}]
    with pytest.raises(InvalidInputError) as refusal:
        create_resource_demands([rows[0], {**rows[1], **second}], actor=product_manager)
    assert refusal.value.pointer == pointer
    assert not ResourceDemand.objects.exists()


def test_the_same_need_twice_in_one_batch_is_refused(scope, product_manager) -> None:
    row = {"item": RoadmapItemFactory(), "resource": ResourceFactory(), "likely": Decimal(2)}
    with pytest.raises(DuplicateError):
        create_resource_demands([row, row], actor=product_manager)


def test_items_in_hidden_portfolios_take_no_demand(scope, actor_with) -> None:
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    item, resource = RoadmapItemFactory(initiative=hidden), ResourceFactory()
    with pytest.raises(NotPermittedError):
        create_resource_demand(item=item, resource=resource, likely=Decimal(1), actor=actor_with("contributor"))
    rows = [{"item": item, "resource": resource, "likely": Decimal(1)}]
    with pytest.raises(NotPermittedError):
        create_resource_demands(rows, actor=actor_with("contributor"))
    demand = ResourceDemandFactory(item=item, resource=resource)
    with pytest.raises(NotPermittedError):
        change_resource_demand(demand, likely=Decimal(2), actor=actor_with("contributor"))


def test_targets_of_a_quarter_take_no_more_than_everything(scope, product_manager) -> None:
    quarter = date(2026, 1, 1)
    create_allocation_target(quarter=quarter, kind=InitiativeKind.FEATURE, share=Decimal("0.7"), actor=product_manager)
    with pytest.raises(InvalidInputError, match="take 70% already"):
        create_allocation_target(
            quarter=quarter, kind=InitiativeKind.TECH_DEBT, share=Decimal("0.4"), actor=product_manager
        )
    with pytest.raises(DomainError, match="has a target"):
        create_allocation_target(
            quarter=quarter, kind=InitiativeKind.FEATURE, share=Decimal("0.1"), actor=product_manager
        )
    with pytest.raises(InvalidInputError, match="first day of a quarter"):
        create_allocation_target(
            quarter=date(2026, 2, 1), kind=InitiativeKind.FEATURE, share=Decimal("0.1"), actor=product_manager
        )
    own = create_allocation_target(
        quarter=quarter, portfolio=PortfolioFactory(), kind="feature", share=Decimal(1), actor=product_manager
    )
    assert own.share == 1


def staffed(initiative, role="ML engineer", months=((3, 1), (4, 3))):
    case = BusinessCaseFactory(initiative=initiative)
    add_people(case, role, months)
    return case


def add_people(case, role, months):
    option = CaseOption.objects.get(case=case)
    line = CashLine.objects.create(case=case, option=option, category="engineering", name=role, side="cost")
    people = StaffingLine.objects.create(line=line, role=role, monthly_rate=9000)
    StaffingPeriod.objects.bulk_create(
        StaffingPeriod(staffing_line=people, month=date(2026, month, 1), person_months=amount)
        for month, amount in months
    )
    return people


def test_people_of_a_business_case_become_demands_of_the_item(scope, product_manager) -> None:
    item = RoadmapItemFactory(initiative=InitiativeFactory())
    case = staffed(item.initiative)
    add_people(case, "Designer", ((3, 1), (4, 1)))
    designer = ResourceFactory(name="designer")
    taken = take_over_staffing(item, actor=product_manager)
    demands = {demand.resource.name: demand for demand in taken.demands}
    engineers = demands["ML engineer"]
    assert (engineers.likely, engineers.profile) == (4, DemandProfile.CUSTOM)
    assert engineers.custom_shares == [Decimal("0.250000"), Decimal("0.750000")]
    assert (demands["designer"].resource, demands["designer"].profile) == (designer, DemandProfile.FLAT)
    assert taken.summary == f"2 roles taken over from “{case.name}”."
    assert LedgerEvent.objects.filter(action="resource_demand.taken_over").exists()


def test_taking_over_again_corrects_and_leaves_what_was_set_by_hand(scope, product_manager) -> None:
    item = RoadmapItemFactory(initiative=InitiativeFactory())
    case = staffed(item.initiative)
    add_people(case, "Designer", ((3, 1),))
    gone = add_people(case, "Writer", ((3, 1),))
    take_over_staffing(item, actor=product_manager)
    by_hand = ResourceDemand.objects.get(resource__name="Designer")
    change_resource_demand(by_hand, likely=Decimal(9), high=Decimal(9), actor=product_manager)
    StaffingPeriod.objects.filter(month=MARCH, staffing_line__role="ML engineer").update(person_months=3)
    StaffingPeriod.objects.filter(staffing_line=gone).delete()
    taken = take_over_staffing(item, actor=product_manager)
    assert taken.kept == ["Designer"]
    assert dict(ResourceDemand.objects.values_list("resource__name", "likely")) == {"ML engineer": 6, "Designer": 9}


def test_nothing_to_take_over_is_said_with_its_reason(scope, product_manager) -> None:
    with pytest.raises(NothingToTakeOverError, match="Link the item"):
        take_over_staffing(RoadmapItemFactory(), actor=product_manager)
    item = RoadmapItemFactory(initiative=InitiativeFactory())
    with pytest.raises(NothingToTakeOverError, match="no business case"):
        take_over_staffing(item, actor=product_manager)
    staffed(item.initiative, months=())
    with pytest.raises(NothingToTakeOverError, match="plans no people"):
        take_over_staffing(item, actor=product_manager)


def test_the_people_of_a_case_are_needed_once(scope, product_manager) -> None:
    first = RoadmapItemFactory(initiative=InitiativeFactory())
    staffed(first.initiative)
    take_over_staffing(first, actor=product_manager)
    with pytest.raises(NothingToTakeOverError, match="Another item"):
        take_over_staffing(RoadmapItemFactory(initiative=first.initiative), actor=product_manager)
