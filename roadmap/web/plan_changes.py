"""Screens of sets of changes that were applied to plans, and their undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from core.web.crud import Column, FieldGroup, Panel, RecordAction, TenantCRUDView
from core.web.urls import tenant_url
from portfolio.web.pages import redirect_to, require_right
from roadmap.filters import PlanChangeFilterSet
from roadmap.models import PlanChange
from roadmap.selectors.plan_change_rows import rows_of
from roadmap.services.plan_changes import undo


class PlanChangeScreen(TenantCRUDView):
    model = PlanChange
    icon = "history"
    label, label_plural = "change of a plan", "changes of plans"
    # Nobody edits what was done; whoever may change items may take it back.
    actions = {"change": "roadmap_item.change", "delete": "roadmap_item.change"}
    intro = "What was moved together: drags with their cascade, approved scenarios, and what was undone."
    columns = [
        Column("summary", "Change", link=True, width="xl"),
        Column("kind", "Kind", formatter="badge", sort=True),
        Column("roadmap", "Roadmap", accessor="roadmap.name", sort="roadmap__name"),
        Column("made_by", "By", accessor="made_by.user", formatter="person"),
        Column("created_at", "When", formatter="ago", sort="id"),
        Column("undone_at", "Undone", formatter="ago"),
    ]
    list_select_related = detail_select_related = ["roadmap", "made_by__user", "undoes"]
    ordering = ["-id"]
    search_fields = ["summary"]
    filterset_class = PlanChangeFilterSet
    status_field = "kind"
    field_groups = [
        FieldGroup(
            "Applied",
            [
                Column("roadmap", "Roadmap", accessor="roadmap.name"),
                Column("made_by", "By", accessor="made_by.user", formatter="person"),
                Column("created_at", "When", formatter="datetime"),
                Column("undone_at", "Undone", formatter="datetime"),
                Column("undoes", "Undoes", accessor="undoes.summary"),
            ],
            is_aside=True,
        )
    ]
    panels = [Panel("What changed", "roadmap/_plan_change_rows.html", context="rows_panel")]
    record_actions = [
        RecordAction(
            "Undo",
            "roadmap:plan_change_undo",
            action="roadmap_item.change",
            icon="arrow-back-up",
            method="post",
            confirm="Give every item its values from before?",
            condition=lambda change: change.undone_at is None,
        )
    ]
    empty_title = "Nothing was moved yet"
    empty_text = "Move an item on a timeline: what followed from it is kept here, and can be undone as one."

    def rows_panel(self, obj: PlanChange) -> dict[str, Any]:
        return {"rows": rows_of(obj, actor=self.actor)}


@require_POST
def undo_change(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Take a set of changes back."""
    change = get_object_or_404(PlanChange.objects.permitted(request.actor), pk=pk)
    require_right(request, "roadmap_item.change")
    undone = undo(change, actor=request.actor)
    messages.success(request, f"{undone.summary}.")
    return redirect_to(tenant_url(request, "roadmap:plan_change_detail", pk=undone.pk))
