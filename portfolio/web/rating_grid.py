"""The table one rates in: a row an initiative, a field a factor, as plain form fields that keep what was typed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.errors import DomainError
from core.numbers import typed_number
from core.web.formatting import number
from portfolio.calc.rating_scales import Scale
from portfolio.enums import FactorScale
from portfolio.models import ScoreFactor, ScoreRating
from portfolio.selectors.scoring import OwnRow
from portfolio.selectors.scoring_methods import scale_of
from portfolio.services.score_ratings import RatingInput
from portfolio.web.scoring_figures import shown_score

PAGE = 25
_POINTER = re.compile(r"^ratings/(\d+)(?:/(\w+))?$")
_UNREADABLE = "Write a number."


@dataclass(frozen=True)
class FactorColumn:
    """One factor as a column of the table; `options` is empty for a field to type in."""

    factor: ScoreFactor
    scale: Scale

    @property
    def is_percent(self) -> bool:
        return self.factor.scale == FactorScale.PERCENT

    @property
    def options(self) -> list[tuple[str, str]]:
        """Value and label of every choice; the rubric says what a value means."""
        labels = {Decimal(row["value"]): row["label"] for row in self.factor.rubric}
        values = self.scale.options()
        return [(shown(value, self), f"{shown(value, self)} {labels.get(value, '')}".strip()) for value in values]

    @property
    def hint(self) -> str:
        """What may be typed: the range with its unit."""
        low, high = self.scale.limits
        unit = "%" if self.is_percent else self.factor.unit
        limits = [shown(limit, self) if limit is not None else "" for limit in (low, high)]
        return " ".join(part for part in ("\N{EN DASH}".join(limits) if all(limits) else "", unit) if part)


@dataclass
class RatingCell:
    """One answer as text; `error` says what is wrong with it."""

    column: FactorColumn
    name: str
    text: str
    confidence: str
    rationale: str
    evidence_url: str
    error: str = ""


@dataclass
class RatingRow:
    """One initiative with its answers, and how one's own answers rank it."""

    own: OwnRow
    cells: list[RatingCell] = field(default_factory=list)

    @property
    def score(self) -> str:
        """The score by one's own answers; it is unknown without one."""
        return shown_score(self.own.score)

    @property
    def has_reasons(self) -> bool:
        """Whether confidence, reason or evidence is given, or something is wrong: then they are shown at once."""
        return any(cell.error or cell.confidence or cell.rationale or cell.evidence_url for cell in self.cells)


class RatingGrid:
    """One page of the table, from what is stored or from what was posted."""

    def __init__(
        self,
        rows: Sequence[OwnRow],
        factors: Iterable[ScoreFactor],
        *,
        page: int = 1,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.data = data
        self.columns = [FactorColumn(factor, scale_of(factor)) for factor in factors]
        self.pages = max(1, -(-len(rows) // PAGE))
        self.page = min(max(page, 1), self.pages)
        self.errors: list[str] = []
        start = (self.page - 1) * PAGE
        self.rows = [self._row(row) for row in rows[start : start + PAGE]]

    def _row(self, own: OwnRow) -> RatingRow:
        return RatingRow(own, [self._cell(own, column) for column in self.columns])

    def _cell(self, own: OwnRow, column: FactorColumn) -> RatingCell:
        name = f"{own.item.pk}.{column.factor.pk}"
        stored = own.answers.get(column.factor.pk)
        return RatingCell(
            column=column,
            name=name,
            text=self._posted(f"v.{name}", shown(stored.value, column) if stored else ""),
            confidence=self._posted(f"c.{name}", _percent(stored)),
            rationale=self._posted(f"r.{name}", stored.rationale if stored else ""),
            evidence_url=self._posted(f"e.{name}", stored.evidence_url if stored else ""),
        )

    def _posted(self, name: str, stored: str) -> str:
        return stored if self.data is None else str(self.data.get(name, "")).strip()

    def typed(self) -> dict[tuple[UUID, UUID], Decimal | None]:
        """Values on this page by (item, factor), as far as they are on their scale; for the live rank."""
        values: dict[tuple[UUID, UUID], Decimal | None] = {}
        for row, cell in self._cells():
            value = parsed(cell.text, cell.column)
            is_fine = value is not None and not cell.column.scale.refusal(value)
            values[row.own.item.pk, cell.column.factor.pk] = value if is_fine else None
        return values

    def inputs(self) -> list[RatingInput] | None:
        """All answers of this page; None when a text is no number."""
        self._used = [(row, cell) for row, cell in self._cells() if cell.text or self._is_stored(row, cell)]
        rows = [self._input(row, cell) for row, cell in self._used]
        if any(cell.error for _, cell in self._used):
            self.errors.append("Some entries cannot be read; nothing was saved.")
            return None
        return rows

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at the answer its pointer names, and above the table."""
        found = _POINTER.match(error.pointer or "")
        if found and int(found[1]) < len(self._used):
            row, cell = self._used[int(found[1])]
            cell.error = error.message
            self.errors.append(f"{row.own.item.initiative.key}: {error.message}")
        else:
            self.errors.append(error.message)

    def _cells(self) -> Iterable[tuple[RatingRow, RatingCell]]:
        return ((row, cell) for row in self.rows for cell in row.cells)

    @staticmethod
    def _is_stored(row: RatingRow, cell: RatingCell) -> bool:
        return cell.column.factor.pk in row.own.answers

    @staticmethod
    def _input(row: RatingRow, cell: RatingCell) -> RatingInput:
        value, confidence = parsed(cell.text, cell.column), typed_number(cell.confidence.rstrip("%"))
        if (cell.text and value is None) or (cell.confidence and confidence is None):
            cell.error = _UNREADABLE
        return RatingInput(
            initiative_id=row.own.item.initiative_id,
            factor_id=cell.column.factor.pk,
            value=value,
            confidence=None if confidence is None else confidence / 100,
            rationale=cell.rationale,
            evidence_url=cell.evidence_url,
        )


def parsed(text: str, column: FactorColumn) -> Decimal | None:
    """The value as it is stored, or None for an empty or unreadable text; percentages become fractions."""
    if not column.is_percent:
        return typed_number(text)
    value = typed_number(text.rstrip("%"))
    return None if value is None else value / 100


def shown(value: Decimal, column: FactorColumn) -> str:
    """The value as one types it: fractions as percentages, without trailing zeros."""
    return f"{(value * 100 if column.is_percent else value).normalize():f}"


def _percent(stored: ScoreRating | None) -> str:
    if stored is None or stored.confidence is None:
        return ""
    return number((stored.confidence * 100).normalize())
