"""REST of objectives, key results and what contributes to them."""

from typing import Any

from core.api.serializers import STAMPS, StrictCharField, StrictDecimalField, StrictSerializer, changes_of
from portfolio.filters import KeyResultFilterSet, ObjectiveFilterSet, ObjectiveInitiativeFilterSet
from portfolio.models import KeyResult, Objective, ObjectiveInitiative
from portfolio.services import objectives
from tenancy.api.actions import record_action
from tenancy.api.serializers import TenantModelSerializer
from tenancy.api.viewsets import TenantViewSet


class ObjectiveSerializer(TenantModelSerializer):
    """Something worth achieving within a time; without a portfolio it is the organization's."""

    class Meta:
        model = Objective
        fields = [
            "id",
            "title",
            "description",
            "portfolio",
            "theme",
            "parent",
            "owner",
            "weight",
            "starts_on",
            "ends_on",
            *STAMPS,
        ]


class KeyResultSerializer(TenantModelSerializer):
    """From a start to a target, measured by a KPI or by check-ins; an unknown current value is null."""

    class Meta:
        model = KeyResult
        fields = [
            "id",
            "objective",
            "title",
            "kpi",
            "unit",
            "start_value",
            "target_value",
            "current_value",
            "checked_in_at",
            "weight",
            *STAMPS,
        ]
        read_only_fields = ["current_value", "checked_in_at"]


class CheckInSerializer(StrictSerializer):
    """Where the key result stands now."""

    value = StrictDecimalField(max_digits=24, decimal_places=6)
    reason = StrictCharField(max_length=2000, required=False, default="", allow_blank=True)


class ObjectiveInitiativeSerializer(TenantModelSerializer):
    """An initiative that contributes to an objective."""

    class Meta:
        model = ObjectiveInitiative
        fields = ["id", "objective", "initiative", *STAMPS]


class ObjectiveViewSet(TenantViewSet):
    """Objectives; progress is that of their key results and of the objectives below them."""

    model = Objective
    serializer_class = ObjectiveSerializer
    filterset_class = ObjectiveFilterSet
    search_fields = ("title", "description")
    ordering = ("title",)
    ordering_fields = ("title", "updated_at")

    def perform_create(self, serializer: Any) -> Objective:
        return objectives.create_objective(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Objective:
        return objectives.change_objective(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Objective) -> None:
        objectives.delete_objective(instance, actor=self.actor)


class KeyResultViewSet(TenantViewSet):
    """Key results of objectives."""

    model = KeyResult
    serializer_class = KeyResultSerializer
    filterset_class = KeyResultFilterSet
    search_fields = ("title",)

    def perform_create(self, serializer: Any) -> KeyResult:
        return objectives.create_key_result(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> KeyResult:
        changes = changes_of(serializer, fixed=("objective",))
        return objectives.change_key_result(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: KeyResult) -> None:
        objectives.delete_key_result(instance, actor=self.actor)

    @record_action("key_result.change", input_serializer=CheckInSerializer)
    def check_in(self, instance: KeyResult, data: dict[str, Any]) -> KeyResult:
        """Say where the key result stands now; refused when a KPI measures it."""
        return objectives.check_in(instance, actor=self.actor, **data)


class ObjectiveInitiativeViewSet(TenantViewSet):
    """Which initiatives contribute to which objectives."""

    model = ObjectiveInitiative
    serializer_class = ObjectiveInitiativeSerializer
    filterset_class = ObjectiveInitiativeFilterSet
    rights = {"create": "objective.change", "destroy": "objective.change", "partial_update": "objective.change"}

    def perform_create(self, serializer: Any) -> ObjectiveInitiative:
        return objectives.link_initiative(actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: ObjectiveInitiative) -> None:
        objectives.unlink_initiative(instance, actor=self.actor)
