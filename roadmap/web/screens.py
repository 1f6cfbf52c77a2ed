"""CRUD screens of the roadmap; a roadmap's own page is its timeline."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.web.crud import Column, FieldGroup, Panel, TenantCRUDView
from roadmap.filters import DependencyFilterSet, MilestoneFilterSet, RoadmapFilterSet, RoadmapItemFilterSet
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.selectors.dependencies import violations
from roadmap.services.dependencies import change_dependency, create_dependency, delete_dependency
from roadmap.services.items import change_item, create_item, delete_item
from roadmap.services.milestones import change_milestone, create_milestone, delete_milestone
from roadmap.services.roadmaps import change_roadmap, create_roadmap, delete_roadmap
from roadmap.web.forms import DependencyChangeForm, DependencyForm, MilestoneForm, RoadmapForm, RoadmapItemForm
from roadmap.web.plan_page import plan_context


def _conflict(dependency: Dependency) -> str:
    """Why the dates contradict the dependency, or that they do not."""
    return next((each.reason for each in violations([dependency])), "Kept")


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
    field_groups = [FieldGroup("Roadmap", ["name", Column("portfolio", accessor="portfolio.name"), "description"])]
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
    ]
    list_select_related = ["roadmap", "initiative"]
    detail_select_related = ["roadmap", "initiative", "owning_team"]
    ordering = ["start_on"]
    search_fields = ["title", "initiative__title", "initiative__key"]
    filterset_class = RoadmapItemFilterSet
    form_class = RoadmapItemForm
    bulk_fields = ["status", "initiative", "owning_team", "lane", "confidence"]
    status_field = "status"
    field_groups = [
        FieldGroup(
            "When",
            [
                Column("start_on", "Start", formatter="date"),
                Column("end_on", "End", formatter="date"),
                Column("duration_days", "Calendar days", formatter="number"),
                Column("confidence", "Confidence", formatter="percent"),
            ],
        ),
        FieldGroup(
            "Where",
            [
                Column("roadmap", "Roadmap", accessor="roadmap.name"),
                Column("initiative", "Initiative"),
                Column("team_name", "Team"),
                Column("lane", "Lane"),
                Column("description", "Description"),
            ],
        ),
    ]
    panels = [Panel("Dependencies", "roadmap/_item_dependencies.html", context="dependency_panel")]
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

    def dependency_panel(self, obj: RoadmapItem) -> dict[str, Any]:
        """Everything the item waits for or holds back, with what the dates contradict."""
        touching = Q(predecessor=obj) | Q(successor=obj)
        found = list(
            Dependency.objects.permitted(self.actor).filter(touching).select_related("predecessor", "successor")
        )
        reasons = {each.dependency_id: each.reason for each in violations(found)}
        return {
            "waits_for": [(each, reasons.get(each.pk)) for each in found if each.successor_id == obj.pk],
            "holds_back": [(each, reasons.get(each.pk)) for each in found if each.predecessor_id == obj.pk],
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
    list_select_related = detail_select_related = ["roadmap", "initiative"]
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
            ],
        )
    ]
    empty_title = "No milestones yet"
    empty_text = "A milestone is a date you promise: an alpha, a beta, general availability."

    def perform_create(self, form: Any) -> Milestone:
        return create_milestone(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Milestone:
        return change_milestone(self.object, actor=self.actor, **form.cleaned_data)

    def perform_bulk_update(self, obj: Milestone, changes: dict[str, Any]) -> None:
        change_milestone(obj, actor=self.actor, **changes)

    def perform_delete(self, obj: Milestone) -> None:
        delete_milestone(obj, actor=self.actor)


class DependencyScreen(TenantCRUDView):
    model = Dependency
    icon = "route"
    columns = [
        Column("predecessor", "Predecessor", accessor="predecessor.title", sort="predecessor__title", width="l"),
        Column("successor", "Successor", accessor="successor.title", sort="successor__title", width="l"),
        Column("kind", "Kind", formatter="choice", sort=True, width="m"),
        Column("lag_days", "Lag (days)", formatter="number", sort=True),
        Column("conflict", "Conflict", accessor=_conflict),
        Column("note", "Note", is_default=False),
    ]
    list_select_related = detail_select_related = ["predecessor", "successor"]
    ordering = ["-updated_at"]
    search_fields = ["predecessor__title", "successor__title", "note"]
    filterset_class = DependencyFilterSet
    form_class = DependencyForm
    field_groups = [
        FieldGroup(
            "Dependency",
            [
                Column("predecessor", "Predecessor", accessor="predecessor.title"),
                Column("successor", "Successor", accessor="successor.title"),
                Column("kind", "Kind", formatter="choice"),
                Column("lag_days", "Lag (days)", formatter="number"),
                Column("conflict", "Conflict", accessor=_conflict),
                Column("note", "Note"),
            ],
        )
    ]
    empty_title = "Nothing waits for anything yet"
    empty_text = "A dependency says that one item's start or end waits for another's. Broken ones show red."

    def get_form_class(self) -> Any:
        return DependencyChangeForm if self.operation == "edit" else self.form_class

    def perform_create(self, form: Any) -> Dependency:
        return create_dependency(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Dependency:
        return change_dependency(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Dependency) -> None:
        delete_dependency(obj, actor=self.actor)
