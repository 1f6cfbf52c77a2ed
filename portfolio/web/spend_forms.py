"""Forms of the price book, exchange rates, savings and guardrails."""

from decimal import Decimal
from typing import Any

from django import forms

from core.web.forms import TenantChoiceField, TenantForm, TenantModelForm
from portfolio.enums import PriceKind
from portfolio.models import CostOptimization, ExchangeRate, Initiative, ModelPrice, SpendGuardrail
from portfolio.services import cost_optimizations
from portfolio.services.spend_files import MAX_BYTES
from tenancy.web.forms import MemberChoiceField


class ExchangeRateForm(TenantModelForm):
    class Meta:
        model = ExchangeRate
        fields = ["currency", "valid_on", "rate", "source"]


class ModelPriceForm(TenantModelForm):
    class Meta:
        model = ModelPrice
        fields = ["kind", "amount", "currency", "unit_quantity", "valid_from", "valid_until", "source"]


class NewModelPriceForm(ModelPriceForm):
    provider = forms.CharField(max_length=80)
    model = forms.CharField(max_length=120, label="Model", help_text="As the provider names it.")
    field_order = ("provider", "model")


class SpendGuardrailForm(TenantModelForm):
    class Meta:
        model = SpendGuardrail
        fields = ["portfolio", "threshold"]


class CostOptimizationForm(TenantModelForm):
    initiative = TenantChoiceField(Initiative)
    owner = MemberChoiceField(required=False)

    class Meta:
        model = CostOptimization
        fields = [
            *cost_optimizations.EDITABLE,
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.instance._state.adding:
            self.initial.setdefault("currency", self.actor.organization.currency)


class UploadForm(forms.Form):
    """A CSV file."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
        help_text=f"UTF-8, with a header; at most {MAX_BYTES // 1024 // 1024} MB and 10,000 rows.",
    )


class WhatIfForm(TenantForm):
    """A price as it may become."""

    kind = forms.ChoiceField(choices=PriceKind.choices)
    amount = forms.DecimalField(min_value=0, max_digits=18, decimal_places=8, label="New price")
    unit_quantity = forms.DecimalField(
        min_value=Decimal("0.0001"), max_digits=16, decimal_places=4, label="For how many units"
    )
    currency = forms.RegexField(r"^[A-Z]{3}$", error_messages={"invalid": "Use a code such as EUR."})
    days = forms.IntegerField(min_value=1, max_value=366, initial=30, label="On the use of the last days")
