"""Forms of the scoring pages; they take input, services decide."""

from typing import Any

from django import forms

from core.web.forms import TenantModelForm
from portfolio.enums import ScoringModelStatus
from portfolio.models import ScoringModel, ScoringRound


class ScoringModelForm(TenantModelForm):
    class Meta:
        model = ScoringModel
        fields = ["name", "framework", "formula", "description"]
        widgets = {"formula": forms.Textarea({"rows": 2, "spellcheck": "false"})}


class ScoringRoundForm(TenantModelForm):
    """What a round is about; once it is open only name and due date can be changed."""

    class Meta:
        model = ScoringRound
        fields = ["name", "model", "portfolio", "normalisation", "due_on"]
        help_texts = {
            "portfolio": "All initiatives in it that are not over; none: all open portfolios.",
            "normalisation": "Only sums and own formulas can use it; frozen with the round.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        models: Any = self.fields["model"]
        models.queryset = models.queryset.filter(status=ScoringModelStatus.ACTIVE)


class ScoringRoundChangeForm(TenantModelForm):
    class Meta:
        model = ScoringRound
        fields = ["name", "due_on"]
