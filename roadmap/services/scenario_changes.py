"""What a scenario wants otherwise: said item by item, taken back, and settled where the live plan moved too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from core.errors import DomainError, InvalidInputError, NotPermittedError
from roadmap.calc.scenarios import INCLUDED, Effect, Value
from roadmap.enums import Resolution, ScenarioField, ScenarioStatus
from roadmap.models import RoadmapItem, Scenario, ScenarioChange
from roadmap.models.scenario import LONGEST_REASON
from roadmap.selectors.judged_changes import JudgedChange, json_value
from roadmap.selectors.people import membership_of
from roadmap.selectors.scenarios import PlannedItem, ScenarioPlan, is_finished, plan_with
from roadmap.services.access import GoneError, lock_permitted
from roadmap.services.planned_changes import read_value
from roadmap.services.scenarios import lock_draft, require_short
from roadmap.validators import require_schedule
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD, Membership, Team
from tenancy.scope import named_action

_DATES = ("start_on", "end_on")
# Whoever says something else has seen what the live plan says now; another reason alone settles no conflict.
_REASONED = ("reason", "author")
_REWRITTEN = ("base_value", "new_value", "reason", "author", "title", "resolution", "resolved_value", "resolved_by")


class NothingToResolveError(DomainError):
    """Scenario and live plan do not disagree about this."""

    code = "nothing_to_resolve"


@dataclass(frozen=True, slots=True)
class Said:
    """What a field is in the live plan and what it shall be; of a demand also which one, and of what resource."""

    field: str
    base: Value
    new: Value
    demand: UUID | None = None
    resource: UUID | None = None


@transaction.atomic
def plan_item(
    scenario: Scenario, item: RoadmapItem, *, values: Mapping[str, Any], actor: Actor, reason: str = ""
) -> list[ScenarioChange]:
    """Say what an item shall be in a draft; returns what the scenario now changes of it.

    `values` are by ScenarioField, references as rows or ids. A value the live plan has already takes the change back.
    Dates bring an item into the plan that was out of it.
    """
    locked = lock_draft(scenario, actor=actor)
    require_short(reason, longest=LONGEST_REASON, pointer="reason")
    planned = item_of(plan_with(locked, actor=actor), item.pk)
    wanted = {name: _read(name, value) for name, value in values.items()}
    if INCLUDED not in wanted and not planned.values[INCLUDED] and any(wanted.get(name) for name in _DATES):
        wanted[INCLUDED] = True
    _require_plan(planned, wanted)
    named_action("scenario.changed", reason=reason)
    author = membership_of(actor)
    stored = {field: judged.change for field, judged in planned.changes.items()}
    for name, value in wanted.items():
        said = Said(name, planned.live[name], value)
        change = say(locked, planned.item, said, reason=reason, author=author, change=stored.pop(name, None))
        if change is not None:
            stored[name] = change
    return list(stored.values())


@transaction.atomic
def remove_change(change: ScenarioChange, *, actor: Actor) -> None:
    """Take one change out of a draft."""
    actor.require("scenario_change.delete")
    lock_draft(change.scenario, actor=actor)
    locked = _locked_change(change, "delete", actor)
    named_action("scenario.changed")
    locked.delete()


@transaction.atomic
def resolve_change(change: ScenarioChange, *, keep: str, actor: Actor) -> ScenarioChange:
    """Decide a conflict: `keep` is a Resolution; it holds until the live plan says something else again.

    For whoever works on the scenario, and once it is submitted for its author or who may decide on it.
    """
    if keep not in Resolution.values:
        raise InvalidInputError("Keep the scenario's or take the live plan's.", pointer="keep")
    actor.require("scenario_change.resolve")
    scenario = lock_permitted(change.scenario, "change", actor=actor)
    _require_may_resolve(scenario, actor)
    locked = _locked_change(change, "resolve", actor)
    found = next(each for each in plan_with(scenario, actor=actor).changes if each.change.pk == locked.pk)
    _require_resolvable(found, keep)
    locked.resolution, locked.resolved_value, locked.resolved_by = keep, found.live, membership_of(actor)
    named_action("scenario.resolved")
    locked.save(update_fields=["resolution", "resolved_value", "resolved_by", "updated_at"])
    return locked


def store_changes(scenario: Scenario, planned: PlannedItem, wanted: Mapping[str, Value], *, reason: str) -> list[Any]:
    """Unsaved changes of an item the scenario says nothing about yet, for those who write many at once."""
    return [
        _change(scenario, planned.item, Said(name, planned.live[name], value), reason, scenario.made_by)
        for name, value in wanted.items()
        if value != planned.live[name]
    ]


def say(
    scenario: Scenario,
    item: RoadmapItem,
    said: Said,
    *,
    reason: str,
    author: Membership | None,
    change: ScenarioChange | None,
) -> ScenarioChange | None:
    """Store what a draft says, in place of `change`; None where it says what the live plan says: nothing."""
    if said.new == said.base:
        if change is not None:
            change.delete()
        return None
    fresh = _change(scenario, item, said, reason, author)
    if change is None:
        fresh.full_clean(exclude=["organization"], validate_unique=False)
        fresh.save()
        return fresh
    if (change.new_value, change.reason) == (said.new, reason):
        return change
    rewritten = _REASONED if change.new_value == said.new else _REWRITTEN
    for field in rewritten:
        setattr(change, field, getattr(fresh, field))
    change.full_clean(exclude=["organization"], validate_unique=False)
    change.save(update_fields=[*rewritten, "updated_at"])
    return change


def item_of(plan: ScenarioPlan, key: UUID) -> PlannedItem:
    for planned in plan.items:
        if planned.item.pk == key:
            return planned
    raise InvalidInputError("This item is not on the scenario's roadmap.", pointer="item")


def _read(name: str, value: Any) -> Value:
    """The value as it is stored; raises InvalidInputError at the field."""
    if name == ScenarioField.IS_INCLUDED:
        if not isinstance(value, bool):
            raise InvalidInputError("In or out: true or false.", pointer=name)
        return value
    if name not in ScenarioField.values:
        raise InvalidInputError(f"A scenario cannot change “{name}”.", pointer="values")
    read = read_value(name, value)
    if name == ScenarioField.OWNING_TEAM:
        if read is not None and not Team.objects.filter(pk=read).exists():
            raise InvalidInputError(NO_SUCH_RECORD, pointer=name)
        return json_value(read)
    if name in _DATES and read is None:
        raise InvalidInputError("Give a date, or take the item out of the plan.", pointer=name)
    return json_value(_cleaned(name, read))


def _cleaned(name: str, value: Any) -> Any:
    column: Any = RoadmapItem._meta.get_field(name)
    try:
        return column.clean(value, None)
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages), pointer=name) from error


def _require_plan(planned: PlannedItem, wanted: Mapping[str, Value]) -> None:
    """Refuse an item in the plan without dates or with an end before its start, and taking finished work out."""
    values = {**planned.values, **wanted}
    if not values[INCLUDED] and is_finished(planned):
        raise InvalidInputError("This is done: what happened stays in the plan.", pointer=INCLUDED)
    if values[INCLUDED] and values["start_on"] is None and values["end_on"] is None:
        raise InvalidInputError("Give it dates to take it into the plan.", pointer="start_on")
    row = RoadmapItem(**{name: values[name] for name in _DATES})
    row.clean_fields(exclude=[each.name for each in row._meta.fields if each.name not in _DATES])
    require_schedule(row.start_on, row.end_on)


def _change(
    scenario: Scenario, item: RoadmapItem, said: Said, reason: str, author: Membership | None
) -> ScenarioChange:
    keys = {scenario.roadmap.portfolio_id, None if item.initiative is None else item.initiative.portfolio_id}
    return ScenarioChange(
        scenario=scenario,
        item=item,
        item_key=item.pk,
        title=item.title,
        field=said.field,
        base_value=said.base,
        new_value=said.new,
        demand_key=said.demand,
        resource_key=said.resource,
        reason=reason,
        author=author,
        portfolio_keys=sorted(keys - {None}, key=str),
    )


def _locked_change(change: ScenarioChange, verb: str, actor: Actor) -> ScenarioChange:
    locked: ScenarioChange | None = (
        ScenarioChange.objects.permitted(actor, verb).for_update().filter(pk=change.pk).first()
    )
    if locked is None:
        raise GoneError("Somebody took this change out of the scenario meanwhile.")
    return locked


def _require_may_resolve(scenario: Scenario, actor: Actor) -> None:
    if scenario.is_open:
        return
    if scenario.status != ScenarioStatus.SUBMITTED:
        raise NothingToResolveError("This scenario is decided; there is nothing to resolve any more.")
    member = membership_of(actor)
    is_author = member is not None and member.pk in {scenario.made_by_id, scenario.submitted_by_id}
    if not is_author and not actor.can("scenario.decide"):
        raise NotPermittedError("Its author and whoever decides on it resolve this.")


def _require_resolvable(found: JudgedChange, keep: str) -> None:
    if found.effect is Effect.GONE and keep == Resolution.MINE:
        raise InvalidInputError("It is done, gone or on another roadmap: only the live plan is left.", pointer="keep")
    if found.effect in {Effect.APPLIES, Effect.SETTLED}:
        raise NothingToResolveError("Scenario and live plan do not disagree about this.")
