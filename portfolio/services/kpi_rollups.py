"""KPI rollups: set-based, only over the days that were touched, safe to run twice and by two workers at once."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction

from portfolio.models import KpiTouchedDay
from tenancy.actor import Actor
from tenancy.models import Job, OutboxEntry
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue, report_progress

BATCH = 20_000
TASK = "portfolio.roll_up_kpis"

# Days and months are UTC calendar periods [start, end). A period whose last observation has gone loses its row.
_ROLL_UP = """
WITH touched AS (
    DELETE FROM portfolio_kpitouchedday WHERE id IN (
        SELECT id FROM portfolio_kpitouchedday WHERE organization_id = %(organization)s ORDER BY id LIMIT %(batch)s
    ) AND organization_id = %(organization)s
    RETURNING kpi_id, day
), periods AS (
    SELECT DISTINCT kpi_id, 'day' AS period, day AS first, day + 1 AS past FROM touched
    UNION ALL
    SELECT DISTINCT kpi_id, 'month', date_trunc('month', day)::date,
        (date_trunc('month', day) + interval '1 month')::date
    FROM touched
), figures AS (
    SELECT periods.kpi_id, periods.period, periods.first, count(o.id) AS count, max(o.observed_at) AS last_observed_at,
        CASE kpi.aggregation
            WHEN 'sum' THEN sum(o.value)
            WHEN 'mean' THEN avg(o.value)
            ELSE (array_agg(o.value ORDER BY o.observed_at DESC, o.id DESC))[1]
        END AS value
    FROM periods
    JOIN portfolio_kpi kpi ON kpi.organization_id = %(organization)s AND kpi.id = periods.kpi_id
    LEFT JOIN portfolio_kpiobservation o ON o.organization_id = %(organization)s AND o.kpi_id = periods.kpi_id
        AND o.observed_at >= periods.first::timestamp AT TIME ZONE 'UTC'
        AND o.observed_at < periods.past::timestamp AT TIME ZONE 'UTC'
    GROUP BY periods.kpi_id, periods.period, periods.first, kpi.aggregation
), emptied AS (
    DELETE FROM portfolio_kpirollup rollup USING figures
    WHERE figures.count = 0 AND rollup.organization_id = %(organization)s AND rollup.kpi_id = figures.kpi_id
        AND rollup.period = figures.period AND rollup.period_start = figures.first
    RETURNING rollup.id
), written AS (
    INSERT INTO portfolio_kpirollup AS rollup (id, organization_id, created_at, updated_at, version,
        kpi_id, period, period_start, value, count, last_observed_at)
    SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, kpi_id, period, first, round(value, 6), count,
        last_observed_at
    FROM figures WHERE count > 0
    ON CONFLICT (organization_id, kpi_id, period, period_start) DO UPDATE
        SET value = excluded.value, count = excluded.count, last_observed_at = excluded.last_observed_at,
            updated_at = now()
        WHERE (rollup.value, rollup.count, rollup.last_observed_at)
            IS DISTINCT FROM (excluded.value, excluded.count, excluded.last_observed_at)
    RETURNING rollup.id
)
SELECT (SELECT count(*) FROM touched), (SELECT count(*) FROM written), (SELECT count(*) FROM emptied)
"""


@dataclass(frozen=True)
class RollupResult:
    """Touched days taken from the queue, rollups written and rollups removed."""

    days: int
    written: int
    removed: int


@transaction.atomic
def roll_up(*, actor: Actor, job_id: UUID | None = None) -> RollupResult:
    """Bring the rollups of the organization's touched days up to date.

    One worker an organization at a time: a second one waits, then finds what the first left. Rows
    appended by a transaction that has not committed yet stay for the next run.
    """
    actor.require("kpi_rollup.run")
    named_action("kpi.rolled_up")
    days = written = removed = 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('roll up ' || %s, 0))", [str(actor.organization_id)]
        )
        waiting = KpiTouchedDay.objects.count() if job_id else 0
        while True:
            cursor.execute(_ROLL_UP, {"organization": actor.organization_id, "batch": BATCH})
            batch = cursor.fetchone()
            if not batch[0]:
                return RollupResult(days, written, removed)
            days, written, removed = days + batch[0], written + batch[1], removed + batch[2]
            report_progress(job_id, current=days, total=max(waiting, days), message="Touched days rolled up")


def request_rollup(*, actor: Actor) -> Job | None:
    """Start a rollup after the commit, as the system; None when one waits that no worker has taken yet.

    A feed of many small batches then makes one job and not one a batch. Should the waiting job run
    between this look and the caller's commit, the scheduled rollup picks up what it could not see.
    """
    if _has_waiting_job(actor):
        return None
    system = Actor.system(actor.organization, source=actor.source, request_id=actor.request_id)
    return enqueue(TASK, actor=system, title="Roll up KPIs")


def _has_waiting_job(actor: Actor) -> bool:
    """Whether an entry is in the outbox that no worker holds; the lock that tells so is given back at once."""
    savepoint = transaction.savepoint()
    entries = OutboxEntry.objects.filter(organization_id=actor.organization_id, task=TASK)
    waiting = list(entries.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1])
    transaction.savepoint_rollback(savepoint)
    return bool(waiting)
