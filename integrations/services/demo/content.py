"""Reads the demo's content, and places it in time: everything is told relative to the day of loading."""

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from portfolio.validators import add_months

_FOLDER = Path(__file__).parent / "content"


def read(name: str) -> dict[str, list[dict[str, Any]]]:
    """The tables of one content file, by their names."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def first_day_of_month(today: date, months: int) -> date:
    """The first day of the month that lies `months` from today's."""
    return add_months(today, months)


def last_day_of_month(today: date, months: int) -> date:
    """The last day of the month that lies `months` from today's."""
    return add_months(today, months + 1) - timedelta(days=1)


def monday_of_week(today: date, weeks: int) -> date:
    """The Monday of the week that lies `weeks` from today's."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)


def release_of(day: date) -> str:
    """The release a day falls into, by quarter: 2026.4."""
    return f"{day.year}.{(day.month + 2) // 3}"
