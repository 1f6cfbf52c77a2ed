"""Unit costs: usage priced by set-based SQL, only for the days that were touched, safe to run twice and at once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from portfolio.calc.spend_spikes import WINDOW_DAYS, spend_spikes
from portfolio.models import UnitCostDay, UsageTouchedDay
from portfolio.selectors.unit_costs import PRICED_PARTS
from portfolio.services.usage_touching import touch_days_in_other_currencies
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.jobs import report_progress

BATCH = 20_000

_TAKE = """
WITH touched AS (
    DELETE FROM portfolio_usagetouchedday WHERE id IN (
        SELECT id FROM portfolio_usagetouchedday WHERE organization_id = %(organization)s ORDER BY id LIMIT %(batch)s
    ) AND organization_id = %(organization)s
    RETURNING initiative_id, day
)
SELECT initiative_id, day, count(*) FROM touched GROUP BY initiative_id, day
"""
# A kind of use is priced by the newest price from or before the day, unless its offer has ended by then, and
# converted at the newest rate from or before the day. What lacks either is counted, never taken as zero.
_COST_DAYS = f"""
WITH keys AS (
    SELECT * FROM unnest(%(initiatives)s::uuid[], %(days)s::date[]) AS k (initiative_id, day)
), records AS (
    SELECT u.* FROM keys JOIN portfolio_usagerecord u ON u.organization_id = %(organization)s
        AND u.initiative_id = keys.initiative_id AND u.used_on = keys.day
), used AS (
    SELECT u.initiative_id, u.used_on AS day, u.priced_model_id, part.kind, sum(part.quantity) AS quantity
    FROM records u {PRICED_PARTS}
    WHERE part.quantity > 0
    GROUP BY u.initiative_id, u.used_on, u.priced_model_id, part.kind
), tariffs AS (
    SELECT wanted.*, price.amount / price.unit_quantity
        * CASE WHEN price.currency = %(currency)s THEN 1 ELSE rate.rate END AS unit_cost
    FROM (SELECT DISTINCT priced_model_id, kind, day FROM used) AS wanted
    LEFT JOIN LATERAL (
        SELECT p.amount, p.unit_quantity, p.currency, p.valid_until FROM portfolio_modelprice p
        WHERE p.organization_id = %(organization)s AND p.priced_model_id = wanted.priced_model_id
            AND p.kind = wanted.kind AND p.valid_from <= wanted.day
        ORDER BY p.valid_from DESC LIMIT 1
    ) AS price ON price.valid_until IS NULL OR price.valid_until >= wanted.day
    LEFT JOIN LATERAL (
        SELECT r.rate FROM portfolio_exchangerate r
        WHERE r.organization_id = %(organization)s AND r.currency = price.currency
            AND r.pivot_currency = %(currency)s AND r.valid_on <= wanted.day
        ORDER BY r.valid_on DESC LIMIT 1
    ) AS rate ON true
), costs AS (
    SELECT used.initiative_id, used.day, sum(used.quantity * tariffs.unit_cost) AS known_cost,
        count(*) FILTER (WHERE tariffs.unit_cost IS NULL) AS unknown_parts
    FROM used JOIN tariffs USING (priced_model_id, kind, day)
    GROUP BY used.initiative_id, used.day
), activity AS (
    SELECT initiative_id, used_on AS day, sum(input_tokens + cached_input_tokens + output_tokens) AS tokens,
        sum(requests) AS requests, sum(actions) AS actions, max(active_users) AS active_users
    FROM records GROUP BY initiative_id, used_on
), emptied AS (
    DELETE FROM portfolio_unitcostday d USING keys
    WHERE d.organization_id = %(organization)s AND d.initiative_id = keys.initiative_id AND d.day = keys.day
        AND NOT EXISTS (
            SELECT FROM activity WHERE activity.initiative_id = keys.initiative_id AND activity.day = keys.day
        )
)
INSERT INTO portfolio_unitcostday AS stored (id, organization_id, created_at, updated_at, version, initiative_id, day,
    currency, cost, known_cost, unknown_parts, tokens, requests, actions, active_users, is_spike)
SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, activity.initiative_id, activity.day, %(currency)s,
    CASE WHEN coalesce(costs.unknown_parts, 0) = 0 THEN round(coalesce(costs.known_cost, 0), 6) END,
    round(coalesce(costs.known_cost, 0), 6), coalesce(costs.unknown_parts, 0),
    activity.tokens, activity.requests, activity.actions, activity.active_users, false
FROM activity LEFT JOIN costs USING (initiative_id, day)
ON CONFLICT (organization_id, initiative_id, day) DO UPDATE
    SET currency = excluded.currency, cost = excluded.cost, known_cost = excluded.known_cost,
        unknown_parts = excluded.unknown_parts, tokens = excluded.tokens, requests = excluded.requests,
        actions = excluded.actions, active_users = excluded.active_users, updated_at = now()
    WHERE (stored.currency, stored.cost, stored.known_cost, stored.unknown_parts, stored.tokens, stored.requests,
            stored.actions, stored.active_users)
        IS DISTINCT FROM (excluded.currency, excluded.cost, excluded.known_cost, excluded.unknown_parts,
            excluded.tokens, excluded.requests, excluded.actions, excluded.active_users)
"""  # noqa: S608 - a constant
_MARK_SPIKES = """
UPDATE portfolio_unitcostday d SET usual_cost = round(s.usual::numeric, 6), is_spike = s.is_spike, updated_at = now()
FROM unnest(%(initiatives)s::uuid[], %(days)s::date[], %(usual)s::float8[], %(spikes)s::boolean[])
    AS s (initiative_id, day, usual, is_spike)
WHERE d.organization_id = %(organization)s AND d.initiative_id = s.initiative_id AND d.day = s.day
    AND (d.usual_cost, d.is_spike) IS DISTINCT FROM (round(s.usual::numeric, 6), s.is_spike)
"""
_SUM_MONTHS = """
WITH months AS (
    SELECT DISTINCT initiative_id, date_trunc('month', day)::date AS month
    FROM unnest(%(initiatives)s::uuid[], %(days)s::date[]) AS k (initiative_id, day)
), figures AS (
    SELECT months.initiative_id, months.month, count(d.id) AS days, sum(d.known_cost) AS known_cost,
        count(d.id) FILTER (WHERE d.cost IS NULL) AS unknown_days, count(d.id) FILTER (WHERE d.is_spike) AS spike_days,
        sum(d.tokens) AS tokens, sum(d.requests) AS requests, sum(d.actions) AS actions,
        max(d.active_users) AS active_users
    FROM months LEFT JOIN portfolio_unitcostday d ON d.organization_id = %(organization)s
        AND d.initiative_id = months.initiative_id AND d.day >= months.month
        AND d.day < (months.month + interval '1 month')::date
    GROUP BY months.initiative_id, months.month
), emptied AS (
    DELETE FROM portfolio_unitcostmonth m USING figures
    WHERE figures.days = 0 AND m.organization_id = %(organization)s
        AND m.initiative_id = figures.initiative_id AND m.month = figures.month
)
INSERT INTO portfolio_unitcostmonth AS stored (id, organization_id, created_at, updated_at, version, initiative_id,
    month, currency, cost, known_cost, unknown_days, days, spike_days, tokens, requests, actions, active_users)
SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, initiative_id, month, %(currency)s,
    CASE WHEN unknown_days = 0 THEN known_cost END, known_cost, unknown_days, days, spike_days, tokens, requests,
    actions, active_users
FROM figures WHERE days > 0
ON CONFLICT (organization_id, initiative_id, month) DO UPDATE
    SET currency = excluded.currency, cost = excluded.cost, known_cost = excluded.known_cost,
        unknown_days = excluded.unknown_days, days = excluded.days, spike_days = excluded.spike_days,
        tokens = excluded.tokens, requests = excluded.requests, actions = excluded.actions,
        active_users = excluded.active_users, updated_at = now()
    WHERE (stored.currency, stored.cost, stored.known_cost, stored.unknown_days, stored.days, stored.spike_days,
            stored.tokens, stored.requests, stored.actions, stored.active_users)
        IS DISTINCT FROM (excluded.currency, excluded.cost, excluded.known_cost, excluded.unknown_days, excluded.days,
            excluded.spike_days, excluded.tokens, excluded.requests, excluded.actions, excluded.active_users)
RETURNING initiative_id, month
"""


@dataclass(frozen=True)
class CostingResult:
    """Touched days taken from the queue, and the (initiative, month) pairs whose figures changed."""

    days: int
    months: frozenset[tuple[UUID, date]]


@transaction.atomic
def compute_unit_costs(*, actor: Actor, job_id: UUID | None = None) -> CostingResult:
    """Bring daily and monthly unit costs of the organization's touched days up to date.

    One worker an organization at a time: a second one waits, then finds what the first left. Rows
    appended by a transaction that has not committed yet stay for the next run.
    """
    actor.require("unit_cost.compute")
    named_action("unit_cost.computed")
    days = 0
    months: set[tuple[UUID, date]] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('unit costs ' || %s, 0))", [str(actor.organization_id)]
        )
        touch_days_in_other_currencies(actor)
        waiting = UsageTouchedDay.objects.count() if job_id else 0
        while True:
            cursor.execute(_TAKE, {"organization": actor.organization_id, "batch": BATCH})
            taken = cursor.fetchall()
            if not taken:
                return CostingResult(days, frozenset(months))
            months |= _compute(cursor, taken, actor)
            days += sum(row[2] for row in taken)
            report_progress(job_id, current=days, total=max(waiting, days), message="Touched days costed")


def _compute(cursor: Any, taken: list[tuple[UUID, date, int]], actor: Actor) -> set[tuple[UUID, date]]:
    arguments: dict[str, Any] = {
        "organization": actor.organization_id,
        "currency": actor.organization.currency,
        "initiatives": [row[0] for row in taken],
        "days": [row[1] for row in taken],
    }
    cursor.execute(_COST_DAYS, arguments)
    moved = _mark_spikes(cursor, taken, actor)
    arguments["initiatives"] += [initiative for initiative, _ in moved]
    arguments["days"] += [day for _, day in moved]
    cursor.execute(_SUM_MONTHS, arguments)
    return set(cursor.fetchall())


def _mark_spikes(cursor: Any, taken: list[tuple[UUID, date, int]], actor: Actor) -> list[tuple[UUID, date]]:
    """Judge the touched days and those after them whose window they are in; returns all days judged."""
    spans: dict[UUID, tuple[date, date]] = {}
    for initiative, day, _ in taken:
        first, last = spans.get(initiative, (day, day))
        spans[initiative] = (min(first, day), max(last, day))
    costs = _daily_costs(spans)
    judged: list[tuple[UUID, date, float | None, bool]] = []
    for initiative, (first, last) in spans.items():
        known = costs[initiative]
        start = first - timedelta(days=WINDOW_DAYS)
        length = (last - start).days + WINDOW_DAYS + 1
        calendar = [start + timedelta(days=index) for index in range(length)]
        verdicts = spend_spikes([_number(known.get(day)) for day in calendar])
        judged += [
            (initiative, day, verdict.usual, verdict.is_spike)
            for day, verdict in zip(calendar, verdicts, strict=True)
            if day >= first and day in known
        ]
    names = ("initiatives", "days", "usual", "spikes")
    arrays = {name: [row[index] for row in judged] for index, name in enumerate(names)}
    cursor.execute(_MARK_SPIKES, {"organization": actor.organization_id, **arrays})
    return [(row[0], row[1]) for row in judged]


def _daily_costs(spans: dict[UUID, tuple[date, date]]) -> dict[UUID, dict[date, Decimal | None]]:
    margin = timedelta(days=WINDOW_DAYS)
    first = min(span[0] for span in spans.values()) - margin
    last = max(span[1] for span in spans.values()) + margin
    found: dict[UUID, dict[date, Decimal | None]] = defaultdict(dict)
    rows = UnitCostDay.objects.filter(initiative__in=list(spans), day__gte=first, day__lte=last)
    for initiative, day, cost in rows.values_list("initiative_id", "day", "cost"):
        found[initiative][day] = cost
    return found


def _number(cost: Decimal | None) -> float | None:
    return None if cost is None else float(cost)
