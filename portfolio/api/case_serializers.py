"""What the REST endpoints of a business case's parts take and answer."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictCharField,
    StrictDateField,
    StrictDecimalField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from portfolio.api.money_serializers import AmountSerializer
from portfolio.enums import Measure
from portfolio.models import CaseDriver, CaseOption, CashPeriod, StaffingLine
from portfolio.models.business_case import LONGEST_FORMULA
from portfolio.services import case_drivers
from portfolio.services.actuals import LONGEST_SOURCE
from portfolio.services.case_lifecycle import LONGEST_NOTE
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField


class _OfCase(TenantModelSerializer):
    """A row that stays with its business case."""

    def validate_case(self, value: Any) -> Any:
        """A part cannot move to another case."""
        if self.instance is not None and self.instance.case_id != value.pk:
            raise serializers.ValidationError("It cannot move to another business case.")
        return value


class CaseOptionSerializer(_OfCase):
    """One way to get what the initiative is for; recommended by its own action."""

    class Meta:
        model = CaseOption
        fields = [
            "id",
            "case",
            "kind",
            "name",
            "description",
            "adoption_shape",
            "adoption_start_month",
            "adoption_ceiling",
            "adoption_months",
            "is_recommended",
            "position",
            "based_on",
            *STAMPS,
        ]
        read_only_fields = ["is_recommended", "position", "based_on"]


class CaseDriverSerializer(_OfCase):
    """One assumption; `option` null means it holds for the whole case. With a formula it is computed from others."""

    class Meta:
        model = CaseDriver
        fields = [
            "id",
            "case",
            *case_drivers.EDITABLE,
            "position",
            *STAMPS,
        ]
        read_only_fields = ["position"]
        extra_kwargs = {"name": {"required": False}}


class RecordedAmountSerializer(StrictSerializer):
    """A month and what happened or is expected in it; null removes what was recorded."""

    month = StrictDateField()
    amount = StrictDecimalField(max_digits=18, decimal_places=2, min_value=0, allow_null=True)


class RecordSerializer(StrictSerializer):
    """Amounts by month and where they are from: manual, usage or kpi, if need be with a detail after a colon."""

    amounts = RecordedAmountSerializer(many=True)
    source = StrictCharField(  # type: ignore[assignment]  # an attribute of the base class
        max_length=LONGEST_SOURCE, required=False, default="manual"
    )


class CashPeriodSerializer(TenantModelSerializer):
    """What a line costs or brings in one month, by one measure; a forecast or actual of the same month is replaced."""

    case = serializers.UUIDField(source="line.case_id", read_only=True)
    currency = serializers.CharField(source="line.case.currency", read_only=True)
    amount = StrictDecimalField(max_digits=18, decimal_places=2, min_value=0)

    class Meta:
        model = CashPeriod
        fields = ["id", "line", "case", "month", "measure", "amount", "currency", "source", *STAMPS]
        extra_kwargs = {"measure": {"required": True}}

    def validate_measure(self, value: str) -> str:
        """Plans are written with their line."""
        if value == Measure.PLAN:
            raise serializers.ValidationError("The plan is written with its line; record a forecast or an actual here.")
        return value


class PersonMonthsSerializer(StrictSerializer):
    """How many person-months are planned in a month."""

    month = StrictDateField()
    person_months = StrictDecimalField(max_digits=8, decimal_places=2, min_value=0)


class StaffingLineSerializer(TenantModelSerializer):
    """People of one role; `periods` are their whole plan, and their cost is the plan of `line`."""

    option = TenantRelatedField(model="portfolio.CaseOption")
    monthly_rate = StrictDecimalField(max_digits=18, decimal_places=2, min_value=0)
    periods = PersonMonthsSerializer(many=True, required=False)

    class Meta:
        model = StaffingLine
        fields = ["id", "line", "option", "role", "monthly_rate", "periods", *STAMPS]
        read_only_fields = ["line"]
        columns = {"periods": "months", "option": "line__option"}

    def validate_option(self, value: CaseOption) -> CaseOption:
        """People stay with their option."""
        if self.instance is not None and self.instance.line.option_id != value.pk:
            raise serializers.ValidationError("They cannot move to another option.")
        return value


class NoteSerializer(StrictSerializer):
    """A remark on the decision."""

    reason = StrictCharField(max_length=LONGEST_NOTE, required=False, default="", allow_blank=True)


class ReturnSerializer(StrictSerializer):
    """Why the case is given back."""

    reason = StrictCharField(max_length=LONGEST_NOTE)


class DiffInputSerializer(StrictSerializer):
    """The case to compare with; without it the one this case is based on."""

    against = StrictUUIDField(required=False)


class ChangeSerializer(StrictSerializer):
    """One difference; values are text, null where there is none."""

    kind = serializers.CharField()
    subject = serializers.CharField()
    option = serializers.CharField()
    name = serializers.CharField()
    field = serializers.CharField()
    before = serializers.CharField(allow_null=True)
    after = serializers.CharField(allow_null=True)


class EditedLineSerializer(StrictSerializer):
    """Unsaved edit of a line: with `id` of a stored one, else a new one of an option."""

    id = StrictUUIDField(required=False)
    option = StrictUUIDField(required=False)
    category = StrictCharField(max_length=16, required=False)
    name = StrictCharField(max_length=200, required=False)
    formula = StrictCharField(max_length=LONGEST_FORMULA, required=False, allow_blank=True)
    anchor = StrictCharField(max_length=5, required=False)
    offset_months = StrictIntegerField(required=False, min_value=-240, max_value=240)
    duration_months = StrictIntegerField(required=False, allow_null=True, min_value=1, max_value=240)
    spend_kind = StrictCharField(max_length=5, required=False, allow_blank=True)
    benefit_kind = StrictCharField(max_length=4, required=False, allow_blank=True)
    amounts = AmountSerializer(many=True, required=False)


class EditedDriverSerializer(StrictSerializer):
    """Unsaved edit of a driver."""

    id = StrictUUIDField(required=False)
    option = StrictUUIDField(required=False, allow_null=True)
    key = StrictCharField(max_length=60, required=False)
    unit = StrictCharField(max_length=60, required=False, allow_blank=True)
    formula = StrictCharField(max_length=LONGEST_FORMULA, required=False, allow_blank=True)
    low = StrictDecimalField(max_digits=24, decimal_places=8, required=False)
    likely = StrictDecimalField(max_digits=24, decimal_places=8, required=False)
    high = StrictDecimalField(max_digits=24, decimal_places=8, required=False)
    distribution = StrictCharField(max_length=10, required=False)


class EditedOptionSerializer(StrictSerializer):
    """Unsaved edit of an option."""

    id = StrictUUIDField(required=False)
    kind = StrictCharField(max_length=10, required=False)
    name = StrictCharField(max_length=120, required=False)
    adoption_shape = StrictCharField(max_length=7, required=False)
    adoption_start_month = StrictIntegerField(required=False, min_value=1, max_value=240)
    adoption_ceiling = StrictCharField(max_length=60, required=False)
    adoption_months = StrictCharField(max_length=60, required=False)


class EditedCaseSerializer(StrictSerializer):
    """Unsaved edit of the case itself."""

    currency = StrictCharField(max_length=3, required=False)
    discount_rate = StrictDecimalField(max_digits=6, decimal_places=4, required=False)
    start_month = StrictDateField(required=False)
    horizon_months = StrictIntegerField(required=False, min_value=1, max_value=240)
    users_key = StrictCharField(max_length=60, required=False, allow_blank=True)
    actions_key = StrictCharField(max_length=60, required=False, allow_blank=True)


class PreviewInputSerializer(StrictSerializer):
    """Unsaved edits; records without `id` are new, `removed` are ids of options, drivers and lines."""

    case = EditedCaseSerializer(required=False)
    options = EditedOptionSerializer(many=True, required=False, max_length=20)  # type: ignore[call-arg]  # no max_length in the stub
    drivers = EditedDriverSerializer(many=True, required=False, max_length=200)  # type: ignore[call-arg]  # no max_length in the stub
    lines = EditedLineSerializer(many=True, required=False, max_length=500)  # type: ignore[call-arg]  # no max_length in the stub
    removed = StrictListField(child=StrictUUIDField(), required=False, max_length=1000)


class OptionResultSerializer(StrictSerializer):
    """Figures of one option; null ones have their reason beside them."""

    option = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
    is_recommended = serializers.BooleanField()
    currency = serializers.CharField()
    figures = serializers.JSONField()
    reasons = serializers.JSONField()
    plans = serializers.JSONField()
    problems = serializers.JSONField()


class FiguresSerializer(StrictSerializer):
    """Plan, forecast, actual and variance; null is unknown, never zero."""

    plan = serializers.DecimalField(max_digits=30, decimal_places=2)
    forecast = serializers.DecimalField(max_digits=30, decimal_places=2)
    actual = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)
    variance = serializers.DecimalField(max_digits=30, decimal_places=2, allow_null=True)


class MonthMoneySerializer(StrictSerializer):
    """Costs and benefits of one month."""

    month = serializers.DateField()
    costs = FiguresSerializer()
    benefits = FiguresSerializer()


class MoneyTableSerializer(StrictSerializer):
    """Plan, forecast and actual per month and in total."""

    currency = serializers.CharField(allow_null=True)
    months = MonthMoneySerializer(many=True)
    costs = FiguresSerializer()
    benefits = FiguresSerializer()
