"""CRUD screens of the roadmap; a roadmap's own page is its timeline."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.formatting import UNKNOWN
from core.web.short_lists import short_list
from roadmap.filters import MilestoneFilterSet, RoadmapFilterSet, RoadmapItemPageFilterSet
from roadmap.models import Dependency, Milestone, MilestoneGate, Roadmap, RoadmapItem
from roadmap.selectors.dependencies import violations
from roadmap.selectors.schedule import gate_ends, outlooks
from roadmap.services.items import change_item, create_item, delete_item
from roadmap.services.milestones import change_milestone, create_milestone, delete_milestone
from roadmap.services.roadmaps import change_roadmap, create_roadmap, delete_roadmap
from roadmap.web.forms import MilestoneForm, RoadmapForm, RoadmapItemForm
from roadmap.web.panels import demand_panel
from roadmap.web.plan_page import plan_context


def _durations(item: RoadmapItem) -> str:
    """Shortest, likely and longest duration, where somebody has said them."""
    if item.duration_likely is None:
        return UNKNOWN
    return f"{item.duration_low} to {item.duration_high}, likely {item.duration_likely}"


class RoadmapScreen(TenantCRUDView):
    model = Roadmap
    icon = "map-2"
    intro = "Plans over your initiatives. Open one to see and move its timeline."
    columns = [
        Column("name", "Name", sort=True, width="l"),
        Column("portfolio", "Portfolio", accessor="portfolio.name", sort="portfolio__name"),
        Column("item_count", "Items", formatter="number", sort=True),
        Column("first_on", "From", formatter="date", sort=True),
        Column("last_on", "Until", formatter="date", sort=True),
        Column("updated_at", "Changed", formatter="ago", sort=True, is_default=False),
    ]
    list_select_related = detail_select_related = ["portfolio"]
    ordering = ["name"]
    search_fields = ["name", "description"]
    filterset_class = RoadmapFilterSet
    form_class = RoadmapForm
    detail_template = "roadmap/roadmap_detail.html"
    record_actions = [
        RecordAction("Forecast", "roadmap:roadmap_forecast", icon="chart-line"),
        RecordAction("What changed", "roadmap:roadmap_compare", icon="versions"),
        RecordAction("Scenarios", "roadmap:roadmap_scenarios", action="scenario.view", icon="git-branch"),
        RecordAction(
            "Reschedule",
            "roadmap:roadmap_reschedule",
            action="roadmap_item.change",
            icon="calendar-stats",
            shortcut="r",
        ),
    ]
    field_groups = [
        FieldGroup(
            "Roadmap",
            [
                "name",
                Column("portfolio", accessor="portfolio.name"),
                Column("cascade_policy", formatter="choice"),
                "description",
            ],
        )
    ]
    empty_title = "No roadmaps yet"
    empty_text = "A roadmap puts initiatives on a timeline: who works on what, when, and what waits for what."

    def list_queryset(self) -> Any:
        """With what each roadmap's visible items add up to."""
        items = RoadmapItem.objects.permitted(self.actor).filter(roadmap=OuterRef("pk")).order_by()
        return (
            super()
            .list_queryset()
            .annotate(
                item_count=Coalesce(Subquery(items.values("roadmap").annotate(n=Count("pk")).values("n")), 0),
                first_on=Subquery(items.order_by("start_on").values("start_on")[:1]),
                last_on=Subquery(items.order_by(F("end_on").desc(nulls_last=True)).values("end_on")[:1]),
            )
        )

    def subtitle(self, obj: Roadmap) -> str:
        return obj.description

    def detail_context(self, obj: Roadmap) -> dict[str, Any]:
        return {} if self.is_fragment else plan_context(self.request, obj)

    def perform_create(self, form: Any) -> Roadmap:
        return create_roadmap(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Roadmap:
        return change_roadmap(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Roadmap) -> None:
        delete_roadmap(obj, actor=self.actor)


class RoadmapItemScreen(TenantCRUDView):
    model = RoadmapItem
    icon = "timeline-event"
    label, label_plural = "item", "items"
    columns = [
        Column("title", "Title", sort=True, width="l"),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        "status",
        Column("start_on", "Start", formatter="date", sort=True),
        Column("end_on", "End", formatter="date", sort=True),
        Column("duration_days", "Days", formatter="number", is_default=False),
        Column("team_name", "Team", sort=True),
        Column("initiative", "Initiative", accessor="initiative.key", sort="initiative__key"),
        Column("confidence", "Confidence", formatter="percent", sort=True),
        Column("lane", "Lane", sort=True, is_default=False),
        Column("release", "Release", accessor="release.name", sort="release__name", is_default=False),
        Column("scheduling", "Scheduling", formatter="choice", is_default=False),
        Column("progress", "Progress", formatter="progress", is_default=False),
        Column("is_committed", "Committed", formatter="boolean", is_default=False),
    ]
    list_select_related = ["roadmap", "initiative", "release"]
    detail_select_related = ["roadmap", "initiative", "owning_team", "release"]
    ordering = ["start_on"]
    search_fields = ["title", "initiative__title", "initiative__key"]
    filterset_class = RoadmapItemPageFilterSet
    form_class = RoadmapItemForm
    bulk_fields = [
        "status",
        "initiative",
        "owning_team",
        "lane",
        "confidence",
        "scheduling",
        "date_precision",
        "release",
    ]
    status_field = "status"
    field_groups = [
        FieldGroup(
            "When",
            [
                Column("start_on", "Start", formatter="date"),
                Column("end_on", "End", formatter="date"),
                Column("duration_days", "Calendar days", formatter="number"),
                Column("date_precision", "Precision", formatter="choice"),
                Column("durations", "Working days", accessor=_durations),
                Column("scheduling", "Scheduling", formatter="choice"),
                Column("confidence", "Confidence", formatter="percent"),
                Column("progress", "Progress", formatter="progress"),
            ],
        ),
        FieldGroup(
            "Where",
            [
                Column("roadmap", "Roadmap", accessor="roadmap.name"),
                Column("initiative", "Initiative"),
                Column("team_name", "Team"),
                Column("kind", "Kind", formatter="choice"),
                Column("external_party", "Delivered by"),
                Column("release", "Release"),
                Column("is_committed", "Committed", formatter="boolean"),
                Column("lane", "Lane"),
                Column("description", "Description"),
            ],
        ),
    ]
    panels = [
        Panel("Dependencies", "roadmap/_item_dependencies.html", context="dependency_panel"),
        Panel("Needs", "roadmap/_item_demands.html", context="demand_panel"),
    ]
    empty_title = "Nothing is planned yet"
    empty_text = (
        "An item is a stretch of work between two dates, or without any while nobody knows them. "
        "Add one, then drag it on its roadmap's timeline."
    )

    def get_queryset(self) -> Any:
        return super().get_queryset().with_team_name()

    def subtitle(self, obj: RoadmapItem) -> str:
        return f"On {obj.roadmap.name}"

    def form_initial(self, obj: RoadmapItem | None) -> dict[str, Any]:
        """A new item is offered the next four weeks."""
        if obj is not None:
            return super().form_initial(obj)
        today = timezone.localdate()
        return {"start_on": today, "end_on": today + timedelta(days=27), **super().form_initial(obj)}

    def demand_panel(self, obj: RoadmapItem) -> dict[str, Any]:
        """What it needs of resources."""
        return demand_panel(obj, self.actor)

    def dependency_panel(self, obj: RoadmapItem) -> dict[str, Any]:
        """Everything the item waits for or holds back, with what the dates contradict."""
        rows = Dependency.objects.permitted(self.actor).select_related("predecessor", "successor").order_by("pk")
        name = "roadmap:dependency_list"
        waits_for = short_list(rows.filter(successor=obj), self.actor, name, successor=obj.pk)
        holds_back = short_list(rows.filter(predecessor=obj), self.actor, name, predecessor=obj.pk)
        reasons = {each.dependency_id: each.reason for each in violations([*waits_for, *holds_back])}
        return {
            "waits_for": waits_for.each(lambda row: (row, reasons.get(row.pk))),
            "holds_back": holds_back.each(lambda row: (row, reasons.get(row.pk))),
            "may_link": self.actor.can("dependency.create"),
        }

    def perform_create(self, form: Any) -> RoadmapItem:
        return create_item(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> RoadmapItem:
        return change_item(self.object, actor=self.actor, **form.cleaned_data)

    def perform_bulk_update(self, obj: RoadmapItem, changes: dict[str, Any]) -> None:
        change_item(obj, actor=self.actor, **changes)

    def perform_delete(self, obj: RoadmapItem) -> None:
        delete_item(obj, actor=self.actor)


class MilestoneScreen(TenantCRUDView):
    model = Milestone
    icon = "flag"
    columns = [
        Column("title", "Title", sort=True, width="l"),
        Column("due_on", "Due", formatter="date", sort=True),
        Column("kind", "Kind", formatter="badge", sort=True),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        Column("initiative", "Initiative", accessor="initiative.key", sort="initiative__key"),
    ]
    list_select_related = ["roadmap", "initiative"]
    detail_select_related = ["roadmap", "initiative", "release"]
    ordering = ["due_on"]
    search_fields = ["title"]
    filterset_class = MilestoneFilterSet
    form_class = MilestoneForm
    bulk_fields = ["kind", "initiative"]
    status_field = "kind"
    field_groups = [
        FieldGroup(
            "Milestone",
            [
                Column("due_on", "Due", formatter="date"),
                Column("roadmap", "Roadmap", accessor="roadmap.name"),
                Column("initiative", "Initiative"),
                Column("release", "Release"),
            ],
        )
    ]
    panels = [Panel("Waits for", "roadmap/_milestone_gates.html", context="gates_panel")]
    empty_title = "No milestones yet"
    empty_text = "A milestone is a date you promise: an alpha, a beta, general availability."

    def gates_panel(self, obj: Milestone) -> dict[str, Any]:
        """The items it waits for, and when the last of them ends."""
        gates = MilestoneGate.objects.permitted(self.actor).filter(milestone=obj).select_related("item")
        outlook = outlooks(gate_ends(actor=self.actor, milestone_ids=[obj.pk]))
        return {
            "gates": short_list(
                gates.order_by("item__end_on", "id"), self.actor, "roadmap:milestone_gate_list", milestone=obj.pk
            ),
            "outlook": outlook[0] if outlook else None,
            "may_add": self.actor.can("milestone_gate.create"),
        }

    def perform_create(self, form: Any) -> Milestone:
        return create_milestone(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Milestone:
        return change_milestone(self.object, actor=self.actor, **form.cleaned_data)

    def perform_bulk_update(self, obj: Milestone, changes: dict[str, Any]) -> None:
        change_milestone(obj, actor=self.actor, **changes)

    def perform_delete(self, obj: Milestone) -> None:
        delete_milestone(obj, actor=self.actor)
