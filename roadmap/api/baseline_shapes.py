"""What REST answers about differences, slippage and delivery."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from core.api.serializers import StrictSerializer
from roadmap.calc.plan_diff import Difference, ItemState, LinkState, MilestoneState, PlanTotals
from roadmap.enums import PlanDifference
from roadmap.selectors.comparison import Comparison
from roadmap.selectors.delivery import CycleTimes, Delivery, QuarterDelivery
from roadmap.selectors.slippage import Slippage


def _nullable(kind: Any, **options: Any) -> Any:
    return kind(allow_null=True, **options)


def names_of(shape: type[StrictSerializer]) -> list[str]:
    """The names of a shape's fields."""
    return [str(name) for name in shape().fields]


class KeptItemSerializer(StrictSerializer):
    """An item at a moment; `key` is its id, also when it is gone. `plan_cost` is its initiative's budget."""

    key = serializers.UUIDField()
    title = serializers.CharField()
    start_on = _nullable(serializers.DateField)
    end_on = _nullable(serializers.DateField)
    status = serializers.CharField()
    progress = serializers.DecimalField(max_digits=3, decimal_places=2)
    confidence = _nullable(serializers.DecimalField, max_digits=3, decimal_places=2)
    is_committed = serializers.BooleanField()
    lane = serializers.CharField()
    team = serializers.CharField()
    initiative = _nullable(serializers.UUIDField)
    initiative_key = serializers.CharField()
    plan_cost = _nullable(serializers.DecimalField, max_digits=30, decimal_places=2)

    @classmethod
    def of(cls, row: ItemState) -> dict[str, Any]:
        """The row without what is only for deciding who sees it."""
        return {name: getattr(row, name) for name in names_of(cls)}


class KeptMilestoneSerializer(StrictSerializer):
    """A milestone at a moment."""

    key = serializers.UUIDField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    kind = serializers.CharField()
    initiative = _nullable(serializers.UUIDField)
    initiative_key = serializers.CharField()


class KeptDependencySerializer(StrictSerializer):
    """A dependency at a moment."""

    key = serializers.UUIDField()
    predecessor = serializers.UUIDField()
    successor = serializers.UUIDField()
    predecessor_title = serializers.CharField()
    successor_title = serializers.CharField()
    kind = serializers.CharField()
    strength = serializers.CharField()
    lag_days = serializers.IntegerField()


class _DifferenceSerializer(StrictSerializer):
    """A row before and after; one side is null where it was not there."""

    difference = serializers.ChoiceField(choices=PlanDifference.choices)
    changed = serializers.ListField(child=serializers.CharField())
    slip_days = _nullable(serializers.IntegerField)


class ItemDifferenceSerializer(_DifferenceSerializer):
    """An item before and after, with the reasons given in between for changing its promise, the latest last."""

    before = _nullable(KeptItemSerializer)
    after = _nullable(KeptItemSerializer)
    reasons = serializers.ListField(child=serializers.CharField())


class MilestoneDifferenceSerializer(_DifferenceSerializer):
    """A milestone before and after."""

    before = _nullable(KeptMilestoneSerializer)
    after = _nullable(KeptMilestoneSerializer)


class DependencyDifferenceSerializer(_DifferenceSerializer):
    """A dependency before and after."""

    before = _nullable(KeptDependencySerializer)
    after = _nullable(KeptDependencySerializer)


class TotalsSerializer(StrictSerializer):
    """One moment in figures; budgets count every initiative once."""

    items = serializers.IntegerField()
    committed = serializers.IntegerField()
    plan_cost = _nullable(serializers.DecimalField, max_digits=30, decimal_places=2)
    unbudgeted = serializers.IntegerField()
    progress = _nullable(serializers.FloatField)
    ends_on = _nullable(serializers.DateField)


class PointSerializer(StrictSerializer):
    """A moment of the comparison."""

    key = serializers.CharField()
    label: Any = serializers.CharField()
    moment = serializers.DateTimeField()


class PlanComparisonSerializer(StrictSerializer):
    """What differs between two moments of a roadmap; rows that do not differ are only counted."""

    before = PointSerializer()
    after = PointSerializer()
    totals_before = TotalsSerializer()
    totals_after = TotalsSerializer()
    unchanged_items = serializers.IntegerField()
    slip_days = serializers.IntegerField()
    items = ItemDifferenceSerializer(many=True)
    milestones = MilestoneDifferenceSerializer(many=True)
    dependencies = DependencyDifferenceSerializer(many=True)


class SlipGroupSerializer(StrictSerializer):
    """Slipped items of one team or reason."""

    label: Any = serializers.CharField()
    items = serializers.IntegerField()
    days = serializers.IntegerField()
    worst = serializers.IntegerField()


class SlippedItemSerializer(StrictSerializer):
    """An item that ends later than planned."""

    key = serializers.UUIDField()
    title = serializers.CharField()
    roadmap = serializers.CharField()
    team = serializers.CharField()
    planned_on = serializers.DateField()
    now_on = serializers.DateField()
    is_committed = serializers.BooleanField()
    reason = serializers.CharField()
    slip_days = serializers.IntegerField()


class SlippageSerializer(StrictSerializer):
    """Ends of today against baselines."""

    days = serializers.IntegerField()
    compared = serializers.IntegerField()
    earlier = serializers.IntegerField()
    gone = serializers.IntegerField()
    baselines = serializers.IntegerField()
    slipped = SlippedItemSerializer(many=True)
    by_team = SlipGroupSerializer(many=True)
    by_reason = SlipGroupSerializer(many=True)


class SpreadSerializer(StrictSerializer):
    """Days: how many cases, their median and their 85th percentile; null without any."""

    count = serializers.IntegerField()
    median = _nullable(serializers.FloatField)
    p85 = _nullable(serializers.FloatField)


class CycleSerializer(SpreadSerializer):
    """The same of cycle times; `from_prd` of `count` begin with a complete PRD, the others with the stage Validated."""

    from_prd = serializers.IntegerField()


class QuarterSerializer(StrictSerializer):
    """One quarter; rates are fractions, null without anything to divide by."""

    quarter = serializers.CharField()
    is_over = serializers.BooleanField()
    has_baseline = serializers.BooleanField()
    committed = serializers.IntegerField()
    delivered = serializers.IntegerField()
    rescoped = serializers.IntegerField()
    missed = serializers.IntegerField()
    rate = _nullable(serializers.FloatField)
    band = _nullable(serializers.CharField)
    gates_in_time = serializers.IntegerField()
    gates_due = serializers.IntegerField()
    cycle_days = CycleSerializer()


class DeliverySerializer(StrictSerializer):
    """Delivery over the last quarters."""

    quarters = QuarterSerializer(many=True)
    cycle_days = CycleSerializer()
    gates_in_time = serializers.IntegerField()
    gates_due = serializers.IntegerField()


def comparison_as_json(found: Comparison) -> dict[str, Any]:
    """A comparison as `PlanComparisonSerializer` describes it."""
    diff = found.diff
    reasons = {key: [row.reason_code for row in rows] for key, rows in found.reasons.items()}
    return {
        **{name: {each: getattr(getattr(found, name), each) for each in names_of(PointSerializer)} for name in _SIDES},
        **{f"totals_{name}": _totals(getattr(diff, name)) for name in _SIDES},
        "unchanged_items": diff.count(PlanDifference.SAME),
        "slip_days": diff.slip_days,
        "items": [
            {**_difference(each, KeptItemSerializer), "reasons": reasons.get(each.row.key, [])}
            for each in diff.items
            if each.kind != PlanDifference.SAME
        ],
        "milestones": [
            _difference(each, KeptMilestoneSerializer) for each in diff.milestones if each.kind != PlanDifference.SAME
        ],
        "dependencies": [
            _difference(each, KeptDependencySerializer) for each in diff.links if each.kind != PlanDifference.SAME
        ],
    }


def slippage_as_json(found: Slippage) -> dict[str, Any]:
    """Slippage as `SlippageSerializer` describes it."""
    slipped = [{name: getattr(each, name) for name in names_of(SlippedItemSerializer)} for each in found.slipped]
    return {**asdict(found), "days": found.days, "slipped": slipped}


def delivery_as_json(found: Delivery) -> dict[str, Any]:
    """Delivery as `DeliverySerializer` describes it."""
    return {
        "quarters": [_quarter(each) for each in found.quarters],
        "cycle_days": _cycle(found.cycle),
        "gates_in_time": found.gates_in_time,
        "gates_due": found.gates_due,
    }


_SIDES = ("before", "after")
_Kept = ItemState | MilestoneState | LinkState


def _difference(each: Difference[Any], shape: type[StrictSerializer]) -> dict[str, Any]:
    names = names_of(shape)
    sides: list[_Kept | None] = [each.before, each.after]
    rows = [None if row is None else {name: getattr(row, name) for name in names} for row in sides]
    return {
        "difference": each.kind,
        "changed": list(each.changed),
        "slip_days": each.slip_days,
        **dict(zip(_SIDES, rows, strict=True)),
    }


def _totals(totals: PlanTotals) -> dict[str, Any]:
    progress = None if totals.progress is None else float(totals.progress)
    values = {name: getattr(totals, name) for name in names_of(TotalsSerializer)}
    return {**values, "progress": progress}


def _cycle(found: CycleTimes) -> dict[str, Any]:
    return {**asdict(found.days), "from_prd": found.from_prd}


def _quarter(each: QuarterDelivery) -> dict[str, Any]:
    figures = {name: getattr(each.figures, name) for name in _FIGURES}
    return {
        "quarter": each.quarter.label,
        "is_over": each.is_over,
        "has_baseline": each.has_baseline,
        **figures,
        "gates_in_time": each.gates_in_time,
        "gates_due": each.gates_due,
        "cycle_days": _cycle(each.cycle),
    }


_FIGURES = ("committed", "delivered", "rescoped", "missed", "rate", "band")
