"""Filters of resources, how much of them there is, who needs them and for what."""

from django_filters import ModelChoiceFilter

from core.filters import day_filter
from core.web.forms import permitted_choices
from roadmap.models import AllocationTarget, Resource, ResourceDemand, TeamCapacity
from tenancy.filters import TenantFilterSet


class ResourceFilterSet(TenantFilterSet):
    """Resources by kind."""

    class Meta:
        model = Resource
        fields = ["kind"]


class TeamCapacityFilterSet(TenantFilterSet):
    """Capacities by team, resource and month."""

    month_from = day_filter("month", "gte", "In or after")
    month_until = day_filter("month", "lte", "In or before")

    class Meta:
        model = TeamCapacity
        fields = ["team", "resource"]


class ResourceDemandFilterSet(TenantFilterSet):
    """Demands by item, resource and who gives it."""

    roadmap = ModelChoiceFilter(
        field_name="item__roadmap", queryset=permitted_choices("roadmap.Roadmap"), label="Roadmap"
    )

    class Meta:
        model = ResourceDemand
        fields = ["item", "resource", "team"]


class AllocationTargetFilterSet(TenantFilterSet):
    """Allocation targets by portfolio, quarter and kind of work."""

    quarter_from = day_filter("quarter", "gte", "In or after")
    quarter_until = day_filter("quarter", "lte", "In or before")

    class Meta:
        model = AllocationTarget
        fields = ["portfolio", "kind"]
