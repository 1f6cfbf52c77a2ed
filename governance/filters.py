"""Filters of governance, shared by screens and REST.

An evaluation's approval request is hidden in forms: pages link with it.
"""

from django.forms import HiddenInput
from django_filters import BooleanFilter, FilterSet, ModelChoiceFilter, MultipleChoiceFilter

from core.web.forms import permitted_choices
from governance.enums import ApprovalStatus, GateRunOccasion, LaunchStatus, Outcome, Verdict
from governance.models import ApprovalRequest, ChecklistAnswer, Decision, GateCriterion, GateRun, Launch, StageGate
from portfolio.enums import Stage
from tenancy.enums import Function


class StageGateFilterSet(FilterSet):
    """Gates by stage, and whether they are in force."""

    to_stage = MultipleChoiceFilter(choices=Stage.choices, label="Stage")
    is_active = BooleanFilter(label="Active")

    class Meta:
        model = StageGate
        fields = ["to_stage", "is_active"]


class GateCriterionFilterSet(FilterSet):
    """Criteria by gate."""

    gate = ModelChoiceFilter(queryset=permitted_choices("governance.StageGate"))

    class Meta:
        model = GateCriterion
        fields = ["gate"]


class LaunchFilterSet(FilterSet):
    """Launches by where they stand and what they bring where."""

    status = MultipleChoiceFilter(choices=LaunchStatus.choices)
    target_stage = MultipleChoiceFilter(choices=Stage.choices, label="Stage")
    initiative = ModelChoiceFilter(queryset=permitted_choices("portfolio.Initiative"))
    portfolio = ModelChoiceFilter(
        field_name="initiative__portfolio", queryset=permitted_choices("portfolio.Portfolio"), label="Portfolio"
    )

    class Meta:
        model = Launch
        fields = ["status", "target_stage", "initiative", "portfolio"]


class ChecklistAnswerFilterSet(FilterSet):
    """Answers by launch."""

    launch = ModelChoiceFilter(queryset=permitted_choices("governance.Launch"))

    class Meta:
        model = ChecklistAnswer
        fields = ["launch"]


class GateRunFilterSet(FilterSet):
    """Evaluations by launch, occasion and outcome."""

    launch = ModelChoiceFilter(queryset=permitted_choices("governance.Launch"))
    occasion = MultipleChoiceFilter(choices=GateRunOccasion.choices)
    outcome = MultipleChoiceFilter(choices=Outcome.choices)

    class Meta:
        model = GateRun
        fields = ["launch", "occasion", "outcome"]


class ApprovalRequestFilterSet(FilterSet):
    """Approval requests by state and launch."""

    status = MultipleChoiceFilter(choices=ApprovalStatus.choices)
    launch = ModelChoiceFilter(queryset=permitted_choices("governance.Launch"))

    class Meta:
        model = ApprovalRequest
        fields = ["status", "launch"]


class DecisionFilterSet(FilterSet):
    """Decisions by what was decided, on whose behalf and on what."""

    verdict = MultipleChoiceFilter(choices=Verdict.choices)
    function = MultipleChoiceFilter(choices=Function.choices)
    request = ModelChoiceFilter(queryset=permitted_choices("governance.ApprovalRequest"), widget=HiddenInput)

    class Meta:
        model = Decision
        fields = ["verdict", "function", "request"]
