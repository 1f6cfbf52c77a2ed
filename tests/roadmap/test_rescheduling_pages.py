"""Rescheduling through the page and the REST interface, and twice at the same moment."""

from datetime import date

import pytest

from core.errors import StaleVersionError
from core.web.formatting import day
from roadmap.models import PlanChange, RoadmapItem
from roadmap.services.rescheduling import NothingToRescheduleError, preview_reschedule, reschedule
from tenancy.enums import Role
from tenancy.scope import tenant_scope
from tests.connections import refusals_together
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_schedule import MilestoneGateFactory
from tests.roadmap.pages import url
from tests.roadmap.queries import own_queries
from tests.web_client import client_of

WEEK_1 = {"start_on": date(2026, 3, 2), "end_on": date(2026, 3, 6)}


def fill(roadmap, count, **fields):
    """So many items that should wait for the first one, and do not."""
    first = RoadmapItemFactory(roadmap=roadmap, title="Data", **WEEK_1)
    for number in range(count):
        waits = RoadmapItemFactory(roadmap=roadmap, title=f"Model {number}", **WEEK_1, **fields)
        DependencyFactory(predecessor=first, successor=waits)
        gate = MilestoneFactory(roadmap=roadmap, title="Beta", due_on=date(2026, 3, 9))
        MilestoneGateFactory(milestone=gate, item=waits)


@pytest.fixture
def late(owner, roadmap):
    """One item that should follow Data and stands beside it."""
    with tenant_scope(owner):
        fill(roadmap, 1)
    return roadmap


def versions_in(response):
    return response.context["versions"]


def test_the_page_shows_what_moves_and_moves_it(client, owner, late):
    address = url("roadmap_reschedule", pk=late.pk)

    page = client.get(address)

    text = page.content.decode()
    assert f"<del>{day(date(2026, 3, 2))}</del><ins>{day(date(2026, 3, 9))}</ins>" in text
    assert "+5" in text
    assert "Finish to start after “Data”" in text
    assert "Milestones missed" in text
    done = client.post(address, {"versions": versions_in(page)})
    told = client.get(done["Location"]).content.decode()
    assert "Rescheduled 1 item. Undo takes all of it back." in told
    with tenant_scope(owner):
        assert RoadmapItem.objects.get(title="Model 0").start_on == date(2026, 3, 9)
        assert PlanChange.objects.get().kind == "schedule"
    assert "Every date is right" in client.get(address).content.decode()


def test_the_page_moves_promises_with_a_reason_only(client, owner, roadmap):
    with tenant_scope(owner):
        fill(roadmap, 2, is_committed=True)
    address = url("roadmap_reschedule", pk=roadmap.pk)

    held = client.get(address).content.decode()
    assert "Nothing that may move has to" in held
    assert "2 promised items would move with a reason." in held
    assert "It is promised: give a reason to move it" in held
    refused = client.post(address, {"versions": "{}"})
    assert refused.status_code == 409
    assert "say why the promise changes" in refused.content.decode()

    page = client.get(address, {"reason": "capacity"})
    client.post(address, {"versions": versions_in(page), "reason": "capacity"})
    with tenant_scope(owner):
        assert PlanChange.objects.get().reason_code == "capacity"


def test_the_page_refuses_what_it_did_not_show(client, owner, late):
    address = url("roadmap_reschedule", pk=late.pk)
    page = client.get(address)
    with tenant_scope(owner):
        RoadmapItem.objects.filter(title="Model 0").update(lane="Search")

    stale = client.post(address, {"versions": versions_in(page)})

    assert stale.status_code == 412
    assert "“Model 0” was changed meanwhile." in stale.content.decode()
    key = "0199aaaa-0000-7000-8000-000000000000"
    for nonsense in ("", "[]", '{"x": 1}', f'{{"{key}": null}}', f'{{"{key}": 1e999}}', "[" * 100_000):
        assert client.post(address, {"versions": nonsense}).status_code == 400
    with tenant_scope(owner):
        assert not PlanChange.objects.exists()


def test_a_push_out_of_the_calendar_is_told(client, owner, roadmap):
    with tenant_scope(owner):
        first = RoadmapItemFactory(roadmap=roadmap, start_on=date(9999, 1, 4), end_on=date(9999, 12, 31))
        second = RoadmapItemFactory(roadmap=roadmap, start_on=date(9999, 7, 1), end_on=date(9999, 7, 2))
        DependencyFactory(predecessor=first, successor=second)
    page = client.get(url("roadmap_reschedule", pk=roadmap.pk))
    assert page.status_code == 400
    assert "pushed too far" in page.content.decode()


def test_the_timeline_leads_there_for_whoever_may_move(client, viewer, late):
    address = url("roadmap_reschedule", pk=late.pk)
    assert f'href="{address}" data-shortcut="r"' in client.get(url("roadmap_detail", pk=late.pk)).content.decode()
    watching = client_of(viewer)
    assert address not in watching.get(url("roadmap_detail", pk=late.pk)).content.decode()
    assert watching.get(address).status_code == 403


@pytest.mark.parametrize("count", [1, 3, 30])
def test_the_page_costs_the_same_for_any_number_of_items(client, owner, roadmap, count):
    with tenant_scope(owner):
        fill(roadmap, count)
    address = url("roadmap_reschedule", pk=roadmap.pk)
    client.get(address)
    with own_queries() as count_queries:
        page = client.get(address)
    assert len(page.context["moves"]) == count
    assert count_queries() == 7


def test_rest_previews_and_reschedules(api_client, product_manager, owner, late):
    client = api_client(product_manager)
    with tenant_scope(owner):
        fixed = RoadmapItemFactory(roadmap=late, title="Fixed", scheduling="manual", **WEEK_1)
        DependencyFactory(predecessor=RoadmapItem.objects.get(title="Data"), successor=fixed)

    preview = client.post(f"roadmaps/{late.pk}/preview-reschedule/", {}).json()

    assert [(each["title"], each["start_on"], each["working_days"]) for each in preview["moves"]] == [
        ("Model 0", "2026-03-09", 5)
    ]
    assert [(each["title"], each["why"], each["days"]) for each in preview["staying"]] == [("Fixed", "by_hand", 5)]
    assert preview["held_promises"] == []
    applied = client.post(f"roadmaps/{late.pk}/reschedule/", {"versions": preview["versions"]})
    assert (applied.status_code, applied.json()["kind"]) == (200, "schedule")
    assert client.post(f"plan-changes/{applied.json()['id']}/undo/", {}).status_code == 200


def test_rest_refuses_with_a_reason(api_client, product_manager, owner, late):
    client = api_client(product_manager)
    path = f"roadmaps/{late.pk}/reschedule/"
    with tenant_scope(owner):
        model = RoadmapItem.objects.get(title="Model 0")

    assert client.post(path, {"versions": {str(model.pk): model.version + 1}}).status_code == 412
    assert client.post(path, {"versions": {}}).status_code == 412
    with tenant_scope(owner):
        RoadmapItem.objects.filter(pk=model.pk).update(is_committed=True)
    held = client.post(path, {})
    assert (held.status_code, held.json()["code"]) == (409, "rescope_reason_required")
    assert client.post(path, {"reason_code": "whim"}).status_code == 400
    with tenant_scope(owner):
        RoadmapItem.objects.filter(pk=model.pk).update(is_committed=False, scheduling="manual")
    nothing = client.post(path, {})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_reschedule")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_moves_the_plan(owner, product_manager, actor_with):
    with tenant_scope(owner):
        roadmap = RoadmapFactory()
        fill(roadmap, 3)
        versions = preview_reschedule(roadmap, actor=owner).versions
    actors = (product_manager, actor_with(Role.DIRECTOR))

    outcomes = refusals_together(
        *((actor, lambda by: reschedule(roadmap, actor=by, versions=versions)) for actor in actors)
    )

    assert outcomes.count(None) == 1
    lost = next(each for each in outcomes if each is not None)
    assert isinstance(lost, StaleVersionError | NothingToRescheduleError)
    with tenant_scope(owner):
        assert PlanChange.objects.count() == 1
        assert set(RoadmapItem.objects.exclude(title="Data").values_list("start_on", flat=True)) == {date(2026, 3, 9)}
