"""A scenario of what a portfolio selection chose."""

from datetime import date

import pytest

from core.errors import DomainError
from portfolio.models import SelectionChoice
from roadmap.enums import ItemStatus
from roadmap.models import RoadmapItem, Scenario
from roadmap.selectors.scenarios import plan_with
from roadmap.services.scenario_selections import NothingChosenError, scenario_of_selection
from tests.factories.portfolio import InitiativeFactory
from tests.factories.portfolio_selection import SelectionChoiceFactory, SelectionResultFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory

JULY_1, SEPTEMBER_30 = date(2026, 7, 1), date(2026, 9, 30)


@pytest.fixture
def result(scope):
    return SelectionResultFactory()


def choice(result, position, *, is_chosen, initiative=None):
    return SelectionChoiceFactory(
        result=result,
        position=position,
        initiative=initiative or InitiativeFactory(),
        is_chosen=is_chosen,
        start_on=JULY_1,
        end_on=SEPTEMBER_30,
        reason_text="Fits the budget." if is_chosen else "No room.",
    )


def plan_of(roadmap, result, actor):
    scenario = scenario_of_selection(roadmap, result, name="Chosen", actor=actor)
    plan = plan_with(scenario, actor=actor)
    return {each.item.title: (each.start_on, each.end_on) for each in plan.items}, plan


def test_chosen_initiatives_take_their_quarters_and_the_others_leave(scope, result):
    roadmap = RoadmapFactory()
    chosen, left = choice(result, 1, is_chosen=True), choice(result, 2, is_chosen=False)
    RoadmapItemFactory(roadmap=roadmap, title="In", initiative=chosen.initiative)
    RoadmapItemFactory(roadmap=roadmap, title="Out", initiative=left.initiative)
    RoadmapItemFactory(roadmap=roadmap, title="Other")

    dates, plan = plan_of(roadmap, result, scope)

    assert dates == {"In": (JULY_1, SEPTEMBER_30), "Out": (None, None), "Other": (date(2026, 3, 2), date(2026, 3, 27))}
    assert {each.change.reason for each in plan.changes} == {"Fits the budget.", "No room."}
    assert RoadmapItem.objects.get(title="Out").is_scheduled


def test_a_chosen_initiative_without_an_item_gets_one_without_dates(scope, result):
    roadmap = RoadmapFactory()
    chosen = choice(result, 1, is_chosen=True)
    choice(result, 2, is_chosen=False)

    dates, _ = plan_of(roadmap, result, scope)

    assert dates == {chosen.initiative.title: (JULY_1, SEPTEMBER_30)}
    assert not RoadmapItem.objects.get().is_scheduled


def test_items_of_one_initiative_move_together(scope, result):
    roadmap, chosen = RoadmapFactory(), choice(result, 1, is_chosen=True)
    RoadmapItemFactory(roadmap=roadmap, title="First", initiative=chosen.initiative)
    april = {"start_on": date(2026, 4, 1), "end_on": date(2026, 4, 30)}
    RoadmapItemFactory(roadmap=roadmap, title="Second", initiative=chosen.initiative, **april)

    dates, _ = plan_of(roadmap, result, scope)

    assert dates == {"First": (JULY_1, date(2026, 7, 26)), "Second": (date(2026, 7, 31), date(2026, 8, 29))}


@pytest.mark.parametrize("status", [ItemStatus.IN_PROGRESS, ItemStatus.DONE])
def test_what_has_begun_stays_where_it_is(scope, result, status):
    roadmap = RoadmapFactory()
    for position, is_chosen in enumerate((True, False)):
        initiative = choice(result, position, is_chosen=is_chosen).initiative
        RoadmapItemFactory(roadmap=roadmap, initiative=initiative, status=status)

    _, plan = plan_of(roadmap, result, scope)

    assert plan.changes == []


def test_a_result_without_initiatives_makes_nothing(scope, result):
    with pytest.raises(NothingChosenError):
        scenario_of_selection(RoadmapFactory(), result, name="Chosen", actor=scope)

    assert not Scenario.objects.exists()


def test_a_taken_name_leaves_no_item_behind(scope, result):
    roadmap = RoadmapFactory()
    choice(result, 1, is_chosen=True)
    scenario_of_selection(roadmap, result, name="Chosen", actor=scope)
    RoadmapItem.objects.all().delete()

    with pytest.raises(DomainError):
        scenario_of_selection(roadmap, result, name="Chosen", actor=scope)

    assert not RoadmapItem.objects.exists()
    assert SelectionChoice.objects.count() == 1
