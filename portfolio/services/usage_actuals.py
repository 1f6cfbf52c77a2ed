"""What usage cost, written as actual amounts to the cash lines that are fed by usage."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from uuid import UUID

from portfolio.enums import ActualSource, CaseStatus
from portfolio.models import CashLine, UnitCostMonth
from portfolio.selectors.exchange_rates import RateTable, rate_table
from portfolio.services.actuals import amounts_recorded, make_actuals
from portfolio.validators import CENT, add_months, first_of_month
from tenancy.actor import Actor

Amounts = dict[date, Decimal]


def write_usage_actuals(*, actor: Actor, today: date) -> int:
    """Bring the lines of approved cases that are fed by usage up to date; returns how many amounts differed.

    From the start of the plan, months that have begun count. Of several such lines in one case the first takes
    the cost, so that it counts once. A month whose cost is unknown, or cannot be converted into the case's
    currency at its last day, has no actual amount. Lines that are right already are not written.
    """
    lines = _lines_fed_by_usage()
    if not lines:
        return 0
    costs, recorded = _costs(lines), amounts_recorded(lines.values())
    table = rate_table(actor, {line.case.currency for line in lines.values()})
    differing = 0
    for initiative, line in lines.items():
        wanted = _amounts(line, costs[initiative], table, today)
        differing += make_actuals(line, wanted, recorded=recorded[line.pk], source=ActualSource.USAGE, actor=actor)
    return differing


def _lines_fed_by_usage() -> dict[UUID, CashLine]:
    """By initiative: of its approved case's recommended option the first line fed by usage."""
    rows = CashLine.objects.filter(
        case__status=CaseStatus.APPROVED, option__is_recommended=True, actual_source=ActualSource.USAGE
    )
    last_first = rows.select_related("case").order_by("-position", "-pk")
    return {line.case.initiative_id: line for line in last_first}


def _costs(lines: Mapping[UUID, CashLine]) -> dict[UUID, Amounts]:
    """Known costs of months by initiative, in the organization's currency."""
    rows = UnitCostMonth.objects.filter(initiative__in=list(lines), cost__isnull=False)
    found: dict[UUID, Amounts] = defaultdict(dict)
    for initiative, month, cost in rows.values_list("initiative_id", "month", "cost"):
        found[initiative][month] = cost
    return found


def _amounts(line: CashLine, costs: Amounts, table: RateTable, today: date) -> Amounts:
    """What the line's months shall be, in the currency of the case."""
    amounts = {}
    for month, cost in costs.items():
        last_day = min(add_months(month, 1) - timedelta(days=1), today)
        rate = table.find(line.case.currency, last_day)
        if rate is not None and line.case.start_month <= month <= first_of_month(today):
            amounts[month] = (cost / rate).quantize(CENT, ROUND_HALF_EVEN)
    return amounts
