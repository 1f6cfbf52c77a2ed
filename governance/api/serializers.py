"""Input and output of governance's endpoints."""

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
)
from governance.models import (
    MATERIAL_FIELDS,
    ApprovalRequest,
    ChecklistAnswer,
    Decision,
    GateCriterion,
    GateRun,
    Launch,
    StageGate,
)
from governance.services import gates
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.enums import Function

MAX_ANSWERS = 200


class StageGateSerializer(TenantModelSerializer):
    """A gate; its stage is given once and does not change."""

    class Meta:
        model = StageGate
        fields = [
            "id",
            "to_stage",
            *gates.GATE_FIELDS,
            *STAMPS,
        ]


class GateCriterionSerializer(TenantModelSerializer):
    """A criterion; its gate is given once and does not change."""

    class Meta:
        model = GateCriterion
        fields = [
            "id",
            "gate",
            *gates.CRITERION_FIELDS,
            *STAMPS,
        ]


class LaunchSerializer(TenantModelSerializer):
    """A launch; initiative and stage are given once and do not change."""

    initiative_key = serializers.CharField(source="initiative.key", read_only=True)

    class Meta:
        model = Launch
        fields = [
            "id",
            "initiative",
            "initiative_key",
            "target_stage",
            *MATERIAL_FIELDS,
            "status",
            "content_version",
            "digest",
            "created_by",
            "edited_by",
            "launched_at",
            *STAMPS,
        ]
        read_only_fields = ["status", "content_version", "digest", "created_by", "edited_by", "launched_at"]


class AnswerSerializer(StrictSerializer):
    """What is stated about one checklist criterion."""

    criterion = TenantRelatedField(model="governance.GateCriterion")
    is_done = StrictBooleanField()
    note = StrictCharField(required=False, allow_blank=True, max_length=5000)


class ChecklistSerializer(StrictSerializer):
    """Answers to any of the launch's checklist criteria; criteria left out keep theirs."""

    answers: serializers.ListSerializer = serializers.ListSerializer(
        child=AnswerSerializer(), allow_empty=False, max_length=MAX_ANSWERS
    )


class ChecklistAnswerSerializer(TenantModelSerializer):
    """An answer as it stands."""

    class Meta:
        model = ChecklistAnswer
        fields = ["id", "launch", "criterion", "is_done", "note", "answered_by", *STAMPS]
        read_only_fields = fields


class CriterionResultSerializer(StrictSerializer):
    """What one criterion comes to."""

    criterion = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.CharField()
    is_blocking = serializers.BooleanField()
    outcome = serializers.CharField()
    explanation = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    comparator = serializers.CharField()
    threshold = serializers.CharField(allow_null=True)
    max_age_days = serializers.IntegerField(allow_null=True)
    measured_at = serializers.DateTimeField(allow_null=True)
    evidence = serializers.DictField()


class GateStateSerializer(StrictSerializer):
    """The gate as it stands for a launch now, with every reason that keeps it closed."""

    gate = serializers.UUIDField(allow_null=True)
    outcome = serializers.CharField()
    results = CriterionResultSerializer(many=True)
    reasons = serializers.ListField(child=serializers.CharField())


class GateRunSerializer(TenantModelSerializer):
    """A kept evaluation."""

    class Meta:
        model = GateRun
        fields = [
            "id",
            "launch",
            "gate",
            "gate_version",
            "occasion",
            "outcome",
            "results",
            "subject_digest",
            "digest",
            "evaluated_at",
            "evaluated_by",
            *STAMPS,
        ]
        read_only_fields = fields


class ApprovalRequestSerializer(TenantModelSerializer):
    """An approval request with its frozen plan."""

    initiative = serializers.UUIDField(source="launch.initiative_id", read_only=True)
    target_stage = serializers.CharField(source="launch.target_stage", read_only=True)

    class Meta:
        model = ApprovalRequest
        fields = [
            "id",
            "launch",
            "initiative",
            "target_stage",
            "launch_version",
            "subject_digest",
            "gate",
            "gate_run",
            "plan",
            "status",
            "requested_by",
            "expires_at",
            "decided_at",
            "consumed_at",
            "closing_reason",
            *STAMPS,
        ]
        read_only_fields = fields
        columns = {"initiative": "launch__initiative_id"}


class ApproveSerializer(StrictSerializer):
    """`subject_digest` is that of the content looked at; with another one the decision is refused."""

    reason = StrictCharField(required=False, allow_blank=True, max_length=5000)
    subject_digest = StrictCharField(required=False, min_length=64, max_length=64)


class RefuseSerializer(ApproveSerializer):
    """As an approval, but the reason is required."""

    reason = StrictCharField(max_length=5000)


class VetoSerializer(StrictSerializer):
    """`function` may be left out by whoever holds a single veto function."""

    reason = StrictCharField(max_length=5000)
    function = StrictChoiceField(choices=Function.choices, required=False)


class WithdrawSerializer(StrictSerializer):
    """Why a request is taken back."""

    reason = StrictCharField(required=False, allow_blank=True, max_length=5000)


class DecisionSerializer(TenantModelSerializer):
    """A decision as it was made."""

    class Meta:
        model = Decision
        fields = [
            "id",
            "request",
            "actor",
            "verdict",
            "function",
            "role",
            "functions",
            "reason",
            "subject_digest",
            "at",
            *STAMPS,
        ]
        read_only_fields = fields
