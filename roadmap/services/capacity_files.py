"""Capacities of teams as a CSV file."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError

from core.days import require_known_day
from core.errors import InvalidInputError
from core.numbers import typed_number
from portfolio.services.spend_files import Cells, read_table
from roadmap.models import Resource
from roadmap.services.team_capacities import CapacityInput, WrittenCapacities, load_team_capacities
from tenancy.actor import Actor
from tenancy.models import Team

COLUMNS = ("team", "resource", "month", "amount")


def load_capacity_file(content: bytes, *, actor: Actor) -> WrittenCapacities:
    """Rows of a CSV file, all or none: names of team and resource, a month such as 2026-03, the amount.

    Raises InvalidInputError whose `reasons` name every bad line.
    """
    actor.require("team_capacity.create")
    teams = _by_name(Team.objects.permitted(actor).values_list("name", "pk"))
    resources = _by_name(Resource.objects.permitted(actor).values_list("name", "pk"))
    rows, reasons = [], []
    for line, cells in read_table(content, COLUMNS, required=COLUMNS):
        try:
            rows.append(_row(line, cells, teams, resources))
        except InvalidInputError as error:
            reasons.append(f"Line {line}, {error.pointer}: {error.message}")
    if reasons:
        raise InvalidInputError(f"{len(reasons)} rows cannot be read; nothing was written.", reasons=reasons)
    return load_team_capacities(rows, actor=actor)


def read_month(text: str) -> date:
    """A month such as 2026-03, or its first day; raises InvalidInputError."""
    try:
        month = date.fromisoformat(text if len(text) > len("2026-03") else f"{text}-01")
        require_known_day(month)
    except ValueError as error:
        raise InvalidInputError("Give a month such as 2026-03.", pointer="month") from error
    except ValidationError as error:
        raise InvalidInputError(str(error.message), pointer="month") from error
    return month


def read_amount(text: str) -> Decimal:
    """A number such as 2.5 or 12,000; raises InvalidInputError, also for 0,5, which may be meant as a half."""
    amount = typed_number(text)
    if amount is None:
        raise InvalidInputError("Give a number such as 2.5.", pointer="amount")
    return amount


def _row(line: int, cells: Cells, teams: dict[str, UUID], resources: dict[str, UUID]) -> CapacityInput:
    text = {name: cells.get(name, "").strip() for name in COLUMNS}
    return CapacityInput(
        line=line,
        team=_known(text["team"], teams, "team"),
        resource=_known(text["resource"], resources, "resource"),
        month=read_month(text["month"]),
        amount=read_amount(text["amount"]),
    )


def _known(name: str, found: dict[str, UUID], column: str) -> UUID:
    if name.casefold() not in found:
        raise InvalidInputError(f"There is no {column} called “{name[:80]}”.", pointer=column)
    return found[name.casefold()]


def _by_name(rows: Iterable[tuple[str, UUID]]) -> dict[str, UUID]:
    return {name.casefold(): key for name, key in rows}
