"""The viewset base, end to end on teams: rights, validation, preconditions, paging, bulk, idempotency."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy.models import Membership, Team
from tenancy.scope import tenant_scope
from tests.factories.tenancy import MembershipFactory, TeamFactory

LIST_QUERIES = 3


@pytest.fixture
def client(api_client, owner):
    return api_client(owner)


@pytest.fixture
def team(owner):
    with tenant_scope(owner):
        return TeamFactory(name="Search")


@pytest.fixture
def foreign_membership(stranger):
    with tenant_scope(stranger):
        return Membership.objects.get(user=stranger.user)


def team_names(actor) -> list[str]:
    with tenant_scope(actor):
        return sorted(Team.objects.values_list("name", flat=True))


def problem(response, status: int) -> dict:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    return body


def pointers(body: dict) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in body["errors"]}


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_list_costs_the_same_for_any_number_of_rows(client, owner, rows):
    with tenant_scope(owner):
        TeamFactory.create_batch(rows)
    client.get("teams/")

    with CaptureQueriesContext(connection) as queries:
        response = client.get("teams/")

    assert len(response.json()["results"]) == rows
    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == LIST_QUERIES


def test_list_row_equals_the_detail(client, owner, team):
    with tenant_scope(owner):
        team.members.through.objects.create(team=team, membership=Membership.objects.get(user=owner.user))

    (row,) = client.get("teams/").json()["results"]

    detail = client.get(f"teams/{team.pk}/")
    assert detail.json() == row
    assert row["name"] == "Search"
    assert len(row["members"]) == 1


def test_create_answers_the_record_with_its_address_and_tag(client, owner):
    with tenant_scope(owner):
        member = MembershipFactory()

    response = client.post("teams/", {"name": "Search", "members": [str(member.pk)]})

    assert response.status_code == 201, response.content
    body = response.json()
    assert body["members"] == [str(member.pk)]
    assert body["version"] == 1
    assert response["Location"] == f"/api/v1/organizations/acme/teams/{body['id']}/"
    assert response["ETag"].startswith('"1.')
    assert client.get(f"teams/{body['id']}/")["ETag"] == response["ETag"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, {"/name": "required"}),
        ({"name": 5}, {"/name": "invalid"}),
        ({"name": None}, {"/name": "null"}),
        ({"name": "x" * 121}, {"/name": "max_length"}),
        ({"name": "A", "colour": "red", "size": 1}, {"/colour": "unknown_field", "/size": "unknown_field"}),
        ({"name": "A", "version": 7}, {"/version": "read_only"}),
        ({"name": "A", "members": "x"}, {"/members": "not_a_list"}),
        ({"name": "A", "members": ["x"]}, {"/members/0": "does_not_exist"}),
        (
            {"name": "A", "members": [7, None, "x"]},
            {"/members/0": "incorrect_type", "/members/1": "null", "/members/2": "does_not_exist"},
        ),
        ([1], {"/": "invalid"}),
    ],
)
def test_create_names_every_bad_field(client, owner, data, expected):
    body = problem(client.post("teams/", data), 400)

    assert pointers(body) == expected
    assert team_names(owner) == []


def test_foreign_id_answers_like_one_that_never_existed(client, owner, foreign_membership):
    foreign = client.post("teams/", {"name": "A", "members": [str(foreign_membership.pk)]})
    unknown = client.post("teams/", {"name": "A", "members": ["01900000-0000-7000-8000-000000000000"]})

    assert problem(foreign, 400) == problem(unknown, 400)
    assert pointers(foreign.json()) == {"/members/0": "does_not_exist"}
    assert team_names(owner) == []


@pytest.mark.parametrize("body", ["{", '{"name": NaN}', b'{"name": "\xff"}', '{"name": "\\u0000"}', "[" * 100_000])
def test_malformed_body_is_refused(client, owner, body):
    problem(client.post("teams/", body), 400)

    assert team_names(owner) == []


def test_too_large_body_is_refused(client, owner, settings):
    settings.MAX_BODY_BYTES = 100

    body = problem(client.post("teams/", {"name": "x" * 200}), 413)

    assert body["code"] == "payload_too_large"
    assert team_names(owner) == []


def test_other_media_types_are_refused(client):
    problem(client.post("teams/", "name=A", Content_Type="application/x-www-form-urlencoded"), 415)
    problem(client.get("teams/", Accept="text/html"), 406)
    problem(client.put("teams/", {"name": "A"}), 405)
    problem(client.request("DELETE", "teams/"), 405)


def test_duplicate_name_is_refused(client, owner, team):
    body = problem(client.post("teams/", {"name": "Search"}), 409)

    assert pointers(body) == {"/name": "duplicate"}
    assert team_names(owner) == ["Search"]


def test_member_without_the_right_is_refused_and_stranger_sees_nothing(api_client, viewer, stranger, team):
    assert api_client(viewer).get(f"teams/{team.pk}/").status_code == 200
    problem(api_client(viewer).patch(f"teams/{team.pk}/", {"name": "Mine"}), 403)
    problem(api_client(viewer).post("teams/", {"name": "Mine"}), 403)
    problem(api_client(viewer).delete(f"teams/{team.pk}/"), 403)
    problem(api_client(viewer).patch("teams/01900000-0000-7000-8000-000000000000/", {"name": "Mine"}), 404)
    problem(api_client(stranger).get(f"teams/{team.pk}/"), 404)

    assert team_names(viewer) == ["Search"]


def test_token_with_read_scope_cannot_write(api_client, owner, team):
    client = api_client(owner, scopes=["tenancy:read"])

    assert client.get("teams/").status_code == 200
    problem(client.delete(f"teams/{team.pk}/"), 403)

    assert team_names(owner) == ["Search"]


def test_token_without_a_read_scope_cannot_list(api_client, owner, team):
    problem(api_client(owner, scopes=["portfolio:read"]).get("teams/"), 403)


def test_change_raises_the_version_and_the_old_tag_is_stale(client, owner, team):
    old = client.get(f"teams/{team.pk}/")["ETag"]

    changed = client.patch(f"teams/{team.pk}/", {"name": "Discovery"}, If_Match=old)
    lost = client.patch(f"teams/{team.pk}/", {"name": "Too late"}, If_Match=old)

    assert changed.status_code == 200
    assert changed.json()["version"] == 2
    assert problem(lost, 412)["code"] == "stale_version"
    problem(client.delete(f"teams/{team.pk}/", If_Match=old), 412)
    assert team_names(owner) == ["Discovery"]
    assert client.delete(f"teams/{team.pk}/", If_Match=changed["ETag"]).status_code == 204
    assert team_names(owner) == []


@pytest.mark.parametrize("header", ["*", '"1"', '"9", "1"'])
def test_if_match_accepts_any_the_plain_version_and_lists(client, team, header):
    assert client.patch(f"teams/{team.pk}/", {"name": "Discovery"}, If_Match=header).status_code == 200


@pytest.mark.parametrize("header", ['"9"', "nonsense", 'W/"1"', '""'])
def test_if_match_refuses_other_versions_and_weak_tags(client, owner, team, header):
    problem(client.patch(f"teams/{team.pk}/", {"name": "Discovery"}, If_Match=header), 412)

    assert team_names(owner) == ["Search"]


def test_unchanged_record_answers_304(client, team):
    tag = client.get(f"teams/{team.pk}/")["ETag"]

    response = client.get(f"teams/{team.pk}/", If_None_Match=tag)

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
    assert client.get(f"teams/{team.pk}/", If_None_Match='"0.0"').status_code == 200


def test_tag_changes_with_an_annotation_of_another_table(client, owner, team):
    tag = client.get(f"teams/{team.pk}/")["ETag"]
    with tenant_scope(owner):
        team.members.through.objects.create(team=team, membership=MembershipFactory())

    assert client.get(f"teams/{team.pk}/", If_None_Match=tag).status_code == 200
    assert client.patch(f"teams/{team.pk}/", {"name": "Discovery"}, If_Match=tag).status_code == 200


def test_unknown_parameters_and_bad_values_are_named(client):
    assert pointers(problem(client.get("teams/?color=red&x=1"), 400)) == {
        "/color": "unknown_parameter",
        "/x": "unknown_parameter",
    }
    for query, field in [
        ("page_size=0", "/page_size"),
        ("page_size=501", "/page_size"),
        ("page_size=ten", "/page_size"),
        ("page_size=%C2%B2", "/page_size"),
        ("ordering=secret", "/ordering"),
        ("ordering=name,-name", "/ordering"),
        ("ordering=", "/ordering"),
        ("cursor=forged", "/cursor"),
        ("member=nonsense", "/member"),
        ("q=%00", "/q"),
        ("q=" + "x" * 201, "/q"),
    ]:
        assert list(pointers(problem(client.get(f"teams/?{query}"), 400))) == [field], query


def test_search_and_filter_narrow_the_list(client, owner, team):
    with tenant_scope(owner):
        other = TeamFactory(name="Discovery")
        membership = MembershipFactory()
        other.members.through.objects.create(team=other, membership=membership)

    def names(query):
        return [row["name"] for row in client.get(f"teams/?{query}").json()["results"]]

    assert names("q=sear") == ["Search"]
    assert names(f"member={membership.pk}") == ["Discovery"]
    assert names("ordering=name") == ["Discovery", "Search"]
    assert names("ordering=-name") == ["Search", "Discovery"]


def test_delete_of_a_member_in_use_leaves_all(client, owner, team):
    assert client.delete(f"teams/{team.pk}/").status_code == 204
    problem(client.delete(f"teams/{team.pk}/"), 404)
    problem(client.get("teams/not-a-uuid/"), 404)
