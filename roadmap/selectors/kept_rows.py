"""The rows of a baseline and the states of a plan they keep, one read as the other."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from roadmap.calc.plan_diff import ItemState, LinkState, MilestoneState, PlanState
from roadmap.models import Baseline, BaselineDependency, BaselineItem, BaselineMilestone
from roadmap.models.baseline import KeptRow


def _columns(state: type[Any], **renamed: str) -> dict[str, str]:
    """The column of each field of a state, `portfolios` apart, which the database has no sets for."""
    names = [each.name for each in fields(state) if each.name != "portfolios"]
    return {name: renamed.get(name, name) for name in names}


_KEPT: tuple[tuple[str, type[Any], type[KeptRow], Mapping[str, str]], ...] = (
    (
        "items",
        ItemState,
        BaselineItem,
        _columns(ItemState, key="item_key", team="team_name", initiative="initiative_ref"),
    ),
    (
        "milestones",
        MilestoneState,
        BaselineMilestone,
        _columns(MilestoneState, key="milestone_key", initiative="initiative_ref"),
    ),
    (
        "links",
        LinkState,
        BaselineDependency,
        _columns(LinkState, key="dependency_key", predecessor="predecessor_key", successor="successor_key"),
    ),
)


def rows_of_state(state: PlanState, baseline: Baseline) -> list[list[Any]]:
    """Unsaved rows of the baseline, one list a table."""
    return [
        [
            model(
                baseline=baseline,
                portfolio_keys=sorted(row.portfolios),
                **{column: getattr(row, name) for name, column in columns.items()},
            )
            for row in getattr(state, part).values()
        ]
        for part, _, model, columns in _KEPT
    ]


def state_of_baseline(baseline: Baseline) -> PlanState:
    """What a baseline kept; three queries."""
    parts: dict[str, dict[UUID, Any]] = {}
    for part, kind, model, columns in _KEPT:
        found = [
            kind(
                portfolios=frozenset(row.portfolio_keys),
                **{name: getattr(row, column) for name, column in columns.items()},
            )
            for row in model.objects.filter(baseline=baseline)
        ]
        parts[part] = {row.key: row for row in found}
    return PlanState(**parts)
