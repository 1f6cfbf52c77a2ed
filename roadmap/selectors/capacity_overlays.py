"""What another plan makes of items and their demands, as capacity is asked about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class DemandRow(NamedTuple):
    """A demand with what the heat map needs of its item.

    Who gives it: the demand's own team, else the item's, else that of the initiative, whose kind and portfolio these
    are; None without one.
    """

    id: UUID
    item: UUID
    title: str
    roadmap: UUID
    start_on: date | None
    end_on: date | None
    own_team: UUID | None
    item_team: UUID | None
    initiative_team: UUID | None
    resource: UUID
    resource_kind: str
    low: Decimal
    likely: Decimal
    high: Decimal
    profile: str
    shares: Sequence[Decimal]
    kind: str | None
    portfolio: UUID | None


@dataclass(frozen=True, slots=True)
class PlannedStretch:
    """Where an overlay puts an item: first and last day, both included, and the team that delivers it.

    `team_id` is the item's own team or, without one, that of its initiative: `PlannedItem.team_id` of a scenario.
    """

    start_on: date
    end_on: date
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class Staffing:
    """What an overlay makes of a demand; a team of None is the one that delivers the item."""

    team_id: UUID | None
    low: Decimal
    likely: Decimal
    high: Decimal
    profile: str
    shares: Sequence[Decimal]


@dataclass(frozen=True, slots=True)
class Overlay:
    """What another plan makes of items and demands, by id; what is missing stays as it is.

    None takes an item out of the plan, or says that a demand is none any more. `added` are demands only this plan has.
    """

    items: Mapping[UUID, PlannedStretch | None] = field(default_factory=dict)
    demands: Mapping[UUID, Staffing | None] = field(default_factory=dict)
    added: Sequence[DemandRow] = ()

    def staffed(self, demands: Sequence[DemandRow]) -> Iterator[DemandRow]:
        """The demands as they are in this plan."""
        for demand in demands:
            wanted = self.demands.get(demand.id)
            if wanted is not None:
                yield demand._replace(
                    own_team=wanted.team_id,
                    low=wanted.low,
                    likely=wanted.likely,
                    high=wanted.high,
                    profile=wanted.profile,
                    shares=wanted.shares,
                )
            elif demand.id not in self.demands:
                yield demand
        yield from self.added

    def stretch_of(self, demand: DemandRow) -> PlannedStretch | None:
        """When and by whom the item is delivered in this plan; None while it is not planned."""
        if demand.item in self.items:
            return self.items[demand.item]
        if demand.start_on is None or demand.end_on is None:
            return None
        return PlannedStretch(demand.start_on, demand.end_on, demand.item_team or demand.initiative_team)
