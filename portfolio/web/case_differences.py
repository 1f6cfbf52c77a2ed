"""A difference between two cases as a reviewer reads it: by subject and record, runs of months in one row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from core.numbers import plain_number
from core.web.formatting import money, number, percent
from portfolio.selectors.case_diff import CaseDiff, Change
from portfolio.validators import add_months
from portfolio.web.case_figures import FIGURES

_SUBJECTS = (
    ("case", "Assumptions of the case"),
    ("option", "Options"),
    ("driver", "Drivers"),
    ("line", "Costs and benefits"),
    ("staffing", "People"),
)
_LABELS = {
    "discount_rate": "Discount rate",
    "start_month": "First month",
    "horizon_months": "Horizon in months",
    "users_key": "Driver of active users",
    "actions_key": "Driver of actions",
    "simulation_seed": "Seed of the simulation",
    "is_recommended": "Recommended",
    "spend_kind": "Capital or operating",
    "benefit_kind": "Hard or soft",
    "offset_months": "Months after its anchor",
    "duration_months": "Months it lasts",
    "actual_source": "Source of actual amounts",
    "adoption_start_month": "Adoption begins in month",
    "npv": "Net present value",
    "total_costs": "All costs",
    "total_benefits": "All benefits",
}
_RISES_ARE_GOOD = {"npv", "irr", "roi", "total_benefits", "npv_p10", "npv_p50", "npv_p90"}
_FALLS_ARE_GOOD = {"payback_months", "total_costs"}


@dataclass(frozen=True)
class ShownChange:
    """One row: what differs, before and after; `step` is how far a number moved, `tone` whether that is good."""

    label: str
    before: str
    after: str
    step: str = ""
    tone: str = ""


@dataclass(frozen=True)
class ChangedRecord:
    """Everything that differs in one record; `kind` is added, removed or changed."""

    name: str
    option: str
    kind: str
    rows: Sequence[ShownChange]


def difference_context(diff: CaseDiff) -> dict[str, Any]:
    """The difference by subject, what it means in money first."""
    currency = diff.after.currency
    sections = [
        (title, [_record(group, currency) for group in _grouped(diff.about(subject))]) for subject, title in _SUBJECTS
    ]
    return {
        "money": [_record(group, currency) for group in _grouped(diff.about("money"))],
        "sections": [(title, records) for title, records in sections if records],
        "count": len(diff.changes),
    }


def _grouped(changes: Iterable[Change]) -> list[list[Change]]:
    return [list(group) for _, group in groupby(changes, key=lambda change: (change.option, change.name))]


def _record(changes: list[Change], currency: str) -> ChangedRecord:
    first = changes[0]
    kind = next((change.kind for change in changes if change.kind != "changed"), "changed")
    fields = [change for change in changes if change.field and not _month(change.field)]
    months = [change for change in changes if _month(change.field)]
    rows = [_field(change, currency) for change in fields]
    rows += [_run(run, currency) for run in _runs(months)]
    return ChangedRecord(first.name, "" if first.option == first.name else first.option, kind, rows)


def _field(change: Change, currency: str) -> ShownChange:
    label = _LABELS.get(change.field) or FIGURES_LABELS.get(change.field) or change.field.replace("_", " ").capitalize()
    before, after = (_written(change.field, text, currency) for text in (change.before, change.after))
    return ShownChange(label, before, after, *_step(change))


def _written(field: str, text: str | None, currency: str) -> str:
    if text is None:
        return "none"
    value = plain_number(text)
    if value is None:
        return text
    if field in FIGURES:
        return FIGURES[field].write(value, currency)
    if field in ("total_costs", "total_benefits", "monthly_rate"):
        return money(value, currency, compact=field != "monthly_rate")
    return percent(value) if field == "discount_rate" else number(value)


def _step(change: Change) -> tuple[str, str]:
    """How far a number moved, in percent of what it was, and whether that is good."""
    before, after = (plain_number(text or "") for text in (change.before, change.after))
    if before is None or after is None or not before:
        return "", ""
    share = (after - before) / abs(before)
    sign = "+" if share > 0 else ""
    rises = (change.field in _RISES_ARE_GOOD and share > 0) or (change.field in _FALLS_ARE_GOOD and share < 0)
    falls = (change.field in _RISES_ARE_GOOD and share < 0) or (change.field in _FALLS_ARE_GOOD and share > 0)
    return f"{sign}{number(share * 100, 1)}%", "success" if rises else "danger" if falls else ""


def _month(text: str) -> date | None:
    year, _, month = text.partition("-")
    return date(int(year), int(month), 1) if len(text) == 7 and year.isdigit() and month.isdigit() else None


def _runs(changes: Sequence[Change]) -> list[list[Change]]:
    """Months in a row that changed alike."""
    runs: list[list[Change]] = []
    for change in changes:
        last = runs[-1][-1] if runs else None
        follows = last is not None and add_months(_known(last), 1) == _known(change)
        if last is not None and follows and (last.before, last.after) == (change.before, change.after):
            runs[-1].append(change)
        else:
            runs.append([change])
    return runs


def _known(change: Change) -> date:
    year, month = change.field.split("-")
    return date(int(year), int(month), 1)


def _run(run: Sequence[Change], currency: str) -> ShownChange:
    first, last = _known(run[0]), _known(run[-1])
    label = f"{first:%b %Y}" if len(run) == 1 else f"{first:%b %Y} to {last:%b %Y}"
    before, after = (_amount(text, run[0].subject, currency) for text in (run[0].before, run[0].after))
    return ShownChange(label, before, after, *_step(run[0]))


def _amount(text: str | None, subject: str, currency: str) -> str:
    value = Decimal(text) if text is not None else None
    if value is None:
        return "none"
    return f"{number(value)} person-months" if subject == "staffing" else money(value, currency)


FIGURES_LABELS = {name: figure.label for name, figure in FIGURES.items()}
