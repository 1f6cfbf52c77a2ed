"""What the REST endpoints of scenarios take and answer."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDecimalField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from roadmap.calc.quarters import Quarter
from roadmap.enums import DatePrecision, DemandProfile, ItemStatus, RescopeReason, Resolution
from roadmap.models import Scenario, ScenarioChange
from roadmap.models.scenario import LONGEST_REASON
from roadmap.selectors.judged_changes import JudgedChange
from roadmap.selectors.scenario_figures import MOST_COMPARED, Column, Comparison
from roadmap.selectors.scenarios import PlannedItem, ScenarioPlan
from roadmap.validators import MOST_SHARES
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField


class ScenarioSerializer(TenantModelSerializer):
    """What a roadmap would be with some changes; `change_count` are those the caller may see."""

    change_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = Scenario
        fields = [
            "id",
            "roadmap",
            "name",
            "description",
            "status",
            "change_count",
            "based_at",
            "made_by",
            "submitted_by",
            "submitted_at",
            "decided_by",
            "decided_at",
            "decision_note",
            "plan_change",
            "baseline",
            *STAMPS,
        ]
        read_only_fields = [name for name in fields if name not in {"roadmap", "name", "description"}]

    def get_fields(self) -> dict[str, serializers.Field]:
        """A scenario stays on its roadmap."""
        fields = super().get_fields()
        if self.instance is not None:
            fields["roadmap"].read_only = True
        return fields


class ScenarioChangeSerializer(TenantModelSerializer):
    """One field of one item that a scenario wants otherwise; `item` is null once the item is gone.

    A change of a demand names it and its resource; the demand is {"team", "low", "likely", "high"}, with "profile",
    "custom_shares" and "note" where something is said of them; null is none.
    """

    class Meta:
        model = ScenarioChange
        fields = [
            "id",
            "scenario",
            "item",
            "item_key",
            "demand_key",
            "resource_key",
            "title",
            "field",
            "base_value",
            "new_value",
            "reason",
            "author",
            "resolution",
            "is_applied",
            *STAMPS,
        ]
        read_only_fields = fields


class ScenarioItemValuesSerializer(StrictSerializer):
    """What an item shall be; absent fields stay as they are, and values of the live plan take a change back."""

    item = TenantRelatedField(model="roadmap.RoadmapItem")
    is_included = StrictBooleanField(required=False)
    start_on = StrictDateField(required=False)
    end_on = StrictDateField(required=False)
    owning_team = TenantRelatedField(model="tenancy.Team", required=False, allow_null=True)
    lane = StrictCharField(max_length=120, required=False, allow_blank=True)
    status = StrictChoiceField(choices=ItemStatus.choices, required=False)
    date_precision = StrictChoiceField(choices=DatePrecision.choices, required=False)
    reason = StrictCharField(max_length=LONGEST_REASON, required=False, allow_blank=True)


class ScenarioDemandValuesSerializer(StrictSerializer):
    """What an item shall need: `demand` names one of its plan, `resource` without it adds one.

    Amounts are over the whole item; `low` and `high` null say that `likely` is certain on that side. A team of null is
    whoever delivers the item. Absent fields stay as they are, and values of the live plan take a change back.
    """

    item = TenantRelatedField(model="roadmap.RoadmapItem")
    demand = StrictUUIDField(required=False)
    resource = TenantRelatedField(model="roadmap.Resource", required=False)
    team = TenantRelatedField(model="tenancy.Team", required=False, allow_null=True)
    likely = StrictDecimalField(max_digits=14, decimal_places=3, required=False)
    low = StrictDecimalField(max_digits=14, decimal_places=3, required=False, allow_null=True)
    high = StrictDecimalField(max_digits=14, decimal_places=3, required=False, allow_null=True)
    profile = StrictChoiceField(choices=DemandProfile.choices, required=False)
    custom_shares = StrictListField(
        child=StrictDecimalField(max_digits=7, decimal_places=6), required=False, max_length=MOST_SHARES
    )
    note = StrictCharField(max_length=500, required=False, allow_blank=True)
    is_needed = StrictBooleanField(required=False, help_text="False takes the demand away.")
    reason = StrictCharField(max_length=LONGEST_REASON, required=False, allow_blank=True)


class ScenarioNameSerializer(StrictSerializer):
    """What the new scenario shall be called."""

    name = StrictCharField(max_length=200)


class ScenarioOfSelectionSerializer(ScenarioNameSerializer):
    """Whose choice to plan on which roadmap."""

    roadmap = TenantRelatedField(model="roadmap.Roadmap")
    result = TenantRelatedField(model="portfolio.SelectionResult")


class ScenarioApprovalSerializer(StrictSerializer):
    """`picked` are ids of changes, by default all of them; the code is needed where promises move."""

    note = StrictCharField(max_length=LONGEST_REASON, required=False, allow_blank=True)
    picked = StrictListField(child=StrictUUIDField(), required=False, max_length=5000)
    reason_code = StrictChoiceField(choices=RescopeReason.choices, required=False)


class ScenarioRefusalSerializer(StrictSerializer):
    """Why not."""

    reason = StrictCharField(max_length=LONGEST_REASON)


class ScenarioResolutionSerializer(StrictSerializer):
    """`mine` keeps the scenario's value, `live` takes that of the live plan."""

    keep = StrictChoiceField(choices=Resolution.choices)


class JudgedChangeSerializer(StrictSerializer):
    """A change with the live plan's value now; `effect` is applies, settled, conflict, kept, dropped or gone."""

    id = serializers.UUIDField()
    item = serializers.UUIDField(help_text="Stays when the item is gone.")
    demand = serializers.UUIDField(allow_null=True)
    resource = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    field = serializers.CharField()
    base = serializers.JSONField(allow_null=True)
    live = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)
    effect = serializers.CharField()
    is_open = serializers.BooleanField(help_text="Has to be resolved before the scenario is approved.")


class PlannedDemandSerializer(StrictSerializer):
    """A demand in the scenario's plan; `team` null is whoever delivers the item."""

    demand = serializers.UUIDField()
    resource = serializers.UUIDField()
    team = serializers.UUIDField(allow_null=True)
    low = serializers.DecimalField(max_digits=14, decimal_places=3)
    likely = serializers.DecimalField(max_digits=14, decimal_places=3)
    high = serializers.DecimalField(max_digits=14, decimal_places=3)
    profile = serializers.CharField()
    custom_shares = serializers.ListField(child=serializers.DecimalField(max_digits=7, decimal_places=6))
    note = serializers.CharField(allow_blank=True)
    is_changed = serializers.BooleanField()


class PlannedItemSerializer(StrictSerializer):
    """An item in the scenario's plan; dates are null while it is out of it."""

    item = serializers.UUIDField()
    title = serializers.CharField()
    is_included = serializers.BooleanField()
    start_on = serializers.DateField(allow_null=True)
    end_on = serializers.DateField(allow_null=True)
    team = serializers.UUIDField(allow_null=True)
    lane = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    date_precision = serializers.CharField()
    demands = PlannedDemandSerializer(many=True)
    is_changed = serializers.BooleanField()


class ScenarioPlanSerializer(StrictSerializer):
    """The roadmap with the scenario laid over it, and everything it changes."""

    items = PlannedItemSerializer(many=True)
    changes = JudgedChangeSerializer(many=True)


class ComparedScenariosSerializer(StrictSerializer):
    """Which scenarios of one roadmap to compare with its live plan."""

    scenarios = StrictListField(child=StrictUUIDField(), min_length=1, max_length=MOST_COMPARED)


class QuarterAmountSerializer(StrictSerializer):
    """An amount of one calendar quarter, such as Q3 2026."""

    quarter = serializers.CharField()
    amount = serializers.FloatField()


class TeamLoadSerializer(StrictSerializer):
    """How many items a team works on at once on an average working day of a quarter."""

    team = serializers.UUIDField()
    quarter = serializers.CharField()
    items = serializers.FloatField()


class UtilisationSerializer(StrictSerializer):
    """The highest share of a capacity needed in one month, and in how many team months needs exceed capacities."""

    peak = serializers.FloatField(allow_null=True)
    team = serializers.UUIDField(allow_null=True)
    resource = serializers.CharField(allow_blank=True)
    month = serializers.DateField(allow_null=True)
    overloaded = serializers.IntegerField()
    unknown = serializers.IntegerField()


class PlanFiguresSerializer(StrictSerializer):
    """What one plan amounts to; `scenario` is null for the live plan. Null figures are not known, never zero."""

    scenario = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    items = serializers.IntegerField()
    left_out = serializers.IntegerField()
    initiatives = serializers.IntegerField()
    ends_on = serializers.DateField(allow_null=True)
    npv = serializers.FloatField(allow_null=True)
    unvalued = serializers.IntegerField()
    unapproved = serializers.IntegerField()
    cost = serializers.FloatField(allow_null=True)
    cost_by_quarter = QuarterAmountSerializer(many=True)
    load = TeamLoadSerializer(many=True)
    utilisation = UtilisationSerializer(allow_null=True)
    violations = serializers.ListField(child=serializers.CharField())
    objectives = serializers.IntegerField()
    key_results = serializers.IntegerField()
    chance_negative = serializers.FloatField(allow_null=True)


class ScenarioComparisonSerializer(StrictSerializer):
    """The live plan first, then the scenarios; goals are those any item of the roadmap serves."""

    currency = serializers.CharField()
    objectives = serializers.IntegerField()
    key_results = serializers.IntegerField()
    plans = PlanFiguresSerializer(many=True)


def plan_as_json(plan: ScenarioPlan) -> dict[str, Any]:
    """As `ScenarioPlanSerializer` describes it."""
    return {"items": [_item(each) for each in plan.items], "changes": [_change(each) for each in plan.changes]}


def comparison_as_json(comparison: Comparison) -> dict[str, Any]:
    """As `ScenarioComparisonSerializer` describes it."""
    return {
        "currency": comparison.currency,
        "objectives": comparison.objectives,
        "key_results": comparison.key_results,
        "plans": [_column(each) for each in comparison.columns],
    }


def _item(planned: PlannedItem) -> dict[str, Any]:
    values = planned.values
    return {
        "item": planned.item.pk,
        "title": planned.item.title,
        "is_included": planned.is_included,
        "start_on": planned.start_on,
        "end_on": planned.end_on,
        "team": planned.team_id,
        "lane": values["lane"],
        "status": values["status"],
        "date_precision": values["date_precision"],
        "demands": [
            {"demand": each.key, "resource": each.resource, **each.value, "is_changed": each.is_changed}
            for each in planned.demands
            if each.value is not None
        ],
        "is_changed": planned.is_changed,
    }


def _change(judged: JudgedChange) -> dict[str, Any]:
    change = judged.change
    return {
        "id": change.pk,
        "item": change.item_key,
        "demand": change.demand_key,
        "resource": change.resource_key,
        "title": change.title,
        "field": change.field,
        "base": change.base_value,
        "live": judged.live,
        "new": change.new_value,
        "effect": judged.effect.value,
        "is_open": judged.is_open,
    }


def _column(column: Column) -> dict[str, Any]:
    figures, scenario = column.figures, column.plan.scenario
    counted = ("items", "left_out", "initiatives", "ends_on", "npv", "unvalued", "unapproved", "cost")
    return {
        "scenario": None if scenario is None else scenario.pk,
        "name": "Live plan" if scenario is None else scenario.name,
        **{name: getattr(figures, name) for name in (*counted, "objectives", "key_results", "chance_negative")},
        "cost_by_quarter": _amounts(figures.cost_by_quarter),
        "load": [
            {"team": team, "quarter": quarter.label, "items": items}
            for (team, quarter), items in sorted(figures.load.items(), key=lambda row: (row[0][1], str(row[0][0])))
        ],
        "utilisation": _utilisation(figures.utilisation),
        "violations": list(figures.violations),
    }


def _amounts(costs: Mapping[Quarter, float]) -> list[dict[str, Any]]:
    return [{"quarter": quarter.label, "amount": amount} for quarter, amount in costs.items()]


def _utilisation(found: Any) -> dict[str, Any] | None:
    names = ("peak", "team", "resource", "month", "overloaded", "unknown")
    return None if found is None else {name: getattr(found, name) for name in names}
