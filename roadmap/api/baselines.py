"""REST of baselines: take them, read them, compare two moments, and what slipped or was kept since."""

from datetime import UTC, datetime, time
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictCharField,
    StrictDateField,
    StrictSerializer,
)
from roadmap.api.baseline_shapes import (
    DeliverySerializer,
    KeptItemSerializer,
    PlanComparisonSerializer,
    SlippageSerializer,
    comparison_as_json,
    delivery_as_json,
    slippage_as_json,
)
from roadmap.calc.quarters import Quarter
from roadmap.filters import BaselineFilterSet, ItemRescopeFilterSet
from roadmap.models import Baseline, ItemRescope
from roadmap.selectors.comparison import comparison, visible_state
from roadmap.selectors.delivery import delivery
from roadmap.selectors.plan_states import point_of_baseline
from roadmap.selectors.slippage import slippage
from roadmap.services.baselines import take_baseline
from tenancy.api.actions import collection_action, record_action
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet

ROADMAP = "roadmap.Roadmap"


class BaselineSerializer(TenantModelSerializer):
    """A named state of a roadmap; `as_of` is a past day (UTC, its end) to keep instead of now."""

    as_of = StrictDateField(required=False, write_only=True)

    class Meta:
        model = Baseline
        fields = ["id", "roadmap", "name", "reason", "note", "taken_at", "currency", "as_of", *STAMPS]
        read_only_fields = ["reason", "taken_at", "currency"]


class ItemRescopeSerializer(TenantModelSerializer):
    """A change of a promise: both pairs of dates, and why. `item` is null once the item is gone."""

    class Meta:
        model = ItemRescope
        fields = [
            "id",
            "roadmap",
            "item",
            "item_key",
            "title",
            "team_name",
            "reason_code",
            "note",
            "old_start_on",
            "old_end_on",
            "new_start_on",
            "new_end_on",
            "is_withdrawn",
            "rescoped_at",
            *STAMPS,
        ]


class ComparedSerializer(StrictSerializer):
    """Which moments: a day such as 2026-03-31, `now`, or the id of a baseline; by default its newest one and now."""

    roadmap = TenantRelatedField(model=ROADMAP)
    before = StrictCharField(max_length=40, required=False, default="")
    after = StrictCharField(max_length=40, required=False, default="now")


class SinceSerializer(StrictSerializer):
    """Since when (default: the quarter's first day), and of which roadmap (default: all)."""

    since = serializers.DateField(required=False)
    roadmap = TenantRelatedField(model=ROADMAP, required=False)


class OfRoadmapSerializer(StrictSerializer):
    """Of which roadmap; default: all."""

    roadmap = TenantRelatedField(model=ROADMAP, required=False)


class BaselineViewSet(TenantViewSet):
    """Baselines: states of a roadmap that nobody can change any more."""

    model = Baseline
    serializer_class = BaselineSerializer
    filterset_class = BaselineFilterSet
    ordering = ("-taken_at",)
    ordering_fields = ("taken_at",)
    search_fields = ("name",)

    def perform_create(self, serializer: Any) -> Baseline:
        return take_baseline(actor=self.actor, **serializer.validated_data)

    @record_action("baseline.view", methods=["get"], output_serializer=KeptItemSerializer, many=True)
    def items(self, instance: Baseline, data: Any) -> Any:
        """What the roadmap's items were."""
        state = visible_state(point_of_baseline(instance), instance.roadmap, actor=self.actor)
        return [KeptItemSerializer.of(row) for row in state.items.values()]

    @collection_action(
        "baseline.view",
        methods=["get"],
        input_serializer=ComparedSerializer,
        output_serializer=PlanComparisonSerializer,
    )
    def compare(self, data: Any) -> Any:
        """What differs between two moments of a roadmap, deleted rows, money, progress and dependencies included."""
        return comparison_as_json(comparison(actor=self.actor, **data))

    @collection_action(
        "baseline.view", methods=["get"], input_serializer=SinceSerializer, output_serializer=SlippageSerializer
    )
    def slippage(self, data: Any) -> Any:
        """What ends later than each roadmap's baseline said, by team and by reason."""
        since = data.get("since") or Quarter.of(timezone.now().date()).first_day
        moment = datetime.combine(since, time(), UTC)
        return slippage_as_json(slippage(self.actor, since=moment, roadmap=data.get("roadmap")))

    @collection_action(
        "baseline.view", methods=["get"], input_serializer=OfRoadmapSerializer, output_serializer=DeliverySerializer
    )
    def delivery(self, data: Any) -> Any:
        """Promises kept, days from accepted PRD to general availability, and gates in time, by quarter."""
        today = timezone.now().date()
        return delivery_as_json(delivery(self.actor, today=today, roadmap=data.get("roadmap")))


class ItemRescopeViewSet(ReadOnlyTenantViewSet):
    """Changes of promises, with their reasons; made by whatever moves a committed item."""

    model = ItemRescope
    serializer_class = ItemRescopeSerializer
    filterset_class = ItemRescopeFilterSet
    ordering = ("-rescoped_at",)
    ordering_fields = ("rescoped_at",)
    search_fields = ("title", "note")
