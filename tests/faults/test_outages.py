"""Servers that go away: without Valkey the site works and jobs wait; PostgreSQL restarts and the next request works."""

from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import caches
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.utils import timezone

from config.wsgi import application
from core.cache import ForgivingRedisCache
from portfolio.models import Valuation
from tenancy.enums import JobStatus
from tenancy.models import Job, OutboxEntry
from tenancy.scope import tenant_scope
from tenancy.services.jobs import dispatch_outbox
from tests.api_client import ApiClient
from tests.connections import PATIENCE_S, begin
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, CashPeriodFactory, InitiativeFactory
from tests.threads.worker import worker  # noqa: F401 - a fixture

DEAD = "redis://127.0.0.1:1"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def case(owner):
    """A business case that can be valued."""
    with tenant_scope(owner):
        line = CashLineFactory(case=BusinessCaseFactory())
        CashPeriodFactory(line=line)
        return line.case


@pytest.fixture
def dead_valkey(monkeypatch):
    """The cache and the broker behind a port nobody listens to; real clients, real refusals."""
    options = {**settings.CACHES["default"], "LOCATION": DEAD}
    alive = caches["default"]
    caches["default"] = ForgivingRedisCache(DEAD, {name: options[name] for name in ("KEY_PREFIX", "OPTIONS")})
    monkeypatch.setattr(current_app.conf, "broker_url", DEAD)
    current_app._after_fork()
    yield
    caches["default"] = alive
    monkeypatch.undo()
    current_app._after_fork()


@pytest.fixture
def signed_in(owner) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner.user, backend=BACKEND)
    return client


@pytest.mark.django_db(transaction=True)
def test_without_valkey_pages_and_rest_read_and_write_and_jobs_wait(
    dead_valkey, owner, case, api_client, signed_in, request
):
    client = api_client(owner)
    address = f"business-cases/{case.pk}/"

    assert signed_in.get("/acme/portfolio/initiatives/").status_code == 200
    assert signed_in.post("/acme/portfolio/themes/new/", {"name": "Trust"}).status_code == 303
    assert client.get(address).status_code == 200
    assert client.patch(address, {"notes": "Written without a cache."}).status_code == 200
    asked = client.post(f"{address}value/")
    assert asked.status_code == 202, asked.content
    assert client.get(f"jobs/{asked.json()['id']}/progress/").json()["status"] == "waiting"
    assert signed_in.get(f"/acme/portfolio/business-cases/{case.pk}/").status_code == 200
    assert OutboxEntry.objects.filter(pk=asked.json()["id"]).exists()
    assert dispatch_outbox() == 0

    _assert_waiting_job_runs_once(request.getfixturevalue("worker"), owner, asked.json()["id"])


def _assert_waiting_job_runs_once(worker: Any, owner: Any, job_id: str) -> None:
    OutboxEntry.objects.update(publish_after=timezone.now())
    assert dispatch_outbox() == 1
    assert dispatch_outbox() == 0
    copy = list(worker.messages)

    assert worker.run() == ["portfolio.value_business_case"]
    worker.messages = copy
    worker.run()

    with tenant_scope(owner):
        job = Job.objects.get(pk=job_id)
        assert (job.status, job.attempts) == (JobStatus.SUCCEEDED, 1)
        assert Valuation.objects.count() == 1
    assert not OutboxEntry.objects.exists()


def test_outage_costs_one_line_a_request_and_no_traceback(dead_valkey, case, owner, api_client, caplog):
    client = api_client(owner)
    caplog.clear()

    assert client.get(f"business-cases/{case.pk}/").status_code == 200

    assert all(record.exc_info is None for record in caplog.records)
    assert len(caplog.records) <= 1, [record.getMessage() for record in caplog.records]


def _kill(process_id: int) -> None:
    """What a restart of the server does to a kept connection; one's own role may do it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process_id])
        assert cursor.fetchone() == (True,)


def _served(client: ApiClient, method: str, path: str, body: bytes = b"") -> str:
    """The status line of the WSGI application itself; Django's test client would skip the check of the connection."""
    headers = {"Authorization": f"Bearer {client.bearer}"}
    environ = RequestFactory().generic(method, path, body, "application/json", headers=headers).environ
    statuses: list[str] = []
    answer = application(environ, lambda status, headers: statuses.append(status))
    b"".join(answer)
    answer.close()
    return statuses[0]


@pytest.mark.django_db(transaction=True)
def test_killed_connection_is_replaced_for_the_next_request(owner, api_client):
    client = api_client(owner)
    with tenant_scope(owner):
        initiative = InitiativeFactory()
    killed = []

    address = client.url(f"initiatives/{initiative.pk}/")

    def serve() -> list[str]:
        kept = connections["default"]
        kept.settings_dict["CONN_HEALTH_CHECKS"] = True
        kept.settings_dict["CONN_MAX_AGE"] = None
        first = _served(client, "GET", address)
        killed.append(kept.connection.info.backend_pid)
        begin(lambda: _kill(killed[0])).result(PATIENCE_S)
        second = _served(client, "PATCH", address, b'{"title": "After the restart"}')
        killed.append(kept.connection.info.backend_pid)
        return [first, second, _served(client, "GET", address)]

    assert begin(serve).result(60) == ["200 OK"] * 3
    assert killed[0] != killed[1]
    with tenant_scope(owner):
        initiative.refresh_from_db()
    assert initiative.title == "After the restart"
