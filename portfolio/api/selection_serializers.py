"""What the REST endpoints of portfolio selection take and answer."""

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDecimalField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from portfolio.models import SelectionCandidate, SelectionChoice, SelectionResource, SelectionResult, SelectionRun
from portfolio.models.selection import MAX_QUARTERS
from portfolio.models.selection_enums import SelectionRule
from portfolio.selectors.selections import MOST_COMPARED
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField

MOST_ROWS = 5000


class AmountsSerializer(StrictSerializer):
    """Amounts per quarter of the budget (`team` null) or of a team; null where not known, or not limited."""

    team = TenantRelatedField(model="tenancy.Team", allow_null=True, required=False, default=None)
    amounts = StrictListField(
        child=StrictDecimalField(max_digits=17, decimal_places=2, min_value=0, allow_null=True),
        min_length=1,
        max_length=MAX_QUARTERS,
    )


class LimitsSerializer(StrictSerializer):
    """All limits of a selection; a resource that is not listed is not limited."""

    limits = AmountsSerializer(many=True)


class RuleSerializer(StrictSerializer):
    """What was decided beforehand on one initiative."""

    initiative = StrictUUIDField()
    rule = StrictChoiceField(choices=SelectionRule.choices)


class PairSerializer(StrictSerializer):
    """An initiative that can only be chosen together with another."""

    dependent = StrictUUIDField()
    needed = StrictUUIDField()


class GroupSerializer(StrictSerializer):
    """Initiatives of which at most one is chosen."""

    name = StrictCharField(max_length=80)
    initiatives = StrictListField(child=StrictUUIDField(), min_length=2, max_length=MOST_ROWS)


class RulesSerializer(StrictSerializer):
    """Rules between candidates; a list that is not sent stays as it is, one that is sent replaces what there was.

    `rules` name single initiatives and leave the others as they are.
    """

    rules = RuleSerializer(many=True, required=False)
    prerequisites = PairSerializer(many=True, required=False)
    exclusions = GroupSerializer(many=True, required=False)


class SelectionSetupSerializer(StrictSerializer):
    """Limits and rules as they are."""

    limits = AmountsSerializer(many=True)
    rules = RuleSerializer(many=True)
    prerequisites = PairSerializer(many=True)
    exclusions = GroupSerializer(many=True)


class SelectionRunSerializer(TenantModelSerializer):
    """A search for the most valuable set of initiatives under budgets and teams; figures are of its newest result."""

    result_value = serializers.DecimalField(max_digits=24, decimal_places=4, read_only=True)
    chosen_count = serializers.IntegerField(read_only=True)
    outcome = serializers.CharField(read_only=True)
    solved_at = serializers.DateTimeField(read_only=True)
    job_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = SelectionRun
        fields = [
            "id",
            "name",
            "purpose",
            "portfolio",
            "theme",
            "stages",
            "levels",
            "value_source",
            "scoring_round",
            "value_field",
            "currency",
            "first_quarter",
            "quarter_count",
            "relative_gap",
            "time_limit_seconds",
            "status",
            "result_value",
            "chosen_count",
            "outcome",
            "solved_at",
            "job_id",
            *STAMPS,
        ]
        read_only_fields = ["status", "job_id"]
        extra_kwargs = {"currency": {"required": False}, "first_quarter": {"required": False}}

    def validate_currency(self, value: str) -> str:
        """Limits and entered costs are in it."""
        if self.instance is not None and self.instance.currency != value:
            raise serializers.ValidationError("The currency of a selection cannot be changed.")
        return value


class SelectionCandidateSerializer(TenantModelSerializer):
    """An initiative that may be chosen, what it is worth and what it takes; null is not known, never zero.

    Sending `value` enters it; `is_value_entered` false gives it back to its source. `demands` replace all amounts.
    """

    initiative_key = serializers.CharField(source="initiative.key", read_only=True)
    initiative_title = serializers.CharField(source="initiative.title", read_only=True)
    is_value_entered = StrictBooleanField(required=False)
    demands = AmountsSerializer(many=True, required=False)

    class Meta:
        model = SelectionCandidate
        fields = [
            "id",
            "run",
            "initiative",
            "initiative_key",
            "initiative_title",
            "rule",
            "value",
            "value_note",
            "is_value_entered",
            "demands",
            *STAMPS,
        ]
        read_only_fields = ["run", "initiative", "value_note"]
        columns = {"demands": "demand_rows"}


class SelectionResultSerializer(TenantModelSerializer):
    """The best set found for exactly the inputs of `inputs_digest`; where there is none, `explanation` says why."""

    job_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = SelectionResult
        fields = [
            "id",
            "run",
            "inputs_digest",
            "unit",
            "outcome",
            "value",
            "bound",
            "gap",
            "seconds",
            "chosen_count",
            "candidate_count",
            "unknown_count",
            "value_of_all",
            "explanation",
            "engine_version",
            "computed_at",
            "job_id",
            *STAMPS,
        ]
        read_only_fields = fields


class SelectionChoiceSerializer(TenantModelSerializer):
    """A candidate of a result as it was then: whether it was chosen, and why."""

    class Meta:
        model = SelectionChoice
        fields = [
            "id",
            "result",
            "initiative",
            "label",
            "is_chosen",
            "rule",
            "reason",
            "reason_text",
            "value",
            "uses",
            "cost",
            "person_months",
            "start_on",
            "end_on",
            "position",
            *STAMPS,
        ]
        read_only_fields = fields


class SelectionResourceSerializer(TenantModelSerializer):
    """A resource in one quarter, and what more of it is worth: `marginal` by the relaxation, `exact` by searching."""

    job_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = SelectionResource
        fields = [
            "id",
            "result",
            "key",
            "team",
            "label",
            "is_budget",
            "quarter",
            "limit",
            "used",
            "asked",
            "marginal",
            "exact",
            "exact_units",
            "exact_seconds",
            "job_id",
            "position",
            *STAMPS,
        ]
        read_only_fields = fields


class UnitsSerializer(StrictSerializer):
    """How much more of a resource."""

    units = StrictDecimalField(max_digits=14, decimal_places=2)


class PlanNameSerializer(StrictSerializer):
    """What the plan shall be called."""

    name = StrictCharField(max_length=200)


class MadeRecordSerializer(StrictSerializer):
    """A record that was made, and where people find it."""

    id = StrictUUIDField()
    label = StrictCharField()  # type: ignore[assignment]  # every field of the base class has a label
    url = StrictCharField()


class CompareSerializer(StrictSerializer):
    """Which selections to compare, by their newest results."""

    runs = StrictListField(child=StrictUUIDField(), min_length=2, max_length=MOST_COMPARED)


class ComparisonSerializer(StrictSerializer):
    """Results side by side; lists inside rows are in the order of `results`."""

    results = SelectionResultSerializer(many=True)
    common = serializers.IntegerField(help_text="Initiatives all of them choose.")
    differences = StrictListField(child=serializers.DictField())
    uses = StrictListField(child=serializers.DictField())
