"""Forms of the portfolio's pages; they take input, services decide."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from portfolio.enums import ALLOWED_TRANSITIONS, Stage
from portfolio.models import BusinessCase, Initiative, Kpi, Portfolio, Theme

# Above this many a list to choose from helps nobody, and the key is typed instead.
_LISTED_INITIATIVES = 300


class InitiativeChoiceField(TenantChoiceField):
    """One initiative: from a list while that is short, else by its key such as AI-12."""

    default_error_messages = {"invalid_choice": "There is no initiative with this key."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("portfolio.Initiative", **kwargs)

    def bind_actor(self, actor: Any) -> None:
        super().bind_actor(actor)
        rows = self.queryset.order_by("title", "pk")
        if len(rows[: _LISTED_INITIATIVES + 1].values_list("pk")) > _LISTED_INITIATIVES:
            self.widget = forms.TextInput()
            self.help_text = self.help_text or "The key of the initiative, for example AI-12."
        self.queryset = rows

    def prepare_value(self, value: Any) -> Any:
        """An id is shown as the key where the key is typed."""
        found = self._by_id(value) if isinstance(self.widget, forms.TextInput) else None
        return found.key if found else super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        """By id or by key, in any case of letters."""
        if value in self.empty_values:
            return None
        found = self._by_id(value) or self.queryset.filter(key__iexact=str(value).strip()).first()
        if found is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return found

    def _by_id(self, value: Any) -> Any:
        try:
            return self.queryset.filter(pk=UUID(str(value))).first()
        except ValueError:
            return None


class MemberChoiceField(TenantChoiceField):
    """One active member, shown by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("tenancy.Membership", **kwargs)

    def bind_actor(self, actor: Any) -> None:
        super().bind_actor(actor)
        self.queryset = self.queryset.active().select_related("user")

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.user)


class PortfolioForm(TenantModelForm):
    class Meta:
        model = Portfolio
        fields = ["name", "key_prefix", "visibility", "description"]


class ThemeForm(TenantModelForm):
    class Meta:
        model = Theme
        fields = ["name", "description"]


class InitiativeForm(TenantModelForm):
    key = forms.CharField(max_length=60, required=False, help_text="Left empty, the next free one is taken.")
    parent = InitiativeChoiceField(required=False, label="Below")
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
        fields = ["name", "currency", "discount_rate", "start_month", "horizon_months", "notes"]


class NewBusinessCaseForm(TenantForm):
    """Only what has no default: currency, discount rate and name follow from the organization and the initiative."""

    initiative = InitiativeChoiceField()
    name = forms.CharField(max_length=200, required=False, help_text="Left empty, the initiative's title.")
    start_month = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Any day of the first month; left empty, this month.",
    )
    horizon_months = forms.IntegerField(min_value=1, max_value=240, initial=36)


class KpiForm(TenantModelForm):
    initiative = InitiativeChoiceField(required=False, help_text="Left empty, it belongs to the organization.")

    class Meta:
        model = Kpi
        fields = [
            "name",
            "key",
            "initiative",
            "definition",
            "unit",
            "direction",
            "aggregation",
            "frequency",
            "target",
        ]
        help_texts = {
            "unit": "For example %, ms, EUR or tickets; “fraction” for a share from 0 to 1, shown as a percentage.",
            "target": "In the unit above: a fraction of 0.85 is shown as 85%.",
        }


class ObservationForm(forms.Form):
    """One value entered by hand."""

    observed_on = forms.DateField(label="Day", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    value = forms.DecimalField(max_digits=24, decimal_places=6)
