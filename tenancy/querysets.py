"""Querysets of tenant rows: filtered by the open scope, and by what the actor may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models

from tenancy.scope import current_organization_id

if TYPE_CHECKING:
    from tenancy.actor import Actor


class TenantQuerySet(models.QuerySet[Any]):
    """Chainable filters every tenant model has."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        """Rows on which the actor may do `verb`; override where single rows are restricted."""
        if not actor.can(f"{self.model.action_noun()}.{verb}"):
            return self.none()
        return self

    def for_update(self) -> Self:
        """Lock these rows only: joined tables stay free."""
        return self.select_for_update(of=("self",))


class TenantManager(models.Manager[Any]):
    """Filters by the organization of the open scope and raises ScopeError outside one."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(organization_id=current_organization_id())


class MembershipQuerySet(TenantQuerySet):
    """Memberships."""

    def active(self) -> Self:
        return self.filter(is_active=True, user__is_active=True)

    def matching(self, text: str) -> Self:
        """Members whose name contains the text, or whose address it is."""
        return self.filter(models.Q(user__name__icontains=text) | models.Q(user__email__iexact=text))


class ApiTokenQuerySet(TenantQuerySet):
    """API tokens."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        """Own tokens; those of service accounts too for whoever manages them."""
        mine = super().permitted(actor, verb)
        if actor.can("service_account.manage"):
            return mine
        return mine.filter(membership__user_id=actor.user_id)
