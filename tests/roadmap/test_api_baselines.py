"""Baselines, comparisons, re-scopes and reports over REST."""

from datetime import date, timedelta

import pytest

from roadmap.models import Baseline, ItemRescope
from roadmap.services.baselines import take_baseline
from roadmap.services.items import change_item, delete_item
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_history import BaselineFactory, ItemRescopeFactory, PlanHistoryEntryFactory
from tests.roadmap.queries import own_queries

CHANGE = {"id": "7", "at": "2026-01-10T12:00:00Z", "field": "target_beta", "old": "v1.30", "new": "v1.31"}


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


@pytest.fixture
def moved(product_manager, scope):
    """A roadmap with a baseline, and since then one item later, one deleted, one new."""
    roadmap = RoadmapFactory()
    kept = RoadmapItemFactory(roadmap=roadmap, title="Kept", is_committed=True)
    gone = RoadmapItemFactory(roadmap=roadmap, title="Gone")
    RoadmapItemFactory(roadmap=roadmap, title="Same")
    DependencyFactory(predecessor=gone, successor=kept)
    baseline = take_baseline(roadmap, name="Board", actor=product_manager)
    change_item(kept, actor=product_manager, reason_code="vendor", end_on=date(2026, 4, 10))
    delete_item(gone, actor=product_manager)
    RoadmapItemFactory(roadmap=roadmap, title="New")
    MilestoneFactory(roadmap=roadmap, title="GA")
    return roadmap, baseline


def test_taking_reading_and_naming_twice(client, scope):
    roadmap = RoadmapFactory()
    RoadmapItemFactory(roadmap=roadmap, title="Search")

    made = client.post("baselines/", {"roadmap": str(roadmap.pk), "name": "Board", "note": "As shown."})
    again = client.post("baselines/", {"roadmap": str(roadmap.pk), "name": "Board"})

    assert made.status_code == 201
    assert (made.json()["reason"], made.json()["currency"]) == ("manual", "EUR")
    assert (again.status_code, again.json()["errors"][0]["pointer"]) == (400, "/name")
    items = client.get(f"baselines/{made.json()['id']}/items/").json()
    assert [row["title"] for row in items] == ["Search"]
    assert client.patch(f"baselines/{made.json()['id']}/", {"name": "Other"}).status_code == 405
    assert client.delete(f"baselines/{made.json()['id']}/").status_code == 405


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"as_of": "9999-12-31"}, 400),
        ({"as_of": "1999-12-31"}, 400),
        ({"as_of": "2026-02-31"}, 400),
        ({"as_of": 7}, 400),
        ({"name": "x" * 201}, 400),
        ({"name": ""}, 400),
        ({"roadmap": "01a20000-0000-7000-8000-000000000000"}, 400),
        ({"taken_at": "2026-01-01T00:00:00Z"}, 400),
        ({"reason": "approval"}, 400),
    ],
)
def test_bad_baselines_are_refused(client, scope, body, status):
    response = client.post("baselines/", {"roadmap": str(RoadmapFactory().pk), "name": "Board", **body})

    assert response.status_code == status
    assert not Baseline.objects.exists()


def test_comparison_names_what_slipped_what_went_and_why(client, moved):
    roadmap, baseline = moved

    found = client.get(f"baselines/compare/?roadmap={roadmap.pk}").json()

    assert (found["before"]["label"], found["after"]["key"]) == ("Board", "now")
    rows = {(row["after"] or row["before"])["title"]: row for row in found["items"]}
    assert {title: row["difference"] for title, row in rows.items()} == {
        "Kept": "changed",
        "Gone": "removed",
        "New": "added",
    }
    assert (rows["Kept"]["slip_days"], rows["Kept"]["changed"], rows["Kept"]["reasons"]) == (14, ["end_on"], ["vendor"])
    assert (found["unchanged_items"], found["slip_days"]) == (1, 14)
    assert [row["difference"] for row in found["dependencies"]] == ["removed"]
    assert [row["difference"] for row in found["milestones"]] == ["added"]
    same = client.get(f"baselines/compare/?roadmap={roadmap.pk}&before={baseline.pk}&after={baseline.pk}").json()
    assert (same["items"], same["unchanged_items"]) == ([], 3)


@pytest.mark.parametrize("query", ["before=yesterday", "after=2026-02-31", "before=1999-01-01", "before=" + "9" * 1000])
def test_comparison_of_moments_there_are_not_is_refused(client, moved, query):
    assert client.get(f"baselines/compare/?roadmap={moved[0].pk}&{query}").status_code == 400


def test_patch_of_a_promise_asks_for_the_reason(client, scope):
    item = RoadmapItemFactory(is_committed=True)

    refused = client.patch(f"roadmap-items/{item.pk}/", {"end_on": "2026-04-10"})
    done = client.patch(
        f"roadmap-items/{item.pk}/", {"end_on": "2026-04-10", "reason_code": "estimate", "rescope_note": "Harder."}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "rescope_reason_required")
    assert done.status_code == 200
    assert "reason_code" not in done.json()
    listed = client.get("item-rescopes/").json()["results"]
    assert [(row["reason_code"], row["note"], row["item"]) for row in listed] == [("estimate", "Harder.", str(item.pk))]
    assert client.patch(f"roadmap-items/{item.pk}/", {"reason_code": "weather"}).status_code == 400


def test_slippage_adds_up_by_team_and_reason(client, moved):
    found = client.get("baselines/slippage/").json()

    assert (found["days"], found["compared"], found["gone"], found["baselines"]) == (14, 2, 1, 1)
    assert [(row["title"], row["slip_days"], row["reason"]) for row in found["slipped"]] == [
        ("Kept", 14, "Waited for a vendor")
    ]
    assert [(row["label"], row["days"]) for row in found["by_reason"]] == [("Waited for a vendor", 14)]


def test_delivery_answers_for_six_quarters(client, moved):
    found = client.get("baselines/delivery/").json()

    assert len(found["quarters"]) == 6
    assert found["quarters"][-1]["is_over"] is False
    assert found["cycle_days"] == {"count": 0, "median": None, "p85": None, "from_prd": 0}


def test_replaying_over_rest_is_idempotent_and_reports(client, viewer, api_client):
    made = client.post("plan-history/replay/", {"system": "tracker", "changes": [CHANGE]})
    again = client.post("plan-history/replay/", {"system": "tracker", "changes": [CHANGE]})

    assert (made.json()["created"], again.json()["created"], again.json()["known"]) == (1, 0, 1)
    report = api_client(viewer).get("plan-history/slippage/?target=beta").json()
    assert (report["total"]["later"], report["by_distance"]) == (1, [{"releases": 1, "targets": 1}])
    assert client.get("plan-history/slippage/?target=stage").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"changes": "all"},
        {"changes": [7]},
        {"changes": [{**CHANGE, "at": "2026"}]},
        {"changes": [{**CHANGE, "new": ["v1"]}]},
        {"changes": [CHANGE], "system": "x" * 101},
        {"changes": [CHANGE] * 20_001},
    ],
)
def test_bad_history_is_refused(client, body):
    assert client.post("plan-history/replay/", body).status_code == 400


def test_viewer_reads_and_takes_nothing(api_client, viewer, moved):
    client = api_client(viewer)

    assert client.get("baselines/").status_code == 200
    assert client.post("baselines/", {"roadmap": str(moved[0].pk), "name": "Mine"}).status_code == 403
    assert client.post("plan-history/replay/", {"changes": [CHANGE]}).status_code == 403


def test_no_baseline_of_another_organization(client, stranger):
    from tenancy.scope import tenant_scope  # noqa: PLC0415 - only this test leaves the scope

    with tenant_scope(stranger):
        foreign = BaselineFactory()

    assert client.get(f"baselines/{foreign.pk}/").status_code == 404
    assert client.get(f"baselines/compare/?roadmap={foreign.roadmap_id}").status_code == 400


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize(
    ("factory", "address"),
    [
        (BaselineFactory, "baselines/"),
        (ItemRescopeFactory, "item-rescopes/"),
        (PlanHistoryEntryFactory, "plan-history/"),
    ],
)
def test_lists_cost_one_query(client, scope, count, factory, address):
    for _ in range(count):
        factory()
    client.get(address)

    with own_queries() as asked:
        rows = client.get(address).json()["results"]

    assert len(rows) == min(count, 30)
    assert asked() == 1


@pytest.mark.parametrize("count", [1, 3, 30])
def test_comparison_and_reports_cost_the_same_for_any_number_of_items(client, product_manager, scope, count):
    roadmap = RoadmapFactory()
    items = [RoadmapItemFactory(roadmap=roadmap, is_committed=True) for _ in range(count)]
    take_baseline(roadmap, name="Board", actor=product_manager)
    for item in items:
        change_item(item, actor=product_manager, reason_code="data", end_on=item.end_on + timedelta(days=3))
    costs = {f"baselines/compare/?roadmap={roadmap.pk}": 8, "baselines/slippage/": 4, "baselines/delivery/": 3}
    found = {}
    for address in costs:
        client.get(address)
        with own_queries() as asked:
            assert client.get(address).status_code == 200
        found[address] = asked()

    assert ItemRescope.objects.count() == count
    assert found == costs
