"""Selections as one reads them: what limits them, how a result uses it, and how results differ."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum

from core.errors import InvalidInputError
from portfolio.models import (
    SelectionCandidate,
    SelectionChoice,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from portfolio.models.selection_enums import MONEY_VALUES
from tenancy.actor import Actor

MOST_COMPARED = 5


@dataclass(frozen=True)
class ResourceRow:
    """A resource over the quarters of a result."""

    label: str
    is_budget: bool
    cells: tuple[SelectionResource, ...]

    @property
    def is_limited(self) -> bool:
        """Whether any quarter is limited."""
        return any(cell.limit is not None for cell in self.cells)

    @property
    def used(self) -> Decimal | None:
        """What the chosen take of it over all quarters; None while nothing was found."""
        amounts = [cell.used for cell in self.cells if cell.used is not None]
        return sum(amounts, Decimal(0)) if len(amounts) == len(self.cells) else None

    @property
    def limit(self) -> Decimal | None:
        """What there is over all quarters; None when a quarter is not limited."""
        amounts = [cell.limit for cell in self.cells if cell.limit is not None]
        return sum(amounts, Decimal(0)) if len(amounts) == len(self.cells) else None


@dataclass(frozen=True)
class CandidateTotals:
    """How far the candidates of a run are known."""

    count: int
    valued: int
    value: Decimal | None
    must_do: int
    must_not: int


@dataclass(frozen=True)
class Difference:
    """An initiative that not all results choose: per result True, False, or None where it was no candidate."""

    label: str
    initiative_id: UUID | None
    chosen: tuple[bool | None, ...]


@dataclass(frozen=True)
class UseRow:
    """A resource in one quarter, and per result what is used and what there is; None where it is not part of it."""

    label: str
    quarter: date
    is_budget: bool
    cells: tuple[SelectionResource | None, ...]


@dataclass(frozen=True)
class Comparison:
    """Results side by side, in the order asked for; `common` counts what all of them choose."""

    results: tuple[SelectionResult, ...]
    uses: tuple[UseRow, ...]
    common: int
    differences: tuple[Difference, ...] = field(default=())


def value_unit(run: SelectionRun) -> str:
    """The currency of the run's values; empty for points."""
    return run.currency if run.value_source in MONEY_VALUES else ""


def setup_notes(run: SelectionRun, totals: CandidateTotals) -> dict[str, str]:
    """A few words on each step of the setup; three queries."""
    limited = SelectionLimit.objects.filter(run=run).aggregate(teams=Count("team"), all=Count("pk"))
    budget = "a budget" if limited["all"] > limited["teams"] else "no budget"
    needs = SelectionPrerequisite.objects.filter(run=run).count()
    groups = SelectionExclusion.objects.filter(run=run).values("name").distinct().count()
    decided = totals.must_do + totals.must_not
    return {
        "candidates": f"{totals.count:,}, {totals.count - totals.valued:,} without a value",
        "limits": f"{budget}, {limited['teams']} {'team' if limited['teams'] == 1 else 'teams'}",
        "rules": f"{decided} decided, {needs} needs, {groups} exclusions",
        "result": "",
    }


def newest_result(run: SelectionRun) -> SelectionResult | None:
    """The result found last, without its frozen inputs."""
    found: SelectionResult | None = SelectionResult.objects.filter(run=run).defer("inputs").first()
    return found


def resource_rows(result: SelectionResult) -> list[ResourceRow]:
    """The result's resources, one row each over all quarters, the budget first."""
    rows: dict[Any, list[SelectionResource]] = defaultdict(list)
    for cell in SelectionResource.objects.filter(result=result).order_by("position"):
        rows[(cell.is_budget, cell.key.partition(":")[0])].append(cell)
    return [ResourceRow(cells[0].label, cells[0].is_budget, tuple(cells)) for cells in rows.values()]


def scarce_resources(result: SelectionResult) -> list[SelectionResource]:
    """Resources of which one more unit would be worth something, the most valuable first."""
    rows = SelectionResource.objects.filter(result=result, limit__isnull=False, marginal__gt=0).select_related("result")
    return list(rows.defer("result__inputs").order_by("is_budget", "-marginal", "position"))


def candidate_totals(run: SelectionRun) -> CandidateTotals:
    """How many candidates there are, how many have a value, and what people decided; one query."""
    totals = SelectionCandidate.objects.filter(run=run).aggregate(
        count=Count("pk"),
        valued=Count("value"),
        total=Sum("value"),
        must_do=Count("pk", filter=Q(rule="must_do")),
        must_not=Count("pk", filter=Q(rule="must_not")),
    )
    return CandidateTotals(totals["count"], totals["valued"], totals["total"], totals["must_do"], totals["must_not"])


def compare_runs(run_ids: Sequence[UUID], *, actor: Actor) -> Comparison:
    """The newest results of two to five selections side by side.

    Raises InvalidInputError, pointing at `runs`, for fewer, more, the same twice, and one without a result or sight.
    """
    if len(set(run_ids)) != len(run_ids):
        raise InvalidInputError("A selection is named twice.", pointer="runs")
    if not 2 <= len(run_ids) <= MOST_COMPARED:
        raise InvalidInputError(f"Compare 2 to {MOST_COMPARED} selections.", pointer="runs")
    rows = SelectionResult.objects.permitted(actor).filter(run__in=run_ids).select_related("run").defer("inputs")
    newest = {each.run_id: each for each in rows.order_by("run_id", "-computed_at", "-pk").distinct("run_id")}
    if len(newest) < len(run_ids):
        raise InvalidInputError("A selection named here has no result yet, or does not exist.", pointer="runs")
    return compare([newest[run_id] for run_id in run_ids])


def compare(results: Sequence[SelectionResult]) -> Comparison:
    """Results side by side: what they use per quarter, and which initiatives they do not agree on."""
    differences, common = _differences(results)
    return Comparison(tuple(results), tuple(_uses(results)), common, tuple(differences))


def _uses(results: Sequence[SelectionResult]) -> Iterable[UseRow]:
    places = {result.pk: index for index, result in enumerate(results)}
    rows: dict[tuple[bool, str, date], list[SelectionResource | None]] = {}
    cells = SelectionResource.objects.filter(result__in=places).order_by("-is_budget", "label", "quarter", "pk")
    for cell in cells:
        row = rows.setdefault((cell.is_budget, cell.label, cell.quarter), [None] * len(results))
        row[places[cell.result_id]] = cell
    for (is_budget, label, quarter), found in rows.items():
        yield UseRow(label, quarter, is_budget, tuple(found))


def _differences(results: Sequence[SelectionResult]) -> tuple[list[Difference], int]:
    places = {result.pk: index for index, result in enumerate(results)}
    chosen: dict[Any, list[bool | None]] = {}
    labels: dict[Any, tuple[str, UUID | None]] = {}
    columns = ("result_id", "initiative_id", "label", "is_chosen")
    for result_id, initiative_id, label, is_in in SelectionChoice.objects.filter(result__in=places).values_list(
        *columns
    ):
        key = initiative_id or label
        labels[key] = (label, initiative_id)
        chosen.setdefault(key, [None] * len(results))[places[result_id]] = is_in
    common = sum(all(row) for row in chosen.values())
    found = [Difference(*labels[key], tuple(row)) for key, row in chosen.items() if any(row) and not all(row)]
    return sorted(found, key=lambda each: (-sum(bool(one) for one in each.chosen), each.label)), common
