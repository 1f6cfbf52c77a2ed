"""Forms of the portfolio's pages; they take input, services decide."""

from typing import Any

from django import forms

from collaboration.web.record_fields import CustomFieldsFormMixin
from core.web.forms import PlainNumbersMixin, TenantChoiceField, TenantForm, TenantModelForm
from portfolio.enums import ALLOWED_TRANSITIONS, Stage
from portfolio.models import BusinessCase, Initiative, Portfolio, Theme
from tenancy.web.forms import MemberChoiceField


class PortfolioForm(TenantModelForm):
    class Meta:
        model = Portfolio
        fields = ["name", "key_prefix", "visibility", "description"]


class ThemeForm(TenantModelForm):
    class Meta:
        model = Theme
        fields = ["name", "description"]


class InitiativeForm(CustomFieldsFormMixin, TenantModelForm):
    key = forms.CharField(max_length=60, required=False, help_text="Left empty, the next free one is taken.")
    parent = TenantChoiceField(Initiative, required=False, label="Below")
    lead = MemberChoiceField(required=False)

    class Meta:
        model = Initiative
        fields = [
            "title",
            "key",
            "description",
            "portfolio",
            "parent",
            "theme",
            "level",
            "kind",
            "owning_team",
            "lead",
            "target_release",
            "start_on",
            "end_on",
        ]


class StageChangeForm(forms.Form):
    """The stages that can be reached, and why."""

    to = forms.ChoiceField(label="New stage", widget=forms.RadioSelect)
    reason = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Kept in the history beside the change.",
    )

    def __init__(self, *args: Any, stage: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = ALLOWED_TRANSITIONS[stage]
        self.fields["to"].choices = [(choice.value, choice.label) for choice in Stage if choice in allowed]


class ShareForm(TenantForm):
    """A member to share a portfolio with."""

    membership = MemberChoiceField(label="Person")
    may_change = forms.BooleanField(required=False, label="May also change what is in it, as far as their role goes")


class BusinessCaseForm(TenantModelForm):
    """The form of an existing case; creating one also asks for the initiative."""

    class Meta:
        model = BusinessCase
        fields = [
            "name",
            "currency",
            "discount_rate",
            "start_month",
            "horizon_months",
            "users_key",
            "actions_key",
            "trials",
            "simulation_seed",
            "notes",
        ]
        labels = {"horizon_months": "Horizon in months"}


class NewBusinessCaseForm(TenantForm):
    """Only what has no default: currency, discount rate and name follow from the organization and the initiative."""

    initiative = TenantChoiceField(Initiative)
    name = forms.CharField(max_length=200, required=False, help_text="Left empty, the initiative's title.")
    start_month = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Any day of the first month; left empty, this month.",
    )
    horizon_months = forms.IntegerField(label="Horizon in months", min_value=1, max_value=240, initial=36)


class ObservationForm(PlainNumbersMixin, forms.Form):
    """One value entered by hand."""

    observed_on = forms.DateField(label="Day", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    value = forms.DecimalField(max_digits=24, decimal_places=6)
