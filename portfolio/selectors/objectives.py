"""Objectives with their progress, as a tree."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from portfolio.calc.goal_progress import Part, Progress, key_result_progress, tree_progress
from portfolio.models import Initiative, KeyResult, Kpi, Objective, ObjectiveInitiative
from tenancy.actor import Actor

_NOTHING = Progress(None, 0, 0)


@dataclass(frozen=True)
class Measured:
    """A key result with what is known of it; `current` and `progress` are None when unknown."""

    key_result: KeyResult
    current: Decimal | None
    progress: Decimal | None


@dataclass(frozen=True)
class Goals:
    """Every objective the actor may see: progress by id, key results by objective, and the ids below each."""

    objectives: dict[UUID, Objective]
    progress: dict[UUID, Progress]
    key_results: dict[UUID, list[Measured]]
    below: dict[UUID | None, list[Objective]]

    def progress_of(self, objective: Objective) -> Progress:
        """Progress of one objective; nothing known when it has nothing below it."""
        return self.progress.get(objective.pk, _NOTHING)


def goals(actor: Actor, *, now: datetime) -> Goals:
    """All objectives with progress; three queries, however many there are."""
    rows = Objective.objects.permitted(actor).select_related("owner__user", "portfolio", "theme")
    objectives = {objective.pk: objective for objective in rows}
    found = list(KeyResult.objects.filter(objective__in=list(objectives)).order_by("created_at", "pk"))
    measured: dict[UUID, list[Measured]] = {}
    values = _kpi_values([row.kpi_id for row in found if row.kpi_id], actor=actor, now=now)
    for row in found:
        measured.setdefault(row.objective_id, []).append(_measured(row, values))
    parents = {pk: one.parent_id if one.parent_id in objectives else None for pk, one in objectives.items()}
    below: dict[UUID | None, list[Objective]] = {}
    for pk, objective in objectives.items():
        below.setdefault(parents[pk], []).append(objective)
    progress = tree_progress(
        parents,
        {pk: objective.weight for pk, objective in objectives.items()},
        {pk: [Part(one.key_result.weight, one.progress) for one in rows] for pk, rows in measured.items()},
    )
    return Goals(objectives, progress, measured, below)


def contributing(objective: Objective, *, actor: Actor) -> Any:
    """Links to the initiatives that contribute and that the actor may see, by title."""
    seen = Initiative.objects.permitted(actor).order_by()
    links = ObjectiveInitiative.objects.filter(objective=objective, initiative__in=seen)
    return links.select_related("initiative").order_by("initiative__title", "pk")


def _kpi_values(pks: list[UUID], *, actor: Actor, now: datetime) -> dict[UUID, Decimal | None]:
    if not pks:
        return {}
    rows = Kpi.objects.permitted(actor).filter(pk__in=pks).with_status(now).order_by()
    return dict(rows.values_list("pk", "latest_value"))


def _measured(row: KeyResult, values: dict[UUID, Decimal | None]) -> Measured:
    current = values.get(row.kpi_id) if row.kpi_id else row.current_value
    progress = key_result_progress(start=row.start_value, target=row.target_value, current=current)
    return Measured(row, current, progress)
