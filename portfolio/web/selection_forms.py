"""Forms of selections: the question, limits, candidates, rules."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from collaboration.enums import FieldType
from collaboration.models import CustomField
from core.web.forms import NO_CHOICE, PlainNumbersMixin, TenantChoiceField, TenantForm, TenantModelForm
from portfolio.enums import InitiativeLevel, Stage
from portfolio.models import Initiative, SelectionCandidate, SelectionDemand, SelectionRun
from portfolio.models.selection import quarter_label
from portfolio.models.selection_enums import SelectionRule, SelectionValue
from portfolio.services.selection_inputs import MONTHS_PER_QUARTER, quarters_of
from portfolio.services.selection_setup import AmountsInput
from portfolio.services.selections import DEFAULT_STAGES, next_quarter, quarter_of
from portfolio.validators import add_months
from tenancy.models import Team

_OFFERED_QUARTERS = 12
BUDGET = "budget"


class SelectionRunForm(TenantModelForm):
    first_quarter = forms.TypedChoiceField(coerce=date.fromisoformat)
    stages = forms.MultipleChoiceField(
        choices=Stage.choices, required=False, widget=forms.CheckboxSelectMultiple, help_text="None: every stage."
    )
    levels = forms.MultipleChoiceField(
        choices=InitiativeLevel.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: every level.",
    )
    value_field = forms.ChoiceField(required=False, label="Custom field", help_text="Only for a value by custom field.")

    class Meta:
        model = SelectionRun
        fields = [
            "name",
            "purpose",
            "value_source",
            "scoring_round",
            "value_field",
            "first_quarter",
            "quarter_count",
            "portfolio",
            "theme",
            "stages",
            "levels",
            "relative_gap",
            "time_limit_seconds",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = quarter_of(timezone.now().date())
        offered = {add_months(present, MONTHS_PER_QUARTER * index) for index in range(_OFFERED_QUARTERS)}
        if self.instance.first_quarter:
            offered.add(self.instance.first_quarter)
        self.fields["first_quarter"].choices = [(each.isoformat(), quarter_label(each)) for each in sorted(offered)]
        numbers = {FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY}
        keys = CustomField.objects.in_use().of(Initiative).filter(type__in=numbers).values_list("key", "label")
        self.fields["value_field"].choices = [("", NO_CHOICE), *keys]
        self.fields["scoring_round"].help_text = "Only for a value by score; a closed round."
        if self.instance.organization_id is None or self.instance._state.adding:
            self.initial.setdefault("first_quarter", next_quarter(timezone.now().date()).isoformat())
            self.initial.setdefault("stages", [str(stage) for stage in DEFAULT_STAGES])
            self.initial.setdefault("levels", [str(InitiativeLevel.INITIATIVE)])

    def clean(self) -> dict[str, Any]:
        """The source of the value decides which question goes with it; the others are dropped."""
        cleaned = super().clean() or self.cleaned_data
        source = cleaned.get("value_source")
        for name, wanted in (("scoring_round", SelectionValue.SCORE), ("value_field", SelectionValue.CUSTOM_FIELD)):
            if source != wanted:
                cleaned[name] = None if name == "scoring_round" else ""
            elif not cleaned.get(name) and name not in self.errors:
                self.add_error(name, "This value needs it.")
        return cleaned


class AmountsForm(TenantForm):
    """A grid of amounts, a row per resource and a column per quarter."""

    def __init__(self, *args: Any, run: SelectionRun, rows: Iterable[tuple[Team | None, Sequence[Any]]], **kwargs: Any):
        self.quarters = [quarter_label(quarter) for quarter in quarters_of(run)]
        self.teams: list[Team | None] = []
        super().__init__(*args, **kwargs)
        self.run = run
        for team, amounts in rows:
            self.teams.append(team)
            self.add_row(_key(team), str(team) if team else f"Budget ({run.currency})", amounts)

    def add_row(self, key: str, label: str, amounts: Sequence[Any]) -> None:
        """One amount a quarter; the label of each says resource and quarter."""
        for index, quarter in enumerate(self.quarters):
            self.fields[f"{key}-{index}"] = forms.DecimalField(
                label=f"{label}, {quarter}",
                required=False,
                min_value=0,
                max_digits=17,
                decimal_places=2,
                initial=_plain(amounts[index]) if index < len(amounts) else None,
                widget=forms.TextInput({"inputmode": "decimal", "class": "amount"}),
            )

    @property
    def grid(self) -> list[dict[str, Any]]:
        """Rows for the template: label and bound fields."""
        return [
            {"label": team or f"Budget ({self.run.currency})", "fields": self.fields_of(_key(team))}
            for team in self.teams
        ]

    def fields_of(self, key: str) -> list[Any]:
        """The bound fields of one row."""
        return [self[f"{key}-{index}"] for index in range(len(self.quarters))]

    def amounts_of(self, key: str) -> list[Decimal | None]:
        """What was entered in one row."""
        return [self.cleaned_data.get(f"{key}-{index}") for index in range(len(self.quarters))]

    def inputs(self) -> list[AmountsInput]:
        """All rows as the services take them."""
        return [AmountsInput(team, self.amounts_of(_key(team))) for team in self.teams]


class CandidateForm(AmountsForm):
    """What is said of one candidate."""

    rule = forms.ChoiceField(choices=SelectionRule.choices, label="Decided beforehand")
    is_value_read = forms.BooleanField(required=False, label="Use the value read from its source")
    value = forms.DecimalField(required=False, max_digits=22, decimal_places=4)
    new_team = TenantChoiceField("tenancy.Team", required=False, label="Another team")

    def __init__(
        self, *args: Any, candidate: SelectionCandidate, demands: Sequence[SelectionDemand], **kwargs: Any
    ) -> None:
        budget: list[Any] = next((row.amounts for row in demands if row.team_id is None), [])
        teams = [(row.team, row.amounts) for row in demands if row.team_id is not None]
        initial = {
            "rule": candidate.rule,
            "value": _plain(candidate.value),
            "is_value_read": not candidate.is_value_entered,
        }
        super().__init__(*args, run=candidate.run, rows=[(None, budget), *teams], initial=initial, **kwargs)
        self.fields["value"].help_text = candidate.value_note
        self.add_row("new", "Another team", [])

    @property
    def new_fields(self) -> list[Any]:
        """The row for a team that is not there yet."""
        return self.fields_of("new")

    def changes(self) -> dict[str, Any]:
        """What the service takes; a team whose row was emptied is left out."""
        is_read = self.cleaned_data["is_value_read"]
        rows = [row for row in self.inputs() if row.team is None or any(each is not None for each in row.amounts)]
        if self.cleaned_data["new_team"] is not None:
            rows.append(AmountsInput(self.cleaned_data["new_team"], self.amounts_of("new")))
        changes: dict[str, Any] = {"rule": self.cleaned_data["rule"], "demands": rows}
        is_touched = {"value", "is_value_read"} & set(self.changed_data)
        if is_touched:
            changes |= {"value": self.cleaned_data["value"], "is_value_entered": not is_read}
        return changes


class PrerequisiteForm(TenantForm):
    dependent = TenantChoiceField("portfolio.Initiative", label="Initiative")
    needed = TenantChoiceField("portfolio.Initiative", label="Can only be chosen together with")


class ExclusionForm(TenantForm):
    name = forms.CharField(max_length=80, label="Group", help_text="For example: one search engine.")
    first = TenantChoiceField("portfolio.Initiative", label="Initiative")
    second = TenantChoiceField("portfolio.Initiative", label="Or")
    third = TenantChoiceField("portfolio.Initiative", label="Or", required=False)


class UnitsForm(PlainNumbersMixin, forms.Form):
    units = forms.DecimalField(max_digits=14, decimal_places=2, label="How much more")


class PlanForm(forms.Form):
    name = forms.CharField(max_length=200, label="Name of the roadmap")


def _plain(amount: Decimal | None) -> str | None:
    """As people would type it: 900000, not 900000.00."""
    if amount is None:
        return None
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _key(team: Team | None) -> str:
    return str(team.pk) if team else BUDGET
