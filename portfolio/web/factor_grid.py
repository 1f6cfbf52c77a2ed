"""The editor of a scoring model's factors: a row a factor, blank rows for new ones, kept as typed when refused."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict

from core.errors import DomainError
from core.numbers import typed_number
from portfolio.calc.scoring import MAX_FACTORS
from portfolio.enums import FactorDirection, FactorPart, FactorScale
from portfolio.permissions import RATERS
from portfolio.services.scoring_templates import FactorInput
from tenancy.enums import Function, Role

_TEXTS = ("key", "name", "question", "unit", "part", "scale", "direction")
_NUMBERS = ("minimum", "maximum", "step", "weight", "evidence_above")
_POINTER = re.compile(r"^factors/(\d+)(?:/(\w+))?")
_RUBRIC_ROWS = 40


@dataclass
class FactorRow:
    """One factor as typed; `fields` by name, `error` says what is wrong with the row."""

    index: int
    fields: dict[str, str]
    roles: list[str]
    functions: list[str]
    is_required: bool
    is_new: bool = False
    is_removed: bool = False
    error: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.fields["name"] and not self.fields["key"]


@dataclass
class FactorGrid:
    """All rows, from what is stored or from what was posted."""

    rows: list[FactorRow]
    errors: list[str] = field(default_factory=list)

    scales = FactorScale.choices
    parts = [choice for choice in FactorPart.choices if choice[0] != FactorPart.VARIABLE]
    directions = FactorDirection.choices
    roles = [choice for choice in Role.choices if choice[0] in RATERS]
    functions = Function.choices

    @classmethod
    def of(cls, factors: Sequence[FactorInput], *, blank: int = 2) -> "FactorGrid":
        """Stored factors, and room for new ones."""
        rows = [_stored_row(index, factor) for index, factor in enumerate(factors)]
        rows += [_blank_row(len(rows) + extra) for extra in range(min(blank, MAX_FACTORS - len(rows)))]
        return cls(rows)

    @classmethod
    def posted(cls, data: QueryDict) -> "FactorGrid":
        """What was posted, row by row."""
        return cls([_posted_row(index, data) for index in range(MAX_FACTORS) if f"{index}-name" in data])

    def inputs(self) -> list[FactorInput] | None:
        """The factors as they shall be; None when a text is no number."""
        self._used = [row for row in self.rows if not row.is_removed and not row.is_blank]
        factors = [_input(row) for row in self._used]
        if any(row.error for row in self._used):
            self.errors.append("Some entries cannot be read; nothing was saved.")
            return None
        return factors

    def refuse(self, error: DomainError) -> None:
        """Show a refusal at the row its pointer names, and above the table."""
        found = _POINTER.match(error.pointer or "")
        if found and int(found[1]) < len(self._used):
            self._used[int(found[1])].error = error.message
        self.errors.append(error.message)


def _stored_row(index: int, factor: FactorInput) -> FactorRow:
    fields = {name: str(getattr(factor, name)) for name in _TEXTS}
    fields |= {name: _plain(getattr(factor, name)) for name in _NUMBERS}
    fields["rubric"] = "\n".join(" | ".join((row["value"], row["label"], row["text"])) for row in factor.rubric)
    return FactorRow(index, fields, list(factor.rater_roles), list(factor.rater_functions), factor.is_required)


def _blank_row(index: int) -> FactorRow:
    fields = dict.fromkeys((*_TEXTS, *_NUMBERS, "rubric"), "")
    fields |= {"scale": FactorScale.LINEAR, "direction": FactorDirection.UP, "weight": "1", "part": FactorPart.ADDEND}
    fields |= {"minimum": "1", "maximum": "10", "step": "1"}
    return FactorRow(index, fields, [], [], is_required=True, is_new=True)


def _posted_row(index: int, data: QueryDict) -> FactorRow:
    fields = {name: str(data.get(f"{index}-{name}", "")).strip() for name in (*_TEXTS, *_NUMBERS, "rubric")}
    return FactorRow(
        index,
        fields,
        data.getlist(f"{index}-roles"),
        data.getlist(f"{index}-functions"),
        is_required=f"{index}-required" in data,
        is_new=f"{index}-new" in data,
        is_removed=f"{index}-remove" in data,
    )


def _input(row: FactorRow) -> FactorInput:
    fields: dict[str, Any] = {name: row.fields[name] for name in _TEXTS}
    fields["key"] = fields["key"] or re.sub(r"[^a-z0-9]+", "_", fields["name"].lower()).strip("_")
    fields |= {name: _number(row, name) for name in _NUMBERS}
    if fields["weight"] is None:
        fields["weight"] = Decimal(1)
    return FactorInput(
        **fields,
        rubric=tuple(_rubric_row(line) for line in row.fields["rubric"].splitlines()[:_RUBRIC_ROWS] if line.strip()),
        rater_roles=tuple(row.roles),
        rater_functions=tuple(row.functions),
        is_required=row.is_required,
    )


def _number(row: FactorRow, name: str) -> Decimal | None:
    value = typed_number(row.fields[name])
    if value is None and row.fields[name]:
        row.error = f"{name.replace('_', ' ').capitalize()} is not a number."
    return value


def _rubric_row(line: str) -> dict[str, str]:
    value, label, text = (*(part.strip() for part in line.split("|", 2)), "", "")[:3]
    return {"value": value, "label": label, "text": text}


def _plain(value: Decimal | None) -> str:
    return "" if value is None else f"{value.normalize():f}"
