"""What differs between two business cases, in words a reviewer reads: inputs, drivers, lines, months, money."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from portfolio.models import BusinessCase, CaseOption, CashLine, Valuation
from portfolio.selectors.case_content import CaseContent, content_of

_CASE_FIELDS = ("name", "currency", "discount_rate", "start_month", "horizon_months", "users_key", "actions_key")
_CASE_MORE = ("simulation_seed", "trials", "notes")
_OPTION_FIELDS = ("kind", "name", "description", "is_recommended", "adoption_shape", "adoption_start_month")
_OPTION_MORE = ("adoption_ceiling", "adoption_months")
_DRIVER_FIELDS = ("name", "unit", "formula", "low", "likely", "high", "distribution", "source", "confidence")
_LINE_FIELDS = ("side", "category", "name", "spend_kind", "benefit_kind", "formula", "anchor", "offset_months")
_LINE_MORE = ("duration_months", "actual_source", "value_per_unit")
_FIGURES = ("npv", "irr", "roi", "payback_months", "total_costs", "total_benefits", "npv_p10", "npv_p50", "npv_p90")


@dataclass(frozen=True)
class Change:
    """One difference: `kind` is added, removed or changed, `subject` what it is about.

    `subject` is case, option, driver, line, staffing or money; `option` is empty for what belongs to the whole case;
    `field` is empty for a whole record, and holds the month of an amount as 2026-03. Values are text, None when there
    is none.
    """

    kind: str
    subject: str
    option: str
    name: str
    field: str = ""
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class CaseDiff:
    """Everything that differs between two cases, `before` and `after`, in the order a case is read."""

    before: BusinessCase
    after: BusinessCase
    changes: tuple[Change, ...]

    def about(self, subject: str) -> list[Change]:
        """The changes of one subject."""
        return [change for change in self.changes if change.subject == subject]


def diff_cases(before: BusinessCase, after: BusinessCase) -> CaseDiff:
    """Compare two cases; options and lines that continue each other are matched, others by their names."""
    old, new = content_of(before), content_of(after)
    options = list(_pairs(old.options, new.options, lambda option: option.name.casefold()))
    names = {option.pk: option.name for option in (*old.options, *new.options)}
    changes = [
        *_fields("case", "", after.name, before, after, _CASE_FIELDS + _CASE_MORE),
        *_records("option", options, lambda option: ("", option.name), _OPTION_FIELDS + _OPTION_MORE),
        *_drivers(old, new, names),
        *_lines(old, new, names),
        *_money(before, after, options),
    ]
    return CaseDiff(before, after, tuple(changes))


def _pairs(old: Sequence[Any], new: Sequence[Any], key: Any) -> Iterator[tuple[Any, Any]]:
    """Records that are the same thing, side by side; None where one is missing."""
    left = {record.pk: record for record in old}
    by_key = {key(record): record for record in old}
    for record in new:
        found = left.get(getattr(record, "based_on_id", None)) or by_key.get(key(record))
        match = left.pop(found.pk, None) if found is not None else None
        yield match, record
    for record in left.values():
        yield record, None


def _records(subject: str, pairs: Iterable[tuple[Any, Any]], label: Any, fields: Sequence[str]) -> Iterator[Change]:
    for old, new in pairs:
        option, name = label(new if new is not None else old)
        if old is None:
            yield Change("added", subject, option, name)
        elif new is None:
            yield Change("removed", subject, option, name)
        else:
            yield from _fields(subject, option, name, old, new, fields)


def _fields(subject: str, option: str, name: str, old: Any, new: Any, fields: Sequence[str]) -> Iterator[Change]:
    for each in fields:
        before, after = _text(old, each), _text(new, each)
        if before != after:
            yield Change("changed", subject, option, name, each, before, after)


def _text(record: Any, name: str) -> str | None:
    """The value as a person reads it; numbers without trailing zeros, choices by their labels."""
    value = getattr(record, name)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    label = getattr(record, f"get_{name}_display", None)
    return str(label()) if label is not None else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Decimal):
        # Not normalize() alone, which writes 100 as 1E+2.
        return f"{value.normalize():f}"
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)


def _drivers(old: CaseContent, new: CaseContent, names: dict[UUID, str]) -> Iterator[Change]:
    def key(driver: Any) -> tuple[str, str]:
        return (names.get(driver.option_id, "").casefold(), driver.key)

    def label(driver: Any) -> tuple[str, str]:
        return (names.get(driver.option_id, ""), driver.key)

    return _records("driver", _pairs(old.drivers, new.drivers, key), label, _DRIVER_FIELDS)


def _lines(old: CaseContent, new: CaseContent, names: dict[UUID, str]) -> Iterator[Change]:
    def key(line: CashLine) -> tuple[str, str, str]:
        return (names[line.option_id].casefold(), line.side, line.name.casefold())

    for before, after in _pairs(old.lines, new.lines, key):
        shown = after if after is not None else before
        option, name = names[shown.option_id], shown.name
        yield from _records("line", [(before, after)], lambda _: (option, name), _LINE_FIELDS + _LINE_MORE)  # noqa: B023 - used at once
        if before is None or after is None:
            continue
        if not (before.formula or after.formula):
            yield from _months("line", option, name, old.planned.get(before.pk, {}), new.planned.get(after.pk, {}))
        yield from _people(old, new, before, after, option)


def _people(old: CaseContent, new: CaseContent, before: CashLine, after: CashLine, option: str) -> Iterator[Change]:
    left, right = old.staffing.get(before.pk), new.staffing.get(after.pk)
    if left is None or right is None:
        return
    yield from _fields("staffing", option, after.name, left, right, ("monthly_rate",))
    months = (old.person_months.get(before.pk, {}), new.person_months.get(after.pk, {}))
    yield from _months("staffing", option, after.name, *months)


def _months(
    subject: str, option: str, name: str, old: dict[date, Decimal], new: dict[date, Decimal]
) -> Iterator[Change]:
    for month in sorted(old.keys() | new.keys()):
        before, after = old.get(month), new.get(month)
        if before != after:
            texts = [None if value is None else _plain(value) for value in (before, after)]
            yield Change("changed", subject, option, name, f"{month:%Y-%m}", *texts)


def _money(
    before: BusinessCase, after: BusinessCase, options: Iterable[tuple[CaseOption | None, CaseOption | None]]
) -> Iterator[Change]:
    """What it means in money: the figures of options both cases have valued with what they hold."""
    valued = {
        row.option_id: row for row in Valuation.objects.of_present_inputs().filter(case__in=[before.pk, after.pk])
    }
    for old, new in options:
        if old is not None and new is not None and old.pk in valued and new.pk in valued:
            yield from _fields("money", new.name, new.name, valued[old.pk], valued[new.pk], _FIGURES)
