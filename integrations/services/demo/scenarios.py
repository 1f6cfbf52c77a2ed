"""The demo's scenarios: one waits for the director, with a conflict to resolve; one is still a draft."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from integrations.services.demo.content import monday_of_week, read
from integrations.services.demo.people import Cast
from roadmap.models import Resource, ResourceDemand, Roadmap, RoadmapItem, Scenario
from roadmap.services.items import change_item
from roadmap.services.scenario_changes import plan_item
from roadmap.services.scenario_demands import plan_demand
from roadmap.services.scenarios import create_scenario, submit_scenario
from tenancy.actor import Actor

_FRIDAY = timedelta(days=4)


def create_scenarios(cast: Cast, today: date) -> None:
    """Scenarios of the roadmaps, which must be there, and what moved in the live plan since."""
    items = _items()
    for row in read("scenarios")["scenario"]:
        with cast.acting(row["by"]) as actor:
            scenario = create_scenario(
                roadmap=Roadmap.objects.get(name=row["roadmap"]),
                name=row["name"],
                description=row["description"],
                actor=actor,
            )
            for change in row["change"]:
                _plan(scenario, change, items[change["item"]], cast, today, actor)
            for change in row.get("demand", ()):
                _staff(scenario, change, items[change["item"]], cast, actor)
            if row.get("is_submitted"):
                submit_scenario(scenario, actor=actor)
        for moved in row.get("live", ()):
            with cast.acting(moved["by"]) as actor:
                change_item(items[moved["item"]], actor=actor, **_dates(moved, today))


def _plan(scenario: Scenario, row: Mapping[str, Any], item: RoadmapItem, cast: Cast, today: date, actor: Actor) -> None:
    values: dict[str, Any] = _dates(row, today)
    if row.get("out"):
        values["is_included"] = False
    if "team" in row:
        values["owning_team"] = cast.teams[row["team"]]
    plan_item(scenario, item, values=values, reason=row["reason"], actor=actor)


def _staff(scenario: Scenario, row: Mapping[str, Any], item: RoadmapItem, cast: Cast, actor: Actor) -> None:
    """Change the demand of the item for the resource, or add one where it has none."""
    resource = Resource.objects.get(name=row["resource"])
    demand = ResourceDemand.objects.filter(item=item, resource=resource).first()
    values: dict[str, Any] = {name: Decimal(str(row[name])) for name in ("low", "likely", "high") if name in row}
    if "team" in row:
        values["team"] = cast.teams[row["team"]]
    which: dict[str, Any] = {"resource": resource} if demand is None else {"demand": demand.pk}
    plan_demand(scenario, item, values=values, reason=row["reason"], actor=actor, **which)


def _dates(row: Mapping[str, Any], today: date) -> Any:
    if "weeks" not in row:
        return {}
    first, last = row["weeks"]
    return {"start_on": monday_of_week(today, first), "end_on": monday_of_week(today, last) + _FRIDAY}


def _items() -> dict[str, RoadmapItem]:
    """Items by their id in the content of the roadmaps."""
    by_title = {item.title: item for item in RoadmapItem.objects.all()}
    return {row["id"]: by_title[row["title"]] for row in read("roadmaps")["item"]}
