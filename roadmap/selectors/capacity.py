"""Capacity against need: how much of what every team has the plan uses, month by month.

`utilisation()` answers for the plan as it is, `utilisations()` for several plans side by side with the queries of one:
each is an overlay that gives some items other dates or another team, needs more, less or something else for them, or
leaves them out, so that scenarios are compared by the same arithmetic.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import F, Q
from numpy.typing import NDArray

from core.errors import InvalidInputError
from roadmap.calc.capacity import (
    Load,
    Numbers,
    Stretch,
    load_of,
    month_number,
    month_of,
    spread_over_months,
    utilisation_of,
    working_days_by_month,
)
from roadmap.models import Resource, ResourceDemand, TeamCapacity
from roadmap.selectors.calendars import CalendarBook, calendar_book
from roadmap.selectors.capacity_overlays import DemandRow, Overlay
from tenancy.actor import Actor
from tenancy.models import Team

MOST_MONTHS = 60
NO_TEAM = "No team"
# (team, resource); a team of None: nobody has said who delivers.
Place = tuple[UUID | None, UUID]


@dataclass(frozen=True, slots=True)
class Use:
    """What one demand takes of a cell. `is_idle`: its team works on no day between its dates."""

    demand: DemandRow
    low: float
    likely: float
    high: float
    is_idle: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one row: likely, least and most need, and what there is.

    `available` is None when nobody has said; over several teams also when it is unknown of one that is needed.
    `is_closed`: the team works on no day of the month, so that there is nothing, whatever was entered.
    """

    month: date
    used: float
    low: float
    high: float
    available: float | None
    is_closed: bool = False

    @property
    def load(self) -> Load:
        return load_of(self.used, self.available)

    @property
    def utilisation(self) -> float | None:
        """A fraction; None when what there is is unknown, or nothing."""
        return utilisation_of(self.used, self.available)

    @property
    def free(self) -> float | None:
        """What is left, never below zero; None when unknown."""
        return None if self.available is None else max(self.available - self.used, 0.0)


@dataclass(frozen=True, slots=True)
class CapacityRow:
    """A team's resource, or with `is_total` a resource over all teams, through the months."""

    team_id: UUID | None
    team: str
    resource: Resource
    cells: Sequence[Cell]
    is_total: bool = False


@dataclass(frozen=True)
class Utilisation:
    """What a plan uses of what there is in the months from `first`; rows by team and resource."""

    first: date
    rows: Sequence[CapacityRow]
    months: Sequence[date]
    _demands: Sequence[DemandRow] = field(repr=False)
    _places: Sequence[Place] = field(repr=False)
    _shares: Numbers = field(repr=False)
    _is_idle: NDArray[np.bool_] = field(repr=False)

    def row_at(self, place: Place) -> CapacityRow | None:
        """The row of a team's resource."""
        return next((row for row in self.rows if (row.team_id, row.resource.pk) == place), None)

    def uses(self, place: Place, month: date) -> list[Use]:
        """Which demands use a cell, the largest first."""
        at = month_number(month) - month_number(self.first)
        found = [
            _use(demand, float(self._shares[index, at]), is_idle=bool(self._is_idle[index]))
            for index, demand in enumerate(self._demands)
            if self._places[index] == place and self._shares[index, at] > 0
        ]
        return sorted(found, key=lambda use: (-use.likely, use.demand.title, use.demand.id))

    def likely_amounts(self) -> Iterator[tuple[DemandRow, Numbers]]:
        """Every demand with what it takes in each month."""
        for index, demand in enumerate(self._demands):
            yield demand, self._shares[index] * float(demand.likely)

    def by_resource(self) -> list[CapacityRow]:
        """One row a resource over all teams, by name."""
        found: dict[UUID, list[CapacityRow]] = {}
        for row in self.rows:
            found.setdefault(row.resource.pk, []).append(row)
        totals = [_total(rows) for rows in found.values()]
        return sorted(totals, key=lambda row: (row.resource.kind, row.resource.name.casefold()))


@dataclass(frozen=True, slots=True)
class _Book:
    """Everything an answer is made of, read once."""

    demands: Sequence[DemandRow]
    capacities: Mapping[tuple[Place, int], float]
    calendars: CalendarBook
    teams: Mapping[UUID, str]
    resources: Mapping[UUID, Resource]


def utilisation(first: date, months: int, *, actor: Actor) -> Utilisation:
    """What the plan uses of each team's resources in so many months from that of `first`; five queries.

    Counted are all roadmaps the actor may see, because teams are shared between them. Raises InvalidInputError for
    months outside the calendar or more than MOST_MONTHS.
    """
    return utilisations(first, months, actor=actor, overlays=[Overlay()])[0]


def utilisations(
    first: date,
    months: int,
    *,
    actor: Actor,
    overlays: Sequence[Overlay],
    resources: Collection[UUID] | None = None,
    calendars: CalendarBook | None = None,
) -> list[Utilisation]:
    """`utilisation` for several plans side by side, with the queries of one.

    `resources` None looks at every resource; `calendars` saves reading them again.
    """
    start = month_number(first)
    if not 1 <= months <= MOST_MONTHS:
        raise InvalidInputError(f"Ask for 1 to {MOST_MONTHS} months.", pointer="months")
    try:
        window = [month_of(number) for number in range(start, start + months)]
    except ValueError as error:
        raise InvalidInputError("These months lie outside the calendar.", pointer="from") from error
    book = _book(window, overlays, actor, resources=resources, calendars=calendars or calendar_book())
    return [_answer(book, window, overlay) for overlay in overlays]


def _book(
    window: Sequence[date],
    overlays: Sequence[Overlay],
    actor: Actor,
    *,
    resources: Collection[UUID] | None,
    calendars: CalendarBook,
) -> _Book:
    of_resources = Q() if resources is None else Q(resource__in=resources)
    capacities = (
        TeamCapacity.objects.permitted(actor)
        .filter(of_resources, month__gte=window[0], month__lte=window[-1])
        .order_by()
    )
    return _Book(
        demands=_demand_rows(window, overlays, ResourceDemand.objects.permitted(actor).filter(of_resources)),
        capacities={
            ((team, resource), month_number(month) - month_number(window[0])): float(amount)
            for team, resource, month, amount in capacities.values_list("team_id", "resource_id", "month", "amount")
        },
        calendars=calendars,
        teams=dict(Team.objects.values_list("pk", "name")),
        resources={resource.pk: resource for resource in Resource.objects.permitted(actor)},
    )


def _demand_rows(window: Sequence[date], overlays: Sequence[Overlay], demands: Any) -> list[DemandRow]:
    """The demands of items whose dates touch the window, or that an overlay puts elsewhere."""
    moved = {item for overlay in overlays for item in overlay.items}
    last = window[-1].replace(day=28) + timedelta(days=3) if window[-1].year < date.max.year else date.max
    is_near = Q(item__start_on__lte=last, item__end_on__gte=window[0])
    found = demands.filter(is_near | Q(item__in=moved) if moved else is_near)
    rows = found.order_by("item__start_on", "pk").values_list(
        "pk",
        "item_id",
        "item__title",
        "item__roadmap_id",
        "item__start_on",
        "item__end_on",
        "team_id",
        F("item__owning_team_id"),
        F("item__initiative__owning_team_id"),
        "resource_id",
        "resource__kind",
        "low",
        "likely",
        "high",
        "profile",
        "custom_shares",
        "item__initiative__kind",
        "item__initiative__portfolio_id",
    )
    return [DemandRow._make(row) for row in rows]


def _answer(book: _Book, window: Sequence[date], overlay: Overlay) -> Utilisation:
    demands, places, stretches = [], [], []
    for demand in overlay.staffed(book.demands):
        planned = overlay.stretch_of(demand)
        if planned is None:
            continue
        team = demand.own_team or planned.team_id
        demands.append(demand)
        places.append((team, demand.resource))
        stretches.append(
            Stretch(
                planned.start_on.toordinal(),
                planned.end_on.toordinal(),
                book.calendars.of_team(team),
                demand.profile,
                [float(share) for share in demand.shares],
            )
        )
    spread = spread_over_months(stretches, month_number(window[0]), len(window))
    rows = _rows(book, window, demands, places, spread.shares)
    return Utilisation(window[0], rows, window, demands, places, spread.shares, spread.is_idle)


def _rows(
    book: _Book, window: Sequence[date], demands: Sequence[DemandRow], places: Sequence[Place], shares: Numbers
) -> list[CapacityRow]:
    needed = [index for index in range(len(demands)) if shares[index].any()]
    wanted = {place for place, _ in book.capacities} | {places[index] for index in needed}
    order = sorted(wanted, key=lambda place: _order(book, place))
    at = {place: index for index, place in enumerate(order)}
    need = np.zeros((3, len(order), len(window)))
    if needed:
        amounts = np.array([[demands[i].low, demands[i].likely, demands[i].high] for i in needed], dtype=np.float64)
        target = [at[places[index]] for index in needed]
        for level in range(3):
            np.add.at(need[level], target, shares[needed] * amounts[:, level, None])
    return [_row(book, window, place, need[:, at[place]].tolist()) for place in order]


def _order(book: _Book, place: Place) -> tuple[bool, str, str, str]:
    team, resource = place
    found = book.resources[resource]
    return team is None, book.teams[team].casefold() if team else "", found.kind, found.name.casefold()


def _row(book: _Book, window: Sequence[date], place: Place, need: Sequence[Sequence[float]]) -> CapacityRow:
    team, resource = place
    low, used, high = need
    closed = [False] * len(window)
    if team is not None:
        worked = working_days_by_month(book.calendars.of_team(team), month_number(window[0]), len(window))
        closed = [days == 0 for days in worked.tolist()]
    cells = [
        Cell(month, used[at], low[at], high[at], 0.0 if closed[at] else book.capacities.get((place, at)), closed[at])
        for at, month in enumerate(window)
    ]
    return CapacityRow(team, book.teams[team] if team else NO_TEAM, book.resources[resource], cells)


def _total(rows: Sequence[CapacityRow]) -> CapacityRow:
    """The rows of one resource added up; unknown where what a needed team has is unknown, or nobody has said any."""
    cells = []
    for column in zip(*(row.cells for row in rows), strict=True):
        known = [cell.available for cell in column if cell.available is not None]
        is_unknown = not known or any(cell.available is None and cell.used > 0 for cell in column)
        cells.append(
            Cell(
                column[0].month,
                sum(cell.used for cell in column),
                sum(cell.low for cell in column),
                sum(cell.high for cell in column),
                None if is_unknown else sum(known),
                all(cell.is_closed for cell in column),
            )
        )
    return CapacityRow(None, "", rows[0].resource, cells, is_total=True)


def _use(demand: DemandRow, share: float, *, is_idle: bool) -> Use:
    return Use(demand, share * float(demand.low), share * float(demand.likely), share * float(demand.high), is_idle)
