"""REST of putting a roadmap's dates right."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from core.api.serializers import StrictCharField, StrictSerializer
from roadmap.api.schedule import MovePreviewSerializer, PlanChangeSerializer, PreviewedSerializer, preview_as_json
from roadmap.enums import StayReason
from roadmap.services.rescheduling import preview_reschedule, reschedule
from tenancy.api.actions import record_action


class RescheduleSerializer(StrictSerializer):
    """Why promised items move; without a reason they stay."""

    reason_code = StrictCharField(max_length=40, required=False, allow_blank=True)


class ContradictionSerializer(StrictSerializer):
    """What the dates still contradict: `reason` in words, and `why` it stays. `item` is null for one you cannot see.

    `dependency_id` is null, and `days` 0, where only a calendar is contradicted.
    """

    item = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    dependency_id = serializers.UUIDField(allow_null=True)
    days = serializers.IntegerField()
    reason = serializers.CharField()
    why = serializers.ChoiceField(choices=StayReason.choices)


class ReschedulePreviewSerializer(MovePreviewSerializer):
    """What would happen; hand `versions` and the reason back with the decision.

    `held_promises` are titles of promised items that would move if a reason were given.
    """

    staying = ContradictionSerializer(many=True)
    held_promises = serializers.ListField(child=serializers.CharField())


class RescheduleActions:
    """Operations of the roadmaps' endpoint."""

    actor: Any

    @record_action(
        "roadmap_item.change", input_serializer=RescheduleSerializer, output_serializer=ReschedulePreviewSerializer
    )
    def preview_reschedule(self, instance, data):
        """Which automatic items contradict a hard dependency or their calendar, where they would go, what would stay.

        Changes nothing.
        """
        preview = preview_reschedule(instance, actor=self.actor, **data)
        staying = [asdict(each) for each in preview.staying]
        return {**preview_as_json(preview), "staying": staying, "held_promises": preview.held_promises}

    @record_action("roadmap_item.change", input_serializer=PreviewedSerializer, output_serializer=PlanChangeSerializer)
    def reschedule(self, instance, data):
        """Move what has to move, in one transaction that can be undone as one.

        Answers 409 when nothing has to or only promised items would and no reason is given, 412 when the plan is not
        the previewed one any more.
        """
        return reschedule(instance, actor=self.actor, **data)
