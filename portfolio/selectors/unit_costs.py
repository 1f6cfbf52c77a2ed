"""Reads of unit costs: by initiative and month, series for charts, spikes, and what could not be priced."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from portfolio.enums import PriceKind
from portfolio.models import Initiative, UnitCostDay, UnitCostMonth
from portfolio.validators import CENT, add_months, first_of_month, months_between
from tenancy.actor import Actor

MONTHS_SHOWN = 24
DAYS_SHOWN = 90
# Days of unknown cost looked into for what is missing, newest first: enough to name every missing price.
_DAYS_EXPLAINED = 5_000

Series = list[tuple[str, list[tuple[str, Decimal | None]]]]

# What a record `u` of use counts of each kind of price.
PRICED_PARTS = """CROSS JOIN LATERAL (VALUES
        (CASE WHEN u.is_batch THEN 'batch_input' ELSE 'input' END, u.input_tokens::numeric),
        ('cached_input', u.cached_input_tokens),
        (CASE WHEN u.is_batch THEN 'batch_output' ELSE 'output' END, u.output_tokens),
        ('image', u.images),
        ('gpu_hour', u.gpu_hours)
    ) AS part (kind, quantity)"""

_GAPS = f"""
WITH keys AS (
    SELECT * FROM unnest(%(initiatives)s::uuid[], %(days)s::date[]) AS k (initiative_id, day)
), used AS (
    SELECT DISTINCT u.priced_model_id, part.kind, u.used_on AS day
    FROM keys JOIN portfolio_usagerecord u ON u.organization_id = %(organization)s
        AND u.initiative_id = keys.initiative_id AND u.used_on = keys.day
    {PRICED_PARTS}
    WHERE part.quantity > 0
)
SELECT m.id, m.provider, m.name, used.kind, CASE WHEN price.amount IS NULL THEN '' ELSE price.currency END AS currency,
    min(used.day), max(used.day), count(*)
FROM used
JOIN portfolio_pricedmodel m ON m.organization_id = %(organization)s AND m.id = used.priced_model_id
LEFT JOIN LATERAL (
    SELECT p.amount, p.currency, p.valid_until FROM portfolio_modelprice p
    WHERE p.organization_id = %(organization)s AND p.priced_model_id = used.priced_model_id
        AND p.kind = used.kind AND p.valid_from <= used.day
    ORDER BY p.valid_from DESC LIMIT 1
) AS price ON price.valid_until IS NULL OR price.valid_until >= used.day
WHERE price.amount IS NULL OR (price.currency <> %(currency)s AND NOT EXISTS (
    SELECT FROM portfolio_exchangerate r WHERE r.organization_id = %(organization)s
        AND r.currency = price.currency AND r.pivot_currency = %(currency)s AND r.valid_on <= used.day
))
GROUP BY m.id, m.provider, m.name, used.kind, 5
ORDER BY max(used.day) DESC, m.provider, m.name, used.kind
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True)
class CostGap:
    """Use that could not be costed: of which model and kind, on how many days, and what is missing.

    `currency` is that of the price whose exchange rate is missing, empty when the price itself is.
    """

    model_id: UUID
    provider: str
    model: str
    kind: str
    currency: str
    first_on: date
    last_on: date
    days: int

    @property
    def reason(self) -> str:
        """What is missing, in words."""
        if self.currency:
            return f"No exchange rate for {self.currency}"
        return f"No price for {PriceKind(self.kind).label.lower()}"


@dataclass(frozen=True)
class InitiativeCosts:
    """One row of the overview: the newest month beside the one before it, and the last twelve months of cost.

    `is_used` tells a month without usage from one of unknown cost; both have None in `costs`.
    """

    initiative: Initiative
    latest: UnitCostMonth
    previous: UnitCostMonth | None
    costs: Sequence[Decimal | None]
    is_used: Sequence[bool]

    @property
    def growth(self) -> Decimal | None:
        """Cost per day against the month before, a fraction; months have unlike numbers of days with usage."""
        if self.previous is None or self.latest.cost is None or not self.previous.cost:
            return None
        before = self.previous.cost / self.previous.days
        return (self.latest.cost / self.latest.days - before) / before


def cost_gaps(actor: Actor, *, initiative: Initiative | None = None) -> list[CostGap]:
    """What is missing to cost the newest days of unknown cost; two queries."""
    days = UnitCostDay.objects.permitted(actor).filter(cost=None)
    if initiative is not None:
        days = days.filter(initiative=initiative)
    keys = list(days.order_by("-day", "pk").values_list("initiative_id", "day")[:_DAYS_EXPLAINED])
    if not keys:
        return []
    arguments: dict[str, Any] = {
        "organization": actor.organization_id,
        "currency": actor.organization.currency,
        "initiatives": [key[0] for key in keys],
        "days": [key[1] for key in keys],
    }
    with connection.cursor() as cursor:
        cursor.execute(_GAPS, arguments)
        return [CostGap(*row) for row in cursor.fetchall()]


def months_of(initiative: Initiative, *, actor: Actor, today: date) -> list[UnitCostMonth]:
    """The initiative's last two years, newest first."""
    first = add_months(first_of_month(today), 1 - MONTHS_SHOWN)
    rows = UnitCostMonth.objects.permitted(actor).filter(initiative=initiative, month__gte=first)
    return list(rows.order_by("-month"))


def daily_series(initiative: Initiative, *, actor: Actor, today: date) -> Series:
    """The last ninety days of cost and what was usual; a day without usage or of unknown cost is None."""
    first = today - timedelta(days=DAYS_SHOWN - 1)
    rows = UnitCostDay.objects.permitted(actor).filter(initiative=initiative, day__gte=first)
    found = {row.day: row for row in rows}
    days = [first + timedelta(days=index) for index in range(DAYS_SHOWN)]
    return [
        ("Cost", [(f"{day:%d %b}", found[day].cost if day in found else None) for day in days]),
        ("Usual", [(f"{day:%d %b}", found[day].usual_cost if day in found else None) for day in days]),
    ]


def monthly_series(months: Sequence[UnitCostMonth], name: str, label: str, *, today: date) -> Series:
    """One figure by month since the first of `months`, oldest first; a month without it is None."""
    values = {row.month: getattr(row, name) for row in months}
    first = min(values, default=first_of_month(today))
    starts = [add_months(first, index) for index in range(months_between(first, today) + 1)]
    return [(label, [(f"{start:%b %y}", values.get(start)) for start in starts])]


def spikes(actor: Actor, *, since: date, initiative: Initiative | None = None, limit: int = 10) -> list[UnitCostDay]:
    """Days far above usual since a day, newest first."""
    rows = UnitCostDay.objects.permitted(actor).filter(is_spike=True, day__gte=since)
    if initiative is not None:
        rows = rows.filter(initiative=initiative)
    return list(rows.select_related("initiative").order_by("-day", "pk")[:limit])


def costs_by_initiative(actor: Actor, *, today: date, portfolio_id: Any = None) -> list[InitiativeCosts]:
    """Initiatives with usage in the last twelve months, dearest newest month first; one query."""
    first = add_months(first_of_month(today), -11)
    rows = UnitCostMonth.objects.permitted(actor).filter(month__gte=first)
    if portfolio_id is not None:
        rows = rows.filter(initiative__portfolio=portfolio_id)
    grouped: dict[UUID, list[UnitCostMonth]] = defaultdict(list)
    for row in rows.select_related("initiative__portfolio").order_by("month"):
        grouped[row.initiative_id].append(row)
    starts = [add_months(first, index) for index in range(12)]
    found = [_initiative_costs(months, starts) for months in grouped.values()]
    return sorted(found, key=lambda row: (-(row.latest.known_cost), row.initiative.key))


def costs_by_month(rows: Sequence[InitiativeCosts], *, today: date, currency: str) -> Series:
    """Cost of all these initiatives by month, oldest first; None where that of one is unknown or none was used."""
    first = add_months(first_of_month(today), -11)
    points: list[tuple[str, Decimal | None]] = []
    for index in range(12):
        used = [row.costs[index] for row in rows if row.is_used[index]]
        known = [cost for cost in used if cost is not None]
        is_complete = bool(known) and len(known) == len(used)
        total = sum(known, Decimal(0)).quantize(CENT) if is_complete else None
        points.append((f"{add_months(first, index):%b %y}", total))
    return [(f"Cost, {currency}", points)]


def _initiative_costs(months: Sequence[UnitCostMonth], starts: Sequence[date]) -> InitiativeCosts:
    by_month = {row.month: row for row in months}
    return InitiativeCosts(
        initiative=months[-1].initiative,
        latest=months[-1],
        previous=months[-2] if len(months) > 1 else None,
        costs=[by_month[start].cost if start in by_month else None for start in starts],
        is_used=[start in by_month for start in starts],
    )
