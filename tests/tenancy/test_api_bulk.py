"""Bulk create and update: an entry per row, or all or nothing."""

import pytest
from django.urls import include, path

from core.api.routers import ApiRouter
from tenancy.api.bulk import BulkCreateMixin, BulkUpdateMixin
from tenancy.api.people import TeamViewSet
from tenancy.models import Team
from tenancy.scope import tenant_scope
from tests.factories.tenancy import TeamFactory
from tests.tenancy.test_api_teams import pointers, problem, team_names


class BulkTeamViewSet(BulkCreateMixin, BulkUpdateMixin, TeamViewSet):
    """Teams with bulk endpoints, only here: no endpoint of tenancy itself takes bulk input."""


router = ApiRouter()
router.register("teams", BulkTeamViewSet)
urlpatterns = [path("api/v1/organizations/<slug:organization>/", include(router.urls))]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client(api_client, owner):
    return api_client(owner)


@pytest.fixture
def teams(owner):
    with tenant_scope(owner):
        return [TeamFactory(name=name) for name in ("A", "B")]


def test_create_answers_each_row_for_itself(client, owner):
    response = client.post("teams/bulk/", {"rows": [{"name": "A"}, {"name": ""}, {"name": "A"}, {"name": "B"}]})

    body = response.json()
    assert response.status_code == 207
    assert [entry["status"] for entry in body["results"]] == [201, 400, 409, 201]
    assert (body["succeeded"], body["failed"]) == (2, 2)
    assert pointers(body["results"][1]["problem"]) == {"/name": "blank"}
    assert pointers(body["results"][2]["problem"]) == {"/name": "duplicate"}
    assert team_names(owner) == ["A", "B"]
    with tenant_scope(owner):
        assert str(Team.objects.get(name="B").pk) == body["results"][3]["id"]


def test_atomic_create_names_every_bad_row_and_changes_nothing(client, owner):
    body = problem(
        client.post("teams/bulk/", {"rows": [{"name": "A"}, {"name": 5}, {"name": "A"}], "atomic": True}), 409
    )

    assert pointers(body) == {"/rows/1/name": "invalid", "/rows/2/name": "duplicate"}
    assert team_names(owner) == []
    problem(client.post("teams/bulk/", {"rows": [{"name": 5}], "atomic": True}), 400)
    created = client.post("teams/bulk/", {"rows": [{"name": "A"}, {"name": "B"}], "atomic": True})
    assert created.json()["succeeded"] == 2
    assert team_names(owner) == ["A", "B"]


def test_update_guards_versions_and_finds_only_visible_rows(client, owner, teams):
    first, second = teams
    rows = [
        {"id": str(first.pk), "name": "A2", "version": 1},
        {"id": str(second.pk), "name": "B2", "version": 9},
        {"id": "01900000-0000-7000-8000-000000000000", "name": "C"},
        {"id": "x", "name": "C"},
        {"id": str(first.pk), "name": "A3"},
        {"id": str(second.pk), "colour": "red"},
    ]

    body = client.patch("teams/bulk/", {"rows": rows}).json()

    assert [entry["status"] for entry in body["results"]] == [200, 412, 404, 400, 400, 400]
    assert team_names(owner) == ["A2", "B"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, ["/rows"]),
        ({"rows": []}, ["/rows"]),
        ({"rows": [1, {}]}, ["/rows/0"]),
        ({"rows": [{}] * 1001}, ["/rows"]),
        ({"rows": [{"name": "A"}], "atomic": "yes", "dry": True}, ["/atomic", "/dry"]),
        ([], ["/rows"]),
    ],
)
def test_malformed_bulk_is_refused_as_a_whole(client, owner, data, expected):
    assert sorted(pointers(problem(client.post("teams/bulk/", data), 400))) == expected
    assert team_names(owner) == []


def test_bulk_needs_the_right(api_client, viewer, teams):
    client = api_client(viewer)

    problem(client.post("teams/bulk/", {"rows": [{"name": "C"}]}), 403)
    problem(client.patch("teams/bulk/", {"rows": [{"id": str(teams[0].pk), "name": "C"}]}), 403)
    problem(client.get("teams/bulk/"), 405)
    assert team_names(viewer) == ["A", "B"]


def test_bulk_replays_by_key(client, owner):
    first = client.post("teams/bulk/", {"rows": [{"name": "A"}]}, Idempotency_Key="k")
    second = client.post("teams/bulk/", {"rows": [{"name": "A"}]}, Idempotency_Key="k")

    assert first.content == second.content
    assert team_names(owner) == ["A"]
