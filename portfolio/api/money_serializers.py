"""What the REST endpoints of business cases, their lines and their valuations take and answer."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDecimalField,
    StrictSerializer,
    StrictUUIDField,
)
from portfolio.enums import CashCategory, CashSide
from portfolio.models import BusinessCase, CaseOption, CashLine, Initiative, Valuation
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField


class BusinessCaseSerializer(TenantModelSerializer):
    """Monthly costs and benefits of an initiative; figures are null while what the case holds now is not valued."""

    npv = serializers.DecimalField(max_digits=30, decimal_places=2, read_only=True)
    irr = serializers.FloatField(read_only=True)
    roi = serializers.FloatField(read_only=True)
    payback_months = serializers.FloatField(read_only=True)
    cost_of_delay = serializers.DecimalField(max_digits=30, decimal_places=2, read_only=True)
    valued_at = serializers.DateTimeField(source="computed_at", read_only=True)

    class Meta:
        model = BusinessCase
        fields = [
            "id",
            "initiative",
            "name",
            "revision",
            "status",
            "is_current",
            "currency",
            "discount_rate",
            "start_month",
            "horizon_months",
            "notes",
            "users_key",
            "actions_key",
            "simulation_seed",
            "trials",
            "based_on",
            "submitted_by",
            "submitted_at",
            "decided_by",
            "decided_at",
            "decision_note",
            "npv",
            "irr",
            "roi",
            "payback_months",
            "cost_of_delay",
            "valued_at",
            *STAMPS,
        ]
        read_only_fields = [
            "revision",
            "status",
            "is_current",
            "based_on",
            "submitted_by",
            "submitted_at",
            "decided_by",
            "decided_at",
            "decision_note",
        ]
        extra_kwargs = {
            name: {"required": False} for name in ("name", "currency", "discount_rate", "start_month", "horizon_months")
        }

    def validate_initiative(self, value: Initiative) -> Initiative:
        """A case stays with its initiative."""
        if self.instance is not None and self.instance.initiative_id != value.pk:
            raise serializers.ValidationError("A business case cannot move to another initiative.")
        return value


class AmountSerializer(StrictSerializer):
    """What a line costs or brings in a month; any day of it stands for the month."""

    month = StrictDateField()
    amount = StrictDecimalField(max_digits=18, decimal_places=2, min_value=0)


def each_month_once(value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, or a refusal when two speak of the same month."""
    months = [(row["month"].year, row["month"].month) for row in value]
    if len(set(months)) != len(months):
        raise serializers.ValidationError("A month is given twice.")
    return value


class LineInputSerializer(StrictSerializer):
    """One line as it shall be; with the `id` of an existing one that is changed. The category decides the side."""

    id = StrictUUIDField(required=False)
    category = StrictChoiceField(choices=CashCategory.choices)
    name = StrictCharField(max_length=200)
    amounts = AmountSerializer(many=True)

    def validate_amounts(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each month once."""
        return each_month_once(value)


class LinesInputSerializer(StrictSerializer):
    """All lines of an option, by default the recommended one; what is not listed goes."""

    option = TenantRelatedField(model="portfolio.CaseOption", required=False)
    lines = LineInputSerializer(many=True)


class CashLineSerializer(TenantModelSerializer):
    """One named cost or benefit of an option with its months, in the currency of the case.

    `amounts` are its plan; with a formula they are computed. `forecast` and `actuals` list only the
    months for which something was recorded.
    """

    side = serializers.ChoiceField(choices=CashSide.choices, read_only=True)
    currency = serializers.CharField(source="case.currency", read_only=True)
    amounts = AmountSerializer(many=True, required=False)
    forecast = AmountSerializer(many=True, read_only=True)
    actuals = AmountSerializer(many=True, read_only=True)

    class Meta:
        model = CashLine
        fields = [
            "id",
            "case",
            "option",
            "side",
            "category",
            "spend_kind",
            "benefit_kind",
            "name",
            "formula",
            "anchor",
            "offset_months",
            "duration_months",
            "anchored_month",
            "actual_source",
            "kpi",
            "value_per_unit",
            "based_on",
            "position",
            "currency",
            "amounts",
            "forecast",
            "actuals",
            *STAMPS,
        ]
        read_only_fields = ["case", "anchored_month", "based_on", "position"]
        columns = {"amounts": "amounts", "forecast": "forecast", "actuals": "actuals"}

    def validate_option(self, value: CaseOption) -> CaseOption:
        """A line stays with its option."""
        if self.instance is not None and self.instance.option_id != value.pk:
            raise serializers.ValidationError("A line cannot move to another option.")
        return value

    def validate_amounts(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Each month once."""
        return each_month_once(value)


class ValuationSerializer(TenantModelSerializer):
    """What a business case was worth for exactly these inputs; null figures have their reason in `explanation`."""

    job_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = Valuation
        fields = [
            "id",
            "case",
            "option",
            "case_version",
            "inputs_digest",
            "currency",
            "discount_rate",
            "npv",
            "irr",
            "irr_reason",
            "roi",
            "payback_months",
            "discounted_payback_months",
            "profitability_index",
            "total_costs",
            "total_benefits",
            "pv_costs",
            "pv_benefits",
            "mirr",
            "total_cost_of_ownership",
            "capex",
            "opex",
            "hard_benefits",
            "soft_benefits",
            "npv_hard_only",
            "cost_per_user",
            "cost_per_thousand_actions",
            "break_even_adoption",
            "cost_of_delay",
            "npv_p10",
            "npv_p50",
            "npv_p90",
            "probability_negative",
            "seed",
            "trials",
            "tornado",
            "distribution",
            "explanation",
            "engine_version",
            "computed_at",
            "job_id",
            *STAMPS,
        ]
        read_only_fields = fields


class WaitingQuerySerializer(StrictSerializer):
    """Of which portfolio, and whether the most urgent come first rather than the dearest."""

    portfolio = StrictUUIDField(required=False)
    by_urgency = StrictBooleanField(required=False, default=False)


class WaitingCostSerializer(StrictSerializer):
    """What a month of waiting costs an initiative, in the organization's currency; null urgency without an end."""

    initiative = serializers.UUIDField(source="initiative.pk")
    key = serializers.CharField(source="initiative.key")
    business_case = serializers.UUIDField(source="case_id")
    cost_of_delay = serializers.DecimalField(max_digits=30, decimal_places=2)
    months = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    urgency = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)
