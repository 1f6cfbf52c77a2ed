"""Querysets of collaboration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from tenancy.querysets import TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor

MANAGES_SHARED = "saved_view.manage_shared"


class SavedViewQuerySet(TenantQuerySet):
    """Saved views: one's own, and to look at also those shared with the organization."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        allowed = super().permitted(actor, verb)
        mine = Q(owner__user_id=actor.user_id)
        if verb == "view" or actor.can(MANAGES_SHARED):
            return allowed.filter(mine | Q(is_shared=True))
        return allowed.filter(mine)


class CustomFieldQuerySet(TenantQuerySet):
    """Custom fields."""

    def of(self, model: Any) -> Self:
        """Those of one kind of record, in order."""
        return self.filter(target_model=model._meta.label_lower).order_by("position", "id")

    def in_use(self) -> Self:
        """Without the archived ones."""
        return self.filter(archived_at=None)
