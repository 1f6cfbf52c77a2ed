"""Baselines: their list and pages, and changes of promises and imported history as lists."""

from typing import Any

from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.forms import TenantModelForm
from roadmap.calc.plan_diff import PlanState
from roadmap.filters import BaselineFilterSet, ItemRescopeFilterSet, PlanHistoryEntryFilterSet
from roadmap.models import Baseline, BaselineItem, ItemRescope, PlanHistoryEntry
from roadmap.selectors.comparison import visible_state
from roadmap.selectors.plan_states import point_of_baseline
from roadmap.services.baselines import take_baseline


class BaselineForm(TenantModelForm):
    as_of = forms.DateField(
        required=False,
        label="As of",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="A past day, at its end (UTC). Empty: now.",
    )

    class Meta:
        model = Baseline
        fields = ["roadmap", "name", "note"]


class BaselineScreen(TenantCRUDView):
    model = Baseline
    actions = {"change": "baseline.create", "delete": "baseline.create"}
    icon = "bookmark"
    intro = "What a roadmap said at a moment. Nobody can change a baseline; everything later is compared with it."
    columns = [
        Column("name", "Name", sort=True, width="l"),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        Column("taken_at", "Shows", formatter="datetime", sort=True),
        Column("reason", "Taken", formatter="choice", sort=True),
        Column("item_count", "Items", formatter="number"),
        Column("taken_by", "By", accessor="taken_by.user", formatter="person", is_default=False),
    ]
    list_select_related = detail_select_related = ["roadmap", "taken_by__user"]
    ordering = ["-taken_at"]
    search_fields = ["name", "note"]
    filterset_class = BaselineFilterSet
    form_class = BaselineForm
    form_intro = "All items, milestones and dependencies are kept, with their budgets and progress."
    field_groups = [
        FieldGroup(
            "Baseline",
            [
                Column("roadmap", "Roadmap", link=True),
                Column("taken_at", "Shows", formatter="datetime"),
                Column("reason", "Taken", formatter="choice"),
                Column("taken_by", "By", accessor="taken_by.user", formatter="person"),
                Column("note", "Note"),
            ],
            is_aside=True,
        )
    ]
    panels = [
        Panel("Items", "roadmap/_baseline_items.html", context="items_panel"),
        Panel("Milestones and dependencies", "roadmap/_baseline_milestones.html", context="milestones_panel"),
    ]
    record_actions = [RecordAction("Compare with now", "roadmap:baseline_compare", icon="versions")]
    empty_title = "No baselines yet"
    empty_text = (
        "A baseline keeps what a roadmap says, so that you can see later what slipped and why. One is taken by itself "
        "when a scenario is approved, and of every roadmap at the start of a quarter."
    )

    def list_queryset(self) -> Any:
        """With how many items each holds that the reader may see."""
        items = BaselineItem.objects.permitted(self.actor).filter(baseline=OuterRef("pk")).order_by()
        counted = items.values("baseline").annotate(n=Count("pk")).values("n")
        return super().list_queryset().annotate(item_count=Coalesce(Subquery(counted), 0))

    def subtitle(self, obj: Baseline) -> str:
        return f"Of {obj.roadmap.name}"

    _state: PlanState | None = None

    def state_of(self, obj: Baseline) -> PlanState:
        """What the baseline holds, read once for both panels."""
        if self._state is None:
            self._state = visible_state(point_of_baseline(obj), obj.roadmap, actor=self.actor)
        return self._state

    def items_panel(self, obj: Baseline) -> dict[str, Any]:
        """Items as they were, by start."""
        items = self.state_of(obj).items.values()
        return {"items": sorted(items, key=lambda row: (row.start_on is None, row.start_on, row.title))}

    def milestones_panel(self, obj: Baseline) -> dict[str, Any]:
        """Milestones as they were, and how many dependencies there were."""
        milestones = sorted(self.state_of(obj).milestones.values(), key=lambda row: (row.due_on, row.title))
        return {"milestones": milestones, "links": len(self.state_of(obj).links)}

    def perform_create(self, form: Any) -> Baseline:
        return take_baseline(actor=self.actor, **form.cleaned_data)


class ItemRescopeScreen(TenantCRUDView):
    model = ItemRescope
    actions = {"change": "item_rescope.view", "delete": "item_rescope.view"}
    icon = "versions"
    label, label_plural = "changed promise", "changed promises"
    intro = "Every time a promised outcome was moved or withdrawn, and why."
    columns = [
        Column("title", "Item", width="l", link=True),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        Column("team_name", "Team"),
        Column("reason_code", "Reason", formatter="choice", sort=True),
        Column("old_end_on", "Ended", formatter="date"),
        Column("new_end_on", "Ends now", formatter="date"),
        Column("slip_days", "Days", formatter="number"),
        Column("rescoped_at", "Changed", formatter="ago", sort=True),
        Column("note", "Note", width="l", is_default=False),
    ]
    list_select_related = detail_select_related = ["roadmap", "rescoped_by__user"]
    ordering = ["-rescoped_at"]
    search_fields = ["title", "note"]
    filterset_class = ItemRescopeFilterSet
    field_groups = [
        FieldGroup(
            "Promise",
            [
                Column("roadmap", "Roadmap", link=True),
                Column("team_name", "Team"),
                Column("old_start_on", "Started", formatter="date"),
                Column("old_end_on", "Ended", formatter="date"),
                Column("new_start_on", "Starts now", formatter="date"),
                Column("new_end_on", "Ends now", formatter="date"),
                Column("is_withdrawn", "Promise withdrawn", formatter="boolean"),
            ],
        ),
        FieldGroup(
            "Why",
            [
                Column("reason_code", "Reason", formatter="choice"),
                Column("note", "Note"),
                Column("rescoped_by", "By", accessor="rescoped_by.user", formatter="person"),
                Column("rescoped_at", "Changed", formatter="datetime"),
            ],
        ),
    ]
    empty_title = "No promise was changed"
    empty_text = "Mark an item as committed; from then on moving it needs a reason, which is listed here."


class PlanHistoryEntryScreen(TenantCRUDView):
    model = PlanHistoryEntry
    actions = {"change": "plan_history_entry.view", "delete": "plan_history_entry.view"}
    icon = "history"
    label, label_plural = "entry", "plan history"
    intro = "Dated changes of target releases and stages that another system recorded."
    columns = [
        Column("external_id", "Record", width="s", link=True),
        Column("title", "Title", width="l"),
        Column("team_name", "Team"),
        Column("field", "Target", formatter="choice"),
        Column("old_value", "Before"),
        Column("new_value", "After"),
        Column("releases_moved", "Releases", formatter="number"),
        Column("changed_at", "Changed", formatter="date", sort=True),
        Column("system", "System", is_default=False),
    ]
    detail_select_related = ["initiative"]
    ordering = ["-changed_at"]
    search_fields = ["external_id", "title"]
    filterset_class = PlanHistoryEntryFilterSet
    field_groups = [
        FieldGroup(
            "Change",
            [
                Column("title", "Title"),
                Column("initiative", "Initiative", link=True),
                Column("team_name", "Team"),
                Column("field", "Target", formatter="choice"),
                Column("old_value", "Before"),
                Column("new_value", "After"),
                Column("releases_moved", "Releases", formatter="number"),
                Column("changed_at", "Changed", formatter="datetime"),
                Column("system", "System"),
            ],
        )
    ]
    empty_title = "No imported history"
    empty_text = "Replay the history another tool recorded to see by how many releases targets moved, and for whom."
