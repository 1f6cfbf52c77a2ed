"""Reads for the home page and for a portfolio's page: stages and KPIs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from portfolio.enums import KpiStatus, Stage
from portfolio.models import Initiative, Kpi, Portfolio
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


def stage_counts(actor: Actor, *, portfolio: Portfolio | None = None) -> list[StageCount]:
    """Every stage with the number of initiatives in it, in order of life."""
    rows = _within(Initiative.objects.permitted(actor), "portfolio", portfolio).order_by()
    counts = dict(rows.values_list("stage").annotate(count=Count("pk")))
    total = sum(counts.values()) or 1
    return [StageCount(stage, counts.get(stage, 0), counts.get(stage, 0) / total) for stage in Stage]


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


def with_initiative_count(rows: Any, name: str, *, actor: Actor) -> Any:
    """Annotate portfolios or themes with `initiatives`: how many the actor may see there."""
    counted = Initiative.objects.permitted(actor).filter(**{name: OuterRef("pk")}).order_by().values(name)
    return rows.annotate(initiatives=Coalesce(Subquery(counted.annotate(count=Count("pk")).values("count")), 0))


def _within(rows: Any, path: str, portfolio: Portfolio | None) -> Any:
    return rows if portfolio is None else rows.filter(**{path: portfolio})
