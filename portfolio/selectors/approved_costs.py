"""Budgets as they were: planned costs of the business cases that were approved at a moment."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection

from portfolio.selectors.exchange_rates import rate_table
from tenancy.actor import Actor
from tenancy.scope import current_organization_id

# Approved cases never change, so that the budget of a day is that of the case decided last before it.
_COSTS = """
WITH decided AS (
    SELECT DISTINCT ON (initiative_id) initiative_id, id, currency FROM portfolio_businesscase
    WHERE organization_id = %(organization)s AND status IN ('approved', 'superseded') AND decided_at <= %(moment)s
        AND initiative_id = ANY(%(initiatives)s)
    ORDER BY initiative_id, decided_at DESC, id DESC
)
SELECT decided.initiative_id, decided.currency, sum(period.amount) FROM decided
JOIN portfolio_caseoption option
    ON option.organization_id = %(organization)s AND option.case_id = decided.id AND option.is_recommended
JOIN portfolio_cashline line
    ON line.organization_id = %(organization)s AND line.option_id = option.id AND line.side = 'cost'
JOIN portfolio_cashperiod period
    ON period.organization_id = %(organization)s AND period.line_id = line.id AND period.measure = 'plan'
GROUP BY 1, 2
"""


def approved_costs(initiatives: Collection[UUID], *, moment: datetime, actor: Actor) -> dict[UUID, Decimal | None]:
    """Planned costs per initiative in the organization's currency at the rates of the day; at most two queries.

    An initiative without an approved case then is missing; one whose currency has no rate is None.
    """
    if not initiatives:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _COSTS,
            {"organization": current_organization_id(), "moment": moment, "initiatives": list(initiatives)},
        )
        rows = cursor.fetchall()
    pivot = actor.organization.currency
    foreign = {currency for _, currency, _ in rows} - {pivot}
    rates = rate_table(actor, foreign) if foreign else None
    costs: dict[UUID, Decimal | None] = {}
    for initiative, currency, amount in rows:
        rate = Decimal(1) if rates is None or currency == pivot else rates.find(currency, moment.date())
        costs[initiative] = None if rate is None else (amount * rate).quantize(Decimal("0.01"))
    return costs
