"""The sheet of one option of a business case: what its texts say, what came of it, what was refused."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.numbers import typed_number
from core.web.formatting import number
from portfolio.enums import AdoptionShape, CashSide, Confidence, DriverDistribution, LineAnchor, SpendKind
from portfolio.services.case_sheet_preview import SheetPreview
from portfolio.services.case_sheets import DriverInput, PeopleInput, Sheet
from portfolio.services.cash_lines import LineInput
from portfolio.validators import CENT
from portfolio.web.case_sheet_rows import DriverRow, LineRow, MonthTexts, PeopleRow, TextRow
from portfolio.web.case_sheet_texts import SheetTexts
from tenancy.models import Membership

SOMETHING_WRONG = "Something on the sheet cannot be read yet; nothing was saved."


class CaseSheet(SheetTexts):
    """Everything that is typed for one option; `errors` are what no field of it is to blame for."""

    def read(self) -> Sheet:
        """What the texts say; what cannot be read is noted at its field, and `is_sound` is then False."""
        self.used_lines = [row for row in self.lines if not (row.is_removed or row.is_blank)]
        self.used_drivers = [row for row in self.drivers if not (row.is_removed or row.is_blank)]
        self.used_people = [row for row in self.people if not (row.is_removed or row.is_blank)]
        changed = [(index, row) for index, row in enumerate(self.used_lines) if row.forecast and row.actual]
        forecast = {index: row.forecast.changes() for index, row in changed if row.forecast}
        actual = {index: row.actual.changes() for index, row in changed if row.actual and row.takes_actuals}
        return Sheet(
            lines=[self._line_input(row) for row in self.used_lines],
            drivers=[self._driver_input(row) for row in self.used_drivers],
            people=[self._people_input(row) for row in self.used_people],
            settings=self._settings_input(),
            forecast={index: amounts for index, amounts in forecast.items() if amounts},
            actual={index: amounts for index, amounts in actual.items() if amounts},
        )

    @property
    def has_drivers(self) -> bool:
        """Whether any driver is stored."""
        return any(row.id for row in self.drivers)

    @property
    def has_people(self) -> bool:
        """Whether any person-months are stored."""
        return any(row.id for row in self.people)

    @property
    def is_sound(self) -> bool:
        """Whether everything read so far could be read."""
        rows: list[TextRow] = [self.settings, *self.lines, *self.drivers, *self.people]
        months = [texts for row in self.lines for texts in (row.plan, row.forecast, row.actual) if texts]
        months += [row.months for row in self.people]
        return not any(row.errors for row in rows) and not any(texts.errors for texts in months)

    def _settings_input(self) -> dict[str, Any]:
        row = self.settings
        start = row.whole("adoption_start_month")
        texts = {name: row[name][:60] for name in ("adoption_ceiling", "adoption_months")}
        return {
            "adoption_shape": row.choice("adoption_shape", AdoptionShape),
            "adoption_start_month": 1 if start is None else start,
            "adoption_ceiling": texts["adoption_ceiling"] or "1",
            "adoption_months": texts["adoption_months"] or "12",
        }

    def _line_input(self, row: LineRow) -> LineInput:
        settings: dict[str, Any] = {
            "formula": row.formula,
            "anchor": row.choice("anchor", LineAnchor),
            "offset_months": row.whole("offset") or 0,
            "duration_months": row.whole("duration"),
            "spend_kind" if row.side == CashSide.COST else "benefit_kind": row.kind,
        }
        if row.is_computed and not row.formula:
            row.errors["every"] = "Write a formula after the equals sign."
        amounts = {} if row.is_computed else self._filled(row)
        return LineInput(
            id=UUID(row.id) if row.id else None,
            category=row["category"],
            name=row["name"],
            amounts=amounts,
            settings=settings,
        )

    def _filled(self, row: LineRow) -> dict[date, Decimal]:
        amounts = row.plan.amounts()
        if row["every"]:
            fill = row.number("every", "Write an amount for every empty month, or = and a formula.")
            # The amount for every month fills only months left empty.
            amounts = {month: amounts.get(month, fill) for month in self.content.months}
        return amounts

    def _driver_input(self, row: DriverRow) -> DriverInput:
        values: dict[str, Any] = {name: row[name] for name in ("key", "unit", "source")}
        values["distribution"] = row.choice("distribution", DriverDistribution)
        values["confidence"] = row.choice("confidence", Confidence)
        values["name"] = row["name"] or row["key"]
        values["formula"] = row.formula
        values["option"] = self.option if row["scope"] == "option" else None
        values["owner"] = self._owner(row)
        if row.is_computed:
            values["low"] = values["likely"] = values["high"] = Decimal(0)
        else:
            values["likely"] = likely = row.number("likely")
            # A driver without a range is certain.
            values["low"] = row.number("low") if row["low"] else likely
            values["high"] = row.number("high") if row["high"] else likely
            if not row.errors.keys().isdisjoint(("low", "likely", "high")):
                # What cannot be read is in no order with the others either.
                values["low"] = values["high"] = likely
        return DriverInput(values, id=UUID(row.id) if row.id else None)

    def _owner(self, row: DriverRow) -> Membership | None:
        member = self.members.get(row["owner"])
        if row["owner"] and member is None:
            row.errors["owner"] = "There is no active member of this name."
        return member

    def _people_input(self, row: PeopleRow) -> PeopleInput:
        return PeopleInput(
            role=row["role"],
            monthly_rate=row.number("rate", "Write what a person costs in a month."),
            person_months=row.months.amounts(),
            spend_kind=row.choice("kind", SpendKind),
            id=UUID(row.id) if row.id else None,
        )

    def take(self, preview: SheetPreview) -> None:
        """Put computed amounts and problems to their rows; sums wait with what was computed last."""
        if preview.results is None:
            self._take_texts()
        for line, values in zip(self.used_lines, preview.line_amounts, strict=False):
            line.amounts = [_cents(value) for value in values]
            if line.is_computed:
                months = zip(self.content.months, line.amounts, strict=True)
                line.plan.texts = {month: _brief(amount) for month, amount in months if amount}
        for people, values in zip(self.used_people, preview.people_amounts, strict=False):
            people.amounts = [_cents(value) for value in values]
        for pointer, message in preview.problems:
            self.refuse(pointer, message)

    def _take_texts(self) -> None:
        """Amounts as the cells say, those of formulas from when they could last be computed."""
        months = self.content.months
        for line in self.used_lines:
            line.amounts = line.plan.figures(months)
        for people in self.used_people:
            rate = typed_number(people["rate"]) or Decimal(0)
            people.amounts = [count * rate for count in people.months.figures(months)]

    def refuse(self, pointer: str, message: str) -> None:
        """Show a problem at the field its pointer names, else above the sheet."""
        parts = pointer.split("/")
        row = self._row_at(parts)
        if row is None:
            if parts[-1] in self.settings.fields:
                self.settings.errors[parts[-1]] = message
            self.errors.append(message)
            return
        months = _months_at(row, parts)
        month = next((each for each in self.content.months if f"{each:%Y-%m}" == parts[-1]), None)
        if months is not None and month is not None:
            months.errors[month] = message
        else:
            name = _FIELD_OF.get(parts[-1], parts[-1])
            name = "likely" if isinstance(row, DriverRow) and name == "every" else name
            row.errors[name if name in row.fields else next(iter(row.fields))] = message

    def _row_at(self, parts: Sequence[str]) -> Any:
        if len(parts) < 3:
            return None
        kind, which = parts[0], parts[1]
        if kind == "drivers" and not which.isdigit():
            return next((row for row in self.used_drivers if row["key"] == which), None)
        by_kind: dict[str, list[Any]] = {
            "lines": [*self.used_lines, *self.used_people],
            "drivers": self.used_drivers,
            "people": self.used_people,
        }
        rows = by_kind.get(kind, [])
        return rows[int(which)] if which.isascii() and which.isdigit() and int(which) < len(rows) else None

    def fields_with_errors(self) -> dict[str, str]:
        """Name of every field with something wrong, and what."""
        found: dict[str, str] = {}
        for row in (self.settings, *self.lines, *self.drivers, *self.people):
            found |= {f"{row.prefix}.{name}": message for name, message in row.errors.items()}
        texts = [each for row in self.lines for each in (row.plan, row.forecast, row.actual) if each]
        for months in [*texts, *(row.months for row in self.people)]:
            found |= {f"{months.name}.{month:%Y-%m}": message for month, message in months.errors.items()}
        return found


_FIELD_OF = {
    "formula": "every",
    "spend_kind": "kind",
    "benefit_kind": "kind",
    "offset_months": "offset",
    "duration_months": "duration",
    "monthly_rate": "rate",
}


def _months_at(row: Any, parts: Sequence[str]) -> MonthTexts | None:
    if isinstance(row, PeopleRow):
        return row.months
    names = {"amounts": "plan", "forecast": "forecast", "actual": "actual"}
    return getattr(row, names[parts[2]]) if isinstance(row, LineRow) and parts[2] in names else None


def _brief(amount: Decimal) -> str:
    """A computed amount as its cell has room for; it is stored exactly."""
    return number(amount, 0 if abs(amount) >= 100 else 2)


def _cents(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(CENT)
