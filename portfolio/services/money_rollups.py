"""The money of approved cases rolled up to initiatives and everything above them, by one set-based statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from portfolio.services.waiting_jobs import request_once
from portfolio.validators import first_of_month
from tenancy.actor import Actor
from tenancy.models import Job
from tenancy.scope import named_action

TASK = "portfolio.refresh_money"

SUMS = (
    "plan_cost",
    "forecast_cost",
    "actual_cost",
    "estimate_at_completion",
    "plan_benefit",
    "forecast_benefit",
    "actual_benefit",
    "npv",
    "pv_costs",
    "pv_benefits",
    "cases",
    "unvalued",
    "unconverted",
    "months_without_actual",
)
_COLUMNS = ", ".join(SUMS)
_TREE_SUMS = ", ".join(f"sum({name}) AS {name}" for name in SUMS)
_EXCLUDED = ", ".join(f"excluded.{name}" for name in SUMS)
_STORED = ", ".join(f"stored.{name}" for name in SUMS)
# What an amount without a forecast comes to is its plan; a past month comes to what happened, where that is known,
# and the running month to no less than what was spent in it so far. One rate a currency, that of the day: budget
# and actual then differ by money and not by exchange rates. A null rate makes every figure null, hence unknown.
_REFRESH = f"""
WITH RECURSIVE rates AS (
    SELECT %(currency)s AS currency, 1::numeric AS rate
    UNION ALL
    (SELECT DISTINCT ON (currency) currency, rate FROM portfolio_exchangerate
    WHERE organization_id = %(organization)s AND pivot_currency = %(currency)s AND valid_on <= %(as_of)s
    ORDER BY currency, valid_on DESC)
), approved AS (
    SELECT c.id AS case_id, c.initiative_id, c.inputs_digest, o.id AS option_id, rates.rate
    FROM portfolio_businesscase c
    LEFT JOIN portfolio_caseoption o ON o.organization_id = %(organization)s AND o.case_id = c.id AND o.is_recommended
    LEFT JOIN rates ON rates.currency = c.currency
    WHERE c.organization_id = %(organization)s AND c.status = 'approved'
), months AS (
    SELECT approved.initiative_id, l.side, p.line_id, p.month, approved.rate,
        max(p.amount) FILTER (WHERE p.measure = 'plan') AS planned,
        max(p.amount) FILTER (WHERE p.measure = 'forecast') AS forecast,
        max(p.amount) FILTER (WHERE p.measure = 'actual') AS actual
    FROM approved
    JOIN portfolio_cashline l ON l.organization_id = %(organization)s AND l.option_id = approved.option_id
    JOIN portfolio_cashperiod p ON p.organization_id = %(organization)s AND p.line_id = l.id
    GROUP BY approved.initiative_id, l.side, p.line_id, p.month, approved.rate
), money AS (
    SELECT initiative_id,
        sum(planned * rate) FILTER (WHERE side = 'cost') AS plan_cost,
        sum(coalesce(forecast, planned) * rate) FILTER (WHERE side = 'cost') AS forecast_cost,
        sum(actual * rate) FILTER (WHERE side = 'cost') AS actual_cost,
        sum(rate * CASE WHEN month < %(this_month)s THEN coalesce(actual, forecast, planned)
            WHEN month = %(this_month)s THEN greatest(actual, coalesce(forecast, planned))
            ELSE coalesce(forecast, planned) END) FILTER (WHERE side = 'cost') AS estimate_at_completion,
        sum(planned * rate) FILTER (WHERE side = 'benefit') AS plan_benefit,
        sum(coalesce(forecast, planned) * rate) FILTER (WHERE side = 'benefit') AS forecast_benefit,
        sum(actual * rate) FILTER (WHERE side = 'benefit') AS actual_benefit,
        count(DISTINCT month) FILTER (
            WHERE side = 'cost' AND month < %(this_month)s AND actual IS NULL AND coalesce(forecast, planned) > 0
        ) AS months_without_actual
    FROM months GROUP BY initiative_id
), own AS (
    SELECT approved.initiative_id, round(money.plan_cost, 2) AS plan_cost,
        round(money.forecast_cost, 2) AS forecast_cost, round(money.actual_cost, 2) AS actual_cost,
        round(money.estimate_at_completion, 2) AS estimate_at_completion,
        round(money.plan_benefit, 2) AS plan_benefit, round(money.forecast_benefit, 2) AS forecast_benefit,
        round(money.actual_benefit, 2) AS actual_benefit, round(v.npv * approved.rate, 2) AS npv,
        round(v.pv_costs * approved.rate, 2) AS pv_costs, round(v.pv_benefits * approved.rate, 2) AS pv_benefits,
        1 AS cases, (v.id IS NULL)::int AS unvalued, (approved.rate IS NULL)::int AS unconverted,
        coalesce(money.months_without_actual, 0) AS months_without_actual
    FROM approved
    LEFT JOIN money ON money.initiative_id = approved.initiative_id
    LEFT JOIN portfolio_valuation v ON v.organization_id = %(organization)s AND v.option_id = approved.option_id
        AND approved.inputs_digest <> '' AND v.inputs_digest = approved.inputs_digest
), above AS (
    SELECT initiative_id AS base, initiative_id AS top FROM own
    UNION
    SELECT above.base, i.parent_id FROM above
    JOIN portfolio_initiative i ON i.organization_id = %(organization)s AND i.id = above.top
    WHERE i.parent_id IS NOT NULL
), fresh AS (
    SELECT initiative_id, 'own' AS scope, {_COLUMNS} FROM own
    UNION ALL
    SELECT above.top, 'tree', {_TREE_SUMS} FROM above JOIN own ON own.initiative_id = above.base GROUP BY above.top
), gone AS (
    DELETE FROM portfolio_moneyrollup m WHERE m.organization_id = %(organization)s AND NOT EXISTS (
        SELECT FROM fresh WHERE fresh.initiative_id = m.initiative_id AND fresh.scope = m.scope
    ) RETURNING id
), written AS (
    INSERT INTO portfolio_moneyrollup AS stored
        (id, organization_id, created_at, updated_at, version, initiative_id, scope, as_of, currency, {_COLUMNS})
    SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, initiative_id, scope, %(as_of)s, %(currency)s,
        {_COLUMNS}
    FROM fresh
    ON CONFLICT (organization_id, initiative_id, scope) DO UPDATE
        SET (as_of, currency, updated_at, {_COLUMNS}) = (excluded.as_of, excluded.currency, now(), {_EXCLUDED})
        WHERE (stored.as_of, stored.currency, {_STORED})
            IS DISTINCT FROM (excluded.as_of, excluded.currency, {_EXCLUDED})
    RETURNING id
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM gone)
"""  # noqa: S608 - built of the column names above


@dataclass(frozen=True)
class MoneyResult:
    """Rollups written because a figure differed, and rollups removed."""

    written: int
    removed: int


@transaction.atomic
def refresh_money(*, actor: Actor, as_of: date, job_id: UUID | None = None) -> MoneyResult:
    """Bring the organization's money rollups up to date as of a day, writing only what differs; one worker at a time.

    Budget, forecast, actual and value are those of each initiative's approved case and its recommended option.
    """
    actor.require("money_rollup.refresh")
    named_action("money_rollup.refreshed")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('money ' || %s, 0))", [str(actor.organization_id)]
        )
        arguments: dict[str, Any] = {
            "organization": actor.organization_id,
            "currency": actor.organization.currency,
            "as_of": as_of,
            "this_month": first_of_month(as_of),
        }
        cursor.execute(_REFRESH, arguments)
        written, removed = cursor.fetchone()
    return MoneyResult(written, removed)


def request_money_refresh(*, actor: Actor) -> Job:
    """Have the rollups refreshed after the commit, because what they are made of changed or somebody asks."""
    return request_once(TASK, actor=actor, title="Refresh money rollups")
