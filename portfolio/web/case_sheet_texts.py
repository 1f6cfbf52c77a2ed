"""The texts of an option's sheet: which months are shown, and every row as stored or as typed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from portfolio.enums import CashSide, Confidence, DriverDistribution, Measure, SpendKind
from portfolio.models import CaseDriver, CaseOption, CashLine
from portfolio.selectors.case_content import CaseContent
from portfolio.validators import add_months
from portfolio.web.case_sheet_rows import DriverRow, LineRow, MonthTexts, PeopleRow, TextRow, number_text
from tenancy.models import Membership

YEAR = 12
MOST_NEW = 50
ALL = "all"
# Where every month is shown at once; above it a year at a time keeps the page light.
MOST_CELLS = 3000
KINDS_OF_ROWS = ("cost", "benefit", "driver", "people")
Measured = Mapping[UUID, Mapping[str, Mapping[date, Decimal]]]


@dataclass(frozen=True)
class SheetView:
    """What of the sheet is shown: a year of months (from 0) or all, forecast and actual or the plan alone."""

    window: str = "0"
    shows_measures: bool = False


class SheetWindow:
    """Which months of a case are shown."""

    content: CaseContent
    option: CaseOption
    view: SheetView

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


class SheetTexts(SheetWindow):
    """The rows of an option's sheet as stored, or as typed where `data` was sent."""

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
        "owner": names.get(driver.owner_id, "") if driver.owner_id else "",
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
