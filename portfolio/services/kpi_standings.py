"""How KPIs stand, stored: after a rollup, when a target changes, and when time alone changes the answer."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from portfolio.calc.anomalies import SEASONS, newest_fit
from portfolio.calc.calendar import next_start, period_start
from portfolio.calc.kpi_judgement import bounds, judged
from portfolio.calc.kpi_series import latest
from portfolio.enums import STALE_AFTER_DAYS, TARGET_PERIODS, KpiAggregation
from portfolio.models import Kpi, KpiStanding, KpiTarget
from portfolio.selectors.kpi_targets import target_on
from tenancy.actor import Actor
from tenancy.scope import named_action

_BATCH = 500
# Values a list shows as a sparkline.
SHOWN = {"day": 30, "week": 26, "month": 13, "quarter": 9}
# Periods a newest value is judged among.
_LOADED = {"day": 120, "week": 28, "month": 28, "quarter": 28}
_FIGURES = (
    "value",
    "period_start",
    "previous_value",
    "last_observed_at",
    "target",
    "low",
    "high",
    "tolerance",
    "status",
    "is_anomaly",
    "recent",
    "stale_at",
    "due_on",
)
# The newest periods of each KPI, by an index; the running one of a sum is among them for its last_observed_at.
_NEWEST = """
SELECT wanted.kpi_id, newest.period_start, newest.value, newest.last_observed_at
FROM unnest(%(kpis)s::uuid[], %(periods)s::text[], %(counts)s::int[]) wanted (kpi_id, period, count)
CROSS JOIN LATERAL (
    SELECT r.period_start, r.value, r.last_observed_at FROM portfolio_kpirollup r
    WHERE r.organization_id = %(organization)s AND r.kpi_id = wanted.kpi_id AND r.period = wanted.period
    ORDER BY r.period_start DESC LIMIT wanted.count
) newest
"""


@dataclass(frozen=True)
class _Rollup:
    period_start: date
    value: Decimal | None
    last_observed_at: datetime


@transaction.atomic
def refresh_standings(*, actor: Actor, kpis: Collection[UUID] = (), today: date | None = None) -> int:
    """Bring the standing of these KPIs up to date, and of those that are due or have none; returns how many.

    One writer an organization at a time: a second one waits and then sees the targets and rollups of
    the first.
    """
    day = today or timezone.now().date()
    lock_standings(actor)
    wanted = Kpi.objects.filter(Q(pk__in=kpis) | Q(standing=None) | Q(standing__due_on__lte=day))
    rows = list(wanted.order_by("pk").distinct().only("organization", "direction", "aggregation", "frequency"))
    if rows:
        named_action("kpi.status_refreshed")
    for first in range(0, len(rows), _BATCH):
        KpiStanding.objects.bulk_create(
            list(_standings(rows[first : first + _BATCH], day)),
            update_conflicts=True,
            unique_fields=["organization", "kpi"],
            update_fields=[*_FIGURES, "updated_at"],
        )
    return len(rows)


def lock_standings(actor: Actor) -> None:
    """Wait for whoever writes standings of the organization, until the end of this transaction.

    Taken before the rows of KPIs: who holds a KPI must not wait for a refresh that may need it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('kpi standings ' || %s, 0))", [str(actor.organization_id)]
        )


def refresh_standing(kpi_id: UUID, *, actor: Actor) -> None:
    """Bring the standing of one KPI up to date, after something about it was changed."""
    refresh_standings(actor=actor, kpis=[kpi_id])


def _standings(kpis: Sequence[Kpi], today: date) -> Iterator[KpiStanding]:
    rollups, targets = _newest(kpis), _targets(kpis)
    for kpi in kpis:
        yield KpiStanding(kpi=kpi, **_figures(kpi, rollups[kpi.pk], targets[kpi.pk], today))


def _newest(kpis: Sequence[Kpi]) -> dict[UUID, list[_Rollup]]:
    periods = [kpi.rollup_period for kpi in kpis]
    found: dict[UUID, list[_Rollup]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            _NEWEST,
            {
                "organization": kpis[0].organization_id,
                "kpis": [kpi.pk for kpi in kpis],
                "periods": periods,
                "counts": [_LOADED[period] for period in periods],
            },
        )
        for kpi_id, *figures in cursor.fetchall():
            found[kpi_id].append(_Rollup(*figures))
    return found


def _targets(kpis: Sequence[Kpi]) -> dict[UUID, list[KpiTarget]]:
    found: dict[UUID, list[KpiTarget]] = defaultdict(list)
    for target in KpiTarget.objects.filter(kpi__in=kpis).order_by("kpi", "valid_from"):
        found[target.kpi_id].append(target)
    return found


def _figures(kpi: Kpi, rollups: Sequence[_Rollup], targets: Sequence[KpiTarget], today: date) -> dict[str, Any]:
    period = TARGET_PERIODS[kpi.frequency]
    running = period_start(today, period)
    # The sum of a period that is still running says nothing about the target.
    is_running_left_out = kpi.aggregation == KpiAggregation.SUM
    judgeable = [each for each in rollups if each.period_start < running or not is_running_left_out]
    values = {each.period_start: each.value for each in judgeable if each.value is not None}
    newest = max(values, default=None)
    target = target_on(targets, next_start(newest, period) - timedelta(days=1) if newest else today)
    goal = {name: getattr(target, name) if target else None for name in ("target", "low", "high", "tolerance")}
    value = values[newest] if newest else None
    last_observed_at = max((each.last_observed_at for each in rollups), default=None)
    lower, upper = bounds(kpi.direction, goal["target"], goal["low"], goal["high"])
    stale_after = timedelta(days=STALE_AFTER_DAYS[kpi.frequency])
    earlier = [start for start in values if newest and start < newest]
    return {
        **goal,
        "value": value,
        "period_start": newest,
        "previous_value": values[max(earlier)] if earlier else None,
        "last_observed_at": last_observed_at,
        "status": judged(value, lower, upper, goal["tolerance"]),
        "is_anomaly": _is_anomaly(values, period, running),
        "recent": latest(values, newest, period, SHOWN[period]) if newest else [],
        "stale_at": last_observed_at + stale_after if last_observed_at else None,
        "due_on": next_start(running, period),
    }


def _is_anomaly(values: dict[date, Decimal], period: str, running: date) -> bool:
    """Whether the newest period that is over does not fit those before it; a running one is not complete."""
    newest = max((start for start in values if start < running), default=None)
    if newest is None:
        return False
    known = latest(values, newest, period, _LOADED[period])
    fit = newest_fit([None if value is None else float(value) for value in known], season=SEASONS[period])
    return fit is not None and fit.is_anomaly
