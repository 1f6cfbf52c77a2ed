"""A real Celery worker is killed in the middle of a valuation: the valuation is done once, not twice, and not never."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils import timezone

from launcher.embedded_valkey import EmbeddedValkey
from portfolio.models import BusinessCase, Valuation
from portfolio.services.business_cases import request_valuation
from tenancy.enums import JobStatus
from tenancy.models import Job, LedgerEvent, OutboxEntry
from tenancy.scope import tenant_scope
from tenancy.services.jobs import dispatch_outbox
from tests.factories.portfolio import BusinessCaseFactory, CaseOptionFactory, CashLineFactory, CashPeriodFactory

ROOT = Path(__file__).parents[2]
PATIENCE = 60
QUEUES = "interactive,rollups"

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class SilentConsole:
    """What the launcher would say to a person."""

    def say(self, text: str) -> None:
        """Nobody listens."""


class PrivateFolder:
    """The part of a state folder a Valkey server needs."""

    def __init__(self, root: Path) -> None:
        self.root = self.logs = self.run = root


@pytest.fixture
def broker(tmp_path, monkeypatch) -> Iterator[str]:
    """REDIS_URL of a Valkey server that only this test and its workers use."""
    server = EmbeddedValkey(PrivateFolder(tmp_path), SilentConsole())
    server.prepare()
    process = server.spawn()
    server.wait_until_ready(process)
    monkeypatch.setattr(current_app.conf, "broker_url", f"redis+socket://{server.socket}?virtual_host=0")
    current_app._after_fork()
    yield f"unix://{server.socket}"
    process.kill()
    process.wait()
    monkeypatch.undo()
    current_app._after_fork()


@pytest.fixture
def start_worker(broker, tmp_path) -> Iterator[Callable[[], subprocess.Popen]]:
    """start_worker(): one more worker process on the test's database; all are killed at the end."""
    database = connection.settings_dict
    login = f"{database['USER']}:{database['PASSWORD']}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "DATABASE_ROLE": "app",
        "DATABASE_URL": f"postgresql://{login}@/{database['NAME']}?host={database['HOST']}&port={database['PORT']}",
        "REDIS_URL": broker,
        "SECRET_KEY": settings.SECRET_KEY,
        "FAIRLEAD_HOME": str(tmp_path),
    }
    command = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "-A", "config", "worker", "-P", "solo"]
    command += ["-Q", QUEUES]
    started = []

    def start() -> subprocess.Popen:
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
            )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], Any], what: str, *, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"in vain waited for {what}"
        time.sleep(0.1)


def _waits_for_us() -> bool:
    """Whether somebody stands at a lock this transaction holds, as the worker does at the case."""
    with connection.cursor() as cursor:
        # Not pg_stat_activity, which shows one transaction the same picture all the time.
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.fetchone()[0] > 0


def _job(actor: Any) -> Job:
    with tenant_scope(actor):
        return Job.objects.get()


def test_valuation_of_a_killed_worker_is_done_once(owner, start_worker):
    with tenant_scope(owner):
        line = CashLineFactory(case=BusinessCaseFactory())
        CashPeriodFactory(line=line)
        bought = CaseOptionFactory(case=line.case, kind="buy", name="Buy", is_recommended=False)
        CashPeriodFactory(line=CashLineFactory(case=line.case, option=bought))
    with tenant_scope(owner):
        request_valuation(line.case, actor=owner)

    # The case is locked here, so that the worker is caught with its job in hand and nothing committed.
    with tenant_scope(owner):
        BusinessCase.objects.for_update().get(pk=line.case_id)
        killed = start_worker()
        wait_until(_waits_for_us, "the worker to take the job")
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()

    assert _job(owner).status == JobStatus.WAITING
    start_worker()
    OutboxEntry.objects.update(publish_after=timezone.now())
    wait_until(lambda: dispatch_outbox() or _job(owner).status == JobStatus.SUCCEEDED, "the job to come again")
    wait_until(lambda: _job(owner).status == JobStatus.SUCCEEDED, "the second worker")

    with tenant_scope(owner):
        assert sorted(Valuation.objects.values_list("option__name", flat=True)) == ["Build", "Buy"]
        assert _job(owner).attempts == 1
        valued = LedgerEvent.objects.filter(action="business_case.valued", table_name="portfolio_valuation")
        assert valued.count() == 2
    assert not OutboxEntry.objects.exists()
