"""The demo's business cases."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.services.demo.content import first_day_of_month, read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative
from portfolio.services.business_cases import create_business_case
from portfolio.services.cash_lines import LineInput, replace_lines


def create_cases(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Cases with their lines; each asks for its valuation as it would from the screen."""
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
            lines = [
                LineInput(category=line["category"], name=line["name"], amounts=amounts_of(start, line["segments"]))
                for line in row["lines"]
            ]
            replace_lines(case, lines=lines, actor=actor)


def amounts_of(start: date, segments: Sequence[Sequence[int]]) -> dict[date, Decimal]:
    """Month to amount; plans are made in round hundreds."""
    amounts = {}
    for first, last, low, high in segments:
        for month in range(first, last + 1):
            share = (month - first) / (last - first) if last > first else 0.0
            amount = Decimal(round((low + (high - low) * share) / 100) * 100)
            amounts[first_day_of_month(start, month)] = amount
    return amounts
