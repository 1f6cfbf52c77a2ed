"""REST of the schedule: previews and moves, the critical path, and sets of changes that were applied."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
)
from roadmap.enums import CascadePolicy, Horizon, RescopeReason
from roadmap.filters import PlanChangeFilterSet
from roadmap.models import PlanChange
from roadmap.selectors.moves import MovePreview
from roadmap.selectors.schedule import MilestoneOutlook, schedule_of_roadmap
from roadmap.services.milestones import preview_milestone_move
from roadmap.services.moves import move_with_cascade, preview_move
from roadmap.services.placements import place_item, preview_placement
from roadmap.services.plan_changes import undo
from tenancy.api.actions import record_action
from tenancy.api.serializers import TenantModelSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet


class ViolationSerializer(StrictSerializer):
    """A dependency the dates contradict: by how many working days, and why in words."""

    dependency_id = serializers.UUIDField()
    days = serializers.IntegerField()
    reason = serializers.CharField()


class MilestoneOutlookSerializer(StrictSerializer):
    """When all gates of a milestone will have ended (null: one has no dates), and how many days after it is due."""

    milestone = serializers.UUIDField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    reached_on = serializers.DateField(allow_null=True)
    days_late = serializers.IntegerField()


class ItemScheduleSerializer(StrictSerializer):
    """Early and late dates of an item; floats in working days of its team."""

    item = serializers.UUIDField()
    early_start = serializers.DateField()
    early_end = serializers.DateField()
    late_start = serializers.DateField()
    late_end = serializers.DateField()
    total_float = serializers.IntegerField()
    free_float = serializers.IntegerField()
    is_critical = serializers.BooleanField()


class ScheduleSerializer(StrictSerializer):
    """The schedule of a roadmap; items without dates are not in it."""

    ends_on = serializers.DateField(allow_null=True)
    critical = serializers.ListField(child=serializers.UUIDField(), help_text="Critical items by their early start.")
    items = ItemScheduleSerializer(many=True)
    violations = ViolationSerializer(many=True)
    milestones = MilestoneOutlookSerializer(many=True)


class MoveSerializer(StrictSerializer):
    """The dates an item shall get; `policy` is another one than the roadmap's, for this move."""

    start_on = StrictDateField()
    end_on = StrictDateField()
    policy = StrictChoiceField(choices=CascadePolicy.choices, required=False)


class PreviewedSerializer(StrictSerializer):
    """Versions and fingerprint of the preview; the reason is needed when a promised date moves."""

    versions = serializers.DictField(child=StrictIntegerField(min_value=1), required=False)
    fingerprint = StrictCharField(max_length=18, required=False, allow_blank=True)
    reason_code = StrictCharField(max_length=40, required=False, allow_blank=True)

    def validate_versions(self, value: dict[str, int]) -> dict[UUID, int]:
        """Versions by the id of the item."""
        try:
            return {UUID(key): version for key, version in value.items()}
        except ValueError:
            raise serializers.ValidationError("Every key is the id of an item.") from None


class DecidedMoveSerializer(PreviewedSerializer, MoveSerializer):
    """A move, with the versions of its preview; the reason is needed when a promised date moves."""


class PlacementSerializer(StrictSerializer):
    """Where the item shall be in now, next, later."""

    horizon = StrictChoiceField(choices=Horizon.choices)


class DecidedPlacementSerializer(PreviewedSerializer, PlacementSerializer):
    """A placement, with the versions of its preview; the reason is needed when a promised date moves."""


class MilestoneMoveSerializer(StrictSerializer):
    """The day a milestone shall be due."""

    due_on = StrictDateField()


class ItemMoveSerializer(StrictSerializer):
    """One item that would move; `because` names the dependency that pushes it."""

    item = serializers.UUIDField()
    title = serializers.CharField()
    roadmap = serializers.UUIDField()
    roadmap_name = serializers.CharField()
    old_start_on = serializers.DateField(allow_null=True)
    old_end_on = serializers.DateField(allow_null=True)
    start_on = serializers.DateField()
    end_on = serializers.DateField()
    working_days = serializers.IntegerField()
    because = serializers.CharField(allow_blank=True)


class TouchedRoadmapSerializer(StrictSerializer):
    """Another roadmap on which items would move."""

    roadmap = serializers.UUIDField()
    name = serializers.CharField()
    items = serializers.IntegerField()


class MovePreviewSerializer(StrictSerializer):
    """What would happen; the items moved by hand come first. Hand `versions` and `fingerprint` back."""

    moves = ItemMoveSerializer(many=True)
    new_violations = ViolationSerializer(many=True)
    solved_violations = ViolationSerializer(many=True)
    missed_milestones = MilestoneOutlookSerializer(many=True)
    other_roadmaps = TouchedRoadmapSerializer(many=True)
    reason_required = serializers.BooleanField()
    reason_codes = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Pairs of code and label."
    )
    versions = serializers.DictField(child=serializers.IntegerField())
    fingerprint = serializers.CharField(help_text="Differs when anything else would move, or to other dates.")


class PlacementPreviewSerializer(MovePreviewSerializer):
    """What would happen; `status` is the one the item would have."""

    start_on = serializers.DateField(allow_null=True)
    end_on = serializers.DateField(allow_null=True)
    status = serializers.CharField()
    date_precision = serializers.CharField()


class MilestoneMovePreviewSerializer(StrictSerializer):
    """The milestone as it would be missed: none, or one. `version` is the milestone's, for If-Match."""

    missed_milestones = MilestoneOutlookSerializer(many=True)
    version = serializers.IntegerField()


class PlanChangeSerializer(TenantModelSerializer):
    """A set of changes: applied together, undone together."""

    made_by_name = serializers.CharField(source="made_by.user.name", read_only=True, allow_null=True)

    class Meta:
        model = PlanChange
        fields = [
            "id",
            "roadmap",
            "kind",
            "summary",
            "reason_code",
            "changes",
            "made_by",
            "made_by_name",
            "undone_at",
            "undoes",
            *STAMPS,
        ]
        read_only_fields = fields


class MoveActions:
    """Operations of the roadmap items' endpoint."""

    actor: Any

    @record_action("roadmap_item.change", input_serializer=MoveSerializer, output_serializer=MovePreviewSerializer)
    def preview_move(self, instance, data):
        """What giving the item these dates would do: who else moves, what breaks, what is missed. Changes nothing."""
        return preview_as_json(preview_move(instance, actor=self.actor, **data))

    @record_action(
        "roadmap_item.change", input_serializer=DecidedMoveSerializer, output_serializer=PlanChangeSerializer
    )
    def move(self, instance, data):
        """Give the item these dates and move what follows, in one transaction that can be undone as one.

        Answers 412 when the plan is not the previewed one any more.
        """
        return move_with_cascade(instance, actor=self.actor, **data)

    @record_action(
        "roadmap_item.change", input_serializer=PlacementSerializer, output_serializer=PlacementPreviewSerializer
    )
    def preview_place(self, instance, data):
        """What putting the item into now, next, later, done or among those without dates would do. Changes nothing."""
        placed = preview_placement(instance, actor=self.actor, **data)
        told = {name: getattr(placed, name) for name in ("start_on", "end_on", "status", "date_precision")}
        return {**preview_as_json(placed.preview), **told}

    @record_action(
        "roadmap_item.change", input_serializer=DecidedPlacementSerializer, output_serializer=PlanChangeSerializer
    )
    def place(self, instance, data):
        """Put the item there and move what follows, in one transaction that can be undone as one.

        Answers 412 when the plan is not the previewed one any more.
        """
        return place_item(instance, actor=self.actor, **data)


class MilestoneActions:
    """Operations of the milestones' endpoint."""

    actor: Any

    @record_action(
        "milestone.change", input_serializer=MilestoneMoveSerializer, output_serializer=MilestoneMovePreviewSerializer
    )
    def preview_move(self, instance, data):
        """Whether the milestone would be missed if it were due on another day. Changes nothing."""
        missed = preview_milestone_move(instance, actor=self.actor, **data)
        return {"missed_milestones": [_outlook(each) for each in missed], "version": instance.version}


class ScheduleActions:
    """Operations of the roadmaps' endpoint."""

    actor: Any

    @record_action("roadmap_item.view", methods=["get"], output_serializer=ScheduleSerializer)
    def schedule(self, instance, data):
        """Early and late dates, floats and the critical path, what the dates contradict, and milestones they miss."""
        found = schedule_of_roadmap(instance, actor=self.actor)
        return {
            "ends_on": found.ends_on,
            "critical": found.critical,
            "items": [asdict(each) for each in found.items.values()],
            "violations": [asdict(each) for each in found.violations],
            "milestones": [_outlook(each) for each in found.milestones],
        }


class PlanChangeViewSet(ReadOnlyTenantViewSet):
    """Sets of changes that were applied to plans, newest first."""

    model = PlanChange
    serializer_class = PlanChangeSerializer
    filterset_class = PlanChangeFilterSet

    @record_action("roadmap_item.change", output_serializer=PlanChangeSerializer)
    def undo(self, instance, data):
        """Give every touched field its value from before; refused with reasons when one was changed since."""
        return undo(instance, actor=self.actor)


def preview_as_json(preview: MovePreview) -> dict[str, Any]:
    """A preview as the endpoint and the timeline read it."""
    return {
        "moves": [asdict(each) for each in preview.moves],
        "new_violations": [asdict(each) for each in preview.new_violations],
        "solved_violations": [asdict(each) for each in preview.solved_violations],
        "missed_milestones": [_outlook(each) for each in preview.missed_milestones],
        "other_roadmaps": [asdict(each) for each in preview.other_roadmaps],
        "reason_required": preview.reason_required,
        "reason_codes": [[str(value), str(label)] for value, label in RescopeReason.choices],
        "versions": {str(key): version for key, version in preview.versions.items()},
        "fingerprint": preview.fingerprint,
    }


def _outlook(outlook: MilestoneOutlook) -> dict[str, Any]:
    return {**asdict(outlook), "days_late": outlook.days_late}
