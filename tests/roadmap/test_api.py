"""REST endpoints of the roadmap, as a caller sees them."""

import json
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, ThemeFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.tenancy import TeamFactory
from tests.roadmap.queries import own_queries

FACTORIES = {
    "roadmaps": RoadmapFactory,
    "roadmap-items": RoadmapItemFactory,
    "milestones": MilestoneFactory,
    "dependencies": DependencyFactory,
}


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


@pytest.fixture
def plan(owner):
    """Two items on one roadmap, the second starting before the first has ended."""
    with tenant_scope(owner):
        roadmap = RoadmapFactory(name="2026")
        first = RoadmapItemFactory(roadmap=roadmap, title="Data")
        second = RoadmapItemFactory(
            roadmap=roadmap, title="Model", start_on=date(2026, 3, 20), end_on=date(2026, 4, 10)
        )
    return roadmap, first, second


@pytest.mark.parametrize("path", FACTORIES)
@pytest.mark.parametrize("count", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(client, owner, path, count):
    with tenant_scope(owner):
        FACTORIES[path].create_batch(count)
    client.get(f"{path}/", {"page_size": "50"})

    with own_queries() as count_queries:
        response = client.get(f"{path}/", {"page_size": "50"})

    assert len(response.json()["results"]) >= count
    assert count_queries() == 1


def test_an_item_is_created_and_read_back(client, owner, plan):
    roadmap, *_ = plan
    with tenant_scope(owner):
        initiative, team = InitiativeFactory(key="AI-7"), TeamFactory()
    body = {
        "roadmap": str(roadmap.pk),
        "initiative": str(initiative.pk),
        "title": "Ranking",
        "start_on": "2026-05-01",
        "end_on": "2026-05-31",
        "owning_team": str(team.pk),
        "lane": "Search",
        "confidence": "0.75",
    }

    created = client.post("roadmap-items/", body)
    read = client.get(f"roadmap-items/{created.json()['id']}/")

    assert created.status_code == 201
    assert read.json() == created.json()
    assert {key: read.json()[key] for key in body} == body
    assert (read.json()["initiative_key"], read.json()["status"], read.json()["version"]) == ("AI-7", "planned", 1)


def test_dates_in_the_wrong_order_are_refused_at_the_end(client, plan):
    response = client.patch(f"roadmap-items/{plan[1].pk}/", {"start_on": "2026-04-01"})

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"pointer": "/end_on", "detail": "The end must not lie before the start.", "code": "invalid"}
    ]


def test_an_item_without_dates_is_created_scheduled_and_unscheduled(client, plan):
    created = client.post("roadmap-items/", {"roadmap": str(plan[0].pk), "title": "Some day"})
    path = f"roadmap-items/{created.json()['id']}/"

    half = client.patch(path, {"start_on": "2026-05-01"})
    whole = client.patch(path, {"start_on": "2026-05-01", "end_on": "2026-05-31"})
    beheaded = client.patch(path, {"start_on": None})
    none = client.patch(path, {"start_on": None, "end_on": None})

    assert (created.status_code, created.json()["start_on"], created.json()["end_on"]) == (201, None, None)
    assert [(refused.status_code, refused.json()["errors"]) for refused in (half, beheaded)] == [
        (400, [{"pointer": f"/{missing}_on", "detail": reason, "code": "invalid"}])
        for missing, reason in (
            ("end", "The end is missing: give it too, or take the start away."),
            ("start", "The start is missing: give it too, or take the end away."),
        )
    ]
    assert (whole.status_code, whole.json()["end_on"]) == (200, "2026-05-31")
    assert (none.status_code, none.json()["start_on"], none.json()["end_on"]) == (200, None, None)


def test_bulk_rows_may_unschedule_and_half_a_schedule_is_refused_for_its_row(client, plan):
    rows = [
        {"id": str(plan[1].pk), "start_on": None, "end_on": None},
        {"id": str(plan[2].pk), "end_on": None},
    ]

    moved = client.patch("roadmap-items/bulk/", {"rows": rows})
    made = client.post("roadmap-items/bulk/", {"rows": [{"roadmap": str(plan[0].pk), "title": "Some day"}]})

    assert [entry["status"] for entry in moved.json()["results"]] == [200, 400]
    assert moved.json()["results"][1]["problem"]["errors"][0]["pointer"] == "/end_on"
    assert [entry["status"] for entry in made.json()["results"]] == [201]


@pytest.mark.parametrize(("ordering", "is_descending"), [("start_on", False), ("-start_on", True), ("end_on", False)])
def test_pages_run_through_unscheduled_items_and_back(client, owner, plan, ordering, is_descending):
    with tenant_scope(owner):
        undated = RoadmapItemFactory.create_batch(3, roadmap=plan[0], start_on=None, end_on=None)
    titles = ["Data", "Model", *(item.title for item in sorted(undated, key=lambda item: item.pk))]
    if is_descending:
        titles.reverse()

    def walk(query, direction):
        pages = [client.get("roadmap-items/", query).json()]
        while pages[-1][direction]:
            pages.append(client.get("roadmap-items/", dict(parse_qsl(urlsplit(pages[-1][direction]).query))).json())
        return pages

    forth = walk({"ordering": ordering, "page_size": "2"}, "next")
    back = walk(dict(parse_qsl(urlsplit(forth[-2]["next"]).query)), "previous")

    assert [row["title"] for page in forth for row in page["results"]] == titles
    assert [row["title"] for page in reversed(back) for row in page["results"]] == titles


def test_the_schema_says_that_dates_may_be_null(client):
    schema = json.loads(Client().get("/api/v1/schema/", {"format": "json"}).content)

    item = schema["components"]["schemas"]["RoadmapItem"]

    assert {name: item["properties"][name]["type"] for name in ("start_on", "end_on")} == {
        "start_on": ["string", "null"],
        "end_on": ["string", "null"],
    }


def test_a_move_with_the_current_version_is_saved_and_one_with_a_stale_version_is_not(client, owner, plan):
    path = f"roadmap-items/{plan[1].pk}/"
    etag = client.get(path)["ETag"]

    first = client.patch(path, {"start_on": "2026-03-04"}, If_Match=etag)
    second = client.patch(path, {"start_on": "2026-03-05"}, If_Match=etag)
    third = client.patch(path, {"end_on": "2026-03-30"}, If_Match=f'"{first.json()["version"]}"')

    assert (first.status_code, second.status_code, third.status_code) == (200, 412, 200)
    with tenant_scope(owner):
        assert RoadmapItem.objects.values_list("start_on", "end_on", "version").get(pk=plan[1].pk) == (
            date(2026, 3, 4),
            date(2026, 3, 30),
            3,
        )


def test_a_cycle_answers_409_and_names_its_items(client, owner, plan):
    _, first, second = plan
    made = client.post("dependencies/", {"predecessor": str(first.pk), "successor": str(second.pk)})

    closing = client.post("dependencies/", {"predecessor": str(second.pk), "successor": str(first.pk)})

    assert (made.status_code, made.json()["kind"], made.json()["lag_days"]) == (201, "FS", 0)
    assert closing.status_code == 409
    assert closing.json()["code"] == "dependency_cycle"
    assert closing.json()["detail"] == "This would close a cycle: “Model” → “Data” → “Model”."
    with tenant_scope(owner):
        assert Dependency.objects.count() == 1


def test_the_ends_of_a_dependency_cannot_be_changed(client, owner, plan):
    with tenant_scope(owner):
        dependency = DependencyFactory(predecessor=plan[1], successor=plan[2])

    moved = client.patch(f"dependencies/{dependency.pk}/", {"successor": str(plan[1].pk)})
    lagged = client.patch(f"dependencies/{dependency.pk}/", {"lag_days": 3})

    assert (moved.status_code, moved.json()["errors"][0]["code"]) == (400, "read_only")
    assert (lagged.status_code, lagged.json()["lag_days"]) == (200, 3)


def test_violations_of_a_roadmap_say_how_many_days_and_why(client, owner, plan):
    with tenant_scope(owner):
        dependency = DependencyFactory(predecessor=plan[1], successor=plan[2])

    response = client.get(f"roadmaps/{plan[0].pk}/violations/")

    assert response.status_code == 200
    assert response.json() == [
        {
            "dependency_id": str(dependency.pk),
            "days": 6,
            "reason": (
                "“Model” starts 6 working days too early: “Data” ends on 27 Mar 2026, so 30 Mar 2026 is the earliest."
            ),
        }
    ]


def test_items_are_filtered_by_roadmap_theme_status_and_time(client, owner, plan):
    with tenant_scope(owner):
        theme = ThemeFactory()
        themed = RoadmapItemFactory(initiative=InitiativeFactory(theme=theme), status="done")
        RoadmapItemFactory(title="Some day", start_on=None, end_on=None)

    def titles(**filters):
        return [row["title"] for row in client.get("roadmap-items/", filters).json()["results"]]

    assert titles(roadmap=str(plan[0].pk)) == ["Data", "Model"]
    assert titles(theme=str(theme.pk)) == [themed.title]
    assert titles(status="done") == [themed.title]
    assert titles(works_from="2026-04-01", works_until="2026-04-30") == ["Model"]
    assert titles(q="mod") == ["Model"]
    assert titles(is_scheduled="true") == ["Data", themed.title, "Model"]
    assert titles(is_scheduled="false") == ["Some day"]
    assert client.get("roadmap-items/", {"colour": "red"}).status_code == 400


def test_bulk_moves_answer_per_row_and_keep_what_was_right(client, owner, plan):
    rows = [
        {"id": str(plan[1].pk), "version": 1, "start_on": "2026-03-09"},
        {"id": str(plan[2].pk), "version": 9, "start_on": "2026-03-30"},
    ]

    response = client.patch("roadmap-items/bulk/", {"rows": rows})

    assert response.status_code == 207
    assert [entry["status"] for entry in response.json()["results"]] == [200, 412]
    with tenant_scope(owner):
        assert list(RoadmapItem.objects.order_by("title").values_list("title", "start_on")) == [
            ("Data", date(2026, 3, 9)),
            ("Model", date(2026, 3, 20)),
        ]


def test_bulk_creation_of_dependencies_refuses_the_row_that_closes_a_cycle(client, owner, plan):
    _, first, second = plan
    rows = [
        {"predecessor": str(first.pk), "successor": str(second.pk)},
        {"predecessor": str(second.pk), "successor": str(first.pk)},
    ]

    response = client.post("dependencies/bulk/", {"rows": rows})

    assert [entry["status"] for entry in response.json()["results"]] == [201, 409]
    with tenant_scope(owner):
        assert Dependency.objects.count() == 1


@pytest.mark.parametrize(
    ("path", "field", "factory"),
    [
        ("roadmap-items", "roadmap", RoadmapFactory),
        ("roadmap-items", "initiative", InitiativeFactory),
        ("roadmap-items", "owning_team", TeamFactory),
        ("milestones", "roadmap", RoadmapFactory),
        ("milestones", "initiative", InitiativeFactory),
        ("dependencies", "predecessor", RoadmapItemFactory),
        ("dependencies", "successor", RoadmapItemFactory),
    ],
)
def test_another_organizations_ids_are_refused_as_unknown(client, owner, stranger, plan, path, field, factory):
    with tenant_scope(stranger):
        foreign = factory()
    roadmap, first, second = plan
    bodies = {
        "roadmap-items": {"title": "A", "start_on": "2026-05-01", "end_on": "2026-05-31", "roadmap": str(roadmap.pk)},
        "milestones": {"title": "A", "due_on": "2026-05-01", "roadmap": str(roadmap.pk)},
        "dependencies": {"predecessor": str(first.pk), "successor": str(second.pk)},
    }

    response = client.post(f"{path}/", {**bodies[path], field: str(foreign.pk)})

    assert response.status_code == 400
    assert [(e["pointer"], e["detail"]) for e in response.json()["errors"]] == [
        (f"/{field}", "There is no such record.")
    ]
    with tenant_scope(owner):
        assert [model.objects.count() for model in (RoadmapItem, Milestone, Dependency)] == [2, 0, 0]


@pytest.mark.parametrize("path", FACTORIES)
def test_another_organizations_rows_answer_404(client, stranger, path):
    with tenant_scope(stranger):
        foreign = FACTORIES[path]()

    statuses = [
        client.get(f"{path}/{foreign.pk}/").status_code,
        client.patch(f"{path}/{foreign.pk}/", {}).status_code,
        client.delete(f"{path}/{foreign.pk}/").status_code,
    ]

    assert statuses == [404, 404, 404]
    with tenant_scope(stranger):
        assert type(foreign).objects.filter(pk=foreign.pk).exists()


def test_strangers_get_404_and_viewers_may_read_but_not_write(api_client, viewer, stranger, owner, plan):
    roadmap, first, second = plan
    reader = api_client(viewer)
    outsider = api_client(stranger)
    outsider.organization = owner.organization.slug

    statuses = [
        reader.get("roadmap-items/").status_code,
        reader.post("roadmaps/", {"name": "Mine"}).status_code,
        reader.patch(f"roadmap-items/{first.pk}/", {"start_on": "2026-03-01"}).status_code,
        reader.delete(f"roadmap-items/{first.pk}/").status_code,
        reader.post("milestones/", {"roadmap": str(roadmap.pk), "title": "A", "due_on": "2026-01-01"}).status_code,
        reader.post("dependencies/", {"predecessor": str(first.pk), "successor": str(second.pk)}).status_code,
    ]

    assert statuses == [200, 403, 403, 403, 403, 403]
    assert outsider.get("roadmap-items/").status_code in (401, 404)
    with tenant_scope(owner):
        assert (Roadmap.objects.count(), Milestone.objects.count(), Dependency.objects.count()) == (1, 0, 0)
        assert RoadmapItem.objects.get(pk=first.pk).start_on == date(2026, 3, 2)
