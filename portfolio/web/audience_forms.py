"""Forms of capabilities, stakeholders and feedback."""

from django import forms

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from portfolio.models import Capability, Feedback, Initiative, Stakeholder
from portfolio.models.audience import HIGHEST_PULSE, LOWEST_PULSE
from portfolio.services import feedback
from tenancy.web.forms import MemberChoiceField


class CapabilityForm(TenantModelForm):
    class Meta:
        model = Capability
        fields = ["name", "kind", "maturity", "owning_team", "description"]


class ProviderForm(TenantForm):
    provider = TenantChoiceField(Capability, label="Stands on")


class BuilderForm(TenantForm):
    initiative = TenantChoiceField(Initiative)


class StakeholderForm(TenantModelForm):
    member = MemberChoiceField(required=False)

    class Meta:
        model = Stakeholder
        fields = ["initiative", "name", "position", "member", "influence", "interest", "expectation"]


class PulseForm(TenantForm):
    score = forms.TypedChoiceField(
        coerce=int,
        choices=[(score, str(score)) for score in range(LOWEST_PULSE, HIGHEST_PULSE + 1)],
        widget=forms.RadioSelect,
        label="How content, from 1 (not at all) to 5 (very)?",
    )
    answered_on = forms.DateField(label="On", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    comment = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000)


class FeedbackForm(TenantModelForm):
    class Meta:
        model = Feedback
        fields = [name for name in feedback.EDITABLE if name != "source_id"]


class FeedbackFileForm(forms.Form):
    file = forms.FileField(label="CSV file", help_text="UTF-8, the first line names the columns.")
