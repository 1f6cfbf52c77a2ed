"""Forms of scenarios."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from portfolio.models import SelectionRun
from portfolio.models.selection_enums import SelectionStatus
from roadmap.calc.scenarios import AMOUNTS
from roadmap.enums import DatePrecision, DemandProfile, ItemStatus, RescopeReason
from roadmap.enums.scenario import ITEM_FIELDS
from roadmap.models import Resource, Roadmap, Scenario
from roadmap.models.scenario import LONGEST_REASON
from roadmap.selectors.scenario_demands import PlannedDemand
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


class _AmountField(forms.DecimalField):
    """An amount of a demand."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=3, min_value=0, **kwargs)


class _DemandForm(TenantForm):
    """How much of a resource an item needs, and of which team."""

    likely = _AmountField(help_text="Over the whole item, in unit-months: 6 is one person for half a year.")
    low = _AmountField(label="Least", required=False, help_text="Empty: not less than the likely amount.")
    high = _AmountField(label="Most", required=False, help_text="Empty: not more than the likely amount.")
    team = TenantChoiceField(Team, required=False, help_text="Who gives it. Empty: the team of the item.")
    profile = forms.ChoiceField(label="Spread", choices=DemandProfile.choices, required=False)
    custom_shares = SimpleArrayField(
        forms.DecimalField(max_digits=7, decimal_places=6),
        label="Own shares",
        required=False,
        help_text="Of equal parts of the work, such as 0.2, 0.5, 0.3. Together 1.",
    )
    note = forms.CharField(max_length=500, required=False)
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever decides reads it.",
    )

    def values(self) -> dict[str, Any]:
        """What the services take; of spread and note only what was sent, and shares only of a spread of one's own."""
        cleaned = self.cleaned_data
        said = [name for name in ("custom_shares", "note") if self.add_prefix(name) in self.data]
        if cleaned["profile"]:
            said.append("profile")
        if cleaned["profile"] not in ("", DemandProfile.CUSTOM):
            said = [name for name in said if name != "custom_shares"]
        return {name: cleaned[name] for name in ("likely", "low", "high", "team", *said)}


class AddedDemandForm(_DemandForm):
    """A demand only the scenario has."""

    resource = TenantChoiceField(Resource, help_text="What the item needs in this scenario.")
    field_order = ("resource",)


class ScenarioDemandForm(_DemandForm):
    """What a scenario makes of a demand; it begins with what the scenario says so far, empty for one that is gone."""

    is_needed = forms.BooleanField(label="Needed", required=False, help_text="Off: the item does without it.")
    field_order = ("is_needed",)

    def __init__(self, *args: Any, planned: PlannedDemand, explanation: str, **kwargs: Any) -> None:
        value = planned.value or planned.live or {}
        amounts = {name: Decimal(value[name] or 0) for name in AMOUNTS if name in value}
        certain = [name for name in ("low", "high") if amounts.get(name) == amounts.get("likely")]
        initial = {
            **{name: amount for name, amount in amounts.items() if name not in certain},
            "team": value.get("team"),
            "profile": value.get("profile"),
            "custom_shares": [f"{Decimal(share).normalize():f}" for share in value.get("custom_shares", ())],
            "note": value.get("note"),
            "is_needed": planned.value is not None,
            "reason": next((each.change.reason for each in planned.changes.values()), ""),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["likely"].required = False
        self.fields["likely"].help_text = explanation

    def clean(self) -> dict[str, Any]:
        """What is needed is needed by some amount."""
        cleaned = super().clean() or {}
        if cleaned.get("is_needed") and cleaned.get("likely") is None and "likely" not in self.errors:
            self.add_error("likely", "Say how much is needed, or switch it off.")
        return cleaned

    def values(self) -> dict[str, Any]:
        """What the services take: of what is not needed nothing else is asked for."""
        is_needed = self.cleaned_data["is_needed"]
        return {"is_needed": is_needed, **(super().values() if is_needed else {})}


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
