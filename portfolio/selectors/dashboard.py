"""What the dashboard of a portfolio shows beside its sums: value against risk, and where money runs away."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import DecimalField, ExpressionWrapper, F

from portfolio.enums import RollupScope, Stage
from portfolio.models import MoneyRollup, Portfolio, Valuation
from tenancy.actor import Actor

# More bubbles than this cover each other; the most expensive ones are drawn.
BUBBLES = 60


@dataclass(frozen=True)
class Position:
    """An initiative's current business case: what it is worth, how likely it loses money, what it costs.

    `value` is the median of the simulated net present values, in the organization's currency;
    `risk` the probability (0 to 1) that the net present value is negative.
    """

    initiative_id: UUID
    key: str
    title: str
    stage: Stage
    value: Decimal
    risk: float
    cost: Decimal


@dataclass(frozen=True)
class Overrun:
    """An initiative whose estimate at completion exceeds its budget by more than the guardrail allows."""

    initiative_id: UUID
    label: str
    budget: Decimal
    estimate: Decimal

    @property
    def over_by(self) -> Decimal:
        return self.estimate - self.budget

    @property
    def rate(self) -> Decimal | None:
        """The excess as a fraction of the budget; None for a budget of zero."""
        return self.over_by / self.budget if self.budget else None


def positions(actor: Actor, *, portfolio: Portfolio | None = None, limit: int = BUBBLES) -> list[Position]:
    """Simulated current cases in the organization's currency, the most expensive first; one query."""
    rows = Valuation.objects.permitted(actor).recommended().of_present_inputs()
    rows = rows.filter(case__is_current=True, currency=actor.organization.currency, probability_negative__isnull=False)
    if portfolio is not None:
        rows = rows.filter(case__initiative__portfolio=portfolio)
    initiative = [f"case__initiative__{name}" for name in ("pk", "key", "title", "stage")]
    found = rows.order_by("-total_costs", "pk").values_list(
        *initiative, "npv_p50", "probability_negative", "total_costs"
    )
    return [Position(pk, key, title, Stage(stage), *figures) for pk, key, title, stage, *figures in found[:limit]]


def overruns(actor: Actor, *, threshold: Decimal, portfolio: Portfolio | None = None, limit: int = 6) -> list[Overrun]:
    """Initiatives beyond the guardrail (a fraction of the budget), the largest excess first; one query."""
    over_by: Any = ExpressionWrapper(F("estimate_at_completion") - F("plan_cost"), output_field=DecimalField())
    rows = MoneyRollup.objects.permitted(actor).filter(
        scope=RollupScope.OWN,
        currency=actor.organization.currency,
        estimate_at_completion__gt=F("plan_cost") * (1 + threshold),
    )
    if portfolio is not None:
        rows = rows.filter(initiative__portfolio=portfolio)
    found = rows.annotate(over_by=over_by).order_by("-over_by", "pk").select_related("initiative")[:limit]
    return [Overrun(row.initiative_id, str(row.initiative), row.plan_cost, row.estimate_at_completion) for row in found]
