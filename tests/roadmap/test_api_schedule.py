"""REST of previews, moves, undo, the schedule and the hand-shake."""

from datetime import date
from itertools import pairwise
from uuid import uuid4

import pytest

from portfolio.enums import Visibility
from roadmap.models import PlanChange, RoadmapItem
from tenancy.scope import tenant_scope
from tests.factories.portfolio import PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import (
    CalendarHolidayFactory,
    MilestoneGateFactory,
    PlanChangeFactory,
    PlanNoteFactory,
    ReleaseFactory,
    TeamCalendarFactory,
    WorkingCalendarFactory,
)
from tests.factories.tenancy import TeamFactory
from tests.roadmap.queries import own_queries

FACTORIES = {
    "releases": ReleaseFactory,
    "plan-notes": PlanNoteFactory,
    "plan-changes": PlanChangeFactory,
    "milestone-gates": MilestoneGateFactory,
    "working-calendars": WorkingCalendarFactory,
    "calendar-holidays": CalendarHolidayFactory,
    "team-calendars": TeamCalendarFactory,
}
WEEK_2 = {"start_on": "2026-03-09", "end_on": "2026-03-13"}


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


@pytest.fixture
def pair(owner):
    """Data takes the first week of March, Model the second; a milestone waits for both."""
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="2026")
        data = RoadmapItemFactory(roadmap=roadmap, title="Data", start_on=date(2026, 3, 2), end_on=date(2026, 3, 6))
        model = RoadmapItemFactory(roadmap=roadmap, title="Model", start_on=date(2026, 3, 9), end_on=date(2026, 3, 13))
        DependencyFactory(predecessor=data, successor=model)
        milestone = MilestoneFactory(roadmap=roadmap, title="Beta", due_on=date(2026, 3, 18))
        MilestoneGateFactory(milestone=milestone, item=model)
    return data, model


@pytest.mark.parametrize("path", FACTORIES)
@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(client, owner, path, count):
    with tenant_scope(owner):
        FACTORIES[path].create_batch(count)
    client.get(f"{path}/", {"page_size": "50"})

    with own_queries() as count_queries:
        response = client.get(f"{path}/", {"page_size": "50"})

    assert len(response.json()["results"]) == count
    assert count_queries() == 1


def test_a_move_is_previewed_made_and_undone(client, owner, pair):
    data, model = pair

    preview = client.post(f"roadmap-items/{data.pk}/preview-move/", WEEK_2).json()

    assert [(move["title"], move["start_on"], move["working_days"], move["because"]) for move in preview["moves"]] == [
        ("Data", "2026-03-09", 5, ""),
        ("Model", "2026-03-16", 5, "Finish to start after “Data”"),
    ]
    assert preview["versions"] == {str(data.pk): 1, str(model.pk): 1}
    assert [(each["title"], each["days_late"]) for each in preview["missed_milestones"]] == [("Beta", 2)]
    assert (preview["new_violations"], preview["reason_required"]) == ([], False)
    assert ["vendor", "Waited for a vendor"] in preview["reason_codes"]
    with tenant_scope(owner):
        assert not PlanChange.objects.exists()

    body = {**WEEK_2, "versions": preview["versions"], "reason_code": ""}
    moved = client.post(f"roadmap-items/{data.pk}/move/", body)
    assert moved.status_code == 200
    assert (moved.json()["kind"], len(moved.json()["changes"])) == ("cascade", 4)
    undone = client.post(f"plan-changes/{moved.json()['id']}/undo/", {})

    assert (undone.json()["kind"], undone.json()["undoes"]) == ("undo", moved.json()["id"])
    with tenant_scope(owner):
        assert dict(RoadmapItem.objects.values_list("title", "start_on")) == {
            "Data": date(2026, 3, 2),
            "Model": date(2026, 3, 9),
        }
    again = client.post(f"plan-changes/{moved.json()['id']}/undo/", {})
    assert (again.status_code, again.json()["code"]) == (409, "undo_refused")


def test_an_item_is_put_into_done_and_back_and_a_wrong_place_is_refused(client, owner, pair):
    data, _ = pair
    address = f"roadmap-items/{data.pk}/"

    preview = client.post(f"{address}preview-place/", {"horizon": "done"}).json()

    assert (preview["moves"], preview["status"], preview["start_on"]) == ([], "done", "2026-03-02")
    placed = client.post(f"{address}place/", {"horizon": "done", "versions": preview["versions"], "reason_code": ""})
    assert (placed.status_code, placed.json()["summary"]) == (200, "Moved “Data” to Done")
    assert client.post(f"{address}place/", {"horizon": "done"}).status_code == 400
    assert client.post(f"{address}preview-place/", {"horizon": "soon"}).status_code == 400
    stale = client.post(f"{address}place/", {"horizon": "undated", "versions": preview["versions"]})
    assert stale.status_code == 412
    undone = client.post(f"plan-changes/{placed.json()['id']}/undo/", {})
    assert undone.status_code == 200
    with tenant_scope(owner):
        assert RoadmapItem.objects.get(pk=data.pk).status == data.status


def test_a_milestone_that_would_be_missed_is_told_before_it_moves(client, pair):
    milestone = client.get("milestones/").json()["results"][0]

    told = client.post(f"milestones/{milestone['id']}/preview-move/", {"due_on": "2026-03-10"}).json()

    assert [(each["title"], each["days_late"]) for each in told["missed_milestones"]] == [("Beta", 3)]
    assert told["version"] == milestone["version"]


def test_a_move_decided_on_an_old_preview_answers_412(client, owner, pair):
    data, model = pair
    preview = client.post(f"roadmap-items/{data.pk}/preview-move/", WEEK_2).json()
    client.patch(f"roadmap-items/{model.pk}/", {"lane": "Search"})

    response = client.post(f"roadmap-items/{data.pk}/move/", {**WEEK_2, "versions": preview["versions"]})

    assert response.status_code == 412
    assert response.json()["reasons"] == ["“Model” was changed meanwhile."]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"start_on": "2026-03-09"},
        {"start_on": "2026-03-13", "end_on": "2026-03-09"},
        {"start_on": "2026-02-30", "end_on": "2026-03-09"},
        {"start_on": "10000-01-01", "end_on": "10000-01-02"},
        {"start_on": "0000-01-01", "end_on": "2026-03-09"},
        {"start_on": None, "end_on": None},
        {**WEEK_2, "policy": "pull"},
        {**WEEK_2, "versions": {"item": 1}},
        {**WEEK_2, "versions": {str(uuid4()): 0}},
        {**WEEK_2, "versions": {str(uuid4()): 10**400}},
        {**WEEK_2, "versions": [1]},
        {**WEEK_2, "reason_code": "x" * 41},
        {**WEEK_2, "colour": "red"},
    ],
)
def test_a_malformed_move_answers_400_and_moves_nothing(client, owner, pair, body):
    data, _ = pair
    assert client.post(f"roadmap-items/{data.pk}/move/", body).status_code == 400
    with tenant_scope(owner):
        assert RoadmapItem.objects.get(pk=data.pk).version == 1


def test_a_push_out_of_the_calendar_answers_400_and_names_the_start(client, pair):
    data, _ = pair
    response = client.post(f"roadmap-items/{data.pk}/preview-move/", {"start_on": "9999-12-30", "end_on": "9999-12-31"})
    assert response.status_code == 400
    assert "outside the calendar" in response.json()["detail"]


def test_an_item_deleted_meanwhile_answers_404_to_whoever_drags_it(client, owner, pair):
    data, _ = pair
    with tenant_scope(owner):
        data.delete()
    assert client.post(f"roadmap-items/{uuid4()}/preview-move/", WEEK_2).status_code == 404
    assert client.post(f"roadmap-items/{data.pk}/move/", WEEK_2).status_code == 404


def test_the_schedule_of_a_roadmap_tells_dates_floats_and_the_critical_path(client, pair):
    data, model = pair

    schedule = client.get(f"roadmaps/{data.roadmap_id}/schedule/").json()

    assert schedule["critical"] == [str(data.pk), str(model.pk)]
    assert schedule["ends_on"] == "2026-03-13"
    told = next(each for each in schedule["items"] if each["item"] == str(model.pk))
    assert (told["early_start"], told["late_end"], told["total_float"], told["is_critical"]) == (
        "2026-03-09",
        "2026-03-13",
        0,
        True,
    )
    assert schedule["milestones"][0]["reached_on"] == "2026-03-13"


def test_the_hand_shake_over_rest(client, api_client, owner, director, pair):
    _, model = pair
    made = client.post("dependencies/", {"predecessor": str(model.pk), "successor": str(other_item(owner).pk)}).json()
    assert (made["agreement"], made["strength"], made["needed_by"]) == ("none", "hard", None)

    asked = client.post(f"dependencies/{made['id']}/request-date/", {"needed_by": "2026-06-01"}).json()
    assert (asked["agreement"], asked["needed_by"]) == ("requested", "2026-06-01")
    own = client.post(f"dependencies/{made['id']}/accept/", {})
    assert (own.status_code, own.json()["code"]) == (409, "agreement")

    provider = api_client(director)
    assert provider.post(f"dependencies/{made['id']}/decline/", {"note": ""}).status_code == 400
    promised = provider.post(f"dependencies/{made['id']}/accept/", {"agreed_on": "2026-06-15"}).json()
    assert (promised["agreement"], promised["agreed_on"]) == ("accepted", "2026-06-15")
    assert client.patch(f"dependencies/{made['id']}/", {"agreement": "none"}).status_code == 400


def other_item(owner):
    with tenant_scope(owner):
        return RoadmapItemFactory()


def test_calendars_releases_notes_and_gates_are_made_changed_and_deleted(client, api_client, owner, pair):
    _, model = pair
    with tenant_scope(owner):
        team, milestone = TeamFactory(), MilestoneFactory(roadmap=model.roadmap)
    calendar = client.post("working-calendars/", {"name": "Office", "working_weekdays": [5, 1]}).json()
    assert calendar["working_weekdays"] == [1, 5]
    bodies = {
        "calendar-holidays": ({"calendar": calendar["id"], "on": "2026-12-25", "name": "Christmas"}, {"name": "Xmas"}),
        "team-calendars": ({"team": str(team.pk), "calendar": calendar["id"]}, {"calendar": calendar["id"]}),
        "releases": ({"roadmap": str(model.roadmap_id), "name": "Answers"}, {"beta_on": "2026-04-01"}),
        "plan-notes": (
            {"roadmap": str(model.roadmap_id), "kind": "decision", "title": "Vendor", "on": "2026-04-01"},
            {"status": "closed", "item": str(model.pk)},
        ),
        "milestone-gates": ({"milestone": str(milestone.pk), "item": str(model.pk)}, None),
    }
    for path, (body, change) in bodies.items():
        made = client.post(f"{path}/", body)
        assert made.status_code == 201, made.json()
        row = made.json()["id"]
        assert client.post(f"{path}/", body).status_code == (201 if path == "plan-notes" else 400)
        if change is not None:
            changed = client.patch(f"{path}/{row}/", change)
            assert {name: changed.json()[name] for name in change} == change
        assert client.delete(f"{path}/{row}/").status_code == 204
    assert client.delete(f"working-calendars/{calendar['id']}/").status_code == 403
    assert api_client(owner).delete(f"working-calendars/{calendar['id']}/").status_code == 204


@pytest.mark.parametrize("weekdays", [[], [0], [8], [1.5], ["Monday"], "12345", None, [True], [10**400]])
def test_weekdays_that_are_none_answer_400(client, weekdays):
    response = client.post("working-calendars/", {"name": "Odd", "working_weekdays": weekdays})
    assert response.status_code == 400


def test_changes_that_touched_a_hidden_portfolio_are_hidden(client, owner, pair):
    with tenant_scope(owner):
        hidden = PlanChangeFactory(portfolio_keys=[PortfolioFactory(visibility=Visibility.RESTRICTED).pk])
        open_to_all = PlanChangeFactory()

    assert [each["id"] for each in client.get("plan-changes/").json()["results"]] == [str(open_to_all.pk)]
    assert client.post(f"plan-changes/{hidden.pk}/undo/", {}).status_code == 404


def test_a_cycle_through_four_roadmaps_is_refused_and_named(client, owner):
    with tenant_scope(owner):
        items = [RoadmapItemFactory(title=title) for title in ("Data", "Model", "Eval", "Launch")]
        for before, after in pairwise(items):
            DependencyFactory(predecessor=before, successor=after)

    response = client.post("dependencies/", {"predecessor": str(items[3].pk), "successor": str(items[0].pk)})

    assert (response.status_code, response.json()["code"]) == (409, "dependency_cycle")
    assert response.json()["reasons"] == ["“Launch”", "“Data”", "“Model”", "“Eval”", "“Launch”"]
    own = client.post("dependencies/", {"predecessor": str(items[0].pk), "successor": str(items[0].pk)})
    assert own.status_code == 400
