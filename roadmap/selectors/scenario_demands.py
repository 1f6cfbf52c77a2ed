"""What items need in a scenario: the demands of the live plan with the scenario's changes laid over them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, cast
from uuid import UUID

from roadmap.calc.scenarios import AMOUNTS, DEMAND, DEMAND_TEAM, Demand, as_seen, demand_field, demand_with
from roadmap.models import ResourceDemand, Roadmap, ScenarioChange
from roadmap.selectors.judged_changes import JudgedChange, judged, shown_values
from tenancy.actor import Actor

_COLUMNS = ("pk", "item_id", "resource_id", "team_id", "profile", "custom_shares", "note", *AMOUNTS)
Place = tuple[UUID, str | None]


class LiveDemand(NamedTuple):
    """A demand of the live plan."""

    key: UUID
    resource: UUID
    value: Demand

    @property
    def place(self) -> Place:
        """What makes it one of its item: the resource, and the team that gives it."""
        return self.resource, self.value["team"]


@dataclass(frozen=True, slots=True)
class PlannedDemand:
    """A demand and what the scenario makes of it; `live` and `value` are None where there is none.

    `key` is that of the live demand or, of one the scenario adds, the key it will have.
    """

    key: UUID
    resource: UUID
    live: Demand | None
    value: Demand | None
    changes: Mapping[str, JudgedChange] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether the scenario wants it otherwise than the live plan says."""
        return any(each.is_effective for each in self.changes.values())

    @property
    def team_id(self) -> UUID | None:
        """The team that gives it in the scenario; None: whoever delivers the item, or there is no demand."""
        team = None if self.value is None else self.value["team"]
        return None if team is None else UUID(team)


def live_demands(roadmap: Roadmap, *, actor: Actor) -> dict[UUID, list[LiveDemand]]:
    """Demands of the roadmap's items the actor may see, by item; one query."""
    rows = ResourceDemand.objects.permitted(actor).filter(item__roadmap=roadmap).order_by("pk").values_list(*_COLUMNS)
    found: dict[UUID, list[LiveDemand]] = defaultdict(list)
    for key, item, resource, team, profile, shares, note, *amounts in rows:
        value = {
            "team": None if team is None else str(team),
            **{name: str(each) for name, each in zip(AMOUNTS, amounts, strict=True)},
            "profile": profile,
            "custom_shares": [str(share) for share in shares],
            "note": note,
        }
        found[item].append(LiveDemand(key, resource, value))
    return found


def planned_demands(live: Sequence[LiveDemand], changes: Sequence[ScenarioChange]) -> list[PlannedDemand]:
    """What one item needs in a scenario with these changes of its demands.

    An addition whose place somebody filled in the live plan meanwhile is about the demand that is there now, unless
    the scenario speaks of that one already: then, as when a team is to give what it gives meanwhile anyway, there is
    no place left for it, and only the live plan's can be taken.
    """
    by_key = {each.key: each for each in live}
    places = {each.place: each.key for each in live}
    spoken_of = {change.demand_key for change in changes}
    grouped: dict[UUID, list[JudgedChange]] = defaultdict(list)
    for change in changes:
        key, place = _keys(change)[0], _place(change)
        there = None if place is None else places.get(place)
        if change.field == DEMAND and key not in by_key and there is not None and there not in spoken_of:
            key = there
        is_taken = there is not None and there != key
        own = by_key.get(key)
        grouped[key].append(_judged(change, None if own is None else own.value, is_taken=is_taken))
    return [_planned(key, by_key.get(key), grouped.get(key, ())) for key in [*by_key, *(grouped.keys() - by_key)]]


def _judged(change: ScenarioChange, live: Demand | None, *, is_taken: bool) -> JudgedChange:
    if change.field == DEMAND:
        return judged(change, as_seen(live, change.base_value, change.new_value), is_gone=is_taken)
    is_gone = is_taken or live is None
    return judged(change, demand_field(change.field, live), is_gone=is_gone)


def _place(change: ScenarioChange) -> Place | None:
    """Where the change would have a demand that is not there yet; None when it gives none a place."""
    resource = _keys(change)[1]
    if change.field == DEMAND_TEAM:
        return resource, change.new_value
    return (resource, change.new_value["team"]) if change.field == DEMAND and change.new_value else None


def _keys(change: ScenarioChange) -> tuple[UUID, UUID]:
    """The demand and the resource; the database has both of every change of a demand."""
    return cast(UUID, change.demand_key), cast(UUID, change.resource_key)


def _planned(key: UUID, live: LiveDemand | None, changes: Sequence[JudgedChange]) -> PlannedDemand:
    by_field = {each.change.field: each for each in changes}
    value = demand_with(None if live is None else live.value, shown_values(changes))
    if live is None:
        return PlannedDemand(key, _keys(changes[0].change)[1], None, value, changes=by_field)
    return PlannedDemand(key, live.resource, live.value, value, changes=by_field)
