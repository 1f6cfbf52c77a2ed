"""Querysets of collaboration."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from tenancy.querysets import TenantQuerySet

if TYPE_CHECKING:
    from tenancy.actor import Actor

MANAGES_SHARED = "saved_view.manage_shared"
OPEN_TO_ALL = ("organization", "public")


class SavedViewQuerySet(TenantQuerySet):
    """Saved views: one's own, and to look at also those shared with one's teams or the organization."""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        allowed = super().permitted(actor, verb)
        mine = Q(owner__user_id=actor.user_id)
        if verb == "view":
            return allowed.filter(mine | Q(sharing__in=OPEN_TO_ALL) | Q(sharing="teams") & Exists(_teammates(actor)))
        if actor.can(MANAGES_SHARED):
            return allowed.filter(mine | ~Q(sharing="private"))
        return allowed.filter(mine)

    def for_public_links(self) -> Self:
        """Those whose owners mean them to be published."""
        return self.filter(sharing="public")


def _teammates(actor: Actor) -> Any:
    """Whether the view's owner is in a team with the actor; row security keeps it to the organization."""
    places: Any = apps.get_model("tenancy", "TeamMembership").objects
    teams = places.filter(membership__user_id=actor.user_id).values("team")
    return places.filter(membership=OuterRef("owner"), team__in=teams)


class CustomFieldQuerySet(TenantQuerySet):
    """Custom fields."""

    def of(self, model: Any) -> Self:
        """Those of one kind of record, in order."""
        return self.filter(target_model=model._meta.label_lower).order_by("position", "id")

    def in_use(self) -> Self:
        """Without the archived ones."""
        return self.filter(archived_at=None)


class AboutRecordQuerySet(TenantQuerySet):
    """Rows that are about a record of any kind; whoever may not see the record does not see them.

    `target_path` leads to the row that has `target_model` and `target_id`.
    """

    target_path = ""

    def permitted(self, actor: Actor, verb: str = "view") -> Self:
        visible = Q()
        for label, model in with_documents().items():
            if actor.can(f"{model.action_noun()}.view"):
                rows = model.objects.permitted(actor, "view" if verb == "view" else "change").order_by().values("pk")
                visible |= Q(**{f"{self.target_path}target_model": label, f"{self.target_path}target_id__in": rows})
        permitted = super().permitted(actor, verb)
        return permitted.filter(visible) if visible else permitted.none()


class DocumentQuerySet(AboutRecordQuerySet):
    """Documents."""

    def of_record(self, record: Any) -> Self:
        """Documents about one record."""
        return self.filter(target_model=record._meta.label_lower, target_id=record.pk)

    def matching(self, text: str) -> Self:
        """Rows whose title contains the text."""
        return self.filter(title__icontains=text)


class DocumentSectionQuerySet(AboutRecordQuerySet):
    """Sections of documents; seen with their document."""

    target_path = "document__"


@cache
def with_documents() -> dict[str, Any]:
    """Every model whose records have documents, by label: those that name their title field in `document_label`."""
    return {model._meta.label_lower: model for model in apps.get_models() if hasattr(model, "document_label")}
