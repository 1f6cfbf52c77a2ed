"""Usage rows as callers send them, JSON objects or CSV cells, read one by one; a bad one says at which field."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from core.errors import InvalidInputError
from core.ids import uuid_or_none
from core.numbers import LONGEST_NUMBER, plain_number
from portfolio.models import Initiative
from portfolio.services.usage_records import ACTIVITY, UsageInput
from tenancy.actor import Actor

COUNTS = ("input_tokens", "cached_input_tokens", "output_tokens", "images", *ACTIVITY)
REQUIRED = ("initiative", "source_id")
FIELDS = frozenset(
    {"initiative", "used_on", "used_at", "source", "source_id", "provider", "model", "is_batch", "gpu_hours", *COUNTS}
)
DEFAULT_SOURCE = "api"
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})

Parsed = UsageInput | InvalidInputError


def parse_usage(rows: Sequence[Any], *, actor: Actor) -> list[Parsed]:
    """Each row as UsageInput, or why it is none. `initiative` is an id or a key; one query finds all keys."""
    named = {row["initiative"] for row in rows if isinstance(row, dict) and isinstance(row.get("initiative"), str)}
    keys = _ids_of_keys({name for name in named if uuid_or_none(name) is None}, actor)
    return [_parsed(row, keys) for row in rows]


def from_cells(cells: Mapping[str, str]) -> dict[str, Any]:
    """A row of a CSV file as the JSON object it stands for; empty cells are left out."""
    row: dict[str, Any] = {}
    for name, text in cells.items():
        value = text.strip()
        if not value:
            continue
        if name in COUNTS and value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER:
            row[name] = int(value)
        elif name == "is_batch" and value.lower() in _YES | _NO:
            row[name] = value.lower() in _YES
        else:
            row[name] = value
    return row


def _ids_of_keys(keys: Collection[str], actor: Actor) -> dict[str, UUID]:
    if not keys:
        return {}
    wanted = {key.upper() for key in keys}
    rows = Initiative.objects.permitted(actor).values_list("key", "pk")
    return {key.upper(): pk for key, pk in rows if key.upper() in wanted}


def _parsed(row: Any, keys: Mapping[str, UUID]) -> Parsed:
    if not isinstance(row, dict):
        return InvalidInputError("A row is an object.")
    try:
        return _usage(row, keys)
    except InvalidInputError as error:
        return error


def _usage(row: dict[str, Any], keys: Mapping[str, UUID]) -> UsageInput:
    unknown = sorted(set(row) - FIELDS)
    if unknown:
        raise InvalidInputError("There is no such field.", pointer=unknown[0][:60])
    for name in REQUIRED:
        if name not in row:
            raise InvalidInputError("This field is required.", pointer=name)
    counts: dict[str, Any] = {name: _count(row, name) for name in COUNTS}
    return UsageInput(
        initiative_id=_initiative(row["initiative"], keys),
        used_on=_day(row),
        source=_text(row, "source", DEFAULT_SOURCE),
        source_id=_text(row, "source_id", ""),
        provider=_text(row, "provider", ""),
        model=_text(row, "model", ""),
        is_batch=_flag(row),
        gpu_hours=_decimal(row.get("gpu_hours", 0)),
        **counts,
    )


def _initiative(value: Any, keys: Mapping[str, UUID]) -> UUID:
    found = (uuid_or_none(value) or keys.get(value.upper())) if isinstance(value, str) else None
    if found is None:
        raise InvalidInputError("There is no such initiative in this organization.", pointer="initiative")
    return found


def _day(row: dict[str, Any]) -> date:
    """The day itself, or the UTC day of a moment."""
    if ("used_on" in row) == ("used_at" in row):
        raise InvalidInputError("Give either used_on, a day, or used_at, a moment.", pointer="used_on")
    name = "used_on" if "used_on" in row else "used_at"
    try:
        if name == "used_on":
            return date.fromisoformat(row[name])
        moment = datetime.fromisoformat(row[name])
        if moment.tzinfo is not None:
            return moment.astimezone(UTC).date()
    except (TypeError, ValueError, OverflowError):
        pass
    shape = "YYYY-MM-DD" if name == "used_on" else "a time with its offset, for example 2026-05-01T12:00:00Z"
    raise InvalidInputError(f"Give {shape}.", pointer=name)


def _text(row: dict[str, Any], name: str, default: str) -> str:
    value = row.get(name, default)
    if not isinstance(value, str):
        raise InvalidInputError("Must be text.", pointer=name)
    return value


def _flag(row: dict[str, Any]) -> bool:
    value = row.get("is_batch", False)
    if not isinstance(value, bool):
        raise InvalidInputError("Must be true or false.", pointer="is_batch")
    return value


def _count(row: dict[str, Any], name: str) -> int | None:
    """A whole number; what was used defaults to 0, what was done with it to None, not stated."""
    value = row.get(name, None if name in ACTIVITY else 0)
    if value is None and name in ACTIVITY:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInputError("Must be a whole number.", pointer=name)
    return value


def _decimal(value: Any) -> Decimal:
    number = plain_number(str(value))
    if number is None:
        raise InvalidInputError("Must be a number such as 1234.5.", pointer="gpu_hours")
    return number
