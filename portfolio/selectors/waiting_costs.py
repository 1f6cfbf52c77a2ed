"""What it costs to wait: value lost per month by initiatives not launched yet, and the order in which that is least."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from portfolio.calc.savings import DAYS_A_MONTH
from portfolio.calc.sequencing import SequenceCost, Work, sequence_cost
from portfolio.enums import Stage
from portfolio.models import Initiative, Portfolio, Valuation
from tenancy.actor import Actor

# What is out no longer waits.
LAUNCHED = (Stage.GA, Stage.OPERATING, Stage.SUNSET)
MOST_ROWS = 200


@dataclass(frozen=True)
class WaitingCost:
    """An initiative's current case: net present value lost per month of delay, and the months of work still ahead.

    `cost_of_delay` is in the organization's currency, negative where a later start gains. `months` run from today or
    the later start to the planned end; None without an end or with one that has passed.
    """

    initiative: Initiative
    case_id: UUID
    cost_of_delay: Decimal
    months: Decimal | None

    @property
    def urgency(self) -> Decimal | None:
        """Cost of delay by month of work, by which weighted shortest job first ranks."""
        return None if self.months is None else self.cost_of_delay / self.months


@dataclass(frozen=True)
class WaitingCosts:
    """The rows in the order asked for, their sum a month, and what doing them one by one by urgency saves.

    `sequence` is None while fewer than two have months of work; `left_out` counts unlaunched initiatives whose case is
    missing, not valued as it stands, or in another currency.
    """

    rows: Sequence[WaitingCost]
    total: Decimal
    sequence: SequenceCost | None
    left_out: int


def waiting_costs(
    actor: Actor, *, today: date, portfolio: Portfolio | None = None, by_urgency: bool = False
) -> WaitingCosts:
    """Unlaunched initiatives with a valued current case, the dearest wait (or most urgent) first; two queries."""
    rows = [_row(valuation, today) for valuation in _valuations(actor, portfolio)]
    urgent = sorted((row for row in rows if row.urgency is not None), key=lambda row: -(row.urgency or 0))
    rest = [row for row in rows if row.urgency is None]
    works = [Work(float(row.cost_of_delay), float(row.months)) for row in urgent if row.months]
    waiting = Initiative.objects.permitted(actor).exclude(stage__in=LAUNCHED)
    if portfolio is not None:
        waiting = waiting.filter(portfolio=portfolio)
    return WaitingCosts(
        rows=([*urgent, *rest] if by_urgency else rows)[:MOST_ROWS],
        total=sum((row.cost_of_delay for row in rows), Decimal(0)),
        sequence=sequence_cost(works) if len(works) > 1 else None,
        left_out=waiting.count() - len(rows),
    )


def _valuations(actor: Actor, portfolio: Portfolio | None) -> list[Valuation]:
    rows = Valuation.objects.permitted(actor).recommended().of_present_inputs()
    rows = rows.filter(case__is_current=True, currency=actor.organization.currency, cost_of_delay__isnull=False)
    rows = rows.exclude(case__initiative__stage__in=LAUNCHED)
    if portfolio is not None:
        rows = rows.filter(case__initiative__portfolio=portfolio)
    return list(rows.select_related("case__initiative").order_by("-cost_of_delay", "pk"))


def _row(valuation: Valuation, today: date) -> WaitingCost:
    initiative = valuation.case.initiative
    cost = valuation.cost_of_delay or Decimal(0)
    return WaitingCost(initiative, valuation.case_id, cost, _months_left(initiative, today))


def _months_left(initiative: Initiative, today: date) -> Decimal | None:
    if initiative.end_on is None:
        return None
    days = (initiative.end_on - max(today, initiative.start_on or today)).days
    return Decimal(days) / DAYS_A_MONTH if days > 0 else None
