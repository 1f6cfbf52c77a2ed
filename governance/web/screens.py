"""CRUD screens of governance; launches and approvals have pages of their own within them."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.html import format_html

from core.web.crud import Column, FieldGroup, ListPage, Panel, RecordAction, TenantCRUDView
from core.web.formatting import badge, quantity
from core.web.tones import tone_of
from core.web.urls import tenant_url
from governance.enums import ApprovalStatus, CriterionKind
from governance.filters import (
    ApprovalRequestFilterSet,
    DecisionFilterSet,
    GateCriterionFilterSet,
    LaunchFilterSet,
    StageGateFilterSet,
)
from governance.models import ApprovalRequest, Decision, GateCriterion, Launch, StageGate
from governance.selectors.evidence import kpi_units
from governance.selectors.pages import approval_view, launch_view, people_for
from governance.services import gates, launches
from governance.web.forms import GateCriterionForm, LaunchForm, LaunchPlanForm, StageGateForm
from portfolio.enums import Stage
from tenancy.enums import Function, Role
from tenancy.scope import current_actor

UNASKED = format_html('<span class="muted">{}</span>', "Not asked")


def _labels(enum: Any, field: str) -> Any:
    return lambda obj: ", ".join(str(enum(code).label) for code in getattr(obj, field)) or None


def _stage_badge(value: str, obj: Any, column: Any) -> str:
    return badge(Stage(value).label, tone_of(value))


_REQUESTS = ApprovalRequest.unscoped(reason="correlated with the launch of each row")
_LATEST_STATUS = Subquery(_REQUESTS.filter(launch=OuterRef("pk")).order_by("-created_at", "-id").values("status")[:1])


def _approval_badge(value: str | None, obj: Any, column: Any) -> str:
    return badge(ApprovalStatus(value).label, tone_of(value)) if value else UNASKED


def _approval_text(obj: Any) -> str:
    return str(ApprovalStatus(obj.approval).label) if obj.approval else ""


def _initiative_url(actor: Any, initiative_id: Any) -> str:
    return tenant_url(actor, "portfolio:initiative_detail", pk=initiative_id)


def _threshold(value: Any, obj: GateCriterion, column: Any) -> str:
    units = kpi_units([obj.kpi_name], current_actor()) if obj.kpi_name else {}
    return quantity(value, units.get(obj.kpi_name.lower(), ""), is_exact=True)


class StageGateScreen(TenantCRUDView):
    model = StageGate
    icon = "traffic-lights"
    label, label_plural = "stage gate", "stage gates"
    intro = "What must be true, and who must agree, before an initiative enters a stage."
    columns = [
        Column("name", "Name", sort=True, width="l"),
        Column("to_stage", "Stage", formatter="badge"),
        Column("approvals_required", "Approvals", formatter="number"),
        Column("approver_roles", "Roles", accessor=_labels(Role, "approver_roles")),
        Column("veto_functions", "Veto", accessor=_labels(Function, "veto_functions")),
        Column("is_active", "Active", formatter="boolean"),
        Column("version", "Version", formatter="number", is_default=False),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    filterset_class = StageGateFilterSet
    form_class = StageGateForm
    form_template = "governance/form.html"
    list_template = "governance/stage_gate_list.html"
    detail_template = "governance/stage_gate_detail.html"
    panels = [
        Panel("Criteria", "governance/_gate_criteria.html", context="criteria_panel"),
        Panel("Who decides", "governance/_gate_people.html", context="people_panel", is_aside=True),
    ]
    field_groups = [
        FieldGroup(
            "Rules",
            [
                Column("to_stage", "Stage", accessor="get_to_stage_display"),
                Column("approval_valid_days", "Approval valid for", accessor=lambda o: f"{o.approval_valid_days} days"),
                Column("veto_functions", "Veto held by", accessor=_labels(Function, "veto_functions")),
                Column("version", "Version", formatter="number"),
            ],
            is_aside=True,
        )
    ]
    empty_title = "No gates yet"
    empty_text = "Without a gate every stage change is free. Start with the usual gates for beta and GA."

    def list_context(self, page: ListPage) -> dict[str, Any]:
        may_create = self.may("create")
        return {"may_create_defaults": may_create and not StageGate.objects.exists()}

    def subtitle(self, obj: StageGate) -> str:
        return obj.description

    def badges(self, obj: StageGate) -> list[str]:
        return [badge("Active", "success") if obj.is_active else badge("Retired")]

    def criteria_panel(self, obj: StageGate) -> dict[str, Any]:
        criteria = list(obj.criteria.all())
        units = kpi_units([criterion.kpi_name for criterion in criteria if criterion.kpi_name], self.actor)
        rows = [(criterion, units.get(criterion.kpi_name.lower(), "")) for criterion in criteria]
        return {"gate": obj, "rows": rows, "may_edit": self.actor.can("gate_criterion.change")}

    def people_panel(self, obj: StageGate) -> dict[str, Any]:
        return {"states": people_for(obj)}

    def perform_create(self, form: Any) -> StageGate:
        return gates.create_gate(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> StageGate:
        return gates.change_gate(self.object, actor=self.actor, **form.cleaned_data)


class GateCriterionScreen(TenantCRUDView):
    model = GateCriterion
    icon = "list-check"
    label, label_plural = "criterion", "criteria"
    columns = [
        Column("title", "Title", sort=True, width="l"),
        Column("gate", "Gate", accessor="gate.name", sort="gate__name"),
        Column("kind", "Kind", accessor="get_kind_display"),
        Column("is_blocking", "Blocking", formatter="boolean"),
        Column("is_active", "Active", formatter="boolean"),
    ]
    list_select_related = detail_select_related = ["gate"]
    ordering = ["gate__name", "position"]
    search_fields = ["title"]
    filterset_class = GateCriterionFilterSet
    form_class = GateCriterionForm
    field_groups = [
        FieldGroup(
            "Criterion",
            [
                Column("gate", accessor="gate.name"),
                "guidance",
                Column("kind", accessor="get_kind_display"),
                Column("is_blocking", "Blocking", formatter="boolean"),
                Column("is_active", "Active", formatter="boolean"),
            ],
        ),
        FieldGroup(
            "Live evidence",
            [
                Column("source", accessor="get_source_display"),
                Column("kpi_name", "KPI"),
                Column("comparator", accessor="get_comparator_display"),
                Column("threshold", formatter=_threshold),
                Column("max_age_days", "Greatest age in days", formatter="number"),
            ],
        ),
    ]

    def shown_groups(self, obj: GateCriterion) -> list[dict[str, Any]]:
        """A checklist item has no evidence to show."""
        groups = super().shown_groups(obj)
        return groups if obj.kind == CriterionKind.LIVE else groups[:1]

    def success_url(self, obj: GateCriterion) -> str:
        return tenant_url(self.actor, "governance:stage_gate_detail", pk=obj.gate_id)

    def perform_create(self, form: Any) -> GateCriterion:
        return gates.create_criterion(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> GateCriterion:
        return gates.change_criterion(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: GateCriterion) -> None:
        gates.delete_criterion(obj, actor=self.actor)


class LaunchScreen(TenantCRUDView):
    model = Launch
    icon = "rocket"
    intro = (
        "Each launch brings one initiative into one gated stage, on evidence and with the approval of those who must."
    )
    columns = [
        Column("title", "Launch", sort=True, width="l"),
        Column("initiative", "Initiative", accessor="initiative.key", sort="initiative__key"),
        Column("target_stage", "Into", formatter="badge"),
        "status",
        Column("approval", "Approval", annotate=_LATEST_STATUS, formatter=_approval_badge, export=_approval_text),
        Column("planned_on", "Planned for", formatter="date", sort=True),
        Column("edited_by", "Last edited by", accessor="edited_by.user", formatter="person"),
        Column("updated_at", "Changed", formatter="ago", sort=True),
    ]
    list_select_related = ["initiative", "edited_by__user"]
    detail_select_related = ["initiative", "created_by__user", "edited_by__user"]
    ordering = ["-updated_at"]
    search_fields = ["title", "initiative__key", "initiative__title"]
    filterset_class = LaunchFilterSet
    detail_template = "governance/launch_detail.html"
    form_template = "governance/form.html"
    status_field = "status"
    record_actions = [
        RecordAction(
            "Cancel launch",
            "governance:launch_cancel",
            action="launch.cancel",
            icon="ban",
            method="post",
            confirm="Give this launch up? A request under way is withdrawn.",
            condition=lambda obj: obj.is_open,
        ),
    ]
    field_groups = [FieldGroup("Plan", ["scope", "rollout_plan", "risk_summary", "rollback_plan"])]
    empty_title = "No launches yet"
    empty_text = (
        "A launch collects the plan, the evidence and the approval an initiative needs to enter its next stage."
    )

    def may(self, verb: str, obj: Any = None) -> bool:
        is_closed = verb == "change" and obj is not None and not obj.is_open
        return not is_closed and super().may(verb, obj)

    def get_form_class(self) -> Any:
        return LaunchForm if self.operation == "create" else LaunchPlanForm

    def subtitle(self, obj: Launch) -> str:
        return f"{obj.initiative.key} {obj.initiative.title} into {obj.get_target_stage_display()}"

    def detail_context(self, obj: Launch) -> dict[str, Any]:
        view = launch_view(obj, actor=self.actor, at=timezone.now())
        return {"view": view, "initiative_url": _initiative_url(self.actor, obj.initiative_id)}

    def perform_create(self, form: Any) -> Launch:
        return launches.create_launch(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Launch:
        return launches.change_launch(self.object, actor=self.actor, **form.cleaned_data)


class ApprovalRequestScreen(TenantCRUDView):
    model = ApprovalRequest
    icon = "file-certificate"
    label, label_plural = "approval", "approvals"
    intro = "Every request, each bound to the exact content of one launch."
    columns = [
        Column("launch", "Launch", accessor="launch.title", sort="launch__title", width="l"),
        Column("initiative", "Initiative", accessor="launch.initiative.key", sort="launch__initiative__key"),
        Column("stage", "Into", accessor="launch.target_stage", formatter=_stage_badge),
        "status",
        Column("requested_by", "Asked by", accessor="requested_by.user", formatter="person"),
        Column("created_at", "Asked", formatter="ago", sort=True),
        Column("expires_at", "Expires", formatter="ago", sort=True),
    ]
    list_select_related = detail_select_related = ["launch__initiative", "requested_by__user", "gate", "gate_run"]
    ordering = ["-created_at"]
    search_fields = ["launch__title", "launch__initiative__key"]
    filterset_class = ApprovalRequestFilterSet
    detail_template = "governance/approval_detail.html"
    status_field = "status"
    field_groups = [
        FieldGroup("Request", ["launch_version", Column("expires_at", formatter="datetime"), "subject_digest"])
    ]
    empty_title = "No approvals yet"
    empty_text = "Prepare a launch, confirm its checklist and ask for approval: the request then appears here."

    def title(self, obj: ApprovalRequest) -> str:
        return obj.launch.title

    def subtitle(self, obj: ApprovalRequest) -> str:
        initiative = obj.launch.initiative
        return f"Approval of {initiative.key} {initiative.title} into {obj.launch.get_target_stage_display()}"

    def detail_context(self, obj: ApprovalRequest) -> dict[str, Any]:
        return {"view": approval_view(obj, actor=self.actor, at=timezone.now())}


class DecisionScreen(TenantCRUDView):
    model = Decision
    icon = "gavel"
    intro = "Who decided what, on whose behalf, and why. Decisions are never changed or deleted."
    columns = [
        Column("launch", "Launch", accessor="request.launch.title", width="l"),
        Column("verdict", "Decision", formatter="badge"),
        Column("actor", "By", accessor="actor.user", formatter="person"),
        Column("function", "For", accessor="get_function_display"),
        Column("reason", "Reason", width="xl"),
        Column("at", "When", formatter="datetime", sort=True),
    ]
    list_select_related = ["request__launch", "actor__user"]
    ordering = ["-at"]
    search_fields = ["reason", "request__launch__title"]
    filterset_class = DecisionFilterSet
    excluded_operations = frozenset({"detail", "history"})
    empty_title = "No decisions yet"
    empty_text = "Approvals, refusals and vetoes are listed here from the first one on."

    def row_url(self, obj: Decision) -> str:
        return tenant_url(self.actor, "governance:approval_request_detail", pk=obj.request_id)
