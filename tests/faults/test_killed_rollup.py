"""Rollup workers are killed in the middle of a load, and two work at once: totals equal what SQL says, to the row.

KPI_FAULT_ROWS sets the size of the load: 1,000,000 for the full figure.
"""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from portfolio.enums import KpiAggregation
from portfolio.models import Kpi, KpiObservation, KpiObservationKey, KpiRollup, KpiTouchedMonth
from portfolio.services.kpi_observations import MAX_BATCH, ObservationInput, record_observations
from portfolio.services.kpi_rollups import TASK, roll_up
from tenancy.actor import Actor
from tenancy.models import OutboxEntry
from tenancy.scope import tenant_scope
from tenancy.services.jobs import dispatch_outbox, enqueue
from tests.factories.portfolio import KpiFactory
from tests.faults.kpi_truth import differences
from tests.faults.test_killed_worker import _waits_for_us, broker, start_worker, wait_until  # noqa: F401 - fixtures

ROWS = int(os.environ.get("KPI_FAULT_ROWS", "12_000"))
CALL = min(MAX_BATCH, ROWS // 6)
END = datetime(2026, 3, 31, 23, tzinfo=UTC)

# A worker starts and a full load is rolled up even on a busy machine.
PATIENCE = 120 + ROWS / 1000

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def _observation(kpis: list[Kpi], number: int) -> ObservationInput:
    """The number-th observation of the load: KPIs in turn, a hundred days, a corrected one now and then."""
    step, index = divmod(number, len(kpis))
    kpi = kpis[index]
    value = Decimal(number * 7919 % 10_007) / 10
    amounts = {"numerator": value, "denominator": Decimal(1 + step % 9)} if kpi.aggregation == "ratio" else {}
    return ObservationInput(
        kpi_id=kpi.pk,
        observed_at=END - timedelta(minutes=144_000 * step / (ROWS // len(kpis))),
        value=None if amounts else value,
        weight=Decimal(step % 5),
        source_id=str(step if step % 50 else step // 2),
        **amounts,
    )


def _calls(kpis: list[Kpi]) -> Iterator[list[ObservationInput]]:
    for start in range(0, ROWS, CALL):
        rows = {
            (each.kpi_id, each.source_id): each for each in (_observation(kpis, n) for n in range(start, start + CALL))
        }
        yield list(rows.values())


def _load(calls: Iterator[list[ObservationInput]], actor: Actor, *, count: int) -> None:
    for _, observations in zip(range(count), calls, strict=False):
        with tenant_scope(actor):
            record_observations(observations=observations, actor=actor)


@pytest.fixture
def kpis(owner) -> list[Kpi]:
    """One KPI of every aggregation."""
    with tenant_scope(owner):
        return [KpiFactory(aggregation=aggregation) for aggregation in KpiAggregation]


def _publish() -> None:
    """Send every job that no worker holds again, however short ago it was sent."""
    with transaction.atomic():
        free = list(OutboxEntry.objects.select_for_update(skip_locked=True).values_list("pk", flat=True))
        OutboxEntry.objects.filter(pk__in=free).update(publish_after=timezone.now())
    dispatch_outbox()


def _kill_in_the_middle(owner, calls, start_worker) -> None:
    """Kill a worker that has taken its days and written some figures, while the load goes on beside it."""
    _publish()
    with tenant_scope(owner):
        # The last figures a rollup writes; it stands at them with everything else done and nothing committed.
        list(KpiRollup.objects.filter(period="quarter").select_for_update(of=("self",)))
        killed = start_worker()
        wait_until(_waits_for_us, "the worker to write", patience=PATIENCE)
        record_observations(observations=next(calls), actor=owner)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()


def _finish(owner) -> None:
    sent_at = [0.0]

    def is_done() -> bool:
        if time.monotonic() > sent_at[0] + 3:
            _publish()
            sent_at[0] = time.monotonic()
        with tenant_scope(owner):
            return not KpiTouchedMonth.objects.exists() and not OutboxEntry.objects.exists()

    wait_until(is_done, "the rollup", patience=PATIENCE)


def test_killed_rollup_workers_lose_and_repeat_nothing(owner, kpis, start_worker):
    calls = _calls(kpis)
    third = max(1, ROWS // CALL // 3)
    _load(calls, owner, count=third)
    with tenant_scope(owner):
        roll_up(actor=owner)

    for _ in range(2):
        _load(calls, owner, count=third // 2)
        _kill_in_the_middle(owner, calls, start_worker)
    _load(calls, owner, count=ROWS)
    start_worker()
    _finish(owner)

    with tenant_scope(owner):
        assert differences() == (0, 0)
        sent = {(each.kpi_id, each.source_id) for batch in _calls(kpis) for each in batch}
        assert KpiObservation.objects.count() == KpiObservationKey.objects.count() == len(sent)


def test_two_rollup_workers_at_once_count_nothing_twice(owner, kpis, start_worker):
    calls = _calls(kpis)
    _load(calls, owner, count=2)
    system = Actor.system(owner.organization)
    with tenant_scope(system):
        for _ in range(3):
            enqueue(TASK, actor=system)

    start_worker(), start_worker()
    _load(calls, owner, count=ROWS)
    with tenant_scope(system):
        enqueue(TASK, actor=system)
    _finish(owner)

    with tenant_scope(owner):
        assert differences() == (0, 0)
        assert KpiTouchedMonth.objects.count() == 0
