"""REST shapes of the roadmap."""

from rest_framework import serializers

from core.api.serializers import STAMPS
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from tenancy.api.serializers import TenantModelSerializer


class RoadmapSerializer(TenantModelSerializer):
    class Meta:
        model = Roadmap
        fields = ["id", "name", "description", "portfolio", *STAMPS]


class RoadmapItemSerializer(TenantModelSerializer):
    initiative_key = serializers.CharField(source="initiative.key", read_only=True, allow_null=True)

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
            *STAMPS,
        ]


class MilestoneSerializer(TenantModelSerializer):
    class Meta:
        model = Milestone
        fields = ["id", "roadmap", "initiative", "title", "due_on", "kind", *STAMPS]


class DependencySerializer(TenantModelSerializer):
    class Meta:
        model = Dependency
        fields = ["id", "predecessor", "successor", "kind", "lag_days", "note", *STAMPS]
        extra_kwargs = {"kind": {"required": False}}

    def get_fields(self) -> dict[str, serializers.Field]:
        """The ends of an existing dependency cannot be set: delete it and make another."""
        fields = super().get_fields()
        if self.instance is not None:
            fields["predecessor"].read_only = fields["successor"].read_only = True
        return fields
