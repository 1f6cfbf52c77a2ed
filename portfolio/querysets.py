"""Querysets of the portfolio: who sees which rows, and the filters lists offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q
from guardian.managers import UserObjectPermissionManager

from portfolio.enums import Visibility
from tenancy.querysets import TenantManager, TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor

SEES_RESTRICTED = "portfolio.view_restricted"


def _shared_with(user_id: UUID | None, codename: str) -> models.QuerySet:
    grants = apps.get_model("portfolio", "PortfolioUserObjectPermission")
    return grants.objects.filter(user_id=user_id, permission__codename=codename)


def _codename(verb: str) -> str:
    return "view_portfolio" if verb == "view" else "change_portfolio"


class PortfolioQuerySet(TenantQuerySet):
    """Portfolios; a restricted one only for those it is shared with."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        if actor.can(SEES_RESTRICTED):
            return permitted
        shared = _shared_with(actor.user_id, _codename(verb)).filter(content_object_id=OuterRef("pk"))
        return permitted.filter(Q(visibility=Visibility.ORGANIZATION) | Exists(shared))


class InPortfolioQuerySet(TenantQuerySet):
    """Rows that hang, through `portfolio_path`, on a portfolio and share its visibility."""

    portfolio_path = "portfolio"

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        permitted = super().permitted(actor, verb)
        if actor.can(SEES_RESTRICTED):
            return permitted
        portfolios = apps.get_model("portfolio", "Portfolio")
        shared = _shared_with(actor.user_id, _codename(verb)).values("content_object_id")
        hidden = portfolios.objects.filter(visibility=Visibility.RESTRICTED).exclude(pk__in=shared)
        return permitted.exclude(**{f"{self.portfolio_path}__in": hidden})


class InitiativeQuerySet(InPortfolioQuerySet):
    """Initiatives."""

    def matching(self, text: str) -> Self:
        """Rows whose key or title contains the text."""
        return self.filter(Q(title__icontains=text) | Q(key__iexact=text))


class PortfolioSharingManager(UserObjectPermissionManager, TenantManager):
    """guardian's assign and remove, filtered by the open scope."""
