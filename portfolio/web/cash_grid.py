"""The monthly grid of a business case: one year of columns, a row a line, blank rows for new ones.

Plain form fields named after row and month, so that it works without JavaScript; what was typed
stays when something is refused.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from core.errors import InvalidInputError
from core.web.formatting import number
from portfolio.enums import BENEFIT_CATEGORIES, COST_CATEGORIES, CashCategory, CashSide
from portfolio.models import BusinessCase, CashLine
from portfolio.services.cash_lines import LineInput
from portfolio.validators import add_months

YEAR = 12
BLANK_ROWS = 2
_GROUPED = re.compile(r"^\d{1,3}(,\d{3})+(\.\d+)?$")
_POINTER = re.compile(r"^lines/(\d+)/(\w+)(?:/(\d{4}-\d{2}))?$")

Stored = list[tuple[CashLine, dict[date, Decimal]]]


@dataclass
class GridCell:
    """One month of one line as text; `error` says what is wrong with it."""

    name: str
    month: date
    text: str
    error: str = ""


@dataclass
class GridRow:
    """One line as typed. `id` is empty for a new one, `kept` holds the amounts of the years not shown."""

    key: str
    side: str
    id: str
    label: str
    category: str
    cells: list[GridCell]
    fill: str = ""
    is_removed: bool = False
    kept: dict[date, Decimal] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_blank(self) -> bool:
        return not self.id and not self.label.strip() and not self.fill and not any(cell.text for cell in self.cells)

    @property
    def total(self) -> Decimal | None:
        """Sum of the shown year; None while nothing is entered or something is wrong."""
        return total_of([_parsed(cell.text) for cell in self.cells])


@dataclass
class GridSection:
    """Costs or benefits: rows, their categories, the total of each month."""

    side: str
    title: str
    rows: list[GridRow]
    categories: list[tuple[str, str]]
    totals: list[Decimal | None]

    @property
    def total(self) -> Decimal | None:
        """Sum of the shown year; None while nothing is planned in it."""
        return total_of(self.totals)


class CashGrid:
    """The grid for one year of the plan, from what is stored or from what was posted."""

    def __init__(self, case: BusinessCase, stored: Stored, *, year: int, data: Mapping[str, Any] | None = None) -> None:
        self.case = case
        self.years = -(-case.horizon_months // YEAR)
        self.year = min(max(year, 0), self.years - 1)
        count = min(YEAR, case.horizon_months - self.year * YEAR)
        self.months = [add_months(case.start_month, self.year * YEAR + index) for index in range(count)]
        self.data = data
        self.errors: list[str] = []
        self.rows = [*self._stored_rows(stored), *self._blank_rows()]

    def _stored_rows(self, stored: Stored) -> Iterable[GridRow]:
        for line, amounts in stored:
            shown = {month: amounts[month] for month in self.months if month in amounts}
            row = self._row(str(line.pk), line.side, line.name, line.category, shown)
            row.id = str(line.pk)
            row.kept = {month: amount for month, amount in amounts.items() if month not in shown}
            yield row

    def _blank_rows(self) -> Iterable[GridRow]:
        for side in CashSide:
            for index in range(BLANK_ROWS):
                yield self._row(f"{side}{index}", side, "", _categories(side)[0][0], {})

    def _row(self, key: str, side: str, label: str, category: str, amounts: dict[date, Decimal]) -> GridRow:
        cells = [
            GridCell(f"{key}-{month:%Y-%m}", month, self._posted(f"{key}-{month:%Y-%m}", _text(amounts.get(month))))
            for month in self.months
        ]
        return GridRow(
            key=key,
            side=side,
            id="",
            label=self._posted(f"{key}-name", label),
            category=self._posted(f"{key}-category", category),
            cells=cells,
            fill=self._posted(f"{key}-fill", ""),
            is_removed=self.data is not None and f"{key}-remove" in self.data,
        )

    def _posted(self, name: str, stored: str) -> str:
        return stored if self.data is None else str(self.data.get(name, "")).strip()

    def line_inputs(self) -> list[LineInput] | None:
        """All lines as they shall be, years not shown included; None when a text is no amount."""
        self._used = [row for row in self.rows if not row.is_removed and not row.is_blank]
        inputs = [self._input(row) for row in self._used]
        if any(cell.error for row in self._used for cell in row.cells) or any(row.errors for row in self._used):
            self.errors.append("Some entries are not amounts; nothing was saved.")
            return None
        return inputs

    def _input(self, row: GridRow) -> LineInput:
        amounts = dict(row.kept)
        fill = _parsed(row.fill)
        if row.fill and fill is None:
            row.errors["fill"] = "Write an amount such as 1200 or 1,200.50."
        for cell in row.cells:
            amount = _parsed(cell.text)
            if cell.text and amount is None:
                cell.error = "Write an amount such as 1200 or 1,200.50."
            elif amount is not None:
                amounts[cell.month] = amount
            elif fill is not None:
                # The amount for every month fills only months left empty.
                amounts[cell.month] = fill
        return LineInput(id=UUID(row.id) if row.id else None, category=row.category, name=row.label, amounts=amounts)

    def refuse(self, error: InvalidInputError) -> None:
        """Show a service's refusal at the cell its pointer names, else above the grid."""
        found = _POINTER.match(error.pointer or "")
        row = self._used[int(found[1])] if found and int(found[1]) < len(self._used) else None
        if found is None or row is None:
            self.errors.append(error.message)
            return
        self.errors.append(f"{row.label or 'New line'}: {error.message}")
        cell = next((cell for cell in row.cells if found[3] == f"{cell.month:%Y-%m}"), None)
        if cell is not None:
            cell.error = error.message
        else:
            row.errors[found[2]] = error.message

    def sections(self) -> list[GridSection]:
        """Costs, then benefits."""
        return [self._section(CashSide.COST, "Costs"), self._section(CashSide.BENEFIT, "Benefits")]

    def _section(self, side: str, title: str) -> GridSection:
        rows = [row for row in self.rows if row.side == side]
        totals = [total_of([_parsed(row.cells[index].text) for row in rows]) for index in range(len(self.months))]
        return GridSection(side, title, rows, _categories(side), totals)

    def net(self) -> list[Decimal | None]:
        """Benefits less costs of each shown month; None where nothing is planned."""
        costs, benefits = (section.totals for section in self.sections())
        return [total_of([gain, None if cost is None else -cost]) for cost, gain in zip(costs, benefits, strict=True)]

    @property
    def net_total(self) -> Decimal | None:
        """Benefits less costs of the shown year."""
        return total_of(self.net())

    def year_tabs(self) -> list[tuple[int, str]]:
        """Number and label of every year of the plan."""
        return [(year, f"{add_months(self.case.start_month, year * YEAR):%b %Y} on") for year in range(self.years)]


def total_of(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None when nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _categories(side: str) -> list[tuple[str, str]]:
    wanted = BENEFIT_CATEGORIES if side == CashSide.BENEFIT else COST_CATEGORIES
    return [(choice.value, str(choice.label)) for choice in CashCategory if choice in wanted]


def _text(amount: Decimal | None) -> str:
    """With thousands separators as the totals have them; `_parsed` reads them back."""
    return "" if amount is None else number(amount)


def _parsed(text: str) -> Decimal | None:
    """The amount, or None for an empty or unreadable text. A comma is taken only where it groups thousands."""
    bare = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if _GROUPED.match(bare):
        bare = bare.replace(",", "")
    if not bare or not bare.isascii() or "_" in bare:
        return None
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
