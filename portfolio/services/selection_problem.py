"""The inputs of a selection, frozen: everything the search is given, as JSON, and the problem they make."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.errors import DomainError
from portfolio.calc.selection import Candidate, Problem
from portfolio.models import (
    SelectionCandidate,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionRun,
)
from portfolio.models.selection import quarter_label
from portfolio.models.selection_enums import MONEY_VALUES, SelectionRule
from portfolio.services.selection_inputs import quarters_of
from tenancy.models import Team

ENGINE_VERSION = "selection-1"
_ATTEMPTS = 5


class KeepsChangingError(DomainError):
    """People changed the selection every time it was read."""

    code = "keeps_changing"


def freeze(run_id: UUID) -> tuple[SelectionRun, dict[str, Any]]:
    """The run and its inputs as they were at one moment.

    Not locked, because a search takes minutes; every change of the setup raises the run's version, so inputs
    read between two looks at the same version belong together. Raises KeepsChangingError after some attempts.
    """
    for _ in range(_ATTEMPTS):
        run = SelectionRun.objects.get(pk=run_id)
        inputs = _inputs(run)
        if SelectionRun.objects.filter(pk=run_id, version=run.version).exists():
            return run, inputs
    raise KeepsChangingError("The selection kept changing while it was read. Try again.")


def digest_of(inputs: dict[str, Any]) -> str:
    """Identifies the inputs and the engine."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


def problem_of(inputs: dict[str, Any]) -> Problem:
    """What the search is asked; candidates that are not known enough may not be chosen."""
    candidates = inputs["candidates"]
    return Problem(
        candidates=[
            Candidate(
                key=row["key"],
                value=0.0 if row["unknown"] else float(row["value"]),
                uses={} if row["unknown"] else {key: float(amount) for key, amount in row["uses"].items()},
            )
            for row in candidates
        ],
        capacities={row["key"]: float(row["limit"]) for row in inputs["resources"] if row["limit"] is not None},
        prerequisites=[(dependent, needed) for dependent, needed in inputs["prerequisites"]],
        exclusions=[row["candidates"] for row in inputs["exclusions"]],
        required=frozenset(row["key"] for row in candidates if row["rule"] == SelectionRule.MUST_DO),
        forbidden=frozenset(
            row["key"] for row in candidates if row["rule"] == SelectionRule.MUST_NOT or row["unknown"]
        ),
    )


def _inputs(run: SelectionRun) -> dict[str, Any]:
    quarters = quarters_of(run)
    limits = {limit.team_id: limit.amounts for limit in SelectionLimit.objects.filter(run=run)}
    resources = _resources(run, quarters, limits)
    candidates = SelectionCandidate.objects.filter(run=run).select_related("initiative").order_by("initiative_id")
    demands: dict[UUID, list[SelectionDemand]] = defaultdict(list)
    for demand in SelectionDemand.objects.filter(candidate__run=run).order_by("team_id"):
        demands[demand.candidate_id].append(demand)
    return {
        "engine": ENGINE_VERSION,
        "value_source": run.value_source,
        "unit": run.currency if run.value_source in MONEY_VALUES else "",
        "currency": run.currency,
        "quarters": [quarter.isoformat() for quarter in quarters],
        "relative_gap": f"{run.relative_gap:f}",
        "time_limit": run.time_limit_seconds,
        "resources": resources,
        "candidates": [_candidate(row, demands[row.pk], quarters, limits) for row in candidates],
        "prerequisites": _prerequisites(run),
        "exclusions": _exclusions(run),
    }


def _resources(
    run: SelectionRun, quarters: list[date], limits: dict[UUID | None, list[Decimal | None]]
) -> list[dict[str, Any]]:
    """The budget in every quarter, limited or not, then the teams that are limited."""
    teams = {team.pk: team.name for team in Team.objects.filter(pk__in=[key for key in limits if key])}
    rows = []
    for team_id, label in ((None, "Budget"), *sorted(teams.items(), key=lambda row: (row[1], row[0]))):
        amounts = limits.get(team_id) or [None] * len(quarters)
        for quarter, amount in zip(quarters, amounts, strict=True):
            rows.append(
                {
                    "key": resource_key(team_id, quarter),
                    "team": str(team_id) if team_id else None,
                    "label": label,
                    "quarter": quarter.isoformat(),
                    "limit": None if amount is None else f"{amount:.2f}",
                }
            )
    return rows


def resource_key(team_id: UUID | None, quarter: date) -> str:
    """Names a resource in one quarter."""
    return f"{team_id or 'budget'}:{quarter.isoformat()}"


def _candidate(
    row: SelectionCandidate,
    demands: Iterable[SelectionDemand],
    quarters: list[date],
    limits: dict[UUID | None, list[Decimal | None]],
) -> dict[str, Any]:
    by_team = {demand.team_id: demand for demand in demands}
    uses = {
        resource_key(team_id, quarter): f"{amount:.2f}"
        for team_id, demand in by_team.items()
        for quarter, amount in zip(quarters, demand.amounts, strict=True)
        if amount is not None
    }
    return {
        "key": str(row.initiative_id),
        "label": str(row.initiative),
        "rule": row.rule,
        "value": None if row.value is None else f"{row.value:f}",
        "uses": uses,
        "unknown": _unknown(row, by_team, quarters, limits),
    }


def _unknown(
    row: SelectionCandidate,
    by_team: dict[UUID | None, SelectionDemand],
    quarters: list[date],
    limits: dict[UUID | None, list[Decimal | None]],
) -> list[str]:
    """What would have to be known to choose it: a limit cannot be kept with amounts nobody knows."""
    found: list[tuple[str, str]] = []
    if row.value is None:
        found.append(("its value", row.value_note))
    if _is_limited(limits.get(None)):
        found += _gaps("its cost", by_team.get(None), quarters, limits[None])
    with_teams = {team: amounts for team, amounts in limits.items() if team is not None and _is_limited(amounts)}
    if with_teams and not any(team is not None for team in by_team):
        found.append(("which team does it, and how many person-months it takes", ""))
    for team, amounts in with_teams.items():
        if team in by_team:
            found += _gaps("its person-months", by_team[team], quarters, amounts)
    return _by_note(found)


def _by_note(found: Iterable[tuple[str, str]]) -> list[str]:
    """What is not known, together where the reason is the same."""
    groups: dict[str, list[str]] = defaultdict(list)
    for what, note in found:
        groups[note].append(what)
    return [_with_note(" and ".join(whats), note) for note, whats in groups.items()]


def _is_limited(amounts: list[Decimal | None] | None) -> bool:
    return amounts is not None and any(amount is not None for amount in amounts)


def _gaps(
    what: str, demand: SelectionDemand | None, quarters: list[date], limits: list[Decimal | None]
) -> list[tuple[str, str]]:
    amounts = demand.amounts if demand else [None] * len(quarters)
    missing = [
        quarter_label(quarter)
        for quarter, amount, limit in zip(quarters, amounts, limits, strict=True)
        if amount is None and limit is not None
    ]
    if not missing:
        return []
    when = "" if len(missing) == len(quarters) else f" in {', '.join(missing)}"
    return [(f"{what}{when}", demand.note if demand else "")]


def _with_note(what: str, note: str) -> str:
    return f"{what} ({note[0].lower()}{note[1:].rstrip('.')})" if note and note != "Entered." else what


def _prerequisites(run: SelectionRun) -> list[list[str]]:
    pairs = SelectionPrerequisite.objects.filter(run=run).values_list(
        "dependent__initiative_id", "needed__initiative_id"
    )
    return sorted([str(dependent), str(needed)] for dependent, needed in pairs)


def _exclusions(run: SelectionRun) -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, initiative in SelectionExclusion.objects.filter(run=run).values_list("name", "candidate__initiative_id"):
        groups[name].append(str(initiative))
    return [{"name": name, "candidates": sorted(groups[name])} for name in sorted(groups)]
