"""The demo's roadmaps."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from integrations.services.demo.content import monday_of_week, read
from integrations.services.demo.people import Cast
from integrations.services.demo.planning import (
    create_calendars,
    create_gates,
    create_notes,
    create_releases,
    shake_hands,
)
from portfolio.models import Initiative
from roadmap.enums import DependencyKind, DependencyStrength, ItemStatus
from roadmap.models import Dependency, Release, Roadmap, RoadmapItem
from roadmap.models.item import DURATIONS
from roadmap.services.dependencies import create_dependency
from roadmap.services.items import create_item
from roadmap.services.milestones import create_milestone
from roadmap.services.roadmaps import create_roadmap
from tenancy.actor import Actor

_FRIDAY = timedelta(days=4)
_AS_TOLD = ("kind", "external_party", "date_precision", "scheduling")


def create_roadmaps(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Roadmaps with items, milestones and dependencies; one dependency is violated by its dates, as told there."""
    content = read("roadmaps")
    roadmaps = {}
    for row in content["roadmap"]:
        with cast.acting(row["by"]) as actor:
            portfolio = next(
                (i.portfolio for i in initiatives.values() if i.portfolio.name == row.get("portfolio")), None
            )
            roadmaps[row["name"]] = create_roadmap(
                name=row["name"], description=row["description"], portfolio=portfolio, actor=actor
            )
    with cast.acting("pm") as actor:
        create_calendars(content, cast, today, actor=actor)
        releases = create_releases(content, roadmaps, today, actor=actor)
        items = {
            row["id"]: _create_item(row, position, roadmaps, releases, initiatives, today, actor)
            for position, row in enumerate(content["item"], start=1)
        }
        milestones = {
            row["title"]: create_milestone(
                roadmap=roadmaps[row["roadmap"]],
                title=row["title"],
                due_on=monday_of_week(today, row["week"]) + _FRIDAY,
                kind=row["kind"],
                initiative=initiatives.get(row.get("initiative", "")),
                release=releases.get(row.get("release", "")),
                actor=actor,
            )
            for row in content["milestone"]
        }
        create_gates(content, milestones, items)
        create_notes(content, roadmaps, items, today)
        dependencies = _create_dependencies(content, items, actor)
    shake_hands(content, cast, dependencies, today)


def _create_dependencies(
    content: Mapping[str, Any], items: Mapping[str, RoadmapItem], actor: Actor
) -> dict[tuple[str, str], Dependency]:
    """Dependencies by the keys of both ends."""
    return {
        (row["predecessor"], row["successor"]): create_dependency(
            predecessor=items[row["predecessor"]],
            successor=items[row["successor"]],
            kind=row.get("kind", DependencyKind.FINISH_TO_START),
            lag_days=row.get("lag_days", 0),
            strength=row.get("strength", DependencyStrength.HARD),
            note=row.get("note", ""),
            actor=actor,
        )
        for row in content["dependency"]
    }


def _create_item(
    row: dict[str, Any],
    position: int,
    roadmaps: Mapping[str, Roadmap],
    releases: Mapping[str, Release],
    initiatives: Mapping[str, Initiative],
    today: date,
    actor: Actor,
) -> RoadmapItem:
    initiative = initiatives.get(row.get("initiative", ""))
    start_on = monday_of_week(today, row["weeks"][0])
    end_on = monday_of_week(today, row["weeks"][1]) + _FRIDAY
    return create_item(
        roadmap=roadmaps[row["roadmap"]],
        title=row["title"],
        start_on=start_on,
        end_on=end_on,
        initiative=initiative,
        description=row.get("description", ""),
        lane=row["lane"],
        owning_team=initiative.owning_team if initiative else None,
        status=_status(start_on, end_on, today),
        confidence=Decimal(str(row["confidence"])),
        position=position * 10,
        release=releases.get(row.get("release", "")),
        **{name: row[name] for name in _AS_TOLD if name in row},
        **dict(zip(DURATIONS, row.get("durations", ()), strict=False)),
        actor=actor,
    )


def _status(start_on: date, end_on: date, today: date) -> str:
    if end_on < today:
        return ItemStatus.DONE
    return ItemStatus.IN_PROGRESS if start_on <= today else ItemStatus.PLANNED
