"""Tenancy's endpoints: memberships, invitations, tokens, service accounts, jobs, the ledger."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenancy.enums import Role
from tenancy.models import ApiToken, Invitation, Job, LedgerEvent, Membership
from tenancy.scope import tenant_scope
from tests.api_client import ApiClient
from tests.factories.tenancy import MembershipFactory
from tests.tenancy.test_api_teams import pointers, problem


@pytest.fixture
def client(api_client, owner):
    return api_client(owner, scopes=["write", "read", "tenancy:read"])


@pytest.fixture
def member(owner):
    with tenant_scope(owner):
        return MembershipFactory(role=Role.CONTRIBUTOR)


LISTS = ["memberships/", "service-accounts/", "teams/", "invitations/", "api-tokens/", "jobs/", "ledger-events/"]


@pytest.mark.parametrize("address", LISTS)
def test_every_list_costs_three_statements_and_equals_the_detail(client, member, address):
    client.post("teams/", {"name": "A"})
    client.post("invitations/", {"email": "new@example.com", "role": "viewer"})
    client.post("service-accounts/", {"name": "CI"})
    with tenant_scope(client.actor):
        Job.objects.create(name="x", created_by=client.actor.user)
    client.get(address)

    with CaptureQueriesContext(connection) as queries:
        rows = client.get(address).json()["results"]

    assert len([q for q in queries if "SAVEPOINT" not in q["sql"]]) == 3
    assert client.get(f"{address}{rows[0]['id']}/").json() == rows[0]


def test_membership_is_changed_in_part(client, member):
    response = client.patch(f"memberships/{member.pk}/", {"functions": ["legal"]})

    assert response.status_code == 200, response.content
    assert (response.json()["role"], response.json()["functions"]) == ("contributor", ["legal"])
    assert response.json()["email"] == member.user.email
    problem(client.post("memberships/", {"role": "owner"}), 405)


def test_membership_rules_are_kept(client, api_client, owner, member):
    with tenant_scope(owner):
        own = Membership.objects.get(user=owner.user)

    problem(client.patch(f"memberships/{own.pk}/", {"role": "viewer"}), 403)
    assert problem(client.delete(f"memberships/{own.pk}/"), 409)["code"] == "last_owner"
    assert pointers(problem(client.patch(f"memberships/{member.pk}/", {"role": "king"}), 400)) == {
        "/role": "invalid_choice"
    }
    assert pointers(problem(client.patch(f"memberships/{member.pk}/", {"functions": ["x"]}), 400)) == {
        "/functions/0": "invalid_choice"
    }
    assert client.delete(f"memberships/{member.pk}/").status_code == 204
    assert client.get(f"memberships/{member.pk}/").json()["is_active"] is False


def test_invitation_answers_no_secret(client, owner):
    created = client.post("invitations/", {"email": "new@example.com", "role": "viewer", "functions": ["legal"]})

    assert created.status_code == 201
    assert "token_hash" not in created.json()
    revoked = client.post(f"invitations/{created.json()['id']}/revoke/")
    assert revoked.json()["revoked_at"] is not None
    with tenant_scope(owner):
        assert Invitation.objects.get().revoked_at is not None


def test_invitation_input_is_checked(client, owner):
    assert pointers(problem(client.post("invitations/", {"email": "new@example.com"}), 400)) == {"/role": "required"}
    assert pointers(problem(client.post("invitations/", {"email": "x", "role": "viewer"}), 400)) == {
        "/email": "invalid"
    }
    assert pointers(problem(client.post("invitations/", {"email": owner.user.email, "role": "viewer"}), 400)) == {
        "/email": "invalid"
    }


def test_token_shows_its_secret_once_and_works(client, owner):
    created = client.post("api-tokens/", {"name": "ci", "scopes": ["tenancy:read"]})

    assert created.status_code == 201, created.content
    secret = created.json()["secret"]
    assert created["Cache-Control"] == "no-store"
    fresh = ApiClient(owner, bearer=secret)
    assert fresh.get("teams/").status_code == 200
    assert secret not in client.get("api-tokens/").content.decode()
    assert client.post(f"api-tokens/{created.json()['id']}/revoke/").status_code == 200
    problem(fresh.get("teams/"), 401)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"name": "ci"}, {"/scopes": "required"}),
        ({"name": "ci", "scopes": []}, {"/scopes": "empty"}),
        ({"name": "ci", "scopes": ["all"]}, {"/scopes/0": "invalid_choice"}),
        ({"name": "ci", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}, {"/expires_at": "invalid"}),
        ({"name": "ci", "scopes": ["read"], "expires_at": "2031-01-01T00:00:00"}, {"/expires_at": "offset"}),
        ({"name": "ci", "scopes": ["read"], "expires_at": "0001-01-01T00:00:00+14:00"}, {"/expires_at": "overflow"}),
        ({"name": "ci", "scopes": ["read"], "expires_at": 5}, {"/expires_at": "invalid"}),
    ],
)
def test_token_input_is_checked(client, owner, data, expected):
    assert pointers(problem(client.post("api-tokens/", data), 400)) == expected
    with tenant_scope(owner):
        assert ApiToken.objects.count() == 1


def test_tokens_of_others_are_invisible(client, api_client, viewer):
    with tenant_scope(viewer):
        owners = ApiToken.objects.get()
    other = api_client(viewer)

    assert [row["id"] for row in other.get("api-tokens/").json()["results"]] != [str(owners.pk)]
    problem(other.get(f"api-tokens/{owners.pk}/"), 404)
    problem(other.post(f"api-tokens/{owners.pk}/revoke/"), 404)


def test_service_account_gets_a_token(client, viewer, api_client):
    account = client.post("service-accounts/", {"name": "CI"}).json()

    token = client.post("api-tokens/", {"name": "ci", "scopes": ["read"], "membership": account["id"]})

    assert account["role"] == "service_account"
    assert token.status_code == 201
    problem(api_client(viewer).post("service-accounts/", {"name": "Mine"}), 403)


def test_jobs_show_progress_and_only_own_ones_to_members(client, api_client, owner, viewer):
    with tenant_scope(owner):
        job = Job.objects.create(name="x", created_by=owner.user)

    assert client.get(f"jobs/{job.pk}/progress/").json() == {
        "status": "waiting",
        "current": 0,
        "total": 0,
        "message": "",
    }
    assert api_client(viewer).get("jobs/").json()["results"] == []
    problem(api_client(viewer).get(f"jobs/{job.pk}/progress/"), 404)
    problem(client.delete(f"jobs/{job.pk}/"), 405)


def test_ledger_is_filtered_and_exported_on_the_record(client, api_client, owner, viewer):
    team = client.post("teams/", {"name": "A"}).json()

    rows = client.get(f"ledger-events/?record_id={team['id']}&table=tenancy_team&action=team.created").json()["results"]
    assert [(row["operation"], row["changes"]["after"]["name"]) for row in rows] == [("insert", "A")]
    assert rows[0]["actor_id"] == str(owner.user_id)
    assert client.get("ledger-events/?at_before=2020-01-01T00:00:00Z").json()["results"] == []
    assert pointers(problem(client.get("ledger-events/?record_id=x&at_after=now"), 400)).keys() == {
        "/record_id",
        "/at_after",
    }

    export = client.get(f"ledger-events/export/?record_id={team['id']}")
    assert export["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in b"".join(export.streaming_content).splitlines()] == rows
    with tenant_scope(owner):
        event = LedgerEvent.objects.filter(action="ledger.exported").get()
    assert json.loads(event.changes)["filters"] == {"record_id": team["id"]}
    problem(api_client(viewer).get("ledger-events/"), 403)
    problem(api_client(viewer).get("ledger-events/export/"), 403)
