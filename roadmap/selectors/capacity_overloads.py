"""Where the plan needs more than there is, and why, in words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.text import get_text_list

from roadmap.calc.capacity import Load
from roadmap.calc.dated_schedule import schedule_dates
from roadmap.calc.working_days import OutsideCalendarError
from roadmap.models import Dependency, RoadmapItem
from roadmap.selectors.calendars import CalendarBook, calendar_book
from roadmap.selectors.capacity import CapacityRow, Cell, Use, Utilisation
from roadmap.selectors.schedule import dated_item, is_movable, item_rows, links_between
from tenancy.actor import Actor

_MOST_NAMED = 3
_MONTHS_AHEAD = 3
_FROM_WHOLE = 100
_FROM_TENTHS = 0.1


@dataclass(frozen=True, slots=True)
class Overload:
    """A month in which a team's resource does not suffice, what uses it, and what could wait.

    `floats` are the working days by which items that have not begun may slip without moving the end of their roadmap.
    """

    row: CapacityRow
    cell: Cell
    uses: Sequence[Use]
    floats: Mapping[UUID, int]
    room: str

    @property
    def text(self) -> str:
        """The whole explanation: by how much, by whom, and what could give."""
        return " ".join(filter(None, (f"{self._need}: {self._users}.", self._idle, self._could_wait, self.room)))

    @property
    def _need(self) -> str:
        resource, month = self.row.resource, f"{self.cell.month:%B %Y}"
        used, available = told_apart(self.cell.used, self.cell.available or 0.0)
        if self.cell.is_closed:
            need = f"but {used} {resource.unit} ({resource.name}) are needed"
            return f"{self.row.team} has no working day in {month}, {need}"
        return f"{self.row.team} needs {used} of {available} {resource.unit} ({resource.name}) in {month}"

    @property
    def _users(self) -> str:
        shown = len(self.uses) if len(self.uses) <= _MOST_NAMED + 1 else _MOST_NAMED
        named = [f"{amount_text(use.likely)} by {use.demand.title}" for use in self.uses[:shown]]
        rest = self.uses[shown:]
        if rest:
            named.append(f"{amount_text(sum(use.likely for use in rest))} by {len(rest)} others")
        return get_text_list(named, "and")

    @property
    def _idle(self) -> str:
        idle = [use.demand.title for use in self.uses if use.is_idle]
        return f"{get_text_list(idle, 'and')} lies on days nobody works." if idle else ""

    @property
    def _could_wait(self) -> str:
        waiting = sorted(
            (use for use in self.uses if self.floats.get(use.demand.item, 0) > 0),
            key=lambda use: -self.floats[use.demand.item],
        )
        named = [
            f"{use.demand.title} could wait: {days_text(self.floats[use.demand.item])} of float"
            for use in waiting[:_MOST_NAMED]
        ]
        return f"{'; '.join(named)}." if named else ""


def overloads(found: Utilisation, *, actor: Actor) -> list[Overload]:
    """Every overloaded month of every team, earliest first; three queries for the floats, none without any."""
    crowded = [(row, cell) for row in found.rows for cell in row.cells if cell.load is Load.OVER]
    if not crowded:
        return []
    uses = {id(cell): found.uses((row.team_id, row.resource.pk), cell.month) for row, cell in crowded}
    roadmaps = {use.demand.roadmap for each in uses.values() for use in each}
    floats = floats_of(roadmaps, actor=actor)
    named = [
        Overload(
            row,
            cell,
            uses[id(cell)],
            {use.demand.item: floats[use.demand.item] for use in uses[id(cell)] if use.demand.item in floats},
            _room(found, row, cell),
        )
        for row, cell in crowded
    ]
    return sorted(named, key=lambda each: (each.cell.month, each.row.team, each.row.resource.name))


def floats_of(roadmaps: Collection[UUID], *, actor: Actor) -> dict[UUID, int]:
    """Total float in working days of the items of these roadmaps that may still move; three queries.

    Each roadmap ends with its own last item. Nothing is said of a roadmap whose dates run out of the calendar.
    """
    items = RoadmapItem.objects.permitted(actor).filter(roadmap__in=roadmaps, start_on__isnull=False)
    dependencies = list(
        Dependency.objects.permitted(actor)
        .filter(predecessor__roadmap__in=roadmaps, successor__roadmap__in=roadmaps)
        .order_by("id")
    )
    by_roadmap: dict[UUID, list[Mapping[str, Any]]] = {}
    for row in item_rows(items):
        by_roadmap.setdefault(row["roadmap_id"], []).append(row)
    book = calendar_book()
    found: dict[UUID, int] = {}
    for rows in by_roadmap.values():
        found.update(_floats(rows, dependencies, book))
    return found


def amount_text(value: float) -> str:
    """An amount as people say it: whole from a hundred, else tenths, hundredths below one tenth."""
    if abs(value) >= _FROM_WHOLE:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value == 0 or abs(value) >= _FROM_TENTHS else f"{value:.2f}"


def told_apart(used: float, available: float) -> tuple[str, str]:
    """Both amounts as texts that differ: with hundredths where fewer digits would make them look the same."""
    texts = amount_text(used), amount_text(available)
    return texts if texts[0] != texts[1] else (f"{used:,.2f}", f"{available:,.2f}")


def days_text(days: int) -> str:
    """A number of working days."""
    return f"{days} {'day' if days == 1 else 'days'}"


def _floats(
    rows: Sequence[Mapping[str, Any]], dependencies: Sequence[Dependency], book: CalendarBook
) -> dict[UUID, int]:
    index = {row["pk"]: number for number, row in enumerate(rows)}
    links, _ = links_between(dependencies, index)
    movable = [is_movable(row) for row in rows]
    dated = [dated_item(row, book, movable=may) for row, may in zip(rows, movable, strict=True)]
    try:
        dates = schedule_dates(dated, links)
    except OutsideCalendarError:
        return {}
    return {row["pk"]: each.total_float for row, each, may in zip(rows, dates, movable, strict=True) if may}


def _room(found: Utilisation, row: CapacityRow, cell: Cell) -> str:
    """Who else has enough left that month, else when the team itself has, within a quarter."""
    missing = cell.used - (cell.available or 0)
    at = found.months.index(cell.month)
    for other in found.rows:
        free = other.cells[at].free
        if other.resource.pk == row.resource.pk and other.team_id != row.team_id and free and free >= missing:
            return f"{other.team} has {amount_text(free)} free that month."
    for later in row.cells[at + 1 : at + 1 + _MONTHS_AHEAD]:
        if later.free and later.free >= missing:
            return f"{amount_text(later.free)} are free in {later.month:%B %Y}."
    return ""
