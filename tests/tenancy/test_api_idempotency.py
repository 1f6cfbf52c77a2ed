"""Idempotency-Key: done once, answered twice, also when both requests come at the same moment."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from tenancy.actor import Actor
from tenancy.models import IdempotencyRecord
from tenancy.scope import tenant_scope
from tenancy.services import memberships
from tests.connections import PATIENCE_S, begin
from tests.tenancy.test_api_teams import pointers, problem, team_names


@pytest.fixture
def client(api_client, owner):
    return api_client(owner)


def test_repeated_request_replays_the_first_answer(client, owner):
    first = client.post("teams/", {"name": "A"}, Idempotency_Key="k1")
    second = client.post("teams/", {"name": "A"}, Idempotency_Key="k1")

    assert first.status_code == second.status_code == 201
    assert second.content == first.content
    assert {name: second[name] for name in ("ETag", "Location", "Content-Type")} == {
        name: first[name] for name in ("ETag", "Location", "Content-Type")
    }
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert team_names(owner) == ["A"]


def test_same_key_with_another_body_is_refused(client, owner):
    client.post("teams/", {"name": "A"}, Idempotency_Key="k1")

    body = problem(client.post("teams/", {"name": "B"}, Idempotency_Key="k1"), 422)

    assert pointers(body) == {"/Idempotency-Key": "idempotency_key_reused"}
    problem(client.post("invitations/", {"name": "A"}, Idempotency_Key="k1"), 422)
    assert team_names(owner) == ["A"]


def test_refused_request_is_not_kept(client, owner):
    problem(client.post("teams/", {"name": ""}, Idempotency_Key="k1"), 400)

    assert client.post("teams/", {"name": "A"}, Idempotency_Key="k1").status_code == 201


def test_key_belongs_to_its_caller(api_client, client, owner):
    client.post("teams/", {"name": "A"}, Idempotency_Key="k1")

    other = api_client(owner).post("teams/", {"name": "B"}, Idempotency_Key="k1")

    assert other.status_code == 201
    assert team_names(owner) == ["A", "B"]


def test_expired_key_is_free_again(client, owner):
    client.post("teams/", {"name": "A"}, Idempotency_Key="k1")
    with tenant_scope(Actor.system(owner.organization)):
        IdempotencyRecord.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert client.post("teams/", {"name": "B"}, Idempotency_Key="k1").status_code == 201
    assert team_names(owner) == ["A", "B"]


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_unusable_key_is_refused(client, owner, key):
    body = problem(client.post("teams/", {"name": "A"}, Idempotency_Key=key), 400)

    assert list(pointers(body)) == ["/Idempotency-Key"]
    assert team_names(owner) == []


def test_secret_of_a_new_token_is_never_kept(client, owner):
    body = problem(client.post("api-tokens/", {"name": "ci", "scopes": ["read"]}, Idempotency_Key="k1"), 400)

    assert list(pointers(body)) == ["/Idempotency-Key"]
    with tenant_scope(owner):
        assert not IdempotencyRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_concurrent_duplicate_waits_and_replays(client, owner, monkeypatch):
    arrived, go_on = threading.Event(), threading.Event()
    create_team = memberships.create_team

    def slow(**arguments):
        arrived.set()
        assert go_on.wait(10)
        return create_team(**arguments)

    monkeypatch.setattr(memberships, "create_team", slow)

    def send():
        return client.post("teams/", {"name": "A"}, Idempotency_Key="k1")

    first = begin(send)
    assert arrived.wait(PATIENCE_S)
    second = begin(send)
    with pytest.raises(TimeoutError):
        second.result(0.3)
    go_on.set()
    answers = [each.result(PATIENCE_S) for each in (first, second)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True]
    assert team_names(owner) == ["A"]
