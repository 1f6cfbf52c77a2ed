"""Scenarios in words: values of fields, rows of the editor, columns of the comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.html import format_html

from core.web.formatting import day_text, money, number, percent, quantity
from roadmap.calc.quarters import Quarter
from roadmap.calc.scenarios import EFFECTIVE, Effect, Value
from roadmap.enums import DatePrecision, DemandProfile, ItemStatus, ScenarioField
from roadmap.enums.scenario import DEMAND_FIELDS
from roadmap.selectors.judged_changes import JudgedChange
from roadmap.selectors.plan_change_rows import amounts_text, spread_text
from roadmap.selectors.scenario_demands import PlannedDemand
from roadmap.selectors.scenario_figures import Column, Comparison, PlanFigures
from roadmap.selectors.scenarios import Names, PlannedItem

NOTHING = "none"
NOT_NEEDED = "not needed"
ITEM_TEAM = "the item's team"
MINUS = "\N{MINUS SIGN}"
_ASPECTS: dict[str, str] = {
    ScenarioField.DEMAND_TEAM: ", team",
    ScenarioField.DEMAND_SPREAD: ", spread",
    ScenarioField.DEMAND_NOTE: ", note",
}
_STATE = {
    Effect.SETTLED: ("The live plan says so by now", "neutral"),
    Effect.CONFLICT: ("Conflict", "danger"),
    Effect.KEPT: ("Conflict: the scenario's kept", "info"),
    Effect.DROPPED: ("Conflict: the live plan's taken", "neutral"),
    Effect.GONE: ("Done or gone", "danger"),
}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change of a scenario in words; `state` is empty while the live plan stood still."""

    judged: JudgedChange
    label: str
    base: str
    live: str
    new: str
    state: str
    tone: str
    shows_new: bool


@dataclass(frozen=True, slots=True)
class ShownDemand:
    """What an item needs, live and in the scenario; `brief` is the likely amount, as long as nothing of it differs."""

    planned: PlannedDemand
    resource: str
    brief: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A row of the editor: dates, team and demands as they would be, and what was there before where that differs."""

    planned: PlannedItem
    old_when: str
    new_when: str
    old_team: str
    new_team: str
    others: Sequence[ShownChange]
    demands: Sequence[ShownDemand]
    changes: Sequence[ShownChange]
    reasons: Sequence[str]
    has_conflict: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one plan; `delta` against the live plan, `tone` good or bad where one can tell."""

    text: str
    note: str = ""
    delta: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One line of the comparison: the live plan, then every scenario."""

    label: str
    cells: Sequence[Cell]
    explanation: str = ""


def value_text(name: str, value: Value, names: Names) -> str:
    """The value of a field of an item in words."""
    if name == ScenarioField.IS_INCLUDED:
        return "in the plan" if value else "left out"
    if value in (None, ""):
        return NOTHING
    if name in (ScenarioField.START_ON, ScenarioField.END_ON):
        return day_text(date.fromisoformat(str(value)))
    if name == ScenarioField.OWNING_TEAM:
        return _team_name(value, names)
    words = {ScenarioField.STATUS: ItemStatus, ScenarioField.DATE_PRECISION: DatePrecision}.get(ScenarioField(name))
    return str(value) if words is None else str(words(value).label)


def demand_text(name: str, value: Any, unit: str, names: Names) -> str:
    """The value of a field of a demand in words: the whole, its amount, its team, its spread or its note."""
    if name == ScenarioField.DEMAND_TEAM:
        return ITEM_TEAM if value is None else _team_name(value, names)
    if name == ScenarioField.DEMAND_NOTE:
        return value or NOTHING
    if value is None:
        return NOT_NEEDED
    if name == ScenarioField.DEMAND_SPREAD:
        return spread_text(value)
    parts = [amounts_text(value, unit)]
    if value.get("team") is not None:
        parts.append(_team_name(value["team"], names))
    if value.get("profile", DemandProfile.FLAT) != DemandProfile.FLAT:
        parts.append(spread_text(value))
    return ", ".join([*parts, *([f"“{value['note']}”"] if value.get("note") else [])])


def shown_change(judged: JudgedChange, names: Names) -> ShownChange:
    """The change in words."""
    change = judged.change
    name, label = change.field, change.get_field_display()
    state, tone = _STATE.get(judged.effect, ("", ""))
    values = (change.base_value, judged.live, change.new_value)
    if name in DEMAND_FIELDS:
        resource = names.resources.get(str(change.resource_key))
        unit = "" if resource is None else resource.total_unit
        label = "A resource that is gone" if resource is None else resource.name
        label += _ASPECTS.get(name, "")
        base, live, new = (demand_text(name, value, unit, names) for value in values)
    else:
        base, live, new = (value_text(name, value, names) for value in values)
    return ShownChange(
        judged=judged,
        label=label,
        base=base,
        live=live,
        new=new,
        state=state,
        tone=tone,
        shows_new=judged.effect in EFFECTIVE,
    )


def shown_item(planned: PlannedItem, names: Names) -> ShownItem:
    """The row of an item."""
    changes = [shown_change(each, names) for each in planned.all_changes]
    own = {ScenarioField.IS_INCLUDED, ScenarioField.START_ON, ScenarioField.END_ON, ScenarioField.OWNING_TEAM}
    team, live_team = _team(planned, planned.values, names.teams), _team(planned, planned.live, names.teams)
    old_when, new_when = _when(planned.live), _when(planned.values)
    return ShownItem(
        planned=planned,
        old_when=old_when if old_when != new_when else "",
        new_when=new_when,
        old_team=live_team if live_team != team else "",
        new_team=team,
        others=[each for each in changes if each.judged.change.field not in {*own, *DEMAND_FIELDS} and each.shows_new],
        demands=[shown_demand(each, names) for each in planned.demands],
        changes=changes,
        reasons=list(dict.fromkeys(filter(None, (each.judged.change.reason for each in changes)))),
        has_conflict=any(each.judged.is_open for each in changes),
    )


def shown_demand(planned: PlannedDemand, names: Names) -> ShownDemand:
    """A demand of an item in words."""
    resource = names.resources.get(str(planned.resource))
    unit = "" if resource is None else resource.total_unit
    live, value = planned.live, planned.value
    if live and value and live["note"] == value["note"]:
        live, value = {**live, "note": ""}, {**value, "note": ""}
    old, new = (demand_text(ScenarioField.DEMAND, each, unit, names) for each in (live, value))
    brief = "" if planned.value is None else quantity(planned.value["likely"], unit)
    return ShownDemand(planned, "A resource that is gone" if resource is None else resource.name, brief, old, new)


def figure_rows(comparison: Comparison) -> list[FigureRow]:
    """Every figure of every plan, each beside that of the live plan."""
    return [
        _row("Net present value", comparison, _npv, "Of what is in the plan, by current business cases."),
        _row("Cost", comparison, _cost, "Planned costs of the same cases, undiscounted."),
        _row("Items in the plan", comparison, _items),
        _row("Plan ends", comparison, _end),
        _row("Busiest team", comparison, _busiest, "Items a team works on at once, on an average working day."),
        _row("Highest utilisation", comparison, _utilisation, "The tightest month, needs of other roadmaps included."),
        _row("Broken dependencies", comparison, _violations),
        _row("Goals covered", comparison, _goals, "Objectives that something in the plan contributes to."),
        _row("Chance of a negative value", comparison, _risk, "By simulation of the cases, weighted by their costs."),
    ]


def cost_series(comparison: Comparison) -> list[tuple[str, list[tuple[str, float]]]]:
    """Costs per quarter of every plan, for a chart."""
    return [
        (
            plan_name(column),
            [(quarter.label, column.figures.cost_by_quarter.get(quarter, 0.0)) for quarter in comparison.quarters],
        )
        for column in comparison.columns
    ]


def load_series(comparison: Comparison) -> list[tuple[str, list[tuple[str, float]]]]:
    """Items at once of the busiest team per quarter of every plan, for a chart."""
    quarters = sorted({quarter for column in comparison.columns for _, quarter in column.figures.load})
    found = []
    for column in comparison.columns:
        highest: dict[Quarter, float] = dict.fromkeys(quarters, 0.0)
        for (_, quarter), load in column.figures.load.items():
            highest[quarter] = max(highest[quarter], round(load, 2))
        found.append((plan_name(column), [(quarter.label, load) for quarter, load in highest.items()]))
    return found


def plan_name(column: Column) -> str:
    """What a plan of a comparison is called."""
    return "Live plan" if column.plan.scenario is None else column.plan.scenario.name


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """An item the scenarios treat differently: the live plan in words, then each scenario, empty where it agrees."""

    item: Any
    live: str
    cells: Sequence[str] = field(default_factory=list)


def difference_rows(comparison: Comparison) -> list[DifferenceRow]:
    """Items at least one scenario changes, in the order of the plan."""
    live = comparison.live.plan.items
    rows = []
    for position, planned in enumerate(live):
        others = [column.plan.items[position] for column in comparison.columns[1:]]
        if any(other.is_changed for other in others):
            cells = [_summary(other, comparison.names) if other.is_changed else "" for other in others]
            rows.append(DifferenceRow(planned.item, _when(planned.live), cells))
    return rows


def _summary(planned: PlannedItem, names: Names) -> str:
    """What a scenario makes of an item, in a line."""
    if not planned.is_included:
        return "Left out"
    shown = shown_item(planned, names)
    parts = [shown.new_when if shown.old_when else "", shown.new_team if shown.old_team else ""]
    parts += [f"{each.label}: {each.new}" for each in shown.others]
    parts += [f"{each.resource}: {each.new}" for each in shown.demands if each.planned.is_changed]
    return " · ".join(part for part in parts if part) or "In the plan"


def _when(values: Mapping[str, Value]) -> str:
    start_on, end_on = values["start_on"], values["end_on"]
    if not values[ScenarioField.IS_INCLUDED] or start_on is None or end_on is None:
        return "not planned"
    first, last = date.fromisoformat(str(start_on)), date.fromisoformat(str(end_on))
    return f"{day_text(first)} \N{EN DASH} {day_text(last)}"


def _team(planned: PlannedItem, values: Mapping[str, Value], teams: Mapping[str, str]) -> str:
    own = values["owning_team"]
    initiative = planned.item.initiative
    key = own if own is not None else initiative and initiative.owning_team_id
    return teams.get(str(key), "") if key else ""


def _team_name(value: Any, names: Names) -> str:
    return names.teams.get(str(value), "a team that is gone")


def _row(label: str, comparison: Comparison, make: Any, explanation: str = "") -> FigureRow:
    live = comparison.live.figures
    return FigureRow(label, [make(column.figures, live, comparison) for column in comparison.columns], explanation)


def _signed(change: float, text: str) -> str:
    """The text of a size with its sign; empty without a change. What is safe to show stays so."""
    return format_html("{}{}", "+" if change > 0 else MINUS, text) if change else ""


def _toned(change: float, *, good: int) -> str:
    """Whether a change is for the better: `good` is 1 where more is, -1 where less is, 0 where nobody can say."""
    if not change or not good:
        return ""
    return "good" if (change > 0) == (good > 0) else "bad"


def _money_cell(value: float | None, live: float | None, currency: str, note: str, good: int) -> Cell:
    if value is None:
        return Cell("unknown", note)
    change = round(value - (live or 0.0), 2) if live is not None else 0.0
    text = money(round(value, 2), currency, compact=True)
    delta = _signed(change, money(abs(change), currency, compact=True))
    return Cell(text, note, delta, _toned(change, good=good))


def _npv(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    notes = [
        f"{figures.unvalued} of {figures.initiatives} initiatives not valued" if figures.unvalued else "",
        f"{figures.unapproved} not approved yet" if figures.unapproved else "",
    ]
    return _money_cell(figures.npv, live.npv, comparison.currency, ", ".join(filter(None, notes)), good=1)


def _cost(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    return _money_cell(figures.cost, live.cost, comparison.currency, "", good=0)


def _items(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    change = figures.items - live.items
    note = f"{figures.left_out} left out" if figures.left_out else ""
    return Cell(number(figures.items), note, _signed(change, str(abs(change))))


def _end(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    if figures.ends_on is None:
        return Cell("no dates")
    change = (figures.ends_on - live.ends_on).days if live.ends_on else 0
    delta = _signed(change, f"{abs(change)} day{'' if abs(change) == 1 else 's'}")
    return Cell(day_text(figures.ends_on), "", delta, _toned(change, good=-1))


def _busiest(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    top, before = figures.busiest, live.busiest
    if top is None:
        return Cell("no team")
    team, quarter = top
    change = round(figures.load[top] - (live.load[before] if before else 0.0), 1)
    note = f"{comparison.teams.get(str(team), 'A team')}, {quarter.label}"
    return Cell(
        f"{figures.load[top]:.1f} at once", note, _signed(change, f"{abs(change):.1f}"), _toned(change, good=-1)
    )


def _utilisation(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    found, before = figures.utilisation, live.utilisation
    if found is None or found.peak is None or found.month is None:
        return Cell("no capacities")
    change = round(100 * (found.peak - before.peak)) if before is not None and before.peak is not None else 0
    notes = [comparison.teams.get(str(found.team), "A team"), found.resource, f"{found.month:%b %Y}"]
    if found.overloaded:
        notes.append(f"{found.overloaded} team month{'' if found.overloaded == 1 else 's'} overloaded")
    delta = _signed(change, f"{abs(change)} points")
    return Cell(percent(found.peak, 0), ", ".join(notes), delta, _toned(change, good=-1))


def _violations(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    change = len(figures.violations) - len(live.violations)
    return Cell(number(len(figures.violations)), "", _signed(change, str(abs(change))), _toned(change, good=-1))


def _goals(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    if not comparison.objectives:
        return Cell("no goals linked")
    change = figures.objectives - live.objectives
    text = f"{figures.objectives} of {comparison.objectives}"
    note = f"{figures.key_results} of {comparison.key_results} key results" if comparison.key_results else ""
    return Cell(text, note, _signed(change, str(abs(change))), _toned(change, good=1))


def _risk(figures: PlanFigures, live: PlanFigures, comparison: Comparison) -> Cell:
    if figures.chance_negative is None:
        return Cell("not simulated")
    before = live.chance_negative
    change = round(100 * (figures.chance_negative - before), 1) if before is not None else 0.0
    delta = _signed(change, f"{abs(change):g} points")
    return Cell(percent(figures.chance_negative), "", delta, _toned(change, good=-1))
