"""The demo's objectives, key results and capability map."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.services.demo.content import first_day_of_month, last_day_of_month, read
from integrations.services.demo.people import Cast
from portfolio.models import (
    CapabilityInitiative,
    Initiative,
    Kpi,
    Objective,
    ObjectiveInitiative,
    Portfolio,
    Theme,
)
from portfolio.services.capabilities import add_dependency, create_capability
from portfolio.services.objectives import check_in, create_key_result, create_objective
from tenancy.actor import Actor
from tenancy.scope import named_action


def create_goals(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Objectives from the top down with their key results, then capabilities and what they stand on."""
    content = read("goals")
    with cast.acting("director") as actor:
        objectives = _create_objectives(content["objective"], cast, today, actor)
        named_action("objective.initiative_linked")
        ObjectiveInitiative.objects.bulk_create(
            ObjectiveInitiative(objective=objectives[row["title"]], initiative=initiatives[key])
            for row in content["objective"]
            for key in row.get("initiatives", ())
        )
    with cast.acting("pm") as actor:
        _create_capabilities(content["capability"], cast, initiatives, actor)


def _create_objectives(rows: list[dict[str, Any]], cast: Cast, today: date, actor: Actor) -> dict[str, Objective]:
    portfolios = {portfolio.name: portfolio for portfolio in Portfolio.objects.all()}
    themes = {theme.name: theme for theme in Theme.objects.all()}
    kpis = {kpi.key: kpi for kpi in Kpi.objects.all()}
    objectives: dict[str, Objective] = {}
    for row in rows:
        first, last = row["months"]
        objective = create_objective(
            actor=actor,
            title=row["title"],
            description=row.get("description", ""),
            portfolio=portfolios.get(row.get("portfolio", "")),
            theme=themes[row["theme"]],
            parent=objectives[row["under"]] if "under" in row else None,
            owner=cast.members[row["owner"]],
            weight=Decimal(row.get("weight", 1)),
            starts_on=first_day_of_month(today, first),
            ends_on=last_day_of_month(today, last),
        )
        objectives[row["title"]] = objective
        for result in row.get("key_results", ()):
            _create_key_result(objective, result, kpis, actor)
    return objectives


def _create_key_result(objective: Objective, row: dict[str, Any], kpis: Mapping[str, Kpi], actor: Actor) -> None:
    key_result = create_key_result(
        objective=objective,
        actor=actor,
        title=row["title"],
        kpi=kpis[row["kpi"]] if "kpi" in row else None,
        unit=row["unit"],
        start_value=Decimal(str(row["start"])),
        target_value=Decimal(str(row["target"])),
        weight=Decimal(row.get("weight", 1)),
    )
    if "said" in row:
        check_in(key_result, value=Decimal(str(row["said"])), actor=actor)


def _create_capabilities(
    rows: list[dict[str, Any]], cast: Cast, initiatives: Mapping[str, Initiative], actor: Actor
) -> None:
    capabilities = {
        row["name"]: create_capability(
            actor=actor,
            name=row["name"],
            kind=row.get("kind", "feature"),
            maturity=row["maturity"],
            description=row["description"],
            owning_team=cast.teams[row["team"]],
        )
        for row in rows
    }
    for row in rows:
        for name in row.get("stands_on", ()):
            add_dependency(capabilities[row["name"]], provider=capabilities[name], actor=actor)
    named_action("capability.initiative_linked")
    CapabilityInitiative.objects.bulk_create(
        CapabilityInitiative(capability=capabilities[row["name"]], initiative=initiatives[key])
        for row in rows
        for key in row["initiatives"]
    )
