"""KPI rollups: set-based, only over what was touched, safe to run twice and by two workers at once."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.ids import uuid7_texts
from portfolio.calc.calendar import next_start, period_start, runs, weeks_of
from portfolio.enums import KpiAggregation
from portfolio.models import KpiTouchedMonth
from portfolio.services.kpi_rollup_sql import ADD_DAYS, REMOVE, STORE_DAYS, STORE_LATER, TAKE
from tenancy.actor import Actor
from tenancy.models import Job, OutboxEntry
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue, report_progress

# Touched months taken at once: as many as leave the lists of one statement short.
BATCH = 5_000
TASK = "portfolio.roll_up_kpis"
# From so many touched days on a month is read as a whole.
_DENSE_DAYS = 8
# Aggregations that are more than sums have statements of their own.
_KINDS: dict[str, str] = {
    KpiAggregation.MINIMUM: "min",
    KpiAggregation.MAXIMUM: "max",
    KpiAggregation.LAST: "last",
    KpiAggregation.MEDIAN: "median",
    KpiAggregation.P95: "p95",
}


@dataclass(frozen=True)
class RollupResult:
    """Touched days taken from the queue, rollups written and removed, and the KPIs they are of."""

    days: int
    written: int
    removed: int
    kpis: frozenset[UUID] = field(default=frozenset(), compare=False, repr=False)


@dataclass(frozen=True)
class _Touched:
    """Days of one KPI's month, as bits, and how it is aggregated."""

    aggregation: str
    month: date
    kpi_id: str
    days: int

    @property
    def kind(self) -> str:
        return _KINDS.get(self.aggregation, "totals")


@transaction.atomic
def roll_up(*, actor: Actor, job_id: UUID | None = None) -> RollupResult:
    """Bring the rollups of the organization's touched days up to date.

    One worker an organization at a time: a second one waits, then finds what the first left. Rows
    appended by a transaction that has not committed yet stay for the next run.
    """
    actor.require("kpi_rollup.run")
    named_action("kpi.rolled_up")
    days = written = removed = months = 0
    kpis: set[str] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('roll up ' || %s, 0))", [str(actor.organization_id)]
        )
        waiting = KpiTouchedMonth.objects.count() if job_id else 0
        while True:
            cursor.execute(TAKE, {"organization": actor.organization_id, "batch": BATCH})
            rows = cursor.fetchall()
            touched = [_Touched(*row[:4]) for row in rows]
            added, to_read = _add_days(cursor, touched, actor)
            written += added
            for counts in (_store_days(cursor, to_read, actor), _store_later(cursor, to_read, actor)):
                written, removed = written + counts[0], removed + counts[1]
            days += sum(each.days.bit_count() for each in touched)
            months += len(touched)
            kpis.update(each.kpi_id for each in touched)
            report_progress(job_id, current=months, total=max(waiting, months), message="Touched months rolled up")
            if sum(row[4] for row in rows) < BATCH:
                return RollupResult(days, written, removed, frozenset(map(UUID, kpis)))


def request_rollup(*, actor: Actor) -> Job | None:
    """Start a rollup after the commit, as the system; None when one waits that no worker has taken yet.

    A feed of many small batches then makes one job and not one a batch. Should the waiting job run
    between this look and the caller's commit, the scheduled rollup picks up what it could not see.
    """
    if _has_waiting_job(actor):
        return None
    system = Actor.system(actor.organization, source=actor.source, request_id=actor.request_id)
    return enqueue(TASK, actor=system, title="Roll up KPIs")


def touch_everything(kpi_id: UUID, *, organization_id: UUID) -> None:
    """Have every period of the KPI made anew by the next rollup."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO portfolio_kpitouchedmonth
                (id, organization_id, created_at, updated_at, version, kpi_id, month, days)
            SELECT gen_random_uuid(), organization_id, now(), now(), 1, kpi_id, date_trunc('month', day)::date,
                bit_or(1 << (extract(day FROM day)::int - 1))
            FROM (
                SELECT organization_id, kpi_id, (observed_at AT TIME ZONE 'UTC')::date AS day
                FROM portfolio_kpiobservation WHERE organization_id = %(organization)s AND kpi_id = %(kpi)s
            ) observed GROUP BY organization_id, kpi_id, date_trunc('month', day)
            """,
            {"organization": organization_id, "kpi": kpi_id},
        )


def _add_days(cursor: Any, touched: list[_Touched], actor: Actor) -> tuple[int, list[_Touched]]:
    """Add the differences of few changed days to all their periods; returns rows written, and what has to be read."""
    written = 0
    to_read: list[_Touched] = []
    for (_, kind, is_dense), group in _grouped(touched).items():
        if kind != "totals" or is_dense:
            to_read.extend(group)
            continue
        arguments = _periods(group) | _days(group) | {"sums": _sums(group)}
        cursor.execute(ADD_DAYS, _arguments(group, actor, arguments))
        count, _, is_added = cursor.fetchone()
        written += count
        if not is_added:
            to_read.extend(group)
    return written, to_read


def _store_days(cursor: Any, touched: list[_Touched], actor: Actor) -> tuple[int, int]:
    """Month by month, so that each statement reads one partition."""
    written = removed = 0
    for (month, kind, is_dense), group in _grouped(touched).items():
        arguments = _day_bounds(month, next_start(month, "month")) if is_dense else _days(group)
        counts = _store(cursor, STORE_DAYS[is_dense, kind], _arguments(group, actor, arguments))
        written, removed = written + counts[0], removed + counts[1]
    return written, removed


def _store_later(cursor: Any, touched: list[_Touched], actor: Actor) -> tuple[int, int]:
    """Weeks, months and quarters the touched days lie in."""
    groups: dict[str, list[_Touched]] = defaultdict(list)
    for each in touched:
        groups[each.kind].append(each)
    written = removed = 0
    for kind, group in groups.items():
        arguments = _periods(group) | {"sums": _sums(group)}
        counts = _store(cursor, STORE_LATER[kind], _arguments(group, actor, arguments))
        written, removed = written + counts[0], removed + counts[1]
    return written, removed


def _grouped(touched: Iterable[_Touched]) -> dict[tuple[date, str, bool], list[_Touched]]:
    groups: dict[tuple[date, str, bool], list[_Touched]] = defaultdict(list)
    for each in touched:
        groups[each.month, each.kind, each.days.bit_count() >= _DENSE_DAYS].append(each)
    return groups


def _days(group: Iterable[_Touched]) -> dict[str, Any]:
    """The touched days one by one, and their unbroken runs."""
    spans = [
        (each.kpi_id, each.month + timedelta(days=first - 1), each.month + timedelta(days=past - 1))
        for each in group
        for first, past in runs(each.days)
    ]
    days = [
        (kpi, first + timedelta(days=number)) for kpi, first, past in spans for number in range((past - first).days)
    ]
    arrays = _arrays(("run_kpis", "run_firsts", "run_pasts"), spans) | _arrays(("day_kpis", "days"), days)
    return arrays | _day_bounds(min(span[1] for span in spans), max(span[2] for span in spans))


def _periods(group: Iterable[_Touched]) -> dict[str, Any]:
    """Weeks, months and quarters the touched days lie in, and the days these span."""
    found: set[tuple[str, str, date, date]] = set()
    for each in group:
        for period in ("month", "quarter"):
            start = period_start(each.month, period)
            found.add((each.kpi_id, period, start, next_start(start, period)))
        for first, past in runs(each.days):
            for monday in weeks_of(each.month, first, past):
                found.add((each.kpi_id, "week", monday, monday + timedelta(days=7)))
    start, end = min(span[2] for span in found), max(span[3] for span in found)
    arrays = _arrays(("span_kpis", "periods", "firsts", "pasts"), sorted(found))
    return arrays | {"first": start, "end": end, "start": _moment(start), "past": _moment(end)}


def _sums(group: Iterable[_Touched]) -> str:
    return _array({each.kpi_id for each in group if each.aggregation == KpiAggregation.SUM})


def _arguments(group: Iterable[_Touched], actor: Actor, arguments: dict[str, Any]) -> dict[str, Any]:
    # The ids of one statement count up from a random number: that costs no call a row.
    ids = {"id_start": uuid7_texts(1)[0][:24], "id_base": secrets.randbits(46)}
    return {"organization": actor.organization_id, "kpis": _array({each.kpi_id for each in group}), **ids, **arguments}


def _store(cursor: Any, statement: str, arguments: dict[str, Any]) -> tuple[int, int]:
    cursor.execute(statement, arguments)
    written, left_over, _ = cursor.fetchone()
    if left_over:
        cursor.execute(REMOVE, {"organization": arguments["organization"], "ids": left_over})
    return written, len(left_over)


def _day_bounds(first: date, past: date) -> dict[str, Any]:
    """The days [first, past) that a statement reads at most, also as moments."""
    return {"first_day": first, "past_day": past, "start": _moment(first), "past": _moment(past)}


def _arrays(names: tuple[str, ...], rows: Sequence[tuple[str | date, ...]]) -> dict[str, Any]:
    return {name: _array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


def _array(values: Iterable[str | date]) -> str:
    """The values as the text of a PostgreSQL array: none of them needs quotes, which psycopg would look for in each."""
    return "{" + ",".join(map(str, values)) + "}"


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _has_waiting_job(actor: Actor) -> bool:
    """Whether an entry is in the outbox that no worker holds; the lock that tells so is given back at once."""
    savepoint = transaction.savepoint()
    entries = OutboxEntry.objects.filter(organization_id=actor.organization_id, task=TASK)
    waiting = list(entries.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1])
    transaction.savepoint_rollback(savepoint)
    return bool(waiting)
