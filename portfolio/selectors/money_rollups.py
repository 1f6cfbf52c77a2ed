"""Reads of rolled-up money: per initiative, theme, portfolio and organization, always from sums."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from django.db.models import DecimalField, ExpressionWrapper, F, Min, Q, Sum

from portfolio.calc.spend_variance import return_on_investment, variance_rate
from portfolio.enums import RollupScope, SpendStatus
from portfolio.models import Initiative, MoneyRollup, Portfolio, SpendGuardrail, Theme
from portfolio.models.spend import DEFAULT_GUARDRAIL
from tenancy.actor import Actor


@dataclass(frozen=True)
class MoneyFigures:
    """Money of approved cases in `currency`; None is unknown, never zero.

    Sums hold what is known: of `cases` there are `unvalued` ones without a present value and `unconverted` ones
    without an exchange rate. `plan_cost` is the budget. `as_of` is the day of the oldest part, None without any.
    """

    currency: str
    as_of: date | None = None
    plan_cost: Decimal | None = None
    forecast_cost: Decimal | None = None
    actual_cost: Decimal | None = None
    estimate_at_completion: Decimal | None = None
    plan_benefit: Decimal | None = None
    forecast_benefit: Decimal | None = None
    actual_benefit: Decimal | None = None
    npv: Decimal | None = None
    pv_costs: Decimal | None = None
    pv_benefits: Decimal | None = None
    cases: int = 0
    unvalued: int = 0
    unconverted: int = 0
    months_without_actual: int = 0

    @property
    def roi(self) -> Decimal | None:
        """Planned return on present values, as a fraction."""
        return return_on_investment(costs=self.pv_costs, benefits=self.pv_benefits)

    @property
    def realised_roi(self) -> Decimal | None:
        """Return of what was really spent and gained so far, undiscounted, as a fraction."""
        return return_on_investment(costs=self.actual_cost, benefits=self.actual_benefit)

    @property
    def variance(self) -> Decimal | None:
        """Estimate at completion less budget: positive is over budget."""
        if self.estimate_at_completion is None or self.plan_cost is None:
            return None
        return self.estimate_at_completion - self.plan_cost

    @property
    def variance_rate(self) -> Decimal | None:
        """The variance as a fraction of the budget."""
        return variance_rate(budget=self.plan_cost, estimate=self.estimate_at_completion)

    @classmethod
    def of(cls, row: Mapping[str, Any], currency: str) -> Self:
        """Of one row of sums; counts that are null because there is no row become 0."""
        counts = {"cases", "unvalued", "unconverted", "months_without_actual"}
        values: dict[str, Any] = {name: row[name] or 0 if name in counts else row[name] for name in SUMMED}
        return cls(currency=currency, as_of=row["as_of"], **values)


SUMMED = tuple(field.name for field in fields(MoneyFigures) if field.name not in {"currency", "as_of"})


def money_of_organization(actor: Actor) -> MoneyFigures:
    """All initiatives the actor may see together; one query."""
    return _total(_own(actor), actor)


def money_of_portfolio(portfolio: Portfolio, *, actor: Actor) -> MoneyFigures:
    """All initiatives of the portfolio together; one query."""
    return _total(_own(actor).filter(initiative__portfolio=portfolio), actor)


def money_of_theme(theme: Theme, *, actor: Actor) -> MoneyFigures:
    """All initiatives of the theme that the actor may see together; one query."""
    return _total(_own(actor).filter(initiative__theme=theme), actor)


def money_of_initiative(initiative: Initiative, *, actor: Actor, scope: str = RollupScope.TREE) -> MoneyFigures:
    """One initiative, alone or with everything below it; one query."""
    found = money_of_initiatives([initiative.pk], actor=actor, scope=scope)
    return found.get(initiative.pk, MoneyFigures(actor.organization.currency))


def money_of_initiatives(
    pks: Iterable[UUID], *, actor: Actor, scope: str = RollupScope.TREE
) -> dict[UUID, MoneyFigures]:
    """Figures of those initiatives that have any; one query."""
    rows = _rollups(actor).filter(initiative__in=list(pks), scope=scope)
    return {
        row["initiative_id"]: MoneyFigures.of(row, actor.organization.currency)
        for row in rows.values("initiative_id", "as_of", *SUMMED)
    }


def _rollups(actor: Actor) -> Any:
    """Rollups in the organization's present currency; those in a former one wait for the next refresh."""
    return MoneyRollup.objects.permitted(actor).filter(currency=actor.organization.currency).order_by()


def _own(actor: Actor) -> Any:
    return _rollups(actor).filter(scope=RollupScope.OWN)


def _sums() -> dict[str, Any]:
    return {"as_of_day": Min("as_of"), **{f"sum_{name}": Sum(name) for name in SUMMED}}


def _renamed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"as_of": row["as_of_day"], **{name: row[f"sum_{name}"] for name in SUMMED}}


def _total(rows: Any, actor: Actor) -> MoneyFigures:
    return MoneyFigures.of(_renamed(rows.aggregate(**_sums())), actor.organization.currency)


@dataclass(frozen=True)
class GuardrailTable:
    """How far estimates may lie from budgets: a portfolio's own threshold, else the organization's."""

    default: Decimal
    by_portfolio: Mapping[UUID, Decimal]

    def threshold_of(self, portfolio_id: UUID | None) -> Decimal:
        """The fraction that counts for the portfolio; None is the organization."""
        return self.default if portfolio_id is None else self.by_portfolio.get(portfolio_id, self.default)


def guardrails(actor: Actor) -> GuardrailTable:
    """Every guardrail the actor may see; one query."""
    rows = dict(SpendGuardrail.objects.permitted(actor).values_list("portfolio_id", "threshold"))
    return GuardrailTable(rows.pop(None, DEFAULT_GUARDRAIL), rows)


def spend_status(figures: MoneyFigures, threshold: Decimal) -> SpendStatus:
    """Whether the estimate at completion lies within the guardrail around its budget."""
    rate = figures.variance_rate
    if rate is None:
        return SpendStatus.UNKNOWN
    if rate > threshold:
        return SpendStatus.OVER
    return SpendStatus.UNDER if rate < -threshold else SpendStatus.WITHIN


@dataclass(frozen=True)
class BudgetVariance:
    """An initiative whose estimate at completion lies outside its guardrail."""

    initiative: Initiative
    figures: MoneyFigures
    threshold: Decimal
    status: SpendStatus


def outside_guardrail(actor: Actor, *, limit: int = 20) -> list[BudgetVariance]:
    """Initiatives over or under their budget by more than their guardrail, the largest overrun first; two queries."""
    table = guardrails(actor)
    money = DecimalField(max_digits=40, decimal_places=6)
    rate = ExpressionWrapper(F("estimate_at_completion") / F("plan_cost") - 1, output_field=money)
    rows = _own(actor).filter(plan_cost__gt=0, estimate_at_completion__isnull=False).annotate(rate=rate)
    outside = Q(rate__gt=table.default) | Q(rate__lt=-table.default)
    outside &= ~Q(initiative__portfolio__in=list(table.by_portfolio))
    for portfolio, threshold in table.by_portfolio.items():
        outside |= Q(initiative__portfolio=portfolio) & (Q(rate__gt=threshold) | Q(rate__lt=-threshold))
    found = rows.filter(outside).select_related("initiative").order_by("-rate", "pk")[:limit]
    return [_variance(row, table, actor) for row in found]


def _variance(row: MoneyRollup, table: GuardrailTable, actor: Actor) -> BudgetVariance:
    values = {name: getattr(row, name) for name in ("as_of", *SUMMED)}
    figures = MoneyFigures.of(values, actor.organization.currency)
    threshold = table.threshold_of(row.initiative.portfolio_id)
    return BudgetVariance(row.initiative, figures, threshold, spend_status(figures, threshold))
