"""The sheet of one option of a business case, as stored or as typed: rows of text in, what they say out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.web.formatting import number
from portfolio.enums import AdoptionShape, CashSide, Confidence, DriverDistribution, LineAnchor, Measure, SpendKind
from portfolio.models import CaseDriver, CaseOption, CashLine
from portfolio.selectors.case_content import CaseContent
from portfolio.services.case_sheet_preview import SheetPreview
from portfolio.services.case_sheets import DriverInput, PeopleInput, Sheet
from portfolio.services.cash_lines import LineInput
from portfolio.validators import add_months
from portfolio.web.case_sheet_rows import DriverRow, LineRow, MonthTexts, PeopleRow, TextRow, number_text
from tenancy.models import Membership

YEAR = 12
MOST_NEW = 50
ALL = "all"
# Where every month is shown at once; above it a year at a time keeps the page light.
MOST_CELLS = 3000
KINDS_OF_ROWS = ("cost", "benefit", "driver", "people")
SOMETHING_WRONG = "Something on the sheet cannot be read yet; nothing was saved."
Measured = Mapping[UUID, Mapping[str, Mapping[date, Decimal]]]


@dataclass(frozen=True)
class SheetView:
    """What of the sheet is shown: a year of months (from 0) or all, forecast and actual or the plan alone."""

    window: str = "0"
    shows_measures: bool = False


class CaseSheet:
    """Everything that is typed for one option; `errors` are what no field of it is to blame for."""

    def __init__(
        self,
        content: CaseContent,
        option: CaseOption,
        measured: Measured,
        members: Sequence[Membership],
        view: SheetView,
        *,
        this_month: date,
        data: Mapping[str, str] | None = None,
    ) -> None:
        self.content, self.option, self.typed = content, option, data
        # Of a decided case only forecast and actual amounts are typed.
        self.data = data if content.case.is_open else None
        self.view = view
        self.measured, self.this_month = measured, this_month
        self.members = {_member_name(member, members): member for member in members}
        self.errors: list[str] = []
        self.new = {kind: self._new_count(kind) for kind in KINDS_OF_ROWS}
        self.settings = self._settings()
        self.drivers = list(self._drivers())
        self.lines = list(self._lines())
        self.people = list(self._people())

    # What is shown

    @property
    def years(self) -> int:
        return -(-self.content.case.horizon_months // YEAR)

    @property
    def shows_all(self) -> bool:
        return self.view.window == ALL and self.may_show_all

    @property
    def may_show_all(self) -> bool:
        """Whether all months together make a page of bearable weight."""
        rows = len(self.content.lines_of(self.option)) * (3 if self.view.shows_measures else 1)
        return rows * self.content.case.horizon_months <= MOST_CELLS

    @property
    def year(self) -> int:
        text = self.view.window
        return min(int(text), self.years - 1) if text.isascii() and text.isdigit() and len(text) < 4 else 0

    @property
    def months(self) -> list[date]:
        """The months shown."""
        months = self.content.months
        return months if self.shows_all else months[self.first_shown : self.first_shown + YEAR]

    @property
    def first_shown(self) -> int:
        """Index of the first month shown."""
        return 0 if self.shows_all else self.year * YEAR

    def year_tabs(self) -> list[tuple[int, str]]:
        """Number and label of every year of the plan."""
        start = self.content.case.start_month
        return [(year, f"{add_months(start, year * YEAR):%b %Y} on") for year in range(self.years)]

    # Rows, stored and new

    def _posted(self, name: str, stored: str) -> str:
        return stored if self.data is None else str(self.data.get(name, "")).strip()

    def _new_count(self, kind: str) -> int:
        text = self._posted(f"new.{kind}", "1")
        return min(int(text), MOST_NEW) if text.isascii() and text.isdigit() and len(text) < 4 else 1

    def _fields(self, prefix: str, stored: Mapping[str, str]) -> dict[str, Any]:
        fields = {name: self._posted(f"{prefix}.{name}", text) for name, text in stored.items()}
        if not self._is_posted(prefix, stored):
            fields = dict(stored)
        return {"prefix": prefix, "fields": fields, "is_removed": bool(self._posted(f"{prefix}.remove", ""))}

    def _is_posted(self, prefix: str, names: Iterable[str]) -> bool:
        """Whether the row was on the sheet that was sent; a row somebody else added meanwhile was not."""
        return self.data is not None and any(f"{prefix}.{name}" in self.data for name in names)

    def _settings(self) -> TextRow:
        option = self.option
        stored = {
            "adoption_shape": option.adoption_shape,
            "adoption_start_month": str(option.adoption_start_month),
            "adoption_ceiling": option.adoption_ceiling,
            "adoption_months": option.adoption_months,
        }
        return TextRow(id="", **self._fields("s", stored))

    def _drivers(self) -> Iterator[DriverRow]:
        names = {member.pk: name for name, member in self.members.items()}
        for driver in self.content.drivers:
            if driver.option_id in (None, self.option.pk):
                yield DriverRow(id=str(driver.pk), **self._fields(f"d.{driver.pk}", _driver_texts(driver, names)))
        for index in range(self.new["driver"]):
            yield DriverRow(id="", **self._fields(f"d.new{index}", _driver_texts(CaseDriver(), names)))

    def _lines(self) -> Iterator[LineRow]:
        stored = [line for line in self.content.lines_of(self.option) if line.pk not in self.content.staffing]
        for side in CashSide.COST, CashSide.BENEFIT:
            for line in stored:
                if line.side == side:
                    yield self._line(f"l.{line.pk}", side, line, str(line.pk))
            for index in range(self.new[side]):
                category = "engineering" if side == CashSide.COST else "revenue"
                yield self._line(f"l.{side}{index}", side, CashLine(category=category), "")

    def _line(self, prefix: str, side: str, line: CashLine, id_: str) -> LineRow:
        measures = self.measured.get(line.pk, {})
        row = LineRow(
            id=id_,
            side=side,
            plan=self._texts(f"{prefix}.plan", self.content.planned.get(line.pk, {})),
            actual_source=line.actual_source,
            **self._fields(prefix, _line_texts(line)),
        )
        if self.view.shows_measures:
            row.forecast = self._measure(prefix, Measure.FORECAST, measures)
            row.actual = self._measure(prefix, Measure.ACTUAL, measures)
        return row

    def _measure(self, prefix: str, measure: str, measures: Mapping[str, Mapping[date, Decimal]]) -> MonthTexts:
        inside = set(self.content.months)
        # Actual amounts may lie before the plan; the sheet shows and changes only its own months.
        stored = {month: amount for month, amount in measures.get(measure, {}).items() if month in inside}
        was_shown = self.typed is not None and self.typed.get("measures") == "1"
        last = self.this_month if measure == Measure.ACTUAL else None
        data = self.typed if was_shown else None
        return MonthTexts(f"{prefix}.{measure}", self.content.months, stored, data, shown=self.months, last=last)

    def _texts(self, name: str, stored: Mapping[date, Decimal]) -> MonthTexts:
        is_posted = self._is_posted(name.removesuffix(".plan"), ("name", "role"))
        return MonthTexts(name, self.content.months, stored, self.data if is_posted else None, shown=self.months)

    def _people(self) -> Iterator[PeopleRow]:
        for line in self.content.lines_of(self.option):
            staffing = self.content.staffing.get(line.pk)
            if staffing is None:
                continue
            prefix, counts = f"p.{staffing.pk}", self.content.person_months.get(line.pk, {})
            texts = {"role": staffing.role, "rate": number_text(staffing.monthly_rate), "kind": line.spend_kind}
            yield PeopleRow(id=str(staffing.pk), months=self._texts(prefix, counts), **self._fields(prefix, texts))
        for index in range(self.new["people"]):
            prefix, texts = f"p.new{index}", {"role": "", "rate": "", "kind": SpendKind.OPEX.value}
            yield PeopleRow(id="", months=self._texts(prefix, {}), **self._fields(prefix, texts))

    # What it says

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

    # What came of it

    def take(self, preview: SheetPreview) -> None:
        """Put computed amounts and problems to their rows."""
        for line, values in zip(self.used_lines, preview.line_amounts, strict=False):
            line.amounts = [_cents(value) for value in values]
            if line.is_computed:
                months = zip(self.content.months, line.amounts, strict=True)
                line.plan.texts = {month: _brief(amount) for month, amount in months if amount}
        for people, values in zip(self.used_people, preview.people_amounts, strict=False):
            people.amounts = [_cents(value) for value in values]
        for pointer, message in preview.problems:
            self.refuse(pointer, message)

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
        rows: list[Any] = {
            "lines": [*self.used_lines, *self.used_people],
            "drivers": self.used_drivers,
            "people": self.used_people,
        }.get(kind, [])
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


def _member_name(member: Membership, members: Sequence[Membership]) -> str:
    """The member's name, with the address where another has the same name."""
    name = str(member.user)
    is_alone = sum(str(other.user) == name for other in members) == 1
    return name if is_alone else f"{name} <{member.user.email}>"


def _driver_texts(driver: CaseDriver, names: Mapping[UUID, str]) -> dict[str, str]:
    is_stored = driver.key != ""
    figures = {name: number_text(getattr(driver, name)) if is_stored else "" for name in ("low", "likely", "high")}
    if driver.formula:
        figures = {"low": "", "likely": f"= {driver.formula}", "high": ""}
    return {
        "key": driver.key,
        "name": driver.name,
        "unit": driver.unit,
        **figures,
        "distribution": driver.distribution or DriverDistribution.TRIANGULAR,
        "source": driver.source,
        "owner": names.get(driver.owner_id, ""),
        "confidence": driver.confidence or Confidence.MEDIUM,
        "scope": "option" if driver.option_id else "case",
    }


def _line_texts(line: CashLine) -> dict[str, str]:
    return {
        "name": line.name,
        "category": line.category,
        "kind": line.spend_kind or line.benefit_kind,
        "every": f"= {line.formula}" if line.formula else "",
        "anchor": line.anchor,
        "offset": str(line.offset_months) if line.offset_months else "",
        "duration": "" if line.duration_months is None else str(line.duration_months),
    }


def _brief(amount: Decimal) -> str:
    """A computed amount as its cell has room for; it is stored exactly."""
    return number(amount, 0 if abs(amount) >= 100 else 2)


def _cents(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.01"))
