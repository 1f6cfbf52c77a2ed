"""Forms of KPIs and their targets; they take input, services decide."""

from typing import Any

from django import forms

from core.web.formatting import FRACTION
from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from portfolio.enums import KpiDirection
from portfolio.models import Initiative, Kpi, Portfolio
from tenancy.web.forms import MemberChoiceField

_FIELDS = [
    "name",
    "key",
    "initiative",
    "portfolio",
    "definition",
    "why",
    "unit",
    "direction",
    "aggregation",
    "frequency",
    "source",
    "owner",
    "owner_role",
    "definition_key",
]


def _number(label: str, help_text: str = "") -> forms.DecimalField:
    return forms.DecimalField(max_digits=24, decimal_places=6, required=False, label=label, help_text=help_text)


class KpiForm(TenantModelForm):
    """The form of an existing KPI; its targets are changed on its page, each with a reason."""

    initiative = TenantChoiceField(Initiative, required=False, help_text="Left empty, it belongs to the organization.")
    portfolio = TenantChoiceField(Portfolio, required=False, help_text="For a KPI of a whole portfolio.")
    owner = MemberChoiceField(required=False)

    class Meta:
        model = Kpi
        fields = _FIELDS
        help_texts = {
            "unit": "For example %, ms, EUR or tickets; “fraction” for a share from 0 to 1, shown as a percentage.",
        }


class NewKpiForm(KpiForm):
    """Also asks for the first target."""

    target = _number("Target", "In the unit above: a fraction of 0.85 is shown as 85%.")
    low = _number("Band from", "Instead of a target, where within a band is better.")
    high = _number("Band to")
    tolerance = _number("Tolerance", "How far a value may miss and be at risk instead of off track.")


class TargetForm(TenantForm):
    """A target of one KPI: a value, or the ends of its band."""

    valid_from = forms.DateField(
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="It then holds until the next target. Left empty, from the running period.",
    )
    target = _number("Target")
    low = _number("Band from")
    high = _number("Band to")
    tolerance = _number("Tolerance", "How far a value may miss and be at risk instead of off track.")
    reason = forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        label="Why",
        help_text="Kept beside the target, for everybody to read.",
    )

    def __init__(self, *args: Any, kpi: Kpi, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("target",) if kpi.direction == KpiDirection.BAND else ("low", "high"):
            del self.fields[name]
        unit = "As a fraction: 0.85 is 85%." if kpi.unit == FRACTION else kpi.unit
        for name in {"target", "low", "high"} & self.fields.keys():
            self.fields[name].required = True
            self.fields[name].help_text = unit


class RemovalForm(forms.Form):
    """Why a target goes."""

    reason = forms.CharField(max_length=2000, required=False, widget=forms.Textarea({"rows": 3}), label="Why")


class PlaceForm(TenantForm):
    """What a KPI of the library is wanted for, and the words to search by."""

    q = forms.CharField(max_length=200, required=False, label="Search")
    portfolio = TenantChoiceField(Portfolio, required=False)
    initiative = TenantChoiceField(Initiative, required=False)

    def clean(self) -> dict[str, Any]:
        """A KPI is of one place."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("portfolio") and data.get("initiative"):
            self.add_error("initiative", "Choose a portfolio or an initiative, not both.")
        return data

    def place(self) -> dict[str, Any]:
        """Portfolio and initiative; both None for the organization."""
        return {name: self.cleaned_data.get(name) for name in ("portfolio", "initiative")}
