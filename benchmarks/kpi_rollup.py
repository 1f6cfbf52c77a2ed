"""Rollups of two years of observations against the one SQL statement that computes them, and after a few more."""

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg

from benchmarks.dataset import owner_connection
from benchmarks.kpi_data import GUARDED, PLAIN, TABLE, new_organization, switch
from benchmarks.report import Figure
from portfolio.models import Kpi
from portfolio.services.kpi_batches import ObservationInput
from portfolio.services.kpi_months import prepare_months
from portfolio.services.kpi_observations import record_observations
from portfolio.services.kpi_rollups import RollupResult, roll_up
from tenancy.actor import Actor
from tenancy.models import Organization
from tenancy.scope import tenant_scope

ROWS = int(os.environ.get("BENCH_ROLLUP_ROWS", "10_000_000"))
TENANTS = 50
KPIS = 40
DAYS = 730
NEW = 10_000
MAX_RATIO = 1.3
MAX_SHARE = 2.0
TABLES = (TABLE, "portfolio_kpirollup", "portfolio_kpitouchedmonth")

# The reference of each row to its KPI would be checked ten million times; adding it again checks all rows at once.
_FOREIGN_KEY = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'portfolio_kpiobservation'::regclass AND contype = 'f' AND conparentid = 0"""
_FILL = """
INSERT INTO portfolio_kpiobservation (id, organization_id, kpi_id, created_at, updated_at, version, observed_at, value,
    segment, source, source_id)
SELECT gen_random_uuid(), %(organization)s, kpi.id, now(), now(), 1,
    %(end)s::timestamptz - %(days)s * interval '1 day' * (1 - step::float / %(steps)s),
    (step * 7919 + kpi.number * 31) %% 100003 / 10.0, '', '', 'feed/' || step
FROM generate_series(0, %(steps)s - 1) step
CROSS JOIN (SELECT id, row_number() OVER () AS number FROM unnest(%(kpis)s::uuid[]) id) kpi
"""
_TOUCH = """
INSERT INTO portfolio_kpitouchedmonth (id, organization_id, created_at, updated_at, version, kpi_id, month, days)
SELECT gen_random_uuid(), organization_id, now(), now(), 1, kpi_id, date_trunc('month', day)::date,
    bit_or(1 << (extract(day FROM day)::int - 1))
FROM (
    SELECT DISTINCT organization_id, kpi_id, (observed_at AT TIME ZONE 'UTC')::date AS day
    FROM portfolio_kpiobservation WHERE organization_id = ANY (%(organizations)s)
) observed GROUP BY organization_id, kpi_id, date_trunc('month', day)
"""
_FIGURES = """
WITH days AS (
    SELECT o.organization_id, o.kpi_id, kpi.aggregation, (o.observed_at AT TIME ZONE 'UTC')::date AS day,
        sum(o.value) AS numerator, CASE kpi.aggregation WHEN 'mean' THEN count(*) END::numeric AS denominator,
        count(*) AS count, max(o.observed_at) AS last_observed_at
    FROM portfolio_kpiobservation o JOIN portfolio_kpi kpi ON kpi.id = o.kpi_id
    WHERE o.organization_id = ANY (%(organizations)s) GROUP BY 1, 2, 3, 4
), figures AS (
    SELECT organization_id, kpi_id, 'day' AS period, day AS first, numerator, denominator, count, last_observed_at
    FROM days
    {later}
)
"""
_LATER = """UNION ALL
    SELECT organization_id, kpi_id, '{0}', date_trunc('{0}', day)::date, sum(numerator), sum(denominator),
        sum(count), max(last_observed_at)
    FROM days GROUP BY 1, 2, 4"""
_VALUES = """organization_id, kpi_id, period, first AS period_start,
    round(numerator / coalesce(denominator, 1), 6) AS value, round(numerator, 12) AS numerator,
    round(denominator, 12) AS denominator, count, last_observed_at"""
# A table like the rollups' in columns, indexes and reference, without what guards and records it.
_LIKE = """
DROP TABLE IF EXISTS bench_kpirollup;
CREATE TABLE bench_kpirollup (LIKE portfolio_kpirollup INCLUDING ALL);
ALTER TABLE bench_kpirollup ADD FOREIGN KEY (organization_id, kpi_id) REFERENCES portfolio_kpi (organization_id, id)
    DEFERRABLE INITIALLY DEFERRED;
"""
_STATEMENT = f"""{{figures}}
INSERT INTO bench_kpirollup (id, created_at, updated_at, version, organization_id, kpi_id, period, period_start,
    value, numerator, denominator, count, last_observed_at)
SELECT ('01a20000-0000-7000-8000-' || lpad(to_hex(row_number() OVER ()), 12, '0'))::uuid, now(), now(), 1, {_VALUES}
FROM figures
"""  # noqa: S608 - constants of this module
_DIFFERENCES = f"""{{figures}}, truth AS (SELECT {_VALUES} FROM figures), stored AS (
    SELECT organization_id, kpi_id, period, period_start, value, numerator, denominator, count, last_observed_at
    FROM portfolio_kpirollup WHERE organization_id = ANY (%(organizations)s)
)
SELECT (SELECT count(*) FROM (SELECT * FROM truth EXCEPT SELECT * FROM stored) missing),
    (SELECT count(*) FROM (SELECT * FROM stored EXCEPT SELECT * FROM truth) wrong)
"""  # noqa: S608 - constants of this module


def _of(template: str, *periods: str) -> str:
    """The statement over days and these longer periods."""
    return template.format(figures=_FIGURES.format(later="\n    ".join(_LATER.format(each) for each in periods)))


DAYS_AND_MONTHS = _of(_STATEMENT, "month")
ALL_PERIODS = _of(_STATEMENT, "week", "month", "quarter")


def run() -> list[Figure]:
    """Seconds of the statement, of the full rollup, and of those after new and after late observations."""
    tenants = [new_organization(f"bench-rollup-{number}", KPIS, ["sum", "mean"]) for number in range(TENANTS)]
    names: dict[str, Any] = {"organizations": [tenant.pk for tenant, _ in tenants]}
    with owner_connection() as owner:
        try:
            _fill(owner, tenants)
            months = _statement(owner, DAYS_AND_MONTHS, names)
            every = [_statement(owner, ALL_PERIODS, names)]
            _plainly(owner, _TOUCH, names)
            full, result = _rolled_up(tenants)
            _require_truth(owner, names)
            every.append(_statement(owner, ALL_PERIODS, names))
        finally:
            for table in TABLES:
                switch(owner, GUARDED, table)
    now = datetime.now(UTC)
    # The feeds go on at about the rate they had: the same day for all observations of a KPI.
    going_on, next_ones = _incremental(
        tenants, "new", lambda number: now - (now - _midnight(now)) * number / (NEW // TENANTS)
    )
    late, late_ones = _incremental(tenants, "late", lambda number: now - timedelta(days=number // KPIS))
    statement = statistics.mean(every)
    return [
        Figure(f"one statement, {ROWS:,} observations to days and months", months, "s"),
        Figure("one statement, to days, weeks, months and quarters", statement, "s"),
        Figure(f"full rollup to days, weeks, months and quarters ({result.written:,} rows)", full, "s"),
        Figure("ratio to the statement of the same periods", full / statement, "x", MAX_RATIO),
        Figure("ratio to the statement of days and months only", full / months, "x"),
        Figure(f"rollup after the feeds' next {NEW:,} ({_size(next_ones)})", going_on, "s"),
        Figure("share of the full rollup", 100 * going_on / full, "%", MAX_SHARE),
        Figure(f"rollup after {NEW:,} late ones, each for a day of its own ({_size(late_ones)})", late, "s"),
        Figure("share of the full rollup", 100 * late / full, "%"),
    ]


def _fill(owner: psycopg.Connection[Any], tenants: list[tuple[Organization, list[Kpi]]]) -> None:
    end = _midnight(datetime.now(UTC))
    steps = ROWS // (TENANTS * KPIS)
    with tenant_scope(Actor.system(tenants[0][0], source="command")):
        prepare_months({(end - timedelta(days=age)).date().replace(day=1) for age in range(DAYS + 1)})
    (name, definition) = owner.execute(_FOREIGN_KEY).fetchone() or ("", "")
    switch(owner, PLAIN)
    owner.execute(f'ALTER TABLE {TABLE} DROP CONSTRAINT "{name}"')
    try:
        for tenant, kpis in tenants:
            ids = [kpi.pk for kpi in kpis]
            owner.execute(_FILL, {"organization": tenant.pk, "kpis": ids, "steps": steps, "days": DAYS, "end": end})
    finally:
        owner.execute("ALTER TABLE portfolio_kpi NO FORCE ROW LEVEL SECURITY")
        owner.execute(f'ALTER TABLE {TABLE} ADD CONSTRAINT "{name}" {definition}')
        owner.execute("ALTER TABLE portfolio_kpi FORCE ROW LEVEL SECURITY")
    owner.execute("VACUUM ANALYZE portfolio_kpiobservation")


def _statement(owner: psycopg.Connection[Any], statement: str, names: dict[str, Any]) -> float:
    """Seconds of the statement into an empty table."""
    switch(owner, PLAIN)
    owner.execute("ALTER TABLE portfolio_kpi NO FORCE ROW LEVEL SECURITY")
    try:
        owner.execute(_LIKE)
        owner.execute("SET work_mem = '256MB'")
        started = time.perf_counter()
        owner.execute(statement, names)
        seconds = time.perf_counter() - started
        owner.execute("DROP TABLE bench_kpirollup")
    finally:
        owner.execute("ALTER TABLE portfolio_kpi FORCE ROW LEVEL SECURITY")
        switch(owner, GUARDED)
    return seconds


def _plainly(owner: psycopg.Connection[Any], statement: str, names: dict[str, Any]) -> list[Any]:
    """Run a statement of the owner, whom row security stops like everybody."""
    for table in TABLES:
        switch(owner, PLAIN, table)
    owner.execute("ALTER TABLE portfolio_kpi NO FORCE ROW LEVEL SECURITY")
    try:
        cursor = owner.execute(statement, names)
        return cursor.fetchall() if cursor.description else []
    finally:
        owner.execute("ALTER TABLE portfolio_kpi FORCE ROW LEVEL SECURITY")
        for table in TABLES:
            switch(owner, GUARDED, table)


def _rolled_up(tenants: list[tuple[Organization, list[Kpi]]]) -> tuple[float, RollupResult]:
    results = []
    started = time.perf_counter()
    for tenant, _ in tenants:
        with tenant_scope(Actor.system(tenant, source="command")) as actor:
            results.append(roll_up(actor=actor))
    seconds = time.perf_counter() - started
    return seconds, RollupResult(
        sum(each.days for each in results),
        sum(each.written for each in results),
        sum(each.removed for each in results),
    )


def _require_truth(owner: psycopg.Connection[Any], names: dict[str, Any]) -> None:
    (differences,) = _plainly(owner, _of(_DIFFERENCES, "week", "month", "quarter"), names)
    if differences != (0, 0):
        raise RuntimeError(f"rollups differ from the statement: {differences} missing, wrong")


def _incremental(
    tenants: list[tuple[Organization, list[Kpi]]], name: str, moment: Callable[[int], datetime]
) -> tuple[float, RollupResult]:
    """Seconds and result of the rollup after NEW observations, the n-th of each tenant at `moment(n)`."""
    touched = _observe(tenants, name, moment)
    seconds, result = _rolled_up(tenants)
    if result.days != touched:
        raise RuntimeError(f"the incremental rollup took {result.days} days, {touched} were touched")
    return seconds, result


def _size(result: RollupResult) -> str:
    return f"{result.days:,} KPI days, {result.written:,} rows"


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _observe(tenants: list[tuple[Organization, list[Kpi]]], name: str, moment: Callable[[int], datetime]) -> int:
    """New observations, NEW in all; returns how many days of KPIs they touch."""
    days = set()
    for tenant, kpis in tenants:
        observations = [
            ObservationInput(
                kpi_id=kpis[number % KPIS].pk,
                observed_at=moment(number),
                value=Decimal(number),
                source_id=f"{name}/{number}",
            )
            for number in range(NEW // TENANTS)
        ]
        with tenant_scope(Actor.system(tenant, source="command")) as actor:
            record_observations(observations=observations, actor=actor)
        days |= {(each.kpi_id, each.observed_at.date()) for each in observations}
    return len(days)
