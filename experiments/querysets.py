"""Querysets of experiments: who sees which rows, and the filters of one table."""

from typing import Any, Self

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from experiments.enums import ExperimentStatus
from portfolio.querysets import InPortfolioQuerySet
from tenancy.querysets import TenantQuerySet


class MetricQuerySet(TenantQuerySet):
    """Metrics."""

    def matching(self, text: str) -> Self:
        """Rows whose key or name contains the text."""
        return self.filter(Q(name__icontains=text) | Q(key__icontains=text))

    def with_experiment_count(self, uses: QuerySet[Any]) -> Self:
        """Adds `experiment_count`, the number of `uses` (planned metrics) of each metric."""
        counted = uses.filter(metric=OuterRef("pk")).order_by().values("metric").annotate(count=Count("pk"))
        return self.annotate(experiment_count=Coalesce(Subquery(counted.values("count")), 0))


class ExperimentQuerySet(InPortfolioQuerySet):
    """Experiments; one on an initiative of a restricted portfolio is as restricted as the portfolio."""

    portfolio_path = "initiative__portfolio"

    def matching(self, text: str) -> Self:
        """Rows whose key or name contains the text."""
        return self.filter(Q(name__icontains=text) | Q(key__icontains=text))

    def open(self) -> Self:
        """Rows nobody has decided on yet."""
        return self.exclude(status=ExperimentStatus.DECIDED)


class OfExperimentQuerySet(InPortfolioQuerySet):
    """Variants, planned metrics and readouts: as visible as their experiment."""

    portfolio_path = "experiment__initiative__portfolio"


class VariantResultQuerySet(InPortfolioQuerySet):
    """Aggregates per variant and metric; each one replaces the earlier ones, which are kept."""

    portfolio_path = "variant__experiment__initiative__portfolio"

    def counting(self) -> Self:
        """The aggregates that count: the newest of each variant and metric, of two as new the one recorded last."""
        return self.order_by("variant_id", "metric_id", "-as_of", "-id").distinct("variant_id", "metric_id")
