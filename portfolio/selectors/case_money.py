"""Plan, forecast and actual of a case, an option or an initiative: per month and in total, each side by itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from portfolio.enums import CashSide, Measure
from portfolio.models import BusinessCase, CaseOption, CashLine, CashPeriod, Initiative
from portfolio.validators import add_months
from tenancy.actor import Actor


@dataclass(frozen=True)
class Figures:
    """Plan, forecast and actual of one thing.

    `forecast` is the plan where nothing else was forecast. `actual` is None when nothing is known of what happened;
    `variance` is then None too, else actual less what was planned for just the months that have an actual
    (`plan_of_actual`). `variance_share` is the variance as a fraction of that plan, None when the plan is zero.
    """

    plan: Decimal = Decimal(0)
    forecast: Decimal = Decimal(0)
    actual: Decimal | None = None
    plan_of_actual: Decimal = Decimal(0)

    @property
    def variance(self) -> Decimal | None:
        """Actual less plan over the months with an actual."""
        return None if self.actual is None else self.actual - self.plan_of_actual

    @property
    def variance_share(self) -> Decimal | None:
        """The variance as a fraction of the plan."""
        variance = self.variance
        return None if variance is None or not self.plan_of_actual else variance / self.plan_of_actual

    def __add__(self, other: "Figures") -> "Figures":
        actual = None if self.actual is None and other.actual is None else (self.actual or 0) + (other.actual or 0)
        return Figures(
            self.plan + other.plan,
            self.forecast + other.forecast,
            None if actual is None else Decimal(actual),
            self.plan_of_actual + other.plan_of_actual,
        )


@dataclass(frozen=True)
class MonthMoney:
    """Costs and benefits of one month."""

    month: date
    costs: Figures
    benefits: Figures


@dataclass(frozen=True)
class LineMoney:
    """One line with its months."""

    line: CashLine
    months: dict[date, Figures]
    total: Figures


@dataclass(frozen=True)
class MoneyTable:
    """Months in order, lines in theirs, and the totals; amounts are in `currency`, None when there is no case."""

    currency: str | None
    months: list[MonthMoney] = field(default_factory=list)
    lines: list[LineMoney] = field(default_factory=list)
    costs: Figures = field(default_factory=Figures)
    benefits: Figures = field(default_factory=Figures)

    @property
    def budget(self) -> Decimal:
        """What the plan may cost."""
        return self.costs.plan


def money_of_option(option: CaseOption) -> MoneyTable:
    """Plan, forecast and actual of one option, in two queries beside its case."""
    lines = list(CashLine.objects.filter(option=option).order_by("-side", "position", "pk"))
    return _table(option.case, lines)


def money_of_case(case: BusinessCase) -> MoneyTable:
    """Plan, forecast and actual of what the case recommends."""
    lines = CashLine.objects.filter(case=case, option__is_recommended=True).order_by("-side", "position", "pk")
    return _table(case, list(lines))


def money_of_initiative(initiative: Initiative, *, actor: Actor) -> MoneyTable:
    """Plan, forecast and actual of the initiative's approved case; empty while none is approved."""
    case = BusinessCase.objects.permitted(actor).approved().filter(initiative=initiative).first()
    return MoneyTable(currency=None) if case is None else money_of_case(case)


def _table(case: BusinessCase, lines: list[CashLine]) -> MoneyTable:
    stated: dict[Any, dict[date, dict[str, Decimal]]] = {line.pk: {} for line in lines}
    rows = CashPeriod.objects.filter(line__in=lines).values_list("line_id", "month", "measure", "amount")
    for line_id, month, measure, amount in rows:
        stated[line_id].setdefault(month, {})[measure] = amount
    listed = [_line(line, stated[line.pk]) for line in lines]
    months = sorted(
        {add_months(case.start_month, index) for index in range(case.horizon_months)}
        | {month for line in listed for month in line.months}
    )
    return MoneyTable(
        currency=case.currency,
        months=[
            MonthMoney(month, _sum(listed, CashSide.COST, month), _sum(listed, CashSide.BENEFIT, month))
            for month in months
        ],
        lines=listed,
        costs=_total(line.total for line in listed if line.line.side == CashSide.COST),
        benefits=_total(line.total for line in listed if line.line.side == CashSide.BENEFIT),
    )


def _line(line: CashLine, stated: dict[date, dict[str, Decimal]]) -> LineMoney:
    months = {month: _figures(measures) for month, measures in sorted(stated.items())}
    return LineMoney(line, months, _total(months.values()))


def _figures(measures: dict[str, Decimal]) -> Figures:
    plan = measures.get(Measure.PLAN, Decimal(0))
    actual = measures.get(Measure.ACTUAL)
    forecast = measures.get(Measure.FORECAST, plan)
    return Figures(plan, forecast, actual, Decimal(0) if actual is None else plan)


def _sum(lines: list[LineMoney], side: CashSide, month: date) -> Figures:
    return _total(line.months[month] for line in lines if line.line.side == side and month in line.months)


def _total(figures: Iterable[Figures]) -> Figures:
    return sum(figures, Figures())
