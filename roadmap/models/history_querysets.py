"""Querysets of what a plan was: rows that outlive what they tell of, and who sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from portfolio.querysets import SEES_RESTRICTED, InPortfolioQuerySet, OutsideHiddenPortfolios
from roadmap.querysets import OnRoadmapQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor

_VIEW = "view_portfolio"


class TouchingNoHiddenPortfolio(OutsideHiddenPortfolios):
    """True where none of the portfolios whose ids are in the array at `path` is hidden from the person."""

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        column, inner = compiler.compile(self.source_expressions[0])
        return f"NOT ({column} && ARRAY({self.hidden}))", (*inner, *self.parameters)


class BaselineQuerySet(OnRoadmapQuerySet):
    """Baselines; whoever sees the roadmap sees them, less the rows of portfolios hidden from them."""

    portfolio_paths = ("roadmap__portfolio",)


class KeptRowQuerySet(OnRoadmapQuerySet):
    """Rows of baselines; `portfolio_keys` names every portfolio they touched when they were kept."""

    portfolio_paths = ("baseline__roadmap__portfolio",)

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        if actor.can(SEES_RESTRICTED):
            return permitted
        return permitted.filter(TouchingNoHiddenPortfolio("portfolio_keys", actor.user_id, _VIEW))


class PlanChangeQuerySet(KeptRowQuerySet):
    """Applied changes of plans; one that touched a portfolio hidden from somebody is hidden from them as a whole."""

    portfolio_paths = ("roadmap__portfolio",)


class ItemRescopeQuerySet(KeptRowQuerySet):
    """Changes of promises."""

    portfolio_paths = ("roadmap__portfolio", "item__initiative__portfolio")


class PlanHistoryEntryQuerySet(InPortfolioQuerySet):
    """Imported history; an entry about no initiative of ours is open to the organization."""

    portfolio_path = "initiative__portfolio"
