"""A team's capacities as a sheet: resources by months, kept as typed when refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.errors import InvalidInputError
from core.web.formatting import number
from portfolio.validators import add_months
from roadmap.models import Resource, TeamCapacity
from roadmap.services.capacity_files import read_amount
from roadmap.services.team_capacities import Amounts, require_amount
from tenancy.models import Team

MONTHS = 12


@dataclass
class GridCell:
    """One month of one resource as text; `error` says what is wrong with it."""

    name: str
    month: date
    text: str
    error: str = ""


@dataclass
class GridRow:
    resource: Resource
    cells: list[GridCell]


@dataclass
class CapacityGrid:
    """The sheet of a team for twelve months."""

    team: Team
    months: Sequence[date]
    rows: list[GridRow]
    stored: Mapping[tuple[UUID, date], Decimal]
    errors: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, team: Team, first: date, data: Any = None) -> "CapacityGrid":
        """What is stored, or with `data` what was typed."""
        months = [add_months(first, offset) for offset in range(MONTHS)]
        rows = TeamCapacity.objects.filter(team=team, month__gte=months[0], month__lte=months[-1])
        stored = {(resource, month): amount for resource, month, amount in rows.values_list(*_PLACE)}
        return cls(team, months, [_row(resource, months, stored, data) for resource in Resource.objects.all()], stored)

    def changes(self) -> Amounts:
        """What differs from what is stored; what is no amount is noted at its cell, and `is_sound` is then False."""
        found: dict[tuple[UUID, date], Decimal | None] = {}
        for row in self.rows:
            for cell in row.cells:
                amount = self._amount(cell)
                place = (row.resource.pk, cell.month)
                if not cell.error and self.stored.get(place) != amount:
                    found[place] = amount
        return found

    @property
    def is_sound(self) -> bool:
        return not any(cell.error for row in self.rows for cell in row.cells)

    def _amount(self, cell: GridCell) -> Decimal | None:
        if not cell.text:
            return None
        try:
            amount = read_amount(cell.text)
            require_amount(amount, "amount")
        except InvalidInputError as error:
            cell.error = error.message
            return None
        return amount


_PLACE = ("resource_id", "month", "amount")


def _row(resource: Resource, months: Sequence[date], stored: Mapping[tuple[UUID, date], Decimal], data: Any) -> GridRow:
    cells = []
    for month in months:
        name = f"{resource.pk}.{month:%Y-%m}"
        amount = stored.get((resource.pk, month))
        # A cell that was not sent stays as it is.
        kept = "" if amount is None else number(amount)
        cells.append(GridCell(name, month, kept if data is None else data.get(name, kept).strip()))
    return GridRow(resource, cells)
