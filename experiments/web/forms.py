"""Forms of experiments."""

from typing import Any, ClassVar

from django import forms

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from experiments.enums import ExperimentDecision, MetricRole
from experiments.models import Experiment, Metric


class MetricForm(TenantModelForm):
    """A metric."""

    class Meta:
        model = Metric
        fields = ["name", "key", "kind", "direction", "unit", "description"]


class ExperimentForm(TenantModelForm):
    """What an experiment is about; variants and metrics have their own pages."""

    class Meta:
        model = Experiment
        fields = ["name", "key", "initiative", "hypothesis", "significance_level", "planned_units"]


class StartForm(TenantForm):
    """Why now."""

    reason = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea({"rows": 2}), help_text="Kept in the history."
    )


class StopForm(TenantForm):
    """Why the experiment stops."""

    reason = forms.CharField(max_length=2000, widget=forms.Textarea({"rows": 2}), help_text="Kept in the history.")


class DecisionForm(TenantForm):
    """What people make of the figures."""

    decision = forms.ChoiceField(choices=ExperimentDecision.choices, widget=forms.RadioSelect)
    rationale = forms.CharField(
        max_length=10_000,
        widget=forms.Textarea({"rows": 5}),
        help_text="What the figures say, what they do not, and what follows. The next team reads this first.",
    )


class RowsForm(TenantForm):
    """A list edited as a whole: the rows there are and some blank ones; a row left blank is dropped.

    `initial["rows"]` are dicts of initial values. After validation `cleaned_data["rows"]` holds a dict
    for each row that was filled in.
    """

    row_fields: ClassVar[dict[str, Any]] = {}
    filled_by: ClassVar[str] = ""
    blank_rows: ClassVar[int] = 2
    max_rows: ClassVar[int] = 20

    row_count = forms.IntegerField(min_value=0, max_value=100, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        rows = (kwargs.get("initial") or {}).get("rows", [])
        self.count = min(len(rows) + self.blank_rows, self.max_rows)
        if kwargs.get("data") is not None:
            posted = str(kwargs["data"].get("row_count", ""))
            self.count = min(int(posted), self.max_rows) if posted.isascii() and posted.isdigit() else self.count
        kwargs["initial"] = {"row_count": self.count} | {
            f"{name}_{index}": value for index, row in enumerate(rows) for name, value in row.items()
        }
        self.base_fields = {**type(self).base_fields, **self._fields_of_rows()}
        super().__init__(*args, **kwargs)

    def _fields_of_rows(self) -> dict[str, forms.Field]:
        return {f"{name}_{index}": make() for index in range(self.count) for name, make in self.row_fields.items()}

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """Bound fields row by row, for the template."""
        return [[self[f"{name}_{index}"] for name in self.row_fields] for index in range(self.count)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        rows = []
        for index in range(self.count):
            row = {name: cleaned.get(f"{name}_{index}") for name in self.row_fields}
            if row[self.filled_by]:
                rows.append(self.clean_row(index, row))
            elif f"{self.filled_by}_{index}" not in self.errors and any(value for value in row.values()):
                self.add_error(f"{self.filled_by}_{index}", "Fill this in, or clear the whole row.")
        return {"rows": rows}

    def clean_row(self, index: int, row: dict[str, Any]) -> dict[str, Any]:
        """One filled row; report faults with `add_error`."""
        return row


def _fraction(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_value=1,
        max_digits=7,
        decimal_places=6,
        widget=forms.NumberInput({"step": "any", "min": 0, "max": 1}),
    )


class VariantsForm(RowsForm):
    """The variants of a draft."""

    filled_by = "key"
    row_fields = {
        "key": lambda: forms.CharField(label="Key", required=False, max_length=60),
        "name": lambda: forms.CharField(label="Name", required=False, max_length=200),
        "allocation": lambda: _fraction("Allocation"),
        "is_control": lambda: forms.BooleanField(label="Control", required=False),
        "description": lambda: forms.CharField(label="Description", required=False, max_length=2000),
    }

    def clean_row(self, index: int, row: dict[str, Any]) -> dict[str, Any]:
        """A filled row needs its allocation; a missing name is the key."""
        if row["allocation"] is None and f"allocation_{index}" not in self.errors:
            self.add_error(f"allocation_{index}", "Give the fraction of units, for example 0.5.")
        return {**row, "name": row["name"] or row["key"]}


class MetricsForm(RowsForm):
    """The metrics of a draft."""

    filled_by = "metric"
    max_rows = 50
    row_fields = {
        "metric": lambda: TenantChoiceField("experiments.Metric", required=False, label="Metric"),
        "role": lambda: forms.ChoiceField(
            label="Role", required=False, choices=[("", "Choose\N{HORIZONTAL ELLIPSIS}"), *MetricRole.choices]
        ),
        "non_inferiority_margin": lambda: _fraction("Margin"),
    }

    def clean_row(self, index: int, row: dict[str, Any]) -> dict[str, Any]:
        """A guardrail, and only that, has a margin."""
        is_guardrail = row["role"] == MetricRole.GUARDRAIL
        if not row["role"] and f"role_{index}" not in self.errors:
            self.add_error(f"role_{index}", "Choose a role.")
        if is_guardrail and row["non_inferiority_margin"] is None:
            self.add_error(f"non_inferiority_margin_{index}", "A guardrail needs a margin, for example 0.02.")
        if not is_guardrail and row["non_inferiority_margin"] is not None:
            self.add_error(f"non_inferiority_margin_{index}", "Only a guardrail has a margin.")
        return row
