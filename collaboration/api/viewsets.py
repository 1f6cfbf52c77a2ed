"""REST endpoints of collaboration."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import ValidationError

from collaboration.api.serializers import SavedViewSerializer
from collaboration.filters import SavedViewFilterSet
from collaboration.models import SavedView
from collaboration.services import saved_views
from tenancy.api.viewsets import TenantViewSet


class SavedViewViewSet(TenantViewSet):
    """Saved views: one's own and those shared with the organization."""

    model = SavedView
    serializer_class = SavedViewSerializer
    filterset_class = SavedViewFilterSet
    ordering = ("-updated_at",)
    ordering_fields = ("updated_at", "name")
    search_fields = ("name",)

    def perform_create(self, serializer: Any) -> SavedView:
        return saved_views.create_saved_view(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> SavedView:
        changes = serializer.validated_data
        if changes.get("screen", serializer.instance.screen) != serializer.instance.screen:
            raise ValidationError({"screen": ["A view stays on its list."]})
        return saved_views.change_saved_view(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: SavedView) -> None:
        saved_views.delete_saved_view(instance, actor=self.actor)
