"""REST shapes of the roadmap."""

from rest_framework import serializers

from core.api.serializers import STAMPS, StrictCharField, StrictChoiceField
from roadmap.enums import RescopeReason
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.services.rescopes import LONGEST_NOTE
from tenancy.api.serializers import TenantModelSerializer


class RoadmapSerializer(TenantModelSerializer):
    class Meta:
        model = Roadmap
        fields = ["id", "name", "description", "portfolio", "cascade_policy", *STAMPS]


class RoadmapItemSerializer(TenantModelSerializer):
    """An item; `reason_code` (and a note) say why a PATCH changes what a committed item promises."""

    initiative_key = serializers.CharField(source="initiative.key", read_only=True, allow_null=True)
    reason_code = StrictChoiceField(choices=RescopeReason.choices, required=False, write_only=True)
    rescope_note = StrictCharField(max_length=LONGEST_NOTE, required=False, allow_blank=True, write_only=True)

    class Meta:
        model = RoadmapItem
        fields = [
            "id",
            "roadmap",
            "initiative",
            "initiative_key",
            "title",
            "description",
            "start_on",
            "end_on",
            "lane",
            "owning_team",
            "status",
            "confidence",
            "position",
            "kind",
            "external_party",
            "date_precision",
            "scheduling",
            "duration_low",
            "duration_likely",
            "duration_high",
            "progress",
            "release",
            "is_committed",
            "reason_code",
            "rescope_note",
            *STAMPS,
        ]


class MilestoneSerializer(TenantModelSerializer):
    class Meta:
        model = Milestone
        fields = ["id", "roadmap", "initiative", "title", "due_on", "kind", "release", *STAMPS]


class DependencySerializer(TenantModelSerializer):
    class Meta:
        model = Dependency
        fields = [
            "id",
            "predecessor",
            "successor",
            "kind",
            "lag_days",
            "strength",
            "note",
            "agreement",
            "needed_by",
            "agreed_on",
            "requested_by",
            "answered_by",
            *STAMPS,
        ]
        read_only_fields = ["agreement", "needed_by", "agreed_on", "requested_by", "answered_by"]
        extra_kwargs = {"kind": {"required": False}}

    def get_fields(self) -> dict[str, serializers.Field]:
        """The ends of an existing dependency cannot be set: delete it and make another."""
        fields = super().get_fields()
        if self.instance is not None:
            fields["predecessor"].read_only = fields["successor"].read_only = True
        return fields
