"""The demo's capacity: what is scarce, what teams have, what items need, and how time ought to be shared out."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.services.demo.content import first_day_of_month, read
from integrations.services.demo.people import Cast
from roadmap.calc.quarters import Quarter
from roadmap.models import Resource, RoadmapItem
from roadmap.services.allocation_targets import create_allocation_target
from roadmap.services.resource_demands import create_resource_demands
from roadmap.services.resources import create_resource
from roadmap.services.team_capacities import CapacityInput, load_team_capacities

QUARTERS = 2


def create_capacity(cast: Cast, today: date) -> None:
    """Resources with capacities and demands, and targets for this quarter and the next; the roadmaps must be there."""
    content = read("capacity")
    with cast.acting("pm") as actor:
        resources = {
            row["name"]: create_resource(
                name=row["name"],
                kind=row["kind"],
                unit=row.get("unit", ""),
                description=row.get("description", ""),
                actor=actor,
            )
            for row in content["resource"]
        }
        load_team_capacities(list(_capacities(content["capacity"], cast, resources, today)), actor=actor)
        items = _items()
        rows = [_demand(row, cast, items, resources) for row in content["demand"]]
        create_resource_demands(rows, actor=actor)
        quarter = Quarter.of(today)
        for _ in range(QUARTERS):
            for row in content["target"]:
                create_allocation_target(
                    quarter=quarter.first_day, kind=row["kind"], share=Decimal(row["share"]), actor=actor
                )
            quarter = quarter.following


def _capacities(
    rows: list[dict[str, Any]], cast: Cast, resources: Mapping[str, Resource], today: date
) -> Iterator[CapacityInput]:
    for row in rows:
        for first, last, amount in row["segments"]:
            for offset in range(first, last + 1):
                yield CapacityInput(
                    team=cast.teams[row["team"]].pk,
                    resource=resources[row["resource"]].pk,
                    month=first_day_of_month(today, offset),
                    amount=Decimal(amount),
                )


def _demand(
    row: dict[str, Any], cast: Cast, items: Mapping[str, RoadmapItem], resources: Mapping[str, Resource]
) -> dict[str, Any]:
    low, likely, high = map(Decimal, row["amounts"])
    return {
        "item": items[row["item"]],
        "resource": resources[row["resource"]],
        "team": cast.teams.get(row.get("team", "")),
        "low": low,
        "likely": likely,
        "high": high,
        "profile": row.get("profile", "flat"),
        "custom_shares": [Decimal(share) for share in row.get("shares", ())],
        "note": row.get("note", ""),
    }


def _items() -> dict[str, RoadmapItem]:
    """Items by their id in the content of the roadmaps."""
    by_title = {item.title: item for item in RoadmapItem.objects.all()}
    return {row["id"]: by_title[row["title"]] for row in read("roadmaps")["item"]}
