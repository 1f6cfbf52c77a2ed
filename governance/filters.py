"""Filters of governance, shared by screens and REST.

An evaluation's approval request is hidden in forms: pages link with it.
"""

from django.forms import HiddenInput
from django_filters import BooleanFilter, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from governance.models import ApprovalRequest, ChecklistAnswer, Decision, GateCriterion, GateRun, Launch, StageGate
from portfolio.enums import Stage
from tenancy.filters import TenantFilterSet


class StageGateFilterSet(TenantFilterSet):
    """Gates by stage, and whether they are in force."""

    to_stage = MultipleChoiceFilter(choices=Stage.choices, label="Stage")
    is_active = BooleanFilter(label="Active")

    class Meta:
        model = StageGate
        fields = ["to_stage", "is_active"]


class GateCriterionFilterSet(TenantFilterSet):
    """Criteria by gate."""

    class Meta:
        model = GateCriterion
        fields = ["gate"]


class LaunchFilterSet(TenantFilterSet):
    """Launches by where they stand and what they bring where."""

    target_stage = MultipleChoiceFilter(choices=Stage.choices, label="Stage")
    portfolio = ModelChoiceFilter(
        field_name="initiative__portfolio", queryset=permitted_choices("portfolio.Portfolio"), label="Portfolio"
    )

    class Meta:
        model = Launch
        fields = ["status", "target_stage", "initiative", "portfolio"]


class ChecklistAnswerFilterSet(TenantFilterSet):
    """Answers by launch."""

    class Meta:
        model = ChecklistAnswer
        fields = ["launch"]


class GateRunFilterSet(TenantFilterSet):
    """Evaluations by launch, occasion and outcome."""

    class Meta:
        model = GateRun
        fields = ["launch", "occasion", "outcome"]


class ApprovalRequestFilterSet(TenantFilterSet):
    """Approval requests by state and launch."""

    class Meta:
        model = ApprovalRequest
        fields = ["status", "launch"]


class DecisionFilterSet(TenantFilterSet):
    """Decisions by what was decided, on whose behalf and on what."""

    request = ModelChoiceFilter(queryset=permitted_choices("governance.ApprovalRequest"), widget=HiddenInput)

    class Meta:
        model = Decision
        fields = ["verdict", "function", "request"]
