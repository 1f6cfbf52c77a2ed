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
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from portfolio.models.selection import quarter_label
from portfolio.models.selection_enums import MONEY_VALUES, SelectionRule
from tenancy.actor import Actor
from tenancy.models import Team

MOST_COMPARED = 5


@dataclass(frozen=True)
class ResourceRow:
    """A resource over the quarters of a result."""

    label: str
    is_budget: bool
    cells: tuple[SelectionResource, ...]

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

    @property
    def quarter_label(self) -> str:
        """Q3 2026."""
        return quarter_label(self.quarter)


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
        "limits": f"{budget}, {_some(limited['teams'], 'team')}",
        "rules": f"{decided} decided, {_some(needs, 'need')}, {_some(groups, 'exclusion')}",
        "result": "",
    }


def _some(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


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


@dataclass(frozen=True)
class Pair:
    """A prerequisite as people read it; `keys` are (initiative, what it needs)."""

    id: UUID
    keys: tuple[UUID, UUID]
    dependent: str
    needed: str
    source: str


@dataclass(frozen=True)
class Group:
    """Initiatives of which at most one is chosen."""

    name: str
    keys: tuple[UUID, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """Everything between the candidates of a run, and who was decided on beforehand."""

    pairs: tuple[Pair, ...]
    groups: tuple[Group, ...]
    decided: tuple[SelectionCandidate, ...]


def rules_of(run: SelectionRun) -> Rules:
    """The run's rules; three queries."""
    rows = SelectionPrerequisite.objects.filter(run=run).select_related("dependent__initiative", "needed__initiative")
    pairs = tuple(
        Pair(
            id=row.pk,
            keys=(row.dependent.initiative_id, row.needed.initiative_id),
            dependent=str(row.dependent.initiative),
            needed=str(row.needed.initiative),
            source=row.source,
        )
        for row in rows.order_by("dependent__initiative__title", "needed__initiative__title", "pk")
    )
    members: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    exclusions = SelectionExclusion.objects.filter(run=run).select_related("candidate__initiative")
    for row in exclusions.order_by("name", "candidate__initiative__title", "pk"):
        members[row.name].append((row.candidate.initiative_id, str(row.candidate.initiative)))
    groups = tuple(
        Group(name, tuple(key for key, _ in rows), tuple(label for _, label in rows)) for name, rows in members.items()
    )
    decided = SelectionCandidate.objects.filter(run=run).exclude(rule=SelectionRule.FREE).select_related("initiative")
    return Rules(pairs, groups, tuple(decided.order_by("rule", "initiative__title", "pk")[:200]))


def total_of(demands: Iterable[SelectionDemand], *, is_budget: bool) -> Decimal | None:
    """The sum of the budget's or the teams' amounts over all quarters; None where one of them is not known."""
    amounts = [amount for row in demands if (row.team_id is None) == is_budget for amount in row.amounts]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if amounts and len(known) == len(amounts) else None


def limit_rows(run: SelectionRun) -> tuple[list[tuple[Team | None, list[Any]]], list[list[Decimal]]]:
    """(team, limits per quarter) of the budget and every team somebody needs, and what all candidates ask of each."""
    limits = {row.team_id: row.amounts for row in SelectionLimit.objects.filter(run=run)}
    asked: dict[UUID | None, list[Decimal]] = {None: [Decimal(0)] * run.quarter_count}
    for team_id, amounts in SelectionDemand.objects.filter(candidate__run=run).values_list("team_id", "amounts"):
        sums = asked.setdefault(team_id, [Decimal(0)] * run.quarter_count)
        asked[team_id] = [total + (amount or 0) for total, amount in zip(sums, amounts, strict=True)]
    teams = Team.objects.filter(pk__in=[key for key in {*asked, *limits} if key is not None]).order_by("name", "pk")
    order: list[Team | None] = [None, *teams]
    keys = [team.pk if team else None for team in order]
    rows = [(team, list(limits.get(key, []))) for team, key in zip(order, keys, strict=True)]
    return rows, [asked.get(key, [Decimal(0)] * run.quarter_count) for key in keys]
