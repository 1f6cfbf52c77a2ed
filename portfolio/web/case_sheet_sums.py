"""Sums on a case's sheet: what people cost, what a side comes to, what remains, by month and over all months."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.enums import CashSide
from portfolio.web.case_sheet import CaseSheet
from portfolio.web.case_sheet_rows import LineRow


@dataclass(frozen=True)
class SumRow:
    """Amounts nobody types: by the name of each shown month's cell, and over all months."""

    name: str
    title: str
    cells: Sequence[tuple[str, Decimal]]
    total: Decimal


@dataclass(frozen=True)
class Section:
    """Costs or benefits: typed rows, costs of people, and their sum."""

    side: str
    rows: Sequence[LineRow]
    people: Sequence[SumRow]
    sum: SumRow


def sections_of(sheet: CaseSheet) -> list[Section]:
    """Costs with those of people among them, then benefits."""
    people = [row for row in sheet.people if row.amounts and not row.is_removed]
    carried = [_row(sheet, f"sum-{row.prefix}", row["role"], [row.amounts]) for row in people]
    sections = []
    for side, title in ((CashSide.COST, "Costs"), (CashSide.BENEFIT, "Benefits")):
        rows = [row for row in sheet.lines if row.side == side]
        amounts = [row.amounts for row in rows if row.amounts and not row.is_removed]
        amounts += [row.amounts for row in people] if side == CashSide.COST else []
        total = _row(sheet, f"total-{side.value}", title, amounts)
        sections.append(Section(side, rows, carried if side == CashSide.COST else [], total))
    return sections


def net_of(sections: Sequence[Section]) -> SumRow:
    """Benefits less costs."""
    costs, gains = (section.sum for section in sections)
    cells = [
        (name.replace("benefit", "net"), gain - cost)
        for (_, cost), (name, gain) in zip(costs.cells, gains.cells, strict=True)
    ]
    return SumRow("total-net", "Benefits less costs", cells, gains.total - costs.total)


def all_sums(sheet: CaseSheet) -> list[SumRow]:
    """Every row of sums on the sheet."""
    sections = sections_of(sheet)
    return [
        net_of(sections),
        *(section.sum for section in sections),
        *(row for each in sections for row in each.people),
    ]


def _row(sheet: CaseSheet, name: str, title: str, amounts: Sequence[Sequence[Decimal]]) -> SumRow:
    cells = [
        (f"{name}-{month:%Y-%m}", _sum(row[sheet.first_shown + index] for row in amounts))
        for index, month in enumerate(sheet.months)
    ]
    return SumRow(name, title, cells, _sum(_sum(row) for row in amounts))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
