"""Scenarios of what a portfolio selection chose."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from core.errors import DomainError
from portfolio.models import SelectionChoice, SelectionResult
from roadmap.calc.scenarios import INCLUDED, Value
from roadmap.enums import ItemStatus
from roadmap.models import Roadmap, Scenario, ScenarioChange
from roadmap.selectors.scenarios import PlannedItem, plan_with
from roadmap.services.items import NewItem, create_items
from roadmap.services.scenario_changes import store_changes
from roadmap.services.scenarios import create_scenario
from tenancy.actor import Actor
from tenancy.scope import named_action

_LONGEST_TITLE = 300


class NothingChosenError(DomainError):
    """The result names no initiative that is still there."""

    code = "nothing_chosen"


@transaction.atomic
def scenario_of_selection(roadmap: Roadmap, result: SelectionResult, *, name: str, actor: Actor) -> Scenario:
    """A draft in which chosen initiatives are worked on in their quarters and the other candidates are left out.

    A chosen initiative that is not on the roadmap yet gets an item without dates, which changes nothing of the live
    plan. Several items of one initiative move together and keep their lengths. What has begun stays where it is,
    what is done stays in, and what was no candidate is not touched.
    """
    choices = SelectionChoice.objects.permitted(actor).filter(result=result, initiative__isnull=False)
    found = {choice.initiative_id: choice for choice in choices.select_related("initiative").order_by("position")}
    if not found:
        raise NothingChosenError("The result names no initiative that is still there.")
    scenario = create_scenario(
        roadmap=roadmap,
        name=name,
        description=f"From the selection “{result.run.name}” of {result.computed_at:%d %B %Y}.",
        actor=actor,
    )
    _add_missing(roadmap, scenario, found, actor=actor)
    of_initiative: dict[UUID, list[PlannedItem]] = defaultdict(list)
    for planned in plan_with(scenario, actor=actor).items:
        key = planned.item.initiative_id
        if key is not None and key in found and planned.live["status"] == ItemStatus.PLANNED:
            of_initiative[key].append(planned)
    named_action("scenario.created")
    changes = [
        change
        for key, items in of_initiative.items()
        for planned, wanted in _wanted(items, found[key])
        for change in store_changes(scenario, planned, wanted, reason=_reason(found[key]))
    ]
    ScenarioChange.objects.bulk_create(changes, batch_size=500)
    return scenario


def _add_missing(
    roadmap: Roadmap, scenario: Scenario, choices: Mapping[UUID, SelectionChoice], *, actor: Actor
) -> None:
    """Unscheduled items for chosen initiatives that have none here."""
    there = {planned.item.initiative_id for planned in plan_with(scenario, actor=actor).items}
    rows = [
        NewItem(
            roadmap=roadmap,
            title=choice.initiative.title[:_LONGEST_TITLE],
            initiative=choice.initiative,
            position=choice.position,
        )
        for key, choice in choices.items()
        if choice.is_chosen and key not in there
    ]
    if rows:
        create_items(rows, actor=actor)


def _wanted(items: Sequence[PlannedItem], choice: SelectionChoice) -> list[tuple[PlannedItem, Mapping[str, Value]]]:
    """What the choice makes of the items of its initiative."""
    if not choice.is_chosen:
        return [(planned, {INCLUDED: False}) for planned in items]
    starts = [planned.item.start_on for planned in items if planned.item.start_on is not None]
    if len(items) == 1 or not starts:
        dates: Mapping[str, Value] = {
            INCLUDED: True,
            "start_on": choice.start_on.isoformat(),
            "end_on": choice.end_on.isoformat(),
        }
        return [(planned, dates) for planned in items]
    by = choice.start_on - min(starts)
    return [(planned, _shifted(planned, by)) for planned in items if planned.item.is_scheduled]


def _shifted(planned: PlannedItem, by: timedelta) -> Mapping[str, Value]:
    start_on, end_on = planned.item.start_on, planned.item.end_on
    if start_on is None or end_on is None:
        return {}
    return {INCLUDED: True, "start_on": (start_on + by).isoformat(), "end_on": (end_on + by).isoformat()}


def _reason(choice: SelectionChoice) -> str:
    return choice.reason_text[:2000]
