"""Forms of objectives and key results."""

from django import forms

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from portfolio.models import Initiative, KeyResult, Objective
from tenancy.web.forms import MemberChoiceField


class ObjectiveForm(TenantModelForm):
    owner = MemberChoiceField(required=False)

    class Meta:
        model = Objective
        fields = ["title", "description", "portfolio", "parent", "theme", "owner", "starts_on", "ends_on", "weight"]
        labels = {"parent": "Below"}


class KeyResultForm(TenantModelForm):
    class Meta:
        model = KeyResult
        fields = ["title", "kpi", "unit", "start_value", "target_value", "weight"]
        labels = {"kpi": "KPI"}


class CheckInForm(TenantForm):
    value = forms.DecimalField(max_digits=24, decimal_places=6, label="Where it stands now")
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000, label="What happened"
    )


class ContributionForm(TenantForm):
    initiative = TenantChoiceField(Initiative)
