"""Forms of resources, capacities, demands and allocation targets."""

from datetime import date
from typing import Any

from django import forms

from core.web.forms import TenantModelForm
from portfolio.validators import first_of_month
from roadmap.calc.quarters import Quarter
from roadmap.models import AllocationTarget, Resource, ResourceDemand, TeamCapacity


class ResourceForm(TenantModelForm):
    class Meta:
        model = Resource
        fields = ["name", "kind", "unit", "description"]


class TeamCapacityForm(TenantModelForm):
    class Meta:
        model = TeamCapacity
        fields = ["team", "resource", "month", "amount"]

    def clean_month(self) -> date:
        """Any day of the month will do."""
        return first_of_month(self.cleaned_data["month"])


class ResourceDemandForm(TenantModelForm):
    class Meta:
        model = ResourceDemand
        fields = ["item", "resource", "team", "likely", "low", "high", "profile", "custom_shares", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, side in (("low", "less"), ("high", "more")):
            self.fields[name].required = False
            self.fields[name].help_text = f"Empty: not {side} than the likely amount."
        self.fields["likely"].help_text = "Over the whole item, in unit-months: 6 is one person for half a year."


class AllocationTargetForm(TenantModelForm):
    class Meta:
        model = AllocationTarget
        fields = ["quarter", "kind", "share", "portfolio"]

    def clean_quarter(self) -> date:
        """Any day of the quarter will do."""
        return Quarter.of(self.cleaned_data["quarter"]).first_day


class CapacityFileForm(forms.Form):
    file = forms.FileField(label="CSV file", help_text="UTF-8, the first line names the columns.")
