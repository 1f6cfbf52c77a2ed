"""REST endpoints of governance."""

from django.utils import timezone

from governance.api import serializers
from governance.filters import (
    ApprovalRequestFilterSet,
    ChecklistAnswerFilterSet,
    DecisionFilterSet,
    GateCriterionFilterSet,
    GateRunFilterSet,
    LaunchFilterSet,
    StageGateFilterSet,
)
from governance.models import ApprovalRequest, ChecklistAnswer, Decision, GateCriterion, GateRun, Launch, StageGate
from governance.selectors.gates import active_gate, overall
from governance.selectors.stage_changes import review_stage_change
from governance.services import approvals, gates, launches
from tenancy.api.actions import record_action
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet


class StageGateViewSet(TenantViewSet):
    """Stage gates: what must be true, and who must agree, before an initiative enters a stage."""

    model = StageGate
    serializer_class = serializers.StageGateSerializer
    filterset_class = StageGateFilterSet
    ordering = ("name",)
    search_fields = ("name", "description")

    def perform_create(self, serializer):
        return gates.create_gate(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return gates.change_gate(serializer.instance, actor=self.actor, **serializer.validated_data)


class GateCriterionViewSet(TenantViewSet):
    """Criteria of stage gates: items of a checklist and live evidence."""

    model = GateCriterion
    serializer_class = serializers.GateCriterionSerializer
    filterset_class = GateCriterionFilterSet
    ordering = ("position",)

    def perform_create(self, serializer):
        return gates.create_criterion(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return gates.change_criterion(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance):
        gates.delete_criterion(instance, actor=self.actor)


class LaunchViewSet(TenantViewSet):
    """Launches: plans to bring one initiative to one gated stage."""

    model = Launch
    serializer_class = serializers.LaunchSerializer
    filterset_class = LaunchFilterSet
    ordering = ("-updated_at",)
    search_fields = ("title", "initiative__key", "initiative__title")

    def perform_create(self, serializer):
        return launches.create_launch(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer):
        return launches.change_launch(serializer.instance, actor=self.actor, **serializer.validated_data)

    @record_action("launch.view", methods=["get"], output_serializer=serializers.GateStateSerializer)
    def gate(self, instance, data):
        """The gate as it stands for this launch now; nothing is recorded."""
        gate = active_gate(instance.target_stage)
        if gate is None:
            return {"gate": None, "outcome": overall([]), "results": [], "reasons": []}
        review = review_stage_change(gate, instance.initiative, instance, at=timezone.now())
        results = [result.as_json() for result in review.results]
        return {"gate": gate.pk, "outcome": overall(review.results), "results": results, "reasons": review.reasons}

    @record_action("launch.evaluate", output_serializer=serializers.GateRunSerializer, status=201)
    def evaluate(self, instance, data):
        """Evaluate the gate and keep the results as evidence."""
        return gates.evaluate_launch(instance, actor=self.actor)

    @record_action("checklist_answer.change", methods=["put"], input_serializer=serializers.ChecklistSerializer)
    def checklist(self, instance, data):
        """Answer items of the launch's checklist; a live approval becomes stale if anything changes."""
        answers = [launches.Answer(**answer) for answer in data["answers"]]
        return launches.answer_checklist(instance, actor=self.actor, answers=answers)

    @record_action("launch.request_approval", output_serializer=serializers.ApprovalRequestSerializer, status=201)
    def request_approval(self, instance, data):
        """Put the launch, exactly as it is now, to approval."""
        return approvals.request_approval(instance, actor=self.actor)

    @record_action("launch.cancel", input_serializer=serializers.WithdrawSerializer)
    def cancel(self, instance, data):
        """Give the launch up."""
        return launches.cancel_launch(instance, actor=self.actor, **data)


class ChecklistAnswerViewSet(ReadOnlyTenantViewSet):
    """Answers to the checklists of launches."""

    model = ChecklistAnswer
    serializer_class = serializers.ChecklistAnswerSerializer
    filterset_class = ChecklistAnswerFilterSet
    ordering = ("created_at",)


class GateRunViewSet(ReadOnlyTenantViewSet):
    """Evaluations of gates, kept as evidence."""

    model = GateRun
    serializer_class = serializers.GateRunSerializer
    filterset_class = GateRunFilterSet
    ordering = ("-evaluated_at",)


class ApprovalRequestViewSet(ReadOnlyTenantViewSet):
    """Approval requests, each bound to the exact content of one launch."""

    model = ApprovalRequest
    serializer_class = serializers.ApprovalRequestSerializer
    filterset_class = ApprovalRequestFilterSet
    ordering = ("-created_at",)

    @record_action("approval_request.decide", input_serializer=serializers.ApproveSerializer)
    def approve(self, instance, data):
        """Approve; never what one asked for, made or last changed oneself."""
        return approvals.approve(instance, actor=self.actor, **data)

    @record_action("approval_request.decide", input_serializer=serializers.RefuseSerializer)
    def refuse(self, instance, data):
        """Refuse, which ends the request."""
        return approvals.refuse(instance, actor=self.actor, **data)

    @record_action("approval_request.veto", input_serializer=serializers.VetoSerializer)
    def veto(self, instance, data):
        """Stop the launch on behalf of a veto function, at any time until the stage change."""
        return approvals.veto(instance, actor=self.actor, **data)

    @record_action("approval_request.veto", input_serializer=serializers.VetoSerializer)
    def lift_veto(self, instance, data):
        """Lift the veto of one's own function."""
        return approvals.lift_veto(instance, actor=self.actor, **data)

    @record_action("approval_request.withdraw", input_serializer=serializers.WithdrawSerializer)
    def withdraw(self, instance, data):
        """Take the request back."""
        return approvals.withdraw(instance, actor=self.actor, **data)


class DecisionViewSet(ReadOnlyTenantViewSet):
    """Decisions on approval requests; they are made through the requests and never change."""

    model = Decision
    serializer_class = serializers.DecisionSerializer
    filterset_class = DecisionFilterSet
    ordering = ("-at",)
