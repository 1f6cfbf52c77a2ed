"""REST of imported plan history: replay it, read it, and how far targets slipped."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from core.api.serializers import StrictCharField, StrictChoiceField, StrictJSONField, StrictListField, StrictSerializer
from integrations.services.plan_history import replay_changes
from roadmap.enums import RELEASE_FIELDS, STAGE_TARGETS
from roadmap.filters import PlanHistoryEntryFilterSet
from roadmap.models import PlanHistoryEntry
from roadmap.selectors.target_slippage import TargetSlippage, target_slippage
from tenancy.api.actions import collection_action
from tenancy.api.serializers import TenantModelSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet

MAX_CHANGES = 20_000


class PlanHistoryEntrySerializer(TenantModelSerializer):
    """A dated change of a target release or a stage, as another system told it."""

    class Meta:
        model = PlanHistoryEntry
        fields = [
            "id",
            "system",
            "external_id",
            "initiative",
            "title",
            "team_name",
            "field",
            "changed_at",
            "old_value",
            "new_value",
            "releases_moved",
        ]


class ReplayRequestSerializer(StrictSerializer):
    """Changes as docs/baselines.md describes them; without a system it is the one that knows most of their ids."""

    system = StrictCharField(max_length=100, required=False, default="", allow_blank=True)
    changes = StrictListField(child=StrictJSONField(), max_length=MAX_CHANGES)


class ReplaySerializer(StrictSerializer):
    """What a replay came to; the same changes again create nothing."""

    system = serializers.CharField()
    changes = serializers.IntegerField()
    passed_over = serializers.IntegerField()
    records = serializers.IntegerField()
    unmatched = serializers.IntegerField()
    created = serializers.IntegerField()
    known = serializers.IntegerField()


class TargetsWantedSerializer(StrictSerializer):
    """Which kind of target (default: those of all stages), of which system, since which day."""

    target = StrictChoiceField(choices=[(field.value, field.label) for field in RELEASE_FIELDS], required=False)
    system = serializers.CharField(max_length=100, required=False)
    since = serializers.DateField(required=False)


class TargetGroupSerializer(StrictSerializer):
    """Moves of targets: how many later and earlier, by how many releases together, and what could not be counted."""

    label: Any = serializers.CharField()
    later = serializers.IntegerField()
    earlier = serializers.IntegerField()
    same = serializers.IntegerField()
    releases = serializers.IntegerField()
    worst = serializers.IntegerField()
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    unclear = serializers.IntegerField()
    records = serializers.IntegerField()


class DistanceSerializer(StrictSerializer):
    """How many targets moved by so many releases, negative for earlier."""

    releases = serializers.IntegerField()
    targets = serializers.IntegerField()


class TargetSlippageSerializer(StrictSerializer):
    """How many target releases moved, by how many releases, and for which teams."""

    total = TargetGroupSerializer()
    by_team = TargetGroupSerializer(many=True)
    by_target = TargetGroupSerializer(many=True)
    by_distance = DistanceSerializer(many=True)
    first_at = serializers.DateTimeField(allow_null=True)
    last_at = serializers.DateTimeField(allow_null=True)


class PlanHistoryEntryViewSet(ReadOnlyTenantViewSet):
    """History of plans from other systems: which target releases and stages changed, when, and for whom."""

    model = PlanHistoryEntry
    serializer_class = PlanHistoryEntrySerializer
    filterset_class = PlanHistoryEntryFilterSet
    ordering = ("-changed_at",)
    ordering_fields = ("changed_at",)
    search_fields = ("external_id", "title")

    @collection_action(
        "plan_history_entry.create", input_serializer=ReplayRequestSerializer, output_serializer=ReplaySerializer
    )
    def replay(self, data: Any) -> Any:
        """Store the changes that are not stored yet."""
        return asdict(replay_changes(data["changes"], system=data["system"], actor=self.actor))

    @collection_action(
        "plan_history_entry.view",
        methods=["get"],
        input_serializer=TargetsWantedSerializer,
        output_serializer=TargetSlippageSerializer,
    )
    def slippage(self, data: Any) -> Any:
        """How many target releases moved, by how many releases, and for which teams."""
        fields = [data["target"]] if data.get("target") else STAGE_TARGETS
        report = target_slippage(self.actor, fields=fields, system=data.get("system", ""), since=data.get("since"))
        return _as_json(report)


def _as_json(report: TargetSlippage) -> dict[str, Any]:
    return {
        **asdict(report),
        "by_distance": [{"releases": by, "targets": count} for by, count in report.by_distance],
    }
