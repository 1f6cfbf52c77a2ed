"""Scenarios as one reads them: the live plan with the changes of a scenario laid over it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from roadmap.calc.scenarios import DEMAND_TEAM, INCLUDED, SHOWN, Value, demand_field, overlay
from roadmap.enums import ItemStatus, ScenarioField
from roadmap.enums.scenario import DEMAND_FIELDS, ITEM_FIELDS
from roadmap.models import Resource, Roadmap, RoadmapItem, Scenario, ScenarioChange
from roadmap.selectors.judged_changes import JudgedChange, json_value, judged, proposal_of
from roadmap.selectors.scenario_demands import LiveDemand, PlannedDemand, live_demands, planned_demands
from roadmap.selectors.timeline import items_of
from tenancy.actor import Actor
from tenancy.models import Team

# Fields of an item a scenario may change; being in the plan is not stored but follows from having dates.
STORED_FIELDS = tuple(str(each) for each in ITEM_FIELDS if each != ScenarioField.IS_INCLUDED)
_COLUMNS = {"owning_team": "owning_team_id"}


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item of the live plan and what the scenario makes of it: `live` and `values` by field, as JSON has them.

    `changes` are those of its own fields; each of its `demands` has its own.
    """

    item: RoadmapItem
    live: Mapping[str, Value]
    values: Mapping[str, Value]
    changes: Mapping[str, JudgedChange] = field(default_factory=dict)
    demands: Sequence[PlannedDemand] = ()

    @property
    def all_changes(self) -> list[JudgedChange]:
        """What the scenario says of the item and of what it needs."""
        return [*self.changes.values(), *(each for demand in self.demands for each in demand.changes.values())]

    @property
    def is_included(self) -> bool:
        """Whether it is in the scenario's plan and has dates."""
        return bool(self.values[INCLUDED]) and self.values["start_on"] is not None

    @property
    def is_changed(self) -> bool:
        """Whether the scenario wants anything of it otherwise than the live plan says."""
        return any(each.is_effective for each in self.all_changes)

    @property
    def start_on(self) -> date | None:
        """Its first day in the scenario; None while it is out of the plan."""
        return _date(self.values["start_on"]) if self.is_included else None

    @property
    def end_on(self) -> date | None:
        """Its last day in the scenario; None while it is out of the plan."""
        return _date(self.values["end_on"]) if self.is_included else None

    @property
    def team_id(self) -> UUID | None:
        """Who delivers it in the scenario: its own team, else that of its initiative."""
        own = self.values["owning_team"]
        if own is not None:
            return UUID(str(own))
        return None if self.item.initiative is None else self.item.initiative.owning_team_id


@dataclass(frozen=True, slots=True)
class ScenarioPlan:
    """A roadmap's plan as one actor sees it; `scenario` None is the live plan itself.

    `gone` are changes of items that were deleted or moved to another roadmap meanwhile.
    """

    scenario: Scenario | None
    items: Sequence[PlannedItem]
    gone: Sequence[JudgedChange] = ()

    @property
    def changes(self) -> list[JudgedChange]:
        """Every change, in the order of the plan, those without an item last."""
        return [*(each for item in self.items for each in item.all_changes), *self.gone]

    @property
    def open_changes(self) -> list[JudgedChange]:
        """Changes somebody has to decide about first."""
        return [each for each in self.changes if each.is_open]


@dataclass(frozen=True, slots=True)
class Names:
    """Names of teams, and resources, by id as text."""

    teams: Mapping[str, str]
    resources: Mapping[str, Resource]


def plan_with(scenario: Scenario, *, actor: Actor) -> ScenarioPlan:
    """The live plan with the scenario laid over it, as the actor may see it; three queries."""
    return plans_with(scenario.roadmap, [scenario], actor=actor)[1]


def plans_with(roadmap: Roadmap, scenarios: Sequence[Scenario], *, actor: Actor) -> list[ScenarioPlan]:
    """The live plan, then that of each scenario of the roadmap; three queries for any number of them."""
    items = list(items_of(roadmap, actor=actor).select_related("initiative"))
    live = {item.pk: live_values(item) for item in items}
    demands = live_demands(roadmap, actor=actor)
    rows = ScenarioChange.objects.permitted(actor).filter(scenario__in=[each.pk for each in scenarios])
    changes: dict[UUID, list[ScenarioChange]] = defaultdict(list)
    for change in rows.order_by("pk"):
        changes[change.scenario_id].append(change)
    plain = _plan(None, items, live, demands, ())
    return [plain, *(_plan(each, items, live, demands, changes[each.pk]) for each in scenarios)]


def live_values(item: RoadmapItem) -> dict[str, Value]:
    """What the live plan says of an item, for every field a scenario may change."""
    values = {name: json_value(getattr(item, _COLUMNS.get(name, name))) for name in STORED_FIELDS}
    return {**values, INCLUDED: item.is_scheduled}


def is_finished(planned: PlannedItem) -> bool:
    """Whether the live plan says that the item is done: what happened does not leave the plan."""
    return planned.live["status"] == ItemStatus.DONE


def names_of(plans: Iterable[ScenarioPlan]) -> Names:
    """Teams and resources the plans speak of; at most two queries."""
    plans = list(plans)
    teams: set[Value] = {json_value(each.team_id) for plan in plans for each in plan.items}
    resources = {each.change.resource_key for plan in plans for each in plan.changes}
    for plan in plans:
        for judged_change in plan.changes:
            change, live = judged_change.change, judged_change.live
            teams |= {_team_in(change.field, value) for value in (change.base_value, change.new_value, live)}
        for demand in (demand for item in plan.items for demand in item.demands):
            resources.add(demand.resource)
            teams |= {demand_field(DEMAND_TEAM, value) for value in (demand.live, demand.value)}
    teams, resources = teams - {None}, resources - {None}
    rows = Team.objects.filter(pk__in=teams).values_list("pk", "name") if teams else ()
    found = Resource.objects.filter(pk__in=resources) if resources else ()
    return Names({str(key): name for key, name in rows}, {str(each.pk): each for each in found})


def _team_in(name: str, value: Value) -> Value:
    """The team a value of the field names; None when it names none."""
    if isinstance(value, Mapping):
        return value.get("team")
    return value if name in (ScenarioField.OWNING_TEAM, ScenarioField.DEMAND_TEAM) else None


def _plan(
    scenario: Scenario | None,
    items: Sequence[RoadmapItem],
    live: Mapping[UUID, Mapping[str, Value]],
    demands: Mapping[UUID, Sequence[LiveDemand]],
    changes: Sequence[ScenarioChange],
) -> ScenarioPlan:
    of_item: dict[UUID, list[ScenarioChange]] = defaultdict(list)
    for change in changes:
        of_item[change.item_key].append(change)
    planned = [_planned(item, live[item.pk], demands.get(item.pk, ()), of_item.get(item.pk, ())) for item in items]
    gone = [judged(change, None, is_gone=True) for change in changes if change.item_key not in live]
    return ScenarioPlan(scenario, planned, gone)


def _planned(
    item: RoadmapItem,
    live: Mapping[str, Value],
    demands: Sequence[LiveDemand],
    changes: Sequence[ScenarioChange],
) -> PlannedItem:
    found = {change.field: _judged(change, live) for change in changes if change.field not in DEMAND_FIELDS}
    ordered = {name: found[name] for name in map(str, ScenarioField) if name in found}
    shown = [proposal_of(each.change) for each in found.values() if each.effect in SHOWN]
    needed = planned_demands(demands, [change for change in changes if change.field in DEMAND_FIELDS])
    return PlannedItem(item, live, overlay(live, shown), ordered, needed)


def _judged(change: ScenarioChange, live: Mapping[str, Value]) -> JudgedChange:
    """What becomes of the change; what is finished by now can no more leave the plan than what is gone."""
    is_leaving = change.field == ScenarioField.IS_INCLUDED and not change.new_value
    is_gone = is_leaving and live["status"] == ItemStatus.DONE
    return judged(change, live[change.field], is_gone=is_gone)


def _date(value: Value) -> date | None:
    return None if value is None else date.fromisoformat(str(value))
