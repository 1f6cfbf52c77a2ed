"""Items of a plan placed by two measures of one's choice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import TextChoices

from portfolio.enums import RollupScope
from portfolio.models import MoneyRollup, ScoreResult
from roadmap.selectors.plan_rows import PlanRow
from tenancy.actor import Actor

MOST_POINTS = 400
_MONEY = {"value": "npv", "cost": "plan_cost"}


class Axis(TextChoices):
    """What a side of the matrix measures."""

    VALUE = "value", "Net present value"
    COST = "cost", "Budget"
    SCORE = "score", "Score"
    EFFORT = "effort", "Calendar days"
    CONFIDENCE = "confidence", "Confidence in the dates, %"
    PROGRESS = "progress", "Progress, %"


@dataclass(frozen=True, slots=True)
class MatrixPoint:
    """An item with both measures."""

    row: PlanRow
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Matrix:
    """Points, the medians that divide the four fields, and how many items lack one of the measures."""

    points: Sequence[MatrixPoint]
    middle_x: float | None
    middle_y: float | None
    unmeasured: int


def matrix_of(rows: Sequence[PlanRow], *, x: str, y: str, actor: Actor) -> Matrix:
    """The items at (x, y), the first MOST_POINTS of them; one query for each measure that is not the item's own.

    Money is in the organization's currency. An item without a measure is counted, never placed at zero.
    """
    horizontal, vertical = _measure(x, rows, actor), _measure(y, rows, actor)
    points = []
    for row in rows:
        across, up = horizontal(row), vertical(row)
        if across is not None and up is not None:
            points.append(MatrixPoint(row, across, up))
    shown = points[:MOST_POINTS]
    return Matrix(
        points=shown,
        middle_x=median(point.x for point in shown) if shown else None,
        middle_y=median(point.y for point in shown) if shown else None,
        unmeasured=len(rows) - len(points),
    )


def _measure(axis: str, rows: Sequence[PlanRow], actor: Actor) -> Any:
    """A function from a row to its measure, None where there is none."""
    if axis == Axis.EFFORT:
        return lambda row: row.duration_days
    if axis == Axis.CONFIDENCE:
        return lambda row: None if row.confidence_share is None else row.confidence_share * 100
    if axis == Axis.PROGRESS:
        return lambda row: row.progress_share * 100
    known = _of_initiatives(axis, {row.initiative_id for row in rows if row.initiative_id}, actor)
    return lambda row: known.get(row.initiative_id)


def _of_initiatives(axis: str, ids: set[UUID], actor: Actor) -> Mapping[UUID | None, float]:
    if axis == Axis.SCORE:
        results = ScoreResult.objects.permitted(actor).filter(item__initiative__in=ids, score__isnull=False)
        pairs = results.order_by("computed_at", "id").values_list("item__initiative_id", "score")
    else:
        column = _MONEY[axis]
        rollups = MoneyRollup.objects.permitted(actor).filter(initiative__in=ids, scope=RollupScope.OWN)
        pairs = rollups.exclude(**{column: None}).values_list("initiative_id", column)
    # The latest score of an initiative overwrites earlier ones.
    return {initiative: float(value) for initiative, value in pairs}
