"""Rows of a case's sheet as text: what is stored or was typed, what it says, and what is wrong with it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import InvalidInputError
from core.numbers import typed_number
from core.web.formatting import number
from portfolio.enums import (
    BENEFIT_CATEGORIES,
    COST_CATEGORIES,
    ActualSource,
    BenefitKind,
    CashCategory,
    CashSide,
    SpendKind,
)
from portfolio.validators import checked_amount

NO_AMOUNT = "Write an amount such as 1200 or 1,200.50."
NO_NUMBER = "Write a number such as 12 or 0.5."
# Longer texts are no amounts; it also bounds what a request can make the server compute.
LARGEST_WHOLE = 240
_KINDS = {
    CashSide.COST: [(SpendKind.OPEX.value, "Opex"), (SpendKind.CAPEX.value, "Capex")],
    CashSide.BENEFIT: [(BenefitKind.HARD.value, "Hard"), (BenefitKind.SOFT.value, "Soft")],
}

Texts = Mapping[str, str]


@dataclass
class Cell:
    """One month of one row as text; `error` says what is wrong with it."""

    name: str
    month: date
    text: str
    error: str = ""
    is_locked: bool = False


class MonthTexts:
    """A row of amounts as texts by month; those of months not shown travel in one hidden field."""

    def __init__(
        self,
        name: str,
        months: Iterable[date],
        stored: Mapping[date, Decimal],
        data: Texts | None,
        *,
        shown: Sequence[date] = (),
        last: date | None = None,
    ) -> None:
        """`shown` are the months with cells; nothing may be typed after `last`."""
        self.name, self.shown, self.last = name, shown, last
        self.errors: dict[date, str] = {}
        self.stored = stored
        if data is None:
            self.texts = {month: number(amount) for month, amount in stored.items()}
        else:
            kept = _kept(data.get(f"{name}.kept", ""))
            posted = {month: data.get(f"{name}.{month:%Y-%m}", kept.get(f"{month:%Y-%m}", "")) for month in months}
            self.texts = {month: text.strip() for month, text in posted.items() if text.strip()}

    def cells(self) -> list[Cell]:
        """The cells of the months shown."""
        return [
            Cell(
                f"{self.name}.{month:%Y-%m}",
                month,
                self.texts.get(month, ""),
                self.errors.get(month, ""),
                self.last is not None and month > self.last,
            )
            for month in self.shown
        ]

    def kept(self) -> str:
        """The hidden field: the texts of all other months."""
        shown = set(self.shown)
        return json.dumps({f"{month:%Y-%m}": text for month, text in self.texts.items() if month not in shown})

    def amounts(self) -> dict[date, Decimal]:
        """The amounts; what is none is noted at its month and left out."""
        found = {}
        for month, text in self.texts.items():
            amount = typed_number(text)
            if amount is None:
                self.errors[month] = NO_AMOUNT
                continue
            try:
                found[month] = checked_amount(amount, "")
            except InvalidInputError as error:
                self.errors[month] = error.message
        return found

    def figures(self, months: Iterable[date]) -> list[Decimal]:
        """The amounts by month, zero where there is none or it cannot be read."""
        return [typed_number(self.texts.get(month, "")) or Decimal(0) for month in months]

    def changes(self) -> dict[date, Decimal | None]:
        """What differs from the stored amounts; None for a month that was emptied."""
        wanted: dict[date, Decimal | None] = {**self.amounts()}
        gone = {month: None for month in self.stored if month not in self.texts}
        return {month: amount for month, amount in {**wanted, **gone}.items() if self.stored.get(month) != amount}


@dataclass
class TextRow:
    """A row of the sheet: `fields` are its texts, `errors` what is wrong with them, both by name."""

    prefix: str
    id: str
    fields: dict[str, str]
    is_removed: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.fields[name]

    @property
    def is_new(self) -> bool:
        """Whether it is not stored yet."""
        return not self.id

    def number(self, name: str, message: str = NO_NUMBER) -> Decimal:
        """The number of a field; 0, with the error noted, when it is none."""
        found = typed_number(self.fields[name])
        if found is None:
            self.errors[name] = message
        return found if found is not None else Decimal(0)

    def choice(self, name: str, choices: Any) -> str:
        """The choice of a field; the first one, with the error noted, when it is none."""
        if self.fields[name] not in choices.values:
            self.errors[name] = "There is no such choice."
            return str(choices.values[0])
        return self.fields[name]

    def whole(self, name: str) -> int | None:
        """The whole number of a field, None when it is empty."""
        text = self.fields[name]
        found = typed_number(text) if text else None
        if text and (found is None or found != found.to_integral_value() or abs(found) > LARGEST_WHOLE):
            self.errors[name] = "Write a whole number of months."
            return None
        return None if found is None else int(found)


@dataclass
class LineRow(TextRow):
    """A cost or benefit: `every` is an amount for the months left empty, or a formula after an equals sign."""

    side: str = CashSide.COST
    plan: MonthTexts = field(kw_only=True)
    forecast: MonthTexts | None = None
    actual: MonthTexts | None = None
    actual_source: str = ActualSource.MANUAL
    amounts: list[Decimal] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Over all months of the plan."""
        return sum(self.amounts, Decimal(0))

    @property
    def formula(self) -> str:
        """What stands after the equals sign."""
        text = self.fields["every"]
        return text[1:].strip() if text.startswith("=") else ""

    @property
    def is_computed(self) -> bool:
        return self.fields["every"].startswith("=")

    @property
    def is_blank(self) -> bool:
        """Whether it is a new row nobody wrote into."""
        return self.is_new and not self.fields["name"] and not self.fields["every"] and not self.plan.texts

    @property
    def categories(self) -> list[tuple[str, str]]:
        wanted = BENEFIT_CATEGORIES if self.side == CashSide.BENEFIT else COST_CATEGORIES
        return [(choice.value, str(choice.label)) for choice in CashCategory if choice in wanted]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return _KINDS[CashSide(self.side)]

    @property
    def kind(self) -> str:
        """Capital or operating expenditure, hard or soft; the usual one when nothing fitting was chosen."""
        return self.fields["kind"] if self.fields["kind"] in dict(self.kinds) else self.kinds[0][0]

    @property
    def takes_actuals(self) -> bool:
        """Whether people enter what happened, rather than a KPI or recorded usage."""
        return self.actual_source == ActualSource.MANUAL

    @property
    def source_label(self) -> str:
        return str(ActualSource(self.actual_source).label)


@dataclass
class PeopleRow(TextRow):
    """People of one role, with their person-months."""

    months: MonthTexts = field(kw_only=True)
    amounts: list[Decimal] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """What they cost over all months of the plan."""
        return sum(self.amounts, Decimal(0))

    @property
    def is_blank(self) -> bool:
        return self.is_new and not self.fields["role"] and not self.fields["rate"] and not self.months.texts


@dataclass
class DriverRow(TextRow):
    """A driver; `likely` is a number, or the formula of a computed driver after an equals sign."""

    @property
    def is_blank(self) -> bool:
        return self.is_new and not any(self.fields[name] for name in ("key", "name", "low", "likely", "high"))

    @property
    def formula(self) -> str:
        text = self.fields["likely"]
        return text[1:].strip() if text.startswith("=") else ""

    @property
    def is_computed(self) -> bool:
        return self.fields["likely"].startswith("=")


def number_text(value: Decimal | None) -> str:
    """The number with thousands separated; empty when there is none."""
    return "" if value is None else number(value)


def _kept(text: str) -> dict[str, str]:
    try:
        found: Any = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
