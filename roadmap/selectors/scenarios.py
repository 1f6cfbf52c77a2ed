"""Scenarios as one reads them: the live plan with the changes of a scenario laid over it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from roadmap.calc.scenarios import EFFECTIVE, INCLUDED, OPEN, SHOWN, Effect, Proposal, Value, effect_of, overlay
from roadmap.enums import ItemStatus, ScenarioField
from roadmap.enums.scenario import ITEM_FIELDS
from roadmap.models import Roadmap, RoadmapItem, Scenario, ScenarioChange
from roadmap.selectors.timeline import items_of
from tenancy.actor import Actor
from tenancy.models import Team

# Fields of an item a scenario may change; being in the plan is not stored but follows from having dates.
STORED_FIELDS = tuple(str(each) for each in ITEM_FIELDS if each != ScenarioField.IS_INCLUDED)
_COLUMNS = {"owning_team": "owning_team_id"}


@dataclass(frozen=True, slots=True)
class JudgedChange:
    """A change with what the live plan says now (None: the item is gone), and what follows from that."""

    change: ScenarioChange
    live: Value
    effect: Effect

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide before the scenario can be approved."""
        return self.effect in OPEN

    @property
    def may_keep(self) -> bool:
        """Whether the scenario's value can be kept: not when there is nothing to give it to."""
        return self.effect is not Effect.GONE


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item of the live plan and what the scenario makes of it: `live` and `values` by field, as JSON has them."""

    item: RoadmapItem
    live: Mapping[str, Value]
    values: Mapping[str, Value]
    changes: Mapping[str, JudgedChange] = field(default_factory=dict)

    @property
    def is_included(self) -> bool:
        """Whether it is in the scenario's plan and has dates."""
        return bool(self.values[INCLUDED]) and self.values["start_on"] is not None

    @property
    def is_changed(self) -> bool:
        """Whether the scenario wants anything of it otherwise than the live plan says."""
        return any(each.effect in EFFECTIVE for each in self.changes.values())

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
        return [*(each for item in self.items for each in item.changes.values()), *self.gone]

    @property
    def open_changes(self) -> list[JudgedChange]:
        """Changes somebody has to decide about first."""
        return [each for each in self.changes if each.is_open]


def plan_with(scenario: Scenario, *, actor: Actor) -> ScenarioPlan:
    """The live plan with the scenario laid over it, as the actor may see it; two queries."""
    return plans_with(scenario.roadmap, [scenario], actor=actor)[1]


def plans_with(roadmap: Roadmap, scenarios: Sequence[Scenario], *, actor: Actor) -> list[ScenarioPlan]:
    """The live plan, then that of each scenario of the roadmap; two queries for any number of them."""
    items = list(items_of(roadmap, actor=actor).select_related("initiative"))
    live = {item.pk: live_values(item) for item in items}
    rows = ScenarioChange.objects.permitted(actor).filter(scenario__in=[each.pk for each in scenarios])
    changes: dict[UUID, list[ScenarioChange]] = defaultdict(list)
    for change in rows.order_by("pk"):
        changes[change.scenario_id].append(change)
    plain = ScenarioPlan(None, [PlannedItem(item, live[item.pk], live[item.pk]) for item in items])
    return [plain, *(_plan(each, items, live, changes[each.pk]) for each in scenarios)]


def live_values(item: RoadmapItem) -> dict[str, Value]:
    """What the live plan says of an item, for every field a scenario may change."""
    values = {name: json_value(getattr(item, _COLUMNS.get(name, name))) for name in STORED_FIELDS}
    return {**values, INCLUDED: item.is_scheduled}


def json_value(value: Any) -> Value:
    """A stored value as JSON has it: dates and ids as text."""
    if value is None or isinstance(value, bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def proposal_of(change: ScenarioChange) -> Proposal:
    """The change as the calculations take it."""
    return Proposal(change.field, change.base_value, change.new_value, change.resolution, change.resolved_value)


def is_finished(planned: PlannedItem) -> bool:
    """Whether the live plan says that the item is done: what happened does not leave the plan."""
    return planned.live["status"] == ItemStatus.DONE


def team_names(plans: Iterable[ScenarioPlan]) -> dict[str, str]:
    """Names of the teams the plans speak of, by id as text; at most one query."""
    wanted = {each.team_id for plan in plans for each in plan.items}
    for plan in plans:
        for judged in plan.changes:
            if judged.change.field == ScenarioField.OWNING_TEAM:
                texts = (judged.change.base_value, judged.change.new_value, judged.live)
                wanted |= {UUID(str(text)) for text in texts if text}
    found = wanted - {None}
    return (
        {str(key): name for key, name in Team.objects.filter(pk__in=found).values_list("pk", "name")} if found else {}
    )


def _plan(
    scenario: Scenario,
    items: Sequence[RoadmapItem],
    live: Mapping[UUID, Mapping[str, Value]],
    changes: Sequence[ScenarioChange],
) -> ScenarioPlan:
    of_item: dict[UUID, list[ScenarioChange]] = defaultdict(list)
    for change in changes:
        of_item[change.item_key].append(change)
    planned = [_planned(item, live[item.pk], of_item.get(item.pk, ())) for item in items]
    gone = [
        JudgedChange(change, None, effect_of(proposal_of(change), None, is_gone=True))
        for change in changes
        if change.item_key not in live
    ]
    return ScenarioPlan(scenario, planned, gone)


def _planned(item: RoadmapItem, live: Mapping[str, Value], changes: Sequence[ScenarioChange]) -> PlannedItem:
    judged = {change.field: _judged(change, live) for change in changes}
    ordered = {name: judged[name] for name in map(str, ScenarioField) if name in judged}
    shown = [proposal_of(each.change) for each in judged.values() if each.effect in SHOWN]
    return PlannedItem(item, live, overlay(live, shown), ordered)


def _judged(change: ScenarioChange, live: Mapping[str, Value]) -> JudgedChange:
    """What becomes of the change; what is finished by now can no more leave the plan than what is gone."""
    is_leaving = change.field == ScenarioField.IS_INCLUDED and not change.new_value
    is_gone = is_leaving and live["status"] == ItemStatus.DONE
    return JudgedChange(change, live[change.field], effect_of(proposal_of(change), live[change.field], is_gone=is_gone))


def _date(value: Value) -> date | None:
    return None if value is None else date.fromisoformat(str(value))
