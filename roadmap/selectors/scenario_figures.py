"""Scenarios side by side with the live plan: value, cost, load, dependencies, goals and risk."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from core.errors import InvalidInputError
from portfolio.models import KeyResult, ObjectiveInitiative
from roadmap.calc.quarters import Quarter
from roadmap.calc.scenario_figures import (
    CaseMoney,
    Moves,
    cost_by_quarter,
    load_by_quarter,
    moved_value,
    span_moves,
    spans,
    weighted_chance,
)
from roadmap.enums import DependencyStrength
from roadmap.models import Dependency, Roadmap, Scenario
from roadmap.selectors.calendars import CalendarBook, calendar_book
from roadmap.selectors.dependencies import violations
from roadmap.selectors.scenario_load import TeamLoad, team_loads
from roadmap.selectors.scenario_money import case_money
from roadmap.selectors.scenarios import Names, PlannedItem, ScenarioPlan, names_of, plans_with
from tenancy.actor import Actor

MOST_COMPARED = 5


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """What one plan amounts to, as one actor sees it. Money is in the organization's currency; None is unknown.

    `npv` adds up the recommended options of the current cases of initiatives in the plan; flows that hang on the
    start or end of an initiative move with its items. Of `initiatives` there are `unvalued` ones without such a
    figure and `unapproved` ones whose case nobody approved. `load` is how many items a team works on at once, by team
    and quarter. `chance_negative` is the mean chance of a negative value, weighted by costs.
    """

    items: int
    left_out: int
    initiatives: int
    ends_on: date | None
    npv: float | None
    unvalued: int
    unapproved: int
    cost: float | None
    cost_by_quarter: Mapping[Quarter, float]
    load: Mapping[tuple[UUID, Quarter], float]
    utilisation: TeamLoad | None
    violations: Sequence[str]
    objectives: int
    key_results: int
    chance_negative: float | None

    @property
    def busiest(self) -> tuple[UUID, Quarter] | None:
        """Team and quarter with the most items at once; None while no team is known."""
        return max(self.load, key=lambda key: (self.load[key], str(key[0]), key[1]), default=None)


@dataclass(frozen=True, slots=True)
class Column:
    """One plan of a comparison and what it amounts to."""

    plan: ScenarioPlan
    figures: PlanFigures


@dataclass(frozen=True, slots=True)
class Comparison:
    """The live plan, then each scenario. `objectives` and `key_results` are those any item of the roadmap serves."""

    columns: Sequence[Column]
    currency: str
    names: Names
    objectives: int
    key_results: int

    @property
    def teams(self) -> Mapping[str, str]:
        """Names of the teams it speaks of, by id as text."""
        return self.names.teams

    @property
    def live(self) -> Column:
        """The plan as it is."""
        return self.columns[0]

    @property
    def quarters(self) -> list[Quarter]:
        """Every quarter in which a plan costs anything."""
        return sorted({quarter for column in self.columns for quarter in column.figures.cost_by_quarter})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything the plans of a roadmap are judged by, read once for all of them."""

    cases: Mapping[UUID, CaseMoney]
    dependencies: Sequence[Dependency]
    goals: Mapping[UUID, set[UUID]]
    key_results: Mapping[UUID, int]
    book: CalendarBook
    live_spans: Mapping[UUID, tuple[date, date]] = field(default_factory=dict)


def scenarios_to_compare(keys: Sequence[UUID], *, actor: Actor) -> list[Scenario]:
    """The scenarios in the order asked for; refused when one is not there, or they plan different roadmaps."""
    wanted = list(dict.fromkeys(keys))
    if not 1 <= len(wanted) <= MOST_COMPARED:
        raise InvalidInputError(f"Choose one to {MOST_COMPARED} scenarios.", pointer="scenarios")
    found = Scenario.objects.permitted(actor).select_related("roadmap").in_bulk(wanted)
    if len(found) < len(wanted):
        raise InvalidInputError("There is no such scenario.", pointer="scenarios")
    if len({each.roadmap_id for each in found.values()}) > 1:
        raise InvalidInputError("Only scenarios of one roadmap can be compared.", pointer="scenarios")
    return [found[key] for key in wanted]


def compare(roadmap: Roadmap, scenarios: Sequence[Scenario], *, actor: Actor) -> Comparison:
    """The live plan beside the scenarios, which are all of this roadmap; a fixed number of queries for any of them."""
    plans = plans_with(roadmap, scenarios, actor=actor)
    around = _surroundings(roadmap, plans[0], actor=actor)
    loads = team_loads(plans, around.book, actor=actor)
    return Comparison(
        columns=[Column(plan, _figures(plan, around, load)) for plan, load in zip(plans, loads, strict=True)],
        currency=actor.organization.currency,
        names=names_of(plans),
        objectives=len(set().union(*around.goals.values())),
        key_results=sum(around.key_results.values()),
    )


def _surroundings(roadmap: Roadmap, live: ScenarioPlan, *, actor: Actor) -> Surroundings:
    initiatives = {each.item.initiative_id for each in live.items if each.item.initiative_id is not None}
    goals = _goals(initiatives, actor)
    book = calendar_book()
    return Surroundings(
        cases=case_money(initiatives, actor=actor),
        dependencies=list(
            Dependency.objects.permitted(actor)
            .touching(roadmap.pk)
            .select_related("predecessor__initiative", "successor__initiative")
            .order_by("pk")
        ),
        goals=goals,
        key_results=_key_results(set().union(*goals.values())),
        book=book,
        live_spans=_spans(live),
    )


def _goals(initiatives: Iterable[UUID], actor: Actor) -> dict[UUID, set[UUID]]:
    """Objectives by the initiatives that serve them."""
    found: dict[UUID, set[UUID]] = {}
    links = ObjectiveInitiative.objects.permitted(actor).filter(initiative__in=list(initiatives))
    for initiative, objective in links.values_list("initiative_id", "objective_id"):
        found.setdefault(initiative, set()).add(objective)
    return found


def _key_results(objectives: Collection[UUID]) -> Mapping[UUID, int]:
    """How many key results each objective has."""
    if not objectives:
        return {}
    return Counter(KeyResult.objects.filter(objective__in=objectives).values_list("objective_id", flat=True))


def _figures(plan: ScenarioPlan, around: Surroundings, team_load: TeamLoad | None) -> PlanFigures:
    inside = [each for each in plan.items if each.is_included]
    initiatives = {each.item.initiative_id for each in inside if each.item.initiative_id is not None}
    objectives = set().union(*(around.goals.get(key, set()) for key in initiatives))
    own_spans = _spans(plan)
    moves = {key: span_moves(around.live_spans.get(key), own_spans.get(key)) for key in initiatives}
    cases = {key: around.cases[key] for key in initiatives if key in around.cases}
    values = [moved_value(case, moves[key]) for key, case in cases.items()]
    known = [value for value in values if value is not None]
    costs = _costs(cases, moves)
    return PlanFigures(
        items=len(inside),
        left_out=sum(bool(each.live["is_included"]) and not each.is_included for each in plan.items),
        initiatives=len(initiatives),
        ends_on=max((each.end_on for each in inside if each.end_on), default=None),
        npv=sum(known) if known else None,
        unvalued=len(initiatives) - len(known),
        unapproved=sum(not case.is_approved for case in cases.values()),
        cost=sum(costs.values()) if cases else None,
        cost_by_quarter=costs,
        load=_load(inside, around.book),
        utilisation=team_load,
        violations=_violations(plan, around),
        objectives=len(objectives),
        key_results=sum(around.key_results.get(key, 0) for key in objectives),
        chance_negative=weighted_chance(cases.values()),
    )


def _spans(plan: ScenarioPlan) -> Mapping[UUID, tuple[date, date]]:
    """First and last day of the work on each initiative in the plan."""
    return spans(
        (each.item.initiative_id, each.start_on, each.end_on)
        for each in plan.items
        if each.item.initiative_id is not None and each.start_on is not None and each.end_on is not None
    )


def _costs(cases: Mapping[UUID, CaseMoney], moves: Mapping[UUID, Moves]) -> dict[Quarter, float]:
    costs: dict[Quarter, float] = {}
    for key, case in cases.items():
        for quarter, amount in cost_by_quarter(case, moves[key]).items():
            costs[quarter] = costs.get(quarter, 0.0) + amount
    return dict(sorted(costs.items()))


def _load(inside: Sequence[PlannedItem], book: CalendarBook) -> dict[tuple[UUID, Quarter], float]:
    work = [
        (each.team_id, each.start_on, each.end_on)
        for each in inside
        if each.team_id is not None and each.start_on is not None and each.end_on is not None
    ]
    return load_by_quarter(work, book.of_team)


def _violations(plan: ScenarioPlan, around: Surroundings) -> list[str]:
    """Broken dependencies in words: dates that contradict one, and work that waits for what is not in the plan."""
    planned = {each.item.pk: each for each in plan.items}
    missing: list[str] = []
    calendars = {}
    for row in around.dependencies:
        for end in (row.predecessor, row.successor):
            mine = planned.get(end.pk)
            if mine is not None:
                end.start_on, end.end_on = mine.start_on, mine.end_on
        waits = planned.get(row.successor_id)
        own = waits.team_id if waits is not None else row.successor.owning_team_id
        calendars[row.successor_id] = around.book.of_team(own)
        if row.strength == DependencyStrength.HARD and row.successor.is_scheduled and not row.predecessor.is_scheduled:
            missing.append(f"“{row.successor.title}” waits for “{row.predecessor.title}”, which is not in the plan.")
    found = violations(around.dependencies, calendars=calendars)
    return [each.reason for each in found] + sorted(missing)
