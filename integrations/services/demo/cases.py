"""The demo's business cases."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.services.demo.content import first_day_of_month, read
from integrations.services.demo.people import Cast
from portfolio.models import CaseOption, Initiative
from portfolio.services.business_cases import create_business_case
from portfolio.services.case_sheets import DriverInput, Sheet, save_sheet
from portfolio.services.cash_lines import LineInput

_FIGURES = ("low", "likely", "high")
_DRIVER_WORDS = ("key", "name", "unit", "formula", "source", "confidence", "distribution")
_TIMING = {"offset": "offset_months", "duration": "duration_months"}


def create_cases(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Cases with their drivers and lines, a sheet each; each asks for its valuation as it would from the screen."""
    for row in read("business_cases")["case"]:
        start = first_day_of_month(today, row["start"])
        with cast.acting(row["by"]) as actor:
            case = create_business_case(
                initiative=initiatives[row["initiative"]],
                actor=actor,
                start_month=start,
                horizon_months=row["horizon"],
                notes=row["notes"],
            )
            sheet = Sheet(
                lines=[_line(start, line) for line in row["lines"]],
                drivers=[DriverInput(driver_values(driver, cast)) for driver in row.get("drivers", [])],
                settings=adoption_of(row),
            )
            save_sheet(CaseOption.objects.get(case=case), sheet, actor=actor, expected_version=case.version)


def driver_values(row: Mapping[str, Any], cast: Cast) -> dict[str, Any]:
    """The fields of a driver of the whole case."""
    words = {name: row[name] for name in _DRIVER_WORDS if name in row}
    figures = {name: Decimal(str(row[name])) for name in _FIGURES if name in row}
    return {**words, **figures, "owner": cast.members[row["owner"]] if "owner" in row else None}


def adoption_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """The adoption curve of an option as its fields; nothing where it has none."""
    return {f"adoption_{name}": value for name, value in row.get("adoption", {}).items()}


def _line(start: date, row: Mapping[str, Any]) -> LineInput:
    timing = {field: row[name] for name, field in _TIMING.items() if name in row}
    return LineInput(
        category=row["category"],
        name=row["name"],
        amounts=amounts_of(start, row.get("segments", ())),
        settings={"formula": row.get("formula", ""), **timing},
    )


def amounts_of(start: date, segments: Sequence[Sequence[int]]) -> dict[date, Decimal]:
    """Month to amount; plans are made in round hundreds."""
    amounts = {}
    for first, last, low, high in segments:
        for month in range(first, last + 1):
            share = (month - first) / (last - first) if last > first else 0.0
            amount = Decimal(round((low + (high - low) * share) / 100) * 100)
            amounts[first_day_of_month(start, month)] = amount
    return amounts
