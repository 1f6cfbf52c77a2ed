"""Drafts of scenarios in tests: what they say of a plan with two items, and what came of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from roadmap.calc.scenarios import Effect
from roadmap.models import RoadmapItem, Scenario
from roadmap.selectors.scenarios import plan_with
from roadmap.services.scenario_changes import plan_item
from roadmap.services.scenarios import submit_scenario
from tenancy.actor import Actor

MARCH_2, MAY_4, MAY_29 = date(2026, 3, 2), date(2026, 5, 4), date(2026, 5, 29)
LATER = {"start_on": MAY_4, "end_on": MAY_29}
OUT = {"is_included": False}


def effects(scenario: Scenario, actor: Actor) -> dict[str, Effect]:
    """What each change would do to the live plan, by its field."""
    return {each.change.field: each.effect for each in plan_with(scenario, actor=actor).changes}


def submitted(
    scenario: Scenario, item: RoadmapItem, author: Actor, values: Mapping[str, Any] | None = None
) -> Scenario:
    """The draft with one item changed, by default moved to May, put to a decision."""
    plan_item(scenario, item, values=values or LATER, reason="Not enough people.", actor=author)
    return submit_scenario(scenario, actor=author)


def move_live(item: RoadmapItem, **values: Any) -> None:
    """Change the item in the live plan, past every service."""
    RoadmapItem.objects.filter(pk=item.pk).update(**values)
