"""Forms of governance: input only, services decide."""

from typing import Any

from django import forms

from core.web.forms import TenantForm, TenantModelForm
from governance.models import MATERIAL_FIELDS, GateCriterion, Launch, StageGate
from portfolio.enums import Stage
from tenancy.enums import Function, Role

LONG = forms.Textarea(attrs={"rows": 4})
GATEABLE_STAGES = [stage for stage in Stage if stage not in (Stage.IDEA, Stage.SUNSET)]


def _choices(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


class StageGateForm(TenantModelForm):
    """A gate's rules; the stage can be chosen only once."""

    approver_roles = _choices("Approving roles", [(Role.DIRECTOR, "Director"), (Role.OWNER, "Owner")])
    approver_functions = _choices(
        "Approving functions", Function.choices, "Somebody with one of these roles or functions approves."
    )
    required_functions = _choices(
        "Required functions", Function.choices, "One person of each of these approves besides."
    )
    veto_functions = _choices("Veto functions", Function.choices, "Each of these may stop a launch until it is out.")

    class Meta:
        model = StageGate
        fields = [
            "to_stage",
            "name",
            "description",
            "approvals_required",
            "approver_roles",
            "approver_functions",
            "required_functions",
            "veto_functions",
            "approval_valid_days",
            "is_active",
        ]
        labels = {"approval_valid_days": "Approval valid for, in days"}
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "approvals_required": "Different people with an approving role or function.",
            "approval_valid_days": "Days after which an unused approval expires.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["to_stage"]
            return
        self.fields["to_stage"].choices = [(stage.value, stage.label) for stage in GATEABLE_STAGES]
        self.fields["to_stage"].initial = Stage.BETA
        usual = StageGate()
        for name in ("approver_roles", "approver_functions", "required_functions", "veto_functions"):
            self.fields[name].initial = getattr(usual, name)


class GateCriterionForm(TenantModelForm):
    """A criterion; its gate can be chosen only once."""

    class Meta:
        model = GateCriterion
        fields = [
            "gate",
            "title",
            "guidance",
            "kind",
            "source",
            "kpi_name",
            "comparator",
            "threshold",
            "max_age_days",
            "is_blocking",
            "is_active",
            "position",
        ]
        labels = {"max_age_days": "Greatest age in days"}
        widgets = {"guidance": forms.Textarea(attrs={"rows": 2})}
        help_texts = {
            "source": "Live evidence only.",
            "kpi_name": "Name or key of the initiative's KPI; live evidence from a KPI only.",
            "max_age_days": "Older data counts as unknown, and unknown blocks.",
            "is_blocking": "A criterion that does not block is shown, but does not close the gate.",
            "position": "Lower comes first.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            del self.fields["gate"]
        else:
            self.fields["position"].required = False
            self.fields["position"].initial = None

    def clean(self) -> dict[str, Any]:
        """A position left open is the next one."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("position") is None:
            cleaned.pop("position", None)
        return cleaned


class LaunchPlanForm(TenantModelForm):
    """The material part of a launch."""

    class Meta:
        model = Launch
        fields = list(MATERIAL_FIELDS)
        widgets = dict.fromkeys(("scope", "rollout_plan", "risk_summary", "rollback_plan"), LONG)


class LaunchForm(LaunchPlanForm):
    """A new launch: also what is launched, and into which stage."""

    class Meta(LaunchPlanForm.Meta):
        fields = ["initiative", "target_stage", *MATERIAL_FIELDS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gated = set(StageGate.objects.active().values_list("to_stage", flat=True))
        self.fields["target_stage"].choices = [(s.value, s.label) for s in Stage if s.value in gated]
        self.fields["target_stage"].help_text = "Stages with an active gate."


class DecisionForm(TenantForm):
    """One decision: the button pressed, the reason, the function, and the content that was looked at."""

    VERDICTS = ("approve", "refuse", "veto", "lift_veto")

    verdict = forms.ChoiceField(choices=[(verdict, verdict) for verdict in VERDICTS])
    reason = forms.CharField(required=False, max_length=5000)
    function = forms.ChoiceField(choices=[("", ""), *Function.choices], required=False)
    subject_digest = forms.CharField(required=False, max_length=64)


class ReasonForm(TenantForm):
    """A reason that may be left out."""

    reason = forms.CharField(required=False, max_length=5000)
