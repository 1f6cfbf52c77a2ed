"""Re-staffing against a live plan that moves: conflicts, approval with everything else, and undo."""

import json
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from core.errors import DomainError, InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.enums import Visibility
from roadmap.calc.scenarios import Effect
from roadmap.enums import DemandProfile, DemandSource, PlanChangeKind
from roadmap.models import PlanChange, Resource, ResourceDemand, RoadmapItem, ScenarioChange
from roadmap.selectors.plan_change_rows import rows_of
from roadmap.selectors.scenarios import plan_with
from roadmap.services.access import GoneError
from roadmap.services.plan_changes import UndoRefusedError, apply_changes_to_plan, undo
from roadmap.services.planned_demands import DemandChange
from roadmap.services.scenario_changes import plan_item, resolve_change
from roadmap.services.scenario_decisions import NothingToApproveError, UnresolvedConflictsError, approve_scenario
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenarios import (
    ScenarioNotSubmittableError,
    create_scenario,
    submit_scenario,
)
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory
from tests.roadmap.drafts import effects
from tests.roadmap.restaffing import ONE, PLAIN, TWO, add, approved, change_live, live, restaff, submitted


def test_amount_and_team_conflict_each_on_its_own(staffed, author):
    restaff(staffed, author, likely="2", team=staffed.platform)
    change_live(staffed, likely=3, high=3)

    assert effects(staffed.scenario, author) == {"demand_amount": Effect.CONFLICT, "demand_team": Effect.APPLIES}
    with pytest.raises(ScenarioNotSubmittableError, match="another amount needed"):
        submitted(staffed, author)
    resolve_change(ScenarioChange.objects.get(field="demand_amount"), keep="live", actor=author)
    (planned,) = plan_with(staffed.scenario, actor=author).items
    assert planned.demands[0].value == {
        "team": str(staffed.platform.pk),
        "low": "1.000",
        "likely": "3.000",
        "high": "3.000",
        **PLAIN,
    }


def test_spread_and_note_conflict_each_on_its_own(staffed, author):
    restaff(staffed, author, profile="front", note="Early.")
    change_live(staffed, profile="back")

    assert effects(staffed.scenario, author) == {"demand_spread": Effect.CONFLICT, "demand_note": Effect.APPLIES}
    with pytest.raises(ScenarioNotSubmittableError, match="another spread of the demand"):
        submitted(staffed, author)
    resolve_change(ScenarioChange.objects.get(field="demand_spread"), keep="live", actor=author)
    (planned,) = plan_with(staffed.scenario, actor=author).items
    assert (planned.demands[0].value["profile"], planned.demands[0].value["note"]) == ("back", "Early.")


def test_spread_and_note_are_approved_told_and_undone(staffed, author, director):
    change_live(staffed, profile="custom", custom_shares=[Decimal("0.25"), Decimal("0.75")], note="Old.")
    restaff(staffed, author, profile="front", note="")
    spread = ScenarioChange.objects.get(field="demand_spread")

    done = approved(staffed, author, director)

    stored = ResourceDemand.objects.get(pk=staffed.demand.pk)
    assert (spread.base_value["custom_shares"], stored.profile, stored.custom_shares, stored.note) == (
        ["0.250000", "0.750000"],
        "front",
        [],
        "",
    )
    (row,) = rows_of(done.plan_change, actor=author)
    assert [(each.old, each.new) for each in row.fields] == [
        ("own shares 0.25, 0.75, “Old.”", "more at the start, no note")
    ]
    with tenant_scope(director):
        undo(PlanChange.objects.get(pk=done.plan_change_id), actor=director)
    stored.refresh_from_db()
    assert (stored.profile, stored.custom_shares, stored.note) == (
        "custom",
        [Decimal("0.25"), Decimal("0.75")],
        "Old.",
    )


def test_a_change_of_before_spreads_were_planned_sees_no_conflict_in_one(staffed, author):
    restaff(staffed, author, is_needed=False)
    change_live(staffed, profile="back", note="Late.")
    change = ScenarioChange.objects.get()
    assert effects(staffed.scenario, author) == {"demand": Effect.CONFLICT}

    ScenarioChange.objects.filter(pk=change.pk).update(base_value={"team": None, **ONE})

    assert effects(staffed.scenario, author) == {"demand": Effect.APPLIES}


def test_an_added_demand_keeps_the_spread_it_was_given(staffed, author, director):
    other, (change,) = add(staffed, author, profile="back")
    assert change.new_value["profile"] == "back"
    plan_demand(staffed.scenario, staffed.item, demand=change.demand_key, values={"note": "Last."}, actor=author)

    approved(staffed, author, director)

    added = ResourceDemand.objects.get(resource=other)
    assert (added.profile, added.note) == ("back", "Last.")


def test_a_demand_changed_meanwhile_is_not_taken_away_unasked(staffed, author, director):
    restaff(staffed, author, is_needed=False)
    submitted(staffed, author)
    change_live(staffed, likely=3, high=3)

    with tenant_scope(director):
        with pytest.raises(UnresolvedConflictsError):
            approve_scenario(staffed.scenario, actor=director)
        resolve_change(ScenarioChange.objects.get(), keep="mine", actor=director)
        approve_scenario(staffed.scenario, actor=director)
    assert live(staffed) == {}


def test_of_a_demand_that_is_gone_only_the_live_plan_is_left(staffed, author):
    restaff(staffed, author, likely="2")
    ResourceDemand.objects.all().delete()

    assert effects(staffed.scenario, author) == {"demand_amount": Effect.GONE}
    with pytest.raises(InvalidInputError):
        resolve_change(ScenarioChange.objects.get(), keep="mine", actor=author)
    resolve_change(ScenarioChange.objects.get(), keep="live", actor=author)
    assert effects(staffed.scenario, author) == {"demand_amount": Effect.DROPPED}


def test_of_a_demand_that_went_to_another_roadmap_only_the_live_plan_is_left(staffed, author):
    restaff(staffed, author, likely="2")
    RoadmapItem.objects.update(roadmap=RoadmapFactory())

    with pytest.raises(ScenarioNotSubmittableError, match="on another roadmap"):
        submitted(staffed, author)
    resolve_change(ScenarioChange.objects.get(), keep="live", actor=author)
    assert [each.effect for each in plan_with(staffed.scenario, actor=author).gone] == [Effect.DROPPED]


def test_what_somebody_added_meanwhile_is_the_demand_the_scenario_adds(staffed, author, director):
    other, _ = add(staffed, author)
    ResourceDemandFactory(item=staffed.item, resource=other, likely=1, profile=DemandProfile.FRONT)
    assert effects(staffed.scenario, author) == {"demand": Effect.CONFLICT}

    resolve_change(ScenarioChange.objects.get(), keep="mine", actor=author)
    approved(staffed, author, director)

    assert live(staffed) == {"ML engineers": (None, 1, 1, 1), "Labellers": (None, 3, 3, 3)}
    assert ResourceDemand.objects.get(resource=other).profile == DemandProfile.FRONT


def test_a_team_that_gives_it_meanwhile_leaves_no_place(staffed, author):
    restaff(staffed, author, team=staffed.platform)
    ResourceDemandFactory(item=staffed.item, resource=staffed.demand.resource, team=staffed.platform)

    assert effects(staffed.scenario, author) == {"demand_team": Effect.GONE}
    with pytest.raises(ScenarioNotSubmittableError, match="its place is taken"):
        submitted(staffed, author)


def test_approval_writes_items_and_demands_as_one_and_undo_takes_both_back(staffed, author, director, owner):
    change_live(staffed, source=DemandSource.BUSINESS_CASE)
    gone = ResourceDemandFactory(
        item=staffed.item,
        resource=ResourceFactory(name="GPU hours", kind="gpu_hours"),
        likely=Decimal("7.5"),
        profile=DemandProfile.CUSTOM,
        custom_shares=[Decimal("0.25"), Decimal("0.75")],
        note="On the new cluster.",
    )
    restaff(staffed, author, likely="2", team=staffed.platform)
    plan_demand(staffed.scenario, staffed.item, demand=gone.pk, values={"is_needed": False}, actor=author)
    other, (added,) = add(staffed, author, low=1, high=6)
    plan_item(staffed.scenario, staffed.item, values={"start_on": date(2026, 3, 9)}, actor=author)

    done = approved(staffed, author, director)

    assert live(staffed) == {"ML engineers": (staffed.platform.pk, 2, 2, 2), "Labellers": (None, 1, 3, 6)}
    assert ResourceDemand.objects.get(resource=other).pk == added.demand_key
    assert ResourceDemand.objects.get(pk=staffed.demand.pk).source == DemandSource.MANUAL
    assert RoadmapItem.objects.get().start_on == date(2026, 3, 9)
    assert set(ScenarioChange.objects.values_list("is_applied", flat=True)) == {True}
    assert (done.plan_change.kind, len(done.plan_change.changes)) == (PlanChangeKind.SCENARIO, 4)

    with tenant_scope(director):
        undo(PlanChange.objects.get(pk=done.plan_change_id), actor=director)
    assert live(staffed) == {"ML engineers": (None, 1, 1, 1), "GPU hours": (None, *[Decimal("7.5")] * 3)}
    back = ResourceDemand.objects.get(pk=gone.pk)
    assert (back.profile, back.custom_shares) == ("custom", [Decimal("0.25"), Decimal("0.75")])
    assert back.note == "On the new cluster."
    assert ResourceDemand.objects.get(pk=staffed.demand.pk).source == DemandSource.BUSINESS_CASE
    assert RoadmapItem.objects.get().start_on == staffed.item.start_on


def test_the_undo_of_an_undo_restaffs_again(staffed, author, director):
    restaff(staffed, author, is_needed=False)
    add(staffed, author)
    done = approved(staffed, author, director)
    with tenant_scope(director):
        back = undo(PlanChange.objects.get(pk=done.plan_change_id), actor=director)
        undo(back, actor=director)

    assert live(staffed) == {"Labellers": (None, 3, 3, 3)}


def test_a_scenario_that_only_restaffs_leaves_the_items_alone(staffed, author, director):
    before = RoadmapItem.objects.get().version
    restaff(staffed, author, likely="2")
    approved(staffed, author, director)

    assert RoadmapItem.objects.get().version == before
    assert live(staffed)["ML engineers"][2] == 2


def test_only_picked_demands_are_written(staffed, author, director):
    amount, team = restaff(staffed, author, likely="2", team=staffed.platform)
    approved(staffed, author, director, picked=[amount.pk])

    assert live(staffed) == {"ML engineers": (None, 2, 2, 2)}
    team.refresh_from_db()
    assert team.is_applied is False


def test_nothing_of_demands_picked_is_nothing_to_approve(staffed, author, director):
    restaff(staffed, author, likely="2")
    with pytest.raises(NothingToApproveError):
        approved(staffed, author, director, picked=[])


def test_a_team_or_resource_that_is_gone_by_then_is_refused_and_nothing_is_written(staffed, author, director):
    other, _ = add(staffed, author)
    restaff(staffed, author, likely="2")
    submitted(staffed, author)
    Resource.objects.filter(pk=other.pk).delete()

    with tenant_scope(director), pytest.raises(InvalidInputError, match="resource of a demand is not there"):
        approve_scenario(staffed.scenario, actor=director)
    assert live(staffed) == {"ML engineers": (None, 1, 1, 1)}


def test_what_was_changed_since_is_not_undone(staffed, author, director):
    restaff(staffed, author, likely="2")
    done = approved(staffed, author, director)
    change_live(staffed, likely=3, high=3)

    with tenant_scope(director), pytest.raises(UndoRefusedError) as refused:
        undo(PlanChange.objects.get(pk=done.plan_change_id), actor=director)
    assert refused.value.reasons == ("“Ranking” was changed since.",)


def test_whoever_does_not_see_the_item_does_not_see_what_it_needs(owner, director):
    with tenant_scope(owner):
        hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        item = RoadmapItemFactory(initiative=hidden)
        demand = ResourceDemandFactory(item=item)
        scenario = create_scenario(roadmap=item.roadmap, name="Hidden", actor=owner)
        plan_demand(scenario, item, demand=demand.pk, values={"likely": 2}, actor=owner)
        submit_scenario(scenario, actor=owner)

    with tenant_scope(director):
        assert plan_with(scenario, actor=director).changes == []
        with pytest.raises(NotPermittedError):
            approve_scenario(scenario, actor=director)


def test_the_ledger_says_who_needs_what_since_when(staffed, author, director):
    restaff(staffed, author, likely="2")
    approved(staffed, author, director)

    (event,) = LedgerEvent.objects.filter(record_id=staffed.demand.pk, action="plan_change.applied")
    assert [json.loads(event.changes)[end]["likely"] for end in ("before", "after")] == [1, 2]


def demand_change(staffed, old, new):
    return DemandChange(staffed.item.pk, staffed.demand.pk, staffed.demand.resource_id, old, new)


def applied(staffed, change, actor):
    return apply_changes_to_plan(
        staffed.roadmap, [], demands=[change], kind=PlanChangeKind.SCENARIO, summary="More", actor=actor
    )


def test_a_demand_that_is_not_as_it_was_read_is_refused(staffed, author):
    with pytest.raises(StaleVersionError):
        applied(staffed, demand_change(staffed, {"likely": "5.000"}, {"likely": "6.000"}), author)
    with pytest.raises(StaleVersionError):
        applied(staffed, demand_change(staffed, None, {"team": None, **TWO}), author)
    gone = DemandChange(uuid4(), staffed.demand.pk, staffed.demand.resource_id, ONE, TWO)
    with pytest.raises(GoneError):
        applied(staffed, gone, author)


@pytest.mark.parametrize(
    "new", [{"likely": "many"}, {"likely": "-1"}, {"item": "x"}, {"likely": "9"}, {"team": "x"}, {"low": None}]
)
def test_values_no_demand_may_have_are_not_written(staffed, author, new):
    old = {name: {"likely": "1.000", "low": "1.000"}.get(name) for name in new if name != "item"}
    with pytest.raises(DomainError):
        applied(staffed, demand_change(staffed, old, new), author)
    assert live(staffed) == {"ML engineers": (None, 1, 1, 1)}


def test_a_second_demand_for_the_same_of_the_same_team_is_refused(staffed, author):
    twin = DemandChange(staffed.item.pk, uuid4(), staffed.demand.resource_id, None, {"team": None, **TWO})
    with pytest.raises(DomainError, match="already"):
        applied(staffed, twin, author)


def test_a_set_of_changes_says_what_became_of_demands(staffed, author, director):
    restaff(staffed, author, likely="2", team=staffed.platform)
    add(staffed, author)
    done = approved(staffed, author, director)

    (row,) = rows_of(done.plan_change, actor=author)
    assert [(each.label, each.old, each.new) for each in row.fields] == [
        ("ML engineers", "1\xa0FTE-months, the item's team", "2\xa0FTE-months, Platform"),
        ("Labellers", None, "3\xa0FTE-months, the item's team"),
    ]
