"""The heat map as it is shown: rows in sections, cells with their figures, words and addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from core.web.formatting import percent
from core.web.urls import tenant_url
from roadmap.calc.capacity import Load
from roadmap.enums import ResourceKind
from roadmap.selectors.capacity import CapacityRow, Cell, Utilisation
from roadmap.selectors.capacity_overloads import amount_text
from tenancy.actor import Actor

BY_TEAM, BY_RESOURCE = "team", "resource"
_THOUSAND = 1000
_MILLION = 1_000_000
WORDS = {
    Load.NOTHING: "nothing needed",
    Load.UNKNOWN: "capacity unknown",
    Load.ROOM: "room left",
    Load.FULL: "nearly full",
    Load.OVER: "overloaded",
}


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell: `figure` in bold, `detail` below it, `words` for tooltips and screen readers."""

    load: str
    figure: str
    detail: str
    words: str
    url: str
    is_closed: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    label: str
    note: str
    cells: Sequence[ShownCell]
    is_total: bool


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading: a team's resources, or the teams that have a resource."""

    title: str
    rows: Sequence[ShownRow]


def sections(found: Utilisation, *, by: str, kind: str, actor: Actor) -> list[Section]:
    """The heat map by team or by resource, of one kind of resource or of all."""
    rows = [row for row in found.rows if not kind or row.resource.kind == kind]
    if by != BY_RESOURCE:
        return [
            Section(team, [_shown(row, row.resource.name, row.resource.unit, actor) for row in members])
            for team, members in _grouped(rows, lambda row: row.team).items()
        ]
    totals = {row.resource.pk: row for row in found.by_resource()}
    grouped = _grouped(sorted(rows, key=lambda row: (row.resource.kind, row.resource.name.casefold())), _resource)
    answer = []
    for key, members in grouped.items():
        total, resource = totals[key], members[0].resource
        teams = [_shown(row, row.team, "", actor) for row in members]
        answer.append(Section(resource.name, [_shown(total, "All teams", resource.unit, actor), *teams]))
    return answer


def kinds_of(found: Utilisation) -> list[tuple[str, str]]:
    """Kinds of resources in the heat map, in the order of their words."""
    present = {row.resource.kind for row in found.rows}
    return [(value, str(label)) for value, label in ResourceKind.choices if value in present]


def tiles(found: Utilisation) -> dict[str, Any]:
    """The three figures above the heat map."""
    cells = [cell for row in found.rows for cell in row.cells]
    shares = [cell.utilisation for cell in cells if cell.utilisation is not None]
    over = sum(cell.load is Load.OVER for cell in cells)
    return {
        "over": over,
        "tone": "danger" if over else "success",
        "unknown": sum(cell.load is Load.UNKNOWN for cell in cells),
        "peak": percent(max(shares), 0) if shares else None,
    }


def short_amount(value: float) -> str:
    """An amount as a cell has room for it."""
    if abs(value) >= _MILLION:
        return f"{value / _MILLION:.1f}m"
    return f"{value / _THOUSAND:.1f}k" if abs(value) >= _THOUSAND else amount_text(value)


def range_text(low: float, high: float) -> str:
    """Least and most, empty when nobody expects a difference."""
    return f"{amount_text(low)} to {amount_text(high)}" if high > low else ""


def cell_words(row: CapacityRow, cell: Cell) -> str:
    """What a cell says, in words."""
    who = row.resource.name if row.is_total else f"{row.team}, {row.resource.name}"
    available = "an unknown amount" if cell.available is None else amount_text(cell.available)
    words = f"{who}, {cell.month:%B %Y}: {amount_text(cell.used)} of {available} {row.resource.unit}"
    words += f", {WORDS[cell.load]}" if cell.used > 0 else ""
    if cell.high > cell.used:
        words += f"; between {amount_text(cell.low)} and {amount_text(cell.high)} needed"
    return f"{words}; no working day" if cell.is_closed else words


def cell_url(actor: Actor, row: CapacityRow, month: date) -> str:
    """Where the items that use a cell are listed."""
    query = {"team": row.team_id or "", "resource": row.resource.pk, "month": f"{month:%Y-%m}"}
    return f"{tenant_url(actor, 'roadmap:capacity_cell')}?{urlencode(query)}"


def _resource(row: CapacityRow) -> Any:
    return row.resource.pk


def _grouped(rows: Sequence[CapacityRow], key: Any) -> dict[Any, list[CapacityRow]]:
    found: dict[Any, list[CapacityRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _shown(row: CapacityRow, label: str, note: str, actor: Actor) -> ShownRow:
    return ShownRow(label, note, [_cell(row, cell, actor) for cell in row.cells], row.is_total)


def _cell(row: CapacityRow, cell: Cell, actor: Actor) -> ShownCell:
    available = "?" if cell.available is None else short_amount(cell.available)
    share = cell.utilisation
    if cell.load is Load.NOTHING:
        figure = percent(0, 0) if cell.available else ""
        detail = "" if cell.available is None else f"of {available}"
    else:
        figure = short_amount(cell.used) if share is None else percent(share, 0)
        detail = f"of {available}" if share is None else f"{short_amount(cell.used)} of {available}"
    url = "" if row.is_total or cell.load is Load.NOTHING else cell_url(actor, row, cell.month)
    return ShownCell(cell.load.value, figure, detail, cell_words(row, cell), url, cell.is_closed)
