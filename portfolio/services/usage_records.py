"""Usage records: loaded in bulk, idempotent by source and source id, each row answered for itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.errors import InvalidInputError, NotPermittedError
from core.ids import uuid7
from portfolio.models import Initiative, Portfolio, UsageRecord
from portfolio.services.access import VIEW_ONLY
from portfolio.services.price_book import MAX_NAMES, named_models, spelled
from portfolio.services.usage_touching import request_unit_costs, touch_day
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import delete_checked

MAX_BATCH = 10_000
LARGEST_COUNT = 10**15
QUANTITIES = ("input_tokens", "cached_input_tokens", "output_tokens", "images", "gpu_hours")
ACTIVITY = ("requests", "actions", "active_users")
_GPU_HOURS_LIMIT = Decimal(10) ** 12
_EARLIEST, _LATEST_AHEAD_DAYS = date(2000, 1, 1), 1
_COLUMNS = (
    ("initiative_id", "uuid"),
    ("priced_model_id", "uuid"),
    ("used_on", "date"),
    ("is_batch", "boolean"),
    ("input_tokens", "bigint"),
    ("cached_input_tokens", "bigint"),
    ("output_tokens", "bigint"),
    ("images", "bigint"),
    ("gpu_hours", "numeric"),
    ("requests", "bigint"),
    ("actions", "bigint"),
    ("active_users", "bigint"),
)
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_SENT = ", ".join(f"%({name})s::{kind}[]" for name, kind in (*_COLUMNS, ("source", "text"), ("source_id", "text")))
_OLD = ", ".join(f"stored.{name}" for name, _ in _COLUMNS)
_NEW = ", ".join(f"sent.{name}" for name, _ in _COLUMNS)
# One feed at a time writes a source, so that the day a corrected row leaves is known.
_LOCK = (
    "SELECT pg_advisory_xact_lock(hashtextextended('usage ' || %s || ' ' || source, 0)) FROM unnest(%s::text[]) source"
)
# The days a row leaves and the days it comes to; unchanged rows touch nothing.
_TOUCH = f"""
WITH sent AS (SELECT * FROM unnest({_SENT}) AS s ({_NAMES}, source, source_id)
), changed AS (
    SELECT sent.initiative_id, sent.used_on, stored.initiative_id AS old_initiative_id, stored.used_on AS old_on
    FROM sent LEFT JOIN portfolio_usagerecord stored ON stored.organization_id = %(organization)s
        AND stored.source = sent.source AND stored.source_id = sent.source_id
    WHERE stored.id IS NULL OR ({_OLD}) IS DISTINCT FROM ({_NEW})
), days AS (
    SELECT initiative_id, used_on AS day FROM changed
    UNION
    SELECT old_initiative_id, old_on FROM changed WHERE old_on IS NOT NULL
)
INSERT INTO portfolio_usagetouchedday (id, organization_id, created_at, updated_at, version, initiative_id, day)
SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, initiative_id, day FROM days
"""  # noqa: S608 - built of the column names above
_UPSERT = f"""
INSERT INTO portfolio_usagerecord AS stored
    (id, organization_id, created_at, updated_at, version, {_NAMES}, source, source_id)
SELECT id, %(organization)s, now(), now(), 1, {_NAMES}, source, source_id
FROM unnest(%(ids)s::uuid[], {_SENT}) AS s (id, {_NAMES}, source, source_id)
ON CONFLICT (organization_id, source, source_id) DO UPDATE
    SET ({_NAMES}, updated_at) = ({_NEW.replace("sent.", "excluded.")}, now())
    WHERE ({_OLD}) IS DISTINCT FROM ({_NEW.replace("sent.", "excluded.")})
RETURNING source, source_id, (xmax = 0)
"""  # noqa: S608 - built of the column names above


class RowOutcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class UsageInput:
    """What an initiative used of a model on one UTC day; empty provider and model: activity only."""

    initiative_id: UUID
    used_on: date
    source: str
    source_id: str
    provider: str = ""
    model: str = ""
    is_batch: bool = False
    input_tokens: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    images: int = 0
    gpu_hours: Decimal = Decimal(0)
    requests: int | None = None
    actions: int | None = None
    active_users: int | None = None


@dataclass(frozen=True)
class RowResult:
    """The answer to one row; `error` says why it was refused and at which field."""

    outcome: RowOutcome
    error: InvalidInputError | None = None


@transaction.atomic
def record_usage(
    rows: Sequence[UsageInput | InvalidInputError], *, actor: Actor, today: date, is_atomic: bool = False
) -> list[RowResult]:
    """Store the sound rows at once and answer every row in order; a row may already be a refusal.

    Sent again, a row corrects the record of its source and source id, or changes nothing. With
    `is_atomic` one refused row keeps all others out as well (they are then answered as unchanged).
    """
    actor.require("usage_record.create")
    if len(rows) > MAX_BATCH:
        raise InvalidInputError(f"At most {MAX_BATCH:,} usage records a request.")
    errors = _refusals(rows, actor, today)
    sound = [row for index, row in enumerate(rows) if index not in errors and isinstance(row, UsageInput)]
    outcomes: dict[tuple[str, str], RowOutcome] = {}
    if sound and not (is_atomic and errors):
        outcomes = _store(sound, actor)
    return [
        RowResult(RowOutcome.REFUSED, errors[index])
        if index in errors or isinstance(row, InvalidInputError)
        else RowResult(outcomes.get((row.source, row.source_id), RowOutcome.UNCHANGED))
        for index, row in enumerate(rows)
    ]


@transaction.atomic
def delete_usage(record: UsageRecord, *, actor: Actor) -> None:
    """Remove a record that should not be there, and have its day costed again; sent once more it is back."""
    actor.require("usage_record.delete")
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(actor.organization_id), [record.source]])
    stored = UsageRecord.objects.permitted(actor, "delete").for_update().filter(pk=record.pk).first()
    if stored is None:
        raise NotPermittedError("It is gone, or its portfolio is shared with you to view only.")
    named_action("usage_record.deleted")
    delete_checked(stored)
    touch_day(stored.initiative_id, stored.used_on, actor=actor)


def _store(rows: Sequence[UsageInput], actor: Actor) -> dict[tuple[str, str], RowOutcome]:
    named_action("usage_record.loaded")
    arguments = _arrays(rows, actor)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(actor.organization_id), sorted({row.source for row in rows})])
        cursor.execute(_TOUCH, arguments)
        has_changed = cursor.rowcount > 0
        cursor.execute(_UPSERT, arguments)
        written = cursor.fetchall()
    if has_changed:
        request_unit_costs(actor=actor)
    return {
        (source, source_id): RowOutcome.CREATED if is_new else RowOutcome.CORRECTED
        for source, source_id, is_new in written
    }


def _refusals(
    rows: Sequence[UsageInput | InvalidInputError], actor: Actor, today: date
) -> dict[int, InvalidInputError]:
    """Index of every refused row and why."""
    wanted = {row.initiative_id for row in rows if isinstance(row, UsageInput)}
    visible = Initiative.objects.permitted(actor).filter(pk__in=wanted)
    writable = set(visible.filter(portfolio__in=Portfolio.objects.open_for_writing(actor)).values_list("pk", flat=True))
    known = writable | set(visible.values_list("pk", flat=True))
    found: dict[int, InvalidInputError] = {}
    first: dict[tuple[str, str], int] = {}
    for index, row in enumerate(rows):
        error = row if isinstance(row, InvalidInputError) else _refusal(row, known, writable, today)
        if error is None and isinstance(row, UsageInput):
            earlier = first.setdefault((row.source, row.source_id), index)
            if earlier != index:
                error = InvalidInputError(f"This source id is already in row {earlier}.", pointer="source_id")
        if error is not None:
            found[index] = error
    return found


def _refusal(row: UsageInput, known: set[UUID], writable: set[UUID], today: date) -> InvalidInputError | None:
    if row.initiative_id not in known:
        return InvalidInputError("There is no such initiative in this organization.", pointer="initiative")
    if row.initiative_id not in writable:
        return InvalidInputError(VIEW_ONLY, pointer="initiative")
    if not row.used_on >= _EARLIEST or (row.used_on - today).days > _LATEST_AHEAD_DAYS:
        return InvalidInputError("The day must not lie before 2000 or after tomorrow.", pointer="used_on")
    return _text_refusal(row) or _quantity_refusal(row)


def _text_refusal(row: UsageInput) -> InvalidInputError | None:
    for name, limit in (("source", 60), ("source_id", 120)):
        text = getattr(row, name)
        if not text or len(text) > limit or "\x00" in text:
            return InvalidInputError(f"Give text of at most {limit} characters.", pointer=name)
    for name, limit in MAX_NAMES.items():
        text = getattr(row, name)
        if len(text) > limit or "\x00" in text:
            return InvalidInputError(f"Give a name of at most {limit} characters.", pointer=name)
    if bool(spelled(row.provider)) != bool(spelled(row.model)):
        missing = "model" if spelled(row.provider) else "provider"
        return InvalidInputError("Provider and model belong together.", pointer=missing)
    return None


def _quantity_refusal(row: UsageInput) -> InvalidInputError | None:
    for name in (*QUANTITIES, *ACTIVITY):
        value = getattr(row, name)
        if value is None:
            continue
        limit: Decimal | int = _GPU_HOURS_LIMIT if name == "gpu_hours" else LARGEST_COUNT
        if not Decimal(value).is_finite() or not 0 <= value < limit:
            return InvalidInputError(f"Must be at least 0 and below {limit:,}.", pointer=name)
    if not spelled(row.model) and any(getattr(row, name) for name in QUANTITIES):
        return InvalidInputError("Tokens, images and GPU-hours need provider and model.", pointer="model")
    return None


def _arrays(rows: Sequence[UsageInput], actor: Actor) -> dict[str, Any]:
    names = {(spelled(row.provider), spelled(row.model)) for row in rows if row.model}
    models = named_models(names, actor=actor) if names else {}
    same = ("initiative_id", "used_on", "is_batch", *QUANTITIES, *ACTIVITY, "source", "source_id")
    return {
        "organization": actor.organization_id,
        "ids": [uuid7() for _ in rows],
        "priced_model_id": [models.get((spelled(row.provider).upper(), spelled(row.model).upper())) for row in rows],
        **{name: [getattr(row, name) for row in rows] for name in same},
        "gpu_hours": [round(row.gpu_hours, 4) for row in rows],
    }
