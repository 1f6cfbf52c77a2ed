"""REST of resources, capacities, demands and allocation targets, and of what they come to."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from core.api.serializers import STAMPS, StrictDateField, StrictSerializer, WrittenIntegerField
from portfolio.validators import first_of_month
from roadmap.calc.quarters import Quarter
from roadmap.enums import ResourceKind
from roadmap.filters import (
    AllocationTargetFilterSet,
    ResourceDemandFilterSet,
    ResourceFilterSet,
    TeamCapacityFilterSet,
)
from roadmap.models import AllocationTarget, Resource, ResourceDemand, TeamCapacity
from roadmap.selectors.allocation import allocation
from roadmap.selectors.capacity import MOST_MONTHS, CapacityRow, utilisation
from roadmap.selectors.capacity_overloads import overloads
from roadmap.services.allocation_targets import (
    change_allocation_target,
    create_allocation_target,
    delete_allocation_target,
)
from roadmap.services.case_demands import take_over_staffing
from roadmap.services.resource_demands import change_resource_demand, create_resource_demand, delete_resource_demand
from roadmap.services.resources import change_resource, create_resource, delete_resource
from roadmap.services.team_capacities import change_team_capacity, create_team_capacity, delete_team_capacity
from tenancy.api.actions import collection_action
from tenancy.api.bulk import BulkCreateMixin, BulkUpdateMixin
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.api.viewsets import TenantViewSet

MOST_QUARTERS = 12


class ResourceSerializer(TenantModelSerializer):
    """Something there is only so much of; without a unit it counts in that of its kind."""

    class Meta:
        model = Resource
        fields = ["id", "name", "kind", "unit", "description", *STAMPS]


class TeamCapacitySerializer(TenantModelSerializer):
    """How much of a resource a team has in a month, given by its first day."""

    class Meta:
        model = TeamCapacity
        fields = ["id", "team", "resource", "month", "amount", *STAMPS]


class ResourceDemandSerializer(TenantModelSerializer):
    """How much of a resource an item needs over its whole time, in unit-months; `low` and `high` default to it."""

    class Meta:
        model = ResourceDemand
        fields = [
            "id",
            "item",
            "resource",
            "team",
            "low",
            "likely",
            "high",
            "profile",
            "custom_shares",
            "source",
            "note",
            *STAMPS,
        ]
        read_only_fields = ["source"]
        extra_kwargs = {"low": {"required": False}, "high": {"required": False}}


class AllocationTargetSerializer(TenantModelSerializer):
    """Which share of the people's time a kind of work ought to get in a quarter, as a fraction."""

    class Meta:
        model = AllocationTarget
        fields = ["id", "portfolio", "quarter", "kind", "share", *STAMPS]


class WindowSerializer(StrictSerializer):
    """Which months: so many from that of `first_month`, this month when missing."""

    first_month = StrictDateField(required=False)
    months = WrittenIntegerField(required=False, default=12, min_value=1, max_value=MOST_MONTHS)
    team = TenantRelatedField(model="tenancy.Team", required=False)
    resource = TenantRelatedField(model="roadmap.Resource", required=False)


class CellSerializer(StrictSerializer):
    """One month; `available` and `utilisation` are null when what there is is unknown."""

    month = serializers.DateField()
    used = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    available = serializers.FloatField(allow_null=True)
    utilisation = serializers.FloatField(allow_null=True)
    load = serializers.CharField()


class UtilisationRowSerializer(StrictSerializer):
    """A team's resource through the months; the team is null where nobody has said who delivers."""

    team = serializers.UUIDField(allow_null=True)
    team_name = serializers.CharField()
    resource = serializers.UUIDField()
    resource_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ResourceKind.choices)
    unit = serializers.CharField()
    cells = CellSerializer(many=True)


class OverloadSerializer(StrictSerializer):
    """A month of a team in which a resource does not suffice, in words."""

    team = serializers.UUIDField(allow_null=True)
    resource = serializers.UUIDField()
    month = serializers.DateField()
    used = serializers.FloatField()
    available = serializers.FloatField()
    items = serializers.ListField(child=serializers.UUIDField())
    text = serializers.CharField()


class QuartersSerializer(StrictSerializer):
    """Which quarters: so many from that of `first_quarter`, the current one when missing."""

    first_quarter = StrictDateField(required=False)
    quarters = WrittenIntegerField(required=False, default=4, min_value=1, max_value=MOST_QUARTERS)
    portfolio = TenantRelatedField(model="portfolio.Portfolio", required=False)


class KindShareSerializer(StrictSerializer):
    """One kind of work: target and actual as fractions, null when unknown."""

    kind = serializers.CharField()
    target = serializers.FloatField(allow_null=True)
    share = serializers.FloatField(allow_null=True)
    months = serializers.FloatField(help_text="Person-months.")


class QuarterShareSerializer(StrictSerializer):
    """A quarter by its first day."""

    quarter = serializers.DateField()
    kinds = KindShareSerializer(many=True)
    unassigned = serializers.FloatField(help_text="Person-months of items without an initiative.")
    total = serializers.FloatField()


class TakeOverSerializer(StrictSerializer):
    """The item that shall need the people its initiative's business case plans."""

    item = TenantRelatedField(model="roadmap.RoadmapItem")


class TakenOverSerializer(StrictSerializer):
    """What was taken over: the demands, roles kept as set by hand, and a summary in words."""

    demands = serializers.ListField(child=serializers.UUIDField())
    kept = serializers.ListField(child=serializers.CharField())
    summary = serializers.CharField()


class ResourceViewSet(BulkCreateMixin, TenantViewSet):
    """Roles, skills, GPU-hours, labelling: what is scarce."""

    model = Resource
    serializer_class = ResourceSerializer
    filterset_class = ResourceFilterSet
    search_fields = ("name",)
    ordering = ("name",)
    ordering_fields = ("name", "updated_at")

    def perform_create(self, serializer: Any) -> Resource:
        return create_resource(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Resource:
        return change_resource(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Resource) -> None:
        delete_resource(instance, actor=self.actor)


class TeamCapacityViewSet(BulkCreateMixin, BulkUpdateMixin, TenantViewSet):
    """How much of each resource teams have, month by month, and how much of it the plan uses."""

    model = TeamCapacity
    serializer_class = TeamCapacitySerializer
    filterset_class = TeamCapacityFilterSet
    ordering = ("month",)
    ordering_fields = ("month", "updated_at")

    def perform_create(self, serializer: Any) -> TeamCapacity:
        return create_team_capacity(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> TeamCapacity:
        return change_team_capacity(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: TeamCapacity) -> None:
        delete_team_capacity(instance, actor=self.actor)

    @collection_action(
        "team_capacity.view",
        methods=["get"],
        input_serializer=WindowSerializer,
        output_serializer=UtilisationRowSerializer,
        many=True,
    )
    def utilisation(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Need against capacity by team, resource and month, over all roadmaps the caller may see."""
        return [_row(row) for row in _chosen(_utilisation(self.actor, data).rows, data)]

    @collection_action(
        "team_capacity.view",
        methods=["get"],
        input_serializer=WindowSerializer,
        output_serializer=OverloadSerializer,
        many=True,
    )
    def overloads(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Months in which more is needed than there is: by what, and what could wait."""
        found = overloads(_utilisation(self.actor, data), actor=self.actor)
        wanted = {id(row) for row in _chosen([each.row for each in found], data)}
        return [
            {
                "team": each.row.team_id,
                "resource": each.row.resource.pk,
                "month": each.cell.month,
                "used": each.cell.used,
                "available": each.cell.available,
                "items": [use.demand.item for use in each.uses],
                "text": each.text,
            }
            for each in found
            if id(each.row) in wanted
        ]


class ResourceDemandViewSet(BulkCreateMixin, TenantViewSet):
    """What items need."""

    model = ResourceDemand
    serializer_class = ResourceDemandSerializer
    filterset_class = ResourceDemandFilterSet

    def perform_create(self, serializer: Any) -> ResourceDemand:
        return create_resource_demand(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> ResourceDemand:
        return change_resource_demand(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: ResourceDemand) -> None:
        delete_resource_demand(instance, actor=self.actor)

    @collection_action(
        "resource_demand.create", input_serializer=TakeOverSerializer, output_serializer=TakenOverSerializer
    )
    def take_over_staffing(self, data: dict[str, Any]) -> dict[str, Any]:
        """Make the people the business case of the item's initiative plans demands of the item."""
        taken = take_over_staffing(data["item"], actor=self.actor)
        return {"demands": [row.pk for row in taken.demands], "kept": list(taken.kept), "summary": taken.summary}


class AllocationTargetViewSet(BulkCreateMixin, TenantViewSet):
    """How the people's time ought to be shared out between kinds of work, and how it is."""

    model = AllocationTarget
    serializer_class = AllocationTargetSerializer
    filterset_class = AllocationTargetFilterSet
    ordering = ("quarter",)
    ordering_fields = ("quarter", "updated_at")

    def perform_create(self, serializer: Any) -> AllocationTarget:
        return create_allocation_target(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> AllocationTarget:
        return change_allocation_target(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: AllocationTarget) -> None:
        delete_allocation_target(instance, actor=self.actor)

    @collection_action(
        "allocation_target.view",
        methods=["get"],
        input_serializer=QuartersSerializer,
        output_serializer=QuarterShareSerializer,
        many=True,
    )
    def actual(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Targets and the shares the plan comes to, by quarter and kind of work."""
        first = Quarter.of(data.get("first_quarter") or timezone.localdate())
        portfolio = data.get("portfolio")
        found = allocation(
            first, data["quarters"], actor=self.actor, portfolio_id=portfolio.pk if portfolio is not None else None
        )
        return [
            {
                "quarter": each.quarter.first_day,
                "kinds": [
                    {"kind": kind.kind, "target": kind.target, "share": kind.share, "months": kind.months}
                    for kind in each.kinds
                ],
                "unassigned": each.unassigned,
                "total": each.total,
            }
            for each in found
        ]


def _utilisation(actor: Any, data: dict[str, Any]) -> Any:
    first = first_of_month(data.get("first_month") or timezone.localdate())
    return utilisation(first, data["months"], actor=actor)


def _chosen(rows: Sequence[CapacityRow], data: dict[str, Any]) -> list[CapacityRow]:
    team, resource = data.get("team"), data.get("resource")
    return [
        row
        for row in rows
        if (team is None or row.team_id == team.pk) and (resource is None or row.resource.pk == resource.pk)
    ]


def _row(row: CapacityRow) -> dict[str, Any]:
    return {
        "team": row.team_id,
        "team_name": row.team,
        "resource": row.resource.pk,
        "resource_name": row.resource.name,
        "kind": row.resource.kind,
        "unit": row.resource.unit,
        "cells": [
            {
                "month": cell.month,
                "used": cell.used,
                "low": cell.low,
                "high": cell.high,
                "available": cell.available,
                "utilisation": cell.utilisation,
                "load": cell.load.value,
            }
            for cell in row.cells
        ],
    }
