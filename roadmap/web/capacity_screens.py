"""Lists, records and forms of resources, capacities, demands and allocation targets."""

from typing import Any

from core.web.crud import Column, FieldGroup, TenantCRUDView
from roadmap.filters import (
    AllocationTargetFilterSet,
    ResourceDemandFilterSet,
    ResourceFilterSet,
    TeamCapacityFilterSet,
)
from roadmap.models import AllocationTarget, Resource, ResourceDemand, TeamCapacity
from roadmap.services.allocation_targets import (
    change_allocation_target,
    create_allocation_target,
    delete_allocation_target,
)
from roadmap.services.resource_demands import change_resource_demand, create_resource_demand, delete_resource_demand
from roadmap.services.resources import change_resource, create_resource, delete_resource
from roadmap.services.team_capacities import change_team_capacity, create_team_capacity, delete_team_capacity
from roadmap.web.capacity_forms import AllocationTargetForm, ResourceDemandForm, ResourceForm, TeamCapacityForm
from tenancy.models import Team


def month_text(value: Any, obj: Any = None, column: Any = None) -> str:
    """A month by its name."""
    return f"{value:%b %Y}"


def quarter_text(value: Any, obj: Any = None, column: Any = None) -> str:
    """A quarter by its first day."""
    return f"Q{(value.month + 2) // 3} {value.year}"


class ResourceScreen(TenantCRUDView):
    model = Resource
    icon = "tool"
    intro = "What there is only so much of: people of a role or with a skill, GPU-hours, labels."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("kind", "Kind", sort=True, formatter="badge"),
        Column("unit", "Counts in", sort=True),
        Column("description", "Description", width="l", is_default=False),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    filterset_class = ResourceFilterSet
    form_class = ResourceForm
    status_field = "kind"
    field_groups = [FieldGroup("Resource", [Column("unit", "Counts in"), "description"])]
    empty_title = "No resources yet"
    empty_text = "Name the roles, skills and machines that get scarce; then say how much each team has of them."

    def perform_create(self, form: Any) -> Resource:
        return create_resource(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Resource:
        return change_resource(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Resource) -> None:
        delete_resource(obj, actor=self.actor)


class TeamCapacityScreen(TenantCRUDView):
    model = TeamCapacity
    icon = "users-group"
    label, label_plural = "capacity", "capacities"
    intro = "How much of a resource each team has, month by month. A month that is not here is unknown."
    columns = [
        Column("month", "Month", sort=True, link=True, formatter=month_text),
        Column("team", "Team", sort="team__name", width="m"),
        Column("resource", "Resource", sort="resource__name", width="m"),
        Column("amount", "Amount", sort=True, formatter="number"),
        Column("unit", "Unit", accessor="resource.unit"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s", is_default=False),
    ]
    list_select_related = detail_select_related = ["team", "resource"]
    list_template = "roadmap/team_capacity_list.html"
    ordering = ["month", "team__name", "resource__name"]
    search_fields = ["team__name", "resource__name"]
    filterset_class = TeamCapacityFilterSet
    form_class = TeamCapacityForm
    field_groups = [
        FieldGroup(
            "Capacity",
            [
                "team",
                "resource",
                Column("month", "Month", formatter=month_text),
                Column("amount", "Amount", formatter="number"),
                Column("unit", "Unit", accessor="resource.unit"),
            ],
        )
    ]
    empty_title = "Nobody has said yet what teams have"
    empty_text = "Enter a team's months in its sheet, paste them from a spreadsheet, or upload a CSV file."

    def list_context(self, page: Any) -> dict[str, Any]:
        may_change = self.actor.can("team_capacity.change")
        teams = list(Team.objects.permitted(self.actor).order_by("name", "pk")) if may_change else []
        return {**super().list_context(page), "teams": teams, "may_upload": may_change}

    def perform_create(self, form: Any) -> TeamCapacity:
        return create_team_capacity(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> TeamCapacity:
        return change_team_capacity(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: TeamCapacity) -> None:
        delete_team_capacity(obj, actor=self.actor)


class ResourceDemandScreen(TenantCRUDView):
    model = ResourceDemand
    icon = "chart-histogram"
    label, label_plural = "demand", "demands"
    intro = "What items need, over their whole time. The heat map spreads it over the working days of the team."
    columns = [
        Column("item", "Item", sort="item__title", link=True, width="l"),
        Column("resource", "Resource", sort="resource__name", width="m"),
        Column("likely", "Likely", sort=True, formatter="number"),
        Column("low", "Low", formatter="number", is_default=False),
        Column("high", "High", formatter="number"),
        Column("unit", "Unit", accessor="resource.total_unit"),
        Column("profile", "Spread", sort=True, formatter="choice"),
        Column("team", "Given by", sort="team__name", is_default=False),
        Column("source", "From", formatter="choice"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s", is_default=False),
    ]
    list_select_related = detail_select_related = ["item__roadmap", "resource", "team"]
    ordering = ["-updated_at"]
    search_fields = ["item__title", "resource__name"]
    filterset_class = ResourceDemandFilterSet
    form_class = ResourceDemandForm
    field_groups = [
        FieldGroup(
            "Need",
            [
                "item",
                "resource",
                Column("low", "At the least", formatter="number"),
                Column("likely", "Likely", formatter="number"),
                Column("high", "At the most", formatter="number"),
                Column("unit", "Unit", accessor="resource.total_unit"),
                Column("profile", "Spread", formatter="choice"),
                Column("team", "Given by", accessor=lambda demand: demand.team or "The item's team"),
                Column("source", "From", formatter="choice"),
                "note",
            ],
        )
    ]
    empty_title = "Nobody has said yet what items need"
    empty_text = "Add a demand on an item's page, or take over the people its business case plans."

    def perform_create(self, form: Any) -> ResourceDemand:
        return create_resource_demand(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> ResourceDemand:
        return change_resource_demand(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: ResourceDemand) -> None:
        delete_resource_demand(obj, actor=self.actor)


class AllocationTargetScreen(TenantCRUDView):
    model = AllocationTarget
    icon = "chart-donut"
    intro = "Which share of the people's time each kind of work ought to get."
    columns = [
        Column("quarter", "Quarter", sort=True, link=True, formatter=quarter_text),
        Column("kind", "Kind of work", sort=True, formatter="choice", width="m"),
        Column("share", "Target", sort=True, formatter="percent"),
        Column("portfolio", "Portfolio", accessor=lambda target: target.portfolio or "All", sort="portfolio__name"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["portfolio"]
    ordering = ["quarter", "kind"]
    filterset_class = AllocationTargetFilterSet
    form_class = AllocationTargetForm
    field_groups = [
        FieldGroup(
            "Target",
            [
                Column("quarter", "Quarter", formatter=quarter_text),
                Column("kind", "Kind of work", formatter="choice"),
                Column("share", "Target", formatter="percent"),
                Column("portfolio", "Portfolio", accessor=lambda target: target.portfolio or "All"),
            ],
        )
    ]
    empty_title = "No targets yet"
    empty_text = "Say how much of a quarter should go to features, platform, tech debt and risk; then compare."

    def perform_create(self, form: Any) -> AllocationTarget:
        return create_allocation_target(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> AllocationTarget:
        return change_allocation_target(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: AllocationTarget) -> None:
        delete_allocation_target(obj, actor=self.actor)
