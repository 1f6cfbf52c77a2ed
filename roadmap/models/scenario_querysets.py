"""Querysets of scenarios: who sees them, and which of them wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from roadmap.enums.scenario import ScenarioStatus
from roadmap.models.history_querysets import KeptRowQuerySet
from roadmap.querysets import OnRoadmapQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor
    from tenancy.models import Membership


class ScenarioQuerySet(OnRoadmapQuerySet):
    """Scenarios; whoever sees the roadmap sees them, less the changes of items hidden from them."""

    portfolio_paths = ("roadmap__portfolio",)

    def matching(self, text: str) -> Self:
        """Rows whose name contains the text."""
        return self.filter(name__icontains=text)

    def with_change_count(self, actor: Actor) -> Self:
        """Annotate `change_count`: the changes the actor may see."""
        visible = apps.get_model("roadmap", "ScenarioChange").objects.permitted(actor).values("pk")
        return self.annotate(change_count=Coalesce(Count("changes", filter=Q(changes__in=visible), distinct=True), 0))

    def not_by(self, member: Membership) -> Self:
        """Scenarios the person neither made nor submitted, and of which no change is theirs."""
        changes = apps.get_model("roadmap", "ScenarioChange").objects.filter(scenario=OuterRef("pk"), author=member)
        return self.exclude(made_by=member).exclude(submitted_by=member).exclude(Exists(changes))

    def submitted(self) -> Self:
        """Scenarios that wait for a decision."""
        return self.filter(status=ScenarioStatus.SUBMITTED)


class ScenarioChangeQuerySet(KeptRowQuerySet):
    """Changes of scenarios; `portfolio_keys` keeps those of hidden portfolios hidden when the item is gone."""

    portfolio_paths = ("scenario__roadmap__portfolio", "item__initiative__portfolio")
