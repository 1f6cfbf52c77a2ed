"""REST endpoints of the roadmap."""

from collaboration.api.custom_fields import CustomFieldsViewMixin
from portfolio.models import Initiative
from roadmap.api.forecasts import ForecastActions
from roadmap.api.planning import AgreementActions
from roadmap.api.rescheduling import RescheduleActions
from roadmap.api.schedule import MilestoneActions, MoveActions, ScheduleActions, ViolationSerializer
from roadmap.api.serializers import (
    DependencySerializer,
    MilestoneSerializer,
    RoadmapItemSerializer,
    RoadmapSerializer,
)
from roadmap.filters import (
    INITIATIVE_VALUES,
    DependencyFilterSet,
    MilestoneFilterSet,
    RoadmapFilterSet,
    RoadmapItemFilterSet,
)
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.selectors.dependencies import violations_for
from roadmap.services.dependencies import change_dependency, create_dependency, delete_dependency
from roadmap.services.items import change_item, create_item, delete_item
from roadmap.services.milestones import change_milestone, create_milestone, delete_milestone
from roadmap.services.roadmaps import change_roadmap, create_roadmap, delete_roadmap
from tenancy.api.actions import record_action
from tenancy.api.bulk import BulkCreateMixin, BulkUpdateMixin
from tenancy.api.viewsets import TenantViewSet

RESCOPE_FIELDS = frozenset({"reason_code", "rescope_note"})


class RoadmapViewSet(
    ForecastActions, ScheduleActions, RescheduleActions, BulkCreateMixin, BulkUpdateMixin, TenantViewSet
):
    """Roadmaps: plans over the initiatives of one portfolio, or of several."""

    model = Roadmap
    serializer_class = RoadmapSerializer
    filterset_class = RoadmapFilterSet
    ordering = ("name",)
    ordering_fields = ("name", "updated_at")
    search_fields = ("name", "description")

    def perform_create(self, serializer):
        return create_roadmap(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return change_roadmap(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_roadmap(instance, actor=self.actor)

    @record_action("dependency.view", methods=["get"], output_serializer=ViolationSerializer, many=True)
    def violations(self, instance, data):
        """Dependencies of the roadmap that its dates contradict, the worst first."""
        return violations_for(self.actor, roadmap_id=instance.pk)


class RoadmapItemViewSet(CustomFieldsViewMixin, MoveActions, BulkCreateMixin, BulkUpdateMixin, TenantViewSet):
    """Roadmap items: stretches of work between two dates, both included; without dates they are unscheduled.

    They are filtered and ordered by the custom fields of their initiatives too.
    """

    custom_model = Initiative
    custom_column = INITIATIVE_VALUES

    model = RoadmapItem
    serializer_class = RoadmapItemSerializer
    filterset_class = RoadmapItemFilterSet
    ordering = ("start_on",)
    ordering_fields = ("start_on", "end_on", "title", "updated_at")
    search_fields = ("title", "description")

    def perform_create(self, serializer):
        # A new item changes no promise.
        said = {name: value for name, value in serializer.validated_data.items() if name not in RESCOPE_FIELDS}
        return create_item(actor=self.actor, **said)

    def perform_update(self, serializer):
        return change_item(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_item(instance, actor=self.actor)


class MilestoneViewSet(MilestoneActions, BulkCreateMixin, BulkUpdateMixin, TenantViewSet):
    """Milestones: single dates a roadmap promises."""

    model = Milestone
    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilterSet
    ordering = ("due_on",)
    ordering_fields = ("due_on", "title", "updated_at")
    search_fields = ("title",)

    def perform_create(self, serializer):
        return create_milestone(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return change_milestone(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_milestone(instance, actor=self.actor)


class DependencyViewSet(AgreementActions, BulkCreateMixin, BulkUpdateMixin, TenantViewSet):
    """Dependencies: which item waits for which. A cycle answers 409 and names its items."""

    model = Dependency
    serializer_class = DependencySerializer
    filterset_class = DependencyFilterSet
    ordering = ("-updated_at",)
    ordering_fields = ("updated_at",)

    def perform_create(self, serializer):
        return create_dependency(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return change_dependency(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        delete_dependency(instance, actor=self.actor)
