"""Forms of scenarios."""

from typing import Any

from django import forms

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from portfolio.models import SelectionRun
from portfolio.models.selection_enums import SelectionStatus
from roadmap.enums import DatePrecision, ItemStatus, RescopeReason
from roadmap.enums.scenario import ITEM_FIELDS
from roadmap.models import Roadmap, Scenario
from roadmap.models.scenario import LONGEST_REASON
from roadmap.selectors.scenarios import PlannedItem
from tenancy.models import Team

_DAY = {"type": "date"}
_LONGEST_NAME = 200


class ScenarioForm(TenantModelForm):
    class Meta:
        model = Scenario
        fields = ["roadmap", "name", "description"]


class ScenarioChangeForm(TenantModelForm):
    class Meta:
        model = Scenario
        fields = ["name", "description"]


class ScenarioNameForm(TenantForm):
    name = forms.CharField(max_length=_LONGEST_NAME)


class OfSelectionForm(TenantForm):
    run = TenantChoiceField(SelectionRun, label="Selection", help_text="Its newest result is taken.")
    name = forms.CharField(max_length=_LONGEST_NAME)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        solved = self.fields["run"].queryset.filter(status__in=[SelectionStatus.SOLVED, SelectionStatus.CHANGED])
        self.fields["run"].queryset = solved


class OnRoadmapForm(TenantForm):
    roadmap = TenantChoiceField(Roadmap, help_text="Items of other initiatives on it stay as they are.")
    name = forms.CharField(max_length=_LONGEST_NAME)


class ScenarioItemForm(TenantForm):
    """What an item shall be in a scenario; it begins with what the scenario says so far."""

    is_included = forms.BooleanField(
        label="In the plan", required=False, help_text="Left out, it stays on the roadmap without dates."
    )
    start_on = forms.DateField(label="Start", required=False, widget=forms.DateInput(attrs=_DAY))
    end_on = forms.DateField(label="End", required=False, widget=forms.DateInput(attrs=_DAY))
    owning_team = TenantChoiceField(Team, label="Team", required=False, help_text="Empty: that of the initiative.")
    lane = forms.CharField(max_length=120, required=False)
    status = forms.ChoiceField(choices=ItemStatus.choices)
    date_precision = forms.ChoiceField(label="Precision", choices=DatePrecision.choices)
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever decides reads it.",
    )

    def __init__(self, *args: Any, planned: PlannedItem, **kwargs: Any) -> None:
        initial = {**planned.values, "reason": next((c.change.reason for c in planned.changes.values()), "")}
        super().__init__(*args, initial=initial, **kwargs)

    def values(self) -> dict[str, Any]:
        """What the services take: dates of an item that is left out are not asked for."""
        found = {str(name): self.cleaned_data[name] for name in ITEM_FIELDS}
        if not found["is_included"]:
            found = {name: value for name, value in found.items() if name not in ("start_on", "end_on") or value}
        return found


class DecisionForm(TenantForm):
    """Why a scenario is approved; the code is asked for where promises move."""

    note = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the decision and the baseline.",
    )
    reason_code = forms.ChoiceField(
        label="Why promised dates change", choices=[("", "Choose…"), *RescopeReason.choices], required=False
    )

    def __init__(self, *args: Any, moves_promises: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if moves_promises:
            self.fields["reason_code"].required = True
        else:
            del self.fields["reason_code"]


class RefusalForm(TenantForm):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What would have to be different.",
    )
