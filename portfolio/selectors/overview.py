"""Reads for the home page and for a portfolio's page: stages, value, KPIs, what changed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from portfolio.enums import KpiStatus, Stage
from portfolio.models import BusinessCase, Initiative, Kpi, Portfolio, Valuation
from tenancy.actor import Actor


@dataclass(frozen=True)
class StageCount:
    """How many initiatives are in a stage; `share` is the fraction of all."""

    stage: Stage
    count: int
    share: float

    @property
    def percent(self) -> int:
        """The share as a whole percentage, at least 1 for a stage that is not empty."""
        return max(round(self.share * 100), 1) if self.count else 0


@dataclass(frozen=True)
class PortfolioValue:
    """The sum of the net present values of current business cases, in the organization's currency.

    None while no case is valued. `unvalued` cases and those in an `other_currency` are not in it.
    """

    net_present_value: Decimal | None
    currency: str
    valued: int
    unvalued: int
    other_currency: int

    @property
    def note(self) -> str:
        """What the sum covers, in words."""
        if not self.valued and not self.unvalued and not self.other_currency:
            return "No business case yet"
        parts = [f"{self.valued} business case{'' if self.valued == 1 else 's'}"]
        if self.unvalued:
            parts.append(f"{self.unvalued} not valued")
        if self.other_currency:
            parts.append(f"{self.other_currency} in another currency")
        return ", ".join(parts)


def stage_counts(actor: Actor, *, portfolio: Portfolio | None = None) -> list[StageCount]:
    """Every stage with the number of initiatives in it, in order of life."""
    rows = _within(Initiative.objects.permitted(actor), "portfolio", portfolio).order_by()
    counts = dict(rows.values_list("stage").annotate(count=Count("pk")))
    total = sum(counts.values()) or 1
    return [StageCount(stage, counts.get(stage, 0), counts.get(stage, 0) / total) for stage in Stage]


def portfolio_value(actor: Actor, *, portfolio: Portfolio | None = None) -> PortfolioValue:
    """What the current business cases are worth together."""
    currency = actor.organization.currency
    cases = _within(BusinessCase.objects.permitted(actor).current(), "initiative__portfolio", portfolio)
    present = Valuation.objects.permitted(actor).of_present_inputs().recommended().filter(case__in=cases)
    is_ours = Q(currency=currency)
    sums: dict[str, Any] = present.aggregate(
        npv=Sum("npv", filter=is_ours), ours=Count("pk", filter=is_ours), valued=Count("pk")
    )
    return PortfolioValue(
        net_present_value=sums["npv"],
        currency=currency,
        valued=sums["ours"],
        unvalued=cases.count() - sums["valued"],
        other_currency=sums["valued"] - sums["ours"],
    )


def kpi_counts(actor: Actor, *, now: datetime, portfolio: Portfolio | None = None) -> dict[str, int]:
    """Number of KPIs by status, every status included."""
    rows = _within(Kpi.objects.permitted(actor), "initiative__portfolio", portfolio).with_status(now).order_by()
    counts = dict.fromkeys(KpiStatus.values, 0)
    counts.update(dict(rows.values_list("status").annotate(count=Count("pk"))))
    return counts


def kpis_off_track(actor: Actor, *, now: datetime, limit: int = 6) -> list[Kpi]:
    """KPIs that miss their target or have gone stale, those off track first."""
    rows = Kpi.objects.permitted(actor).with_status(now).filter(status__in=[KpiStatus.OFF_TRACK, KpiStatus.STALE])
    return list(rows.select_related("initiative").order_by("status", "name", "pk")[:limit])


def recently_changed(actor: Actor, *, limit: int = 8, portfolio: Portfolio | None = None) -> list[Initiative]:
    """Initiatives somebody changed last."""
    rows = _within(Initiative.objects.permitted(actor), "portfolio", portfolio).select_related("lead__user")
    return list(rows.order_by("-updated_at", "pk")[:limit])


def with_initiative_count(rows: Any, name: str, *, actor: Actor) -> Any:
    """Annotate portfolios or themes with `initiatives`: how many the actor may see there."""
    counted = Initiative.objects.permitted(actor).filter(**{name: OuterRef("pk")}).order_by().values(name)
    return rows.annotate(initiatives=Coalesce(Subquery(counted.annotate(count=Count("pk")).values("count")), 0))


def _within(rows: Any, path: str, portfolio: Portfolio | None) -> Any:
    return rows if portfolio is None else rows.filter(**{path: portfolio})
