"""Screens of scenarios: the editor, the comparison, and the way to a decision."""

from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from portfolio import hooks
from portfolio.enums import Visibility
from roadmap.enums import ScenarioStatus
from roadmap.models import ResourceDemand, RoadmapItem, Scenario, ScenarioChange
from roadmap.services.scenario_changes import plan_item
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenarios import create_scenario, submit_scenario
from roadmap.web.scenario_texts import MINUS
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory, PortfolioFactory, ValuationFactory
from tests.factories.portfolio_selection import SelectionChoiceFactory, SelectionResultFactory
from tests.factories.roadmap import DependencyFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_capacity import ResourceDemandFactory, ResourceFactory, TeamCapacityFactory
from tests.factories.roadmap_scenarios import ScenarioChangeFactory, ScenarioFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.queries import own_queries
from tests.web_client import client_of

MAY_4, MAY_29 = date(2026, 5, 4), date(2026, 5, 29)
LATER = {"start_on": MAY_4, "end_on": MAY_29}
BEFORE, AFTER = "2 Mar 2026 \N{EN DASH} 27 Mar 2026", "4 May 2026 \N{EN DASH} 29 May 2026"


@pytest.fixture
def manager(product_manager):
    return client_of(product_manager)


@pytest.fixture
def decider(director):
    return client_of(director)


@pytest.fixture
def item(owner):
    with tenant_scope(owner):
        return RoadmapItemFactory(title="Search", roadmap=RoadmapFactory(name="Assistant"))


@pytest.fixture
def draft(item, product_manager):
    with tenant_scope(product_manager) as author:
        return create_scenario(roadmap=item.roadmap, name="Later", actor=author)


@pytest.fixture
def submitted(draft, item, product_manager):
    with tenant_scope(product_manager) as author:
        plan_item(draft, item, values=LATER, reason="Not enough people.", actor=author)
        return submit_scenario(draft, actor=author)


def path(scenario, step=""):
    return f"/acme/roadmap/scenarios/{scenario.pk}/{step}"


def filled(**changes):
    """What the dialog of an item sends."""
    body = {"is_included": "on", "start_on": "2026-03-02", "end_on": "2026-03-27", "lane": ""}
    return {**body, "status": "planned", "date_precision": "day", "reason": "", **changes}


def test_a_scenario_is_made_and_lands_in_its_editor(manager, item):
    answer = manager.post(
        "/acme/roadmap/scenarios/new/", {"roadmap": str(item.roadmap_id), "name": "Later", "description": ""}
    )

    page = manager.get(answer["Location"])
    assert page.status_code == 200
    assert "Search" in page.content.decode()


def test_the_dialog_of_an_item_plans_it(manager, draft, item, owner):
    address = path(draft, f"items/{item.pk}/")
    assert 'value="2026-03-02"' in manager.get(address).content.decode()

    manager.post(address, filled(start_on="2026-05-04", end_on="2026-05-29", reason="People."))

    page = manager.get(path(draft)).content.decode()
    assert f"<del>{BEFORE}</del>" in page
    assert f"<ins>{AFTER}</ins>" in page
    with tenant_scope(owner):
        assert ScenarioChange.objects.count() == 2


def test_what_no_item_may_be_is_said_in_the_dialog(manager, draft, item):
    address = path(draft, f"items/{item.pk}/")

    for body, status in (
        (filled(start_on="2026-05-04"), 409),
        (filled(start_on=""), 409),
        (filled(reason="x" * 5000), 422),
        (filled(status="eaten"), 422),
    ):
        assert manager.post(address, body).status_code == status


def test_an_item_is_left_out_and_taken_back(manager, draft, item, owner):
    address = path(draft, f"items/{item.pk}/toggle/")

    manager.post(address, {"is_included": "false"})
    assert 'aria-checked="false"' in manager.get(path(draft)).content.decode()
    manager.post(address, {"is_included": "true"})

    with tenant_scope(owner):
        assert not ScenarioChange.objects.exists()


def test_an_item_of_another_roadmap_has_no_dialog(manager, draft, owner):
    with tenant_scope(owner):
        elsewhere = RoadmapItemFactory()

    assert manager.get(path(draft, f"items/{elsewhere.pk}/")).status_code == 404
    assert manager.post(path(draft, f"items/{elsewhere.pk}/toggle/")).status_code == 404


def test_demands_are_added_changed_taken_away_and_decided_on(manager, decider, draft, item, owner):
    with tenant_scope(owner):
        demand, team = ResourceDemandFactory(item=item, resource=ResourceFactory(name="Engineers")), TeamFactory()
        labellers = ResourceFactory(name="Labellers")
    one = path(draft, f"items/{item.pk}/demands/{demand.pk}/")
    dialog = manager.get(one).content.decode()
    assert 'value="1"' in dialog
    assert "in FTE-months. One person throughout comes to 0.9." in dialog

    manager.post(one, {"is_needed": "on", "likely": "2", "high": "3", "team": str(team.pk), "reason": "People."})
    manager.post(path(draft, f"items/{item.pk}/demands/add/"), {"resource": str(labellers.pk), "likely": "4"})
    page = unescape(manager.get(path(draft)).content.decode())

    assert f"<ins>2\xa0FTE-months (2 to 3), {team}</ins>" in page
    assert "<del>not needed</del> <ins>4\xa0FTE-months</ins>" in page
    manager.post(one, {"reason": "Nobody is free."})
    assert "<ins>not needed</ins>" in manager.get(path(draft)).content.decode()
    manager.post(path(draft, "submit/"))
    decision = decider.get(path(draft, "decide/")).content.decode()
    with tenant_scope(owner):
        picked = [str(key) for key in ScenarioChange.objects.values_list("pk", flat=True)]
    decider.post(path(draft, "decide/"), {"picked": picked})
    assert "Nobody is free." in decision
    with tenant_scope(owner):
        assert [row.resource_id for row in ResourceDemand.objects.all()] == [labellers.pk]


def test_spread_and_note_of_a_demand_are_planned_and_decided_on(manager, decider, draft, item, owner):
    with tenant_scope(owner):
        demand = ResourceDemandFactory(item=item, profile="custom", custom_shares=["0.2", "0.8"], note="Old.")
    one = path(draft, f"items/{item.pk}/demands/{demand.pk}/")
    dialog = manager.get(one).content.decode()
    assert 'value="0.2,0.8"' in dialog
    assert 'value="Old."' in dialog

    body = {"is_needed": "on", "likely": "1", "profile": "front", "custom_shares": "0.2,0.8", "note": "New."}
    assert manager.post(one, body).status_code == 303
    page = unescape(manager.get(path(draft)).content.decode())
    assert "<del>1\xa0FTE-months, own shares 0.2, 0.8, “Old.”</del>" in page
    assert "<ins>1\xa0FTE-months, more at the start, “New.”</ins>" in page
    assert manager.post(one, {**body, "profile": "custom", "custom_shares": "0.2,0.9"}).status_code == 409
    manager.post(path(draft, "submit/"))

    decision = unescape(decider.get(path(draft, "decide/")).content.decode())
    for text in (", spread", ", note", "own shares 0.2, 0.8", "more at the start", "New."):
        assert text in decision


def test_what_no_demand_may_be_is_said_in_the_dialog(manager, draft, item, owner):
    with tenant_scope(owner):
        demand = ResourceDemandFactory(item=item)
    one, add = path(draft, f"items/{item.pk}/demands/{demand.pk}/"), path(draft, f"items/{item.pk}/demands/add/")

    for address, body, status in (
        (one, {"is_needed": "on", "likely": "-1"}, 422),
        (one, {"is_needed": "on", "likely": ""}, 422),
        (one, {"is_needed": "on", "likely": "2", "low": "3"}, 409),
        (one, {"is_needed": "on", "likely": "2", "reason": "x" * 5000}, 422),
        (add, {"likely": "1"}, 422),
        (add, {"likely": "1", "resource": str(demand.resource_id)}, 409),
    ):
        assert manager.post(address, body).status_code == status
    assert manager.get(path(draft, f"items/{item.pk}/demands/{draft.pk}/")).status_code == 404


def test_whoever_only_reads_finds_no_demand_dialog(draft, item, owner, actor_with):
    with tenant_scope(owner):
        demand = ResourceDemandFactory(item=item)
    reader = client_of(actor_with("contributor"))

    assert reader.get(path(draft, f"items/{item.pk}/demands/{demand.pk}/")).status_code == 403
    assert reader.post(path(draft, f"items/{item.pk}/demands/add/"), {}).status_code == 403
    assert "demands/add" not in reader.get(path(draft)).content.decode()


def test_submitting_nothing_says_why(manager, draft):
    manager.post(path(draft, "submit/"))
    page = manager.get(path(draft))

    assert "It says the same as the live plan" in page.content.decode()


def test_a_director_finds_decides_and_the_plan_moves(manager, decider, draft, item, director, owner):
    manager.post(path(draft, f"items/{item.pk}/"), filled(start_on="2026-05-04", end_on="2026-05-29"))
    manager.post(path(draft, "submit/"))
    assert "Decide on the scenario Later" in decider.get("/acme/governance/inbox/").content.decode()
    page = decider.get(path(draft, "decide/"))
    with tenant_scope(owner):
        picked = [str(key) for key in ScenarioChange.objects.values_list("pk", flat=True)]

    decider.post(path(draft, "decide/"), {"picked": picked, "note": "Yes."})
    done = decider.get(path(draft))

    assert page.content.decode().count("checked") == 2
    assert "Approved by" in done.content.decode()
    with tenant_scope(director):
        assert RoadmapItem.objects.get().start_on == MAY_4
        assert Scenario.objects.get().decision_note == "Yes."
    assert decider.get(path(draft, "decide/")).status_code == 303


def test_nothing_ticked_is_refused_on_the_page(decider, submitted):
    answer = decider.post(path(submitted, "decide/"), {"note": ""})

    assert answer.status_code == 409
    assert "Nothing of it is left to apply" in answer.content.decode()


def test_a_conflict_is_shown_three_ways_and_resolved(decider, submitted, owner):
    with tenant_scope(owner):
        RoadmapItem.objects.update(end_on=date(2026, 4, 30))
        change = ScenarioChange.objects.get(field="end_on")
        picked = [str(key) for key in ScenarioChange.objects.values_list("pk", flat=True)]

    page = decider.get(path(submitted, "decide/")).content.decode()
    refused = decider.post(path(submitted, "decide/"), {"picked": picked})
    decider.post(f"/acme/roadmap/scenario-changes/{change.pk}/resolve/", {"keep": "mine"})
    done = decider.post(path(submitted, "decide/"), {"picked": picked})

    assert all(day in page for day in ("27 Mar 2026", "30 Apr 2026", "29 May 2026"))
    assert (refused.status_code, done.status_code) == (409, 303)
    assert "the live plan has another end by now" in refused.content.decode()
    with tenant_scope(owner):
        assert RoadmapItem.objects.get().end_on == MAY_29


def test_promises_are_asked_for_a_reason(decider, submitted, owner):
    with tenant_scope(owner):
        RoadmapItem.objects.update(is_committed=True)
        picked = [str(key) for key in ScenarioChange.objects.values_list("pk", flat=True)]

    assert "Why promised dates change" in decider.get(path(submitted, "decide/")).content.decode()
    assert decider.post(path(submitted, "decide/"), {"picked": picked}).status_code == 422
    done = decider.post(path(submitted, "decide/"), {"picked": picked, "reason_code": "capacity"})
    assert done.status_code == 303


def test_a_refusal_is_told_on_the_scenario(decider, manager, submitted):
    assert decider.post(path(submitted, "refuse/"), {"reason": ""}).status_code == 422
    decider.post(path(submitted, "refuse/"), {"reason": "After the fair."})

    assert "After the fair." in manager.get(path(submitted)).content.decode()


def test_authors_and_product_managers_have_no_decision(manager, owner, item):
    with tenant_scope(owner):
        own = create_scenario(roadmap=item.roadmap, name="Own", actor=owner)
        plan_item(own, item, values=LATER, actor=owner)
        submit_scenario(own, actor=owner)

    assert manager.get(path(own, "decide/")).status_code == 403
    assert "You worked on this scenario" in client_of(owner).get(path(own, "decide/")).content.decode()


def test_steps_of_a_draft(manager, submitted, owner):
    manager.post(path(submitted, "withdraw/"))
    copied = manager.post(path(submitted, "copy/"), {"name": "Again"})
    manager.post(path(submitted, "discard/"))

    assert "Again" in manager.get(copied["Location"]).content.decode()
    with tenant_scope(owner):
        assert set(Scenario.objects.values_list("status", flat=True)) == {
            ScenarioStatus.DISCARDED,
            ScenarioStatus.DRAFT,
        }


def test_scenarios_are_compared_with_the_live_plan(manager, submitted, item):
    page = manager.get(f"/acme/roadmap/roadmaps/{item.roadmap_id}/scenarios/?scenario={submitted.pk}")

    assert page.status_code == 200
    assert "Live plan" in page.content.decode()
    assert AFTER in page.content.decode()
    assert "+63 days" in page.content.decode()


def test_differences_in_money_are_figures(manager, draft, item, owner, product_manager):
    with tenant_scope(owner):
        cases = BusinessCaseFactory.create_batch(2, inputs_digest="digest")
        for case in cases:
            ValuationFactory(case=case, npv=Decimal(128_000))
        stays, leaves = (RoadmapItemFactory(roadmap=item.roadmap, initiative=case.initiative) for case in cases)
    with tenant_scope(product_manager) as author:
        plan_item(draft, leaves, values={"is_included": False}, actor=author)

    page = manager.get(path(draft)).content.decode()

    assert f'{MINUS}<span class="num">€128k</span></span>' in page
    assert stays.title in page


@pytest.mark.parametrize("asked", ["nonsense", "0190a0f4-0000-7000-8000-000000000000"])
def test_what_cannot_be_compared_is_said(manager, item, asked):
    page = manager.get(f"/acme/roadmap/roadmaps/{item.roadmap_id}/scenarios/?scenario={asked}")

    assert page.status_code == 422
    assert "There is no such scenario" in page.content.decode()


def test_the_result_of_a_selection_becomes_a_scenario(manager, item, owner):
    with tenant_scope(owner):
        result = SelectionResultFactory()
        SelectionChoiceFactory(
            result=result,
            initiative=InitiativeFactory(title="Chosen"),
            is_chosen=True,
            start_on=date(2026, 7, 1),
            end_on=date(2026, 9, 30),
            position=1,
        )

    made = manager.post(
        f"/acme/roadmap/selection-results/{result.pk}/scenario/", {"roadmap": str(item.roadmap_id), "name": "Chosen"}
    )

    assert "1 Jul 2026 \N{EN DASH} 30 Sep 2026" in manager.get(made["Location"]).content.decode()


def test_hidden_roadmaps_and_items_do_not_show(manager, owner):
    with tenant_scope(owner):
        hidden = PortfolioFactory(visibility=Visibility.RESTRICTED)
        change = ScenarioChangeFactory(scenario=ScenarioFactory(roadmap=RoadmapFactory(portfolio=hidden)))
        mixed = ScenarioFactory(name="Mixed")
        secret = RoadmapItemFactory(
            roadmap=mixed.roadmap, title="Secret", initiative=InitiativeFactory(portfolio=hidden)
        )
        ScenarioChangeFactory(scenario=mixed, item=secret, portfolio_keys=[hidden.pk])

    assert manager.get(path(change.scenario)).status_code == 404
    page = manager.get(path(mixed))
    assert page.status_code == 200
    assert "Secret" not in page.content.decode()


def test_nothing_waits_for_whoever_may_not_decide(submitted, director, viewer, product_manager):
    for actor, count in ((director, 1), (viewer, 0), (product_manager, 0)):
        with tenant_scope(actor):
            entries = hooks.waiting_for_me.collect(actor=actor)
            assert sum("scenario" in each.title for each in entries) == count


@pytest.mark.parametrize("count", [1, 3, 30])
def test_pages_cost_the_same_for_any_number_of_items(manager, decider, owner, product_manager, count):
    with tenant_scope(product_manager) as author:
        roadmap, team = RoadmapFactory(), TeamFactory()
        items = [
            RoadmapItemFactory(roadmap=roadmap, owning_team=team, initiative=InitiativeFactory()) for _ in range(count)
        ]
        for each in items[1:]:
            DependencyFactory(predecessor=items[0], successor=each)
        scenario = create_scenario(roadmap=roadmap, name="Later", actor=author)
        people = ResourceFactory()
        TeamCapacityFactory(team=team, resource=people, amount=Decimal(3))
        for each in items:
            plan_item(scenario, each, values=LATER, actor=author)
            demand = ResourceDemandFactory(item=each, resource=people)
            plan_demand(scenario, each, demand=demand.pk, values={"likely": 2}, actor=author)
        submit_scenario(scenario, actor=author)
    compared = f"/acme/roadmap/roadmaps/{roadmap.pk}/scenarios/?scenario={scenario.pk}"

    for client, address, budget in (
        (manager, path(scenario), 15),
        (decider, path(scenario, "decide/"), 16),
        (manager, compared, 17),
        (manager, "/acme/roadmap/scenarios/", 3),
    ):
        client.get(address)
        with own_queries() as asked:
            assert client.get(address).status_code == 200
        assert asked() == budget
