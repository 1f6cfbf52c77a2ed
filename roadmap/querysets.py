"""Querysets of the roadmap: who sees which rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from portfolio.querysets import InPortfolioQuerySet
from tenancy.querysets import TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor


class OnRoadmapQuerySet(InPortfolioQuerySet):
    """Rows that share the visibility of every portfolio they touch; one hidden portfolio hides the row."""

    portfolio_paths: ClassVar[tuple[str, ...]] = ("roadmap__portfolio", "initiative__portfolio")

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = self.all()
        for path in self.portfolio_paths:
            permitted.portfolio_path = path
            permitted = InPortfolioQuerySet.permitted(permitted, actor, verb)
        return permitted


class RoadmapQuerySet(InPortfolioQuerySet):
    """Roadmaps; one without a portfolio is open to the organization."""


class ReleaseQuerySet(OnRoadmapQuerySet):
    """Releases."""

    portfolio_paths = ("roadmap__portfolio",)


class PlanNoteQuerySet(OnRoadmapQuerySet):
    """Risks and decisions pinned to dates; whoever may not see the item does not see its notes."""

    portfolio_paths = ("roadmap__portfolio", "item__roadmap__portfolio", "item__initiative__portfolio")


class MilestoneGateQuerySet(OnRoadmapQuerySet):
    """Gates of milestones; whoever may not see milestone or item does not see the gate."""

    portfolio_paths = (
        "milestone__roadmap__portfolio",
        "milestone__initiative__portfolio",
        "item__roadmap__portfolio",
        "item__initiative__portfolio",
    )


class PublicLinkQuerySet(OnRoadmapQuerySet):
    """Public links."""

    portfolio_paths = ("roadmap__portfolio",)


class RoadmapExportQuerySet(OnRoadmapQuerySet):
    """Files made of roadmaps, each for whoever asked for it: it shows what that person may see."""

    portfolio_paths = ("roadmap__portfolio",)

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        return super().permitted(actor, verb).filter(requested_by__user_id=actor.user_id)


class RoadmapItemQuerySet(OnRoadmapQuerySet):
    """Roadmap items."""

    def matching(self, text: str) -> Self:
        """Rows whose own title, or whose initiative's title or key, contains the text."""
        return self.filter(
            Q(title__icontains=text) | Q(initiative__title__icontains=text) | Q(initiative__key__iexact=text)
        )

    def overlapping(self, *, start_on: object = None, end_on: object = None) -> Self:
        """Rows of which at least one day lies between the two dates, both included; None leaves a side open."""
        rows = self
        if start_on is not None:
            rows = rows.filter(end_on__gte=start_on)
        if end_on is not None:
            rows = rows.filter(start_on__lte=end_on)
        return rows

    def with_team_name(self) -> Self:
        """The team that delivers: the item's own, else that of its initiative; None when neither has one."""
        return self.annotate(team_name=Coalesce(F("owning_team__name"), F("initiative__owning_team__name")))


class MilestoneQuerySet(OnRoadmapQuerySet):
    """Milestones."""

    def matching(self, text: str) -> Self:
        """Rows whose title contains the text."""
        return self.filter(title__icontains=text)


class DependencyQuerySet(OnRoadmapQuerySet):
    """Dependencies; whoever may not see one end does not see the dependency."""

    portfolio_paths = (
        "predecessor__roadmap__portfolio",
        "predecessor__initiative__portfolio",
        "successor__roadmap__portfolio",
        "successor__initiative__portfolio",
    )

    def touching(self, roadmap_id: object) -> Self:
        """Dependencies with at least one end on the roadmap."""
        return self.filter(Q(predecessor__roadmap_id=roadmap_id) | Q(successor__roadmap_id=roadmap_id))


class ResourceQuerySet(TenantQuerySet):
    """Resources."""

    def matching(self, text: str) -> Self:
        """Rows whose name contains the text."""
        return self.filter(name__icontains=text)


class ResourceDemandQuerySet(OnRoadmapQuerySet):
    """Demands of items; whoever may not see the item does not see what it needs."""

    portfolio_paths = ("item__roadmap__portfolio", "item__initiative__portfolio")


class ScheduleForecastQuerySet(OnRoadmapQuerySet):
    """Forecasts of roadmaps."""

    portfolio_paths = ("roadmap__portfolio",)


class ForecastDateQuerySet(OnRoadmapQuerySet):
    """Forecast dates; whoever may not see the item or milestone does not see its dates."""

    portfolio_paths = (
        "forecast__roadmap__portfolio",
        "item__initiative__portfolio",
        "milestone__initiative__portfolio",
    )


class AllocationTargetQuerySet(InPortfolioQuerySet):
    """Allocation targets; those of a hidden portfolio are hidden with it."""
