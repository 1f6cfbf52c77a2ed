"""KPI observations: loaded in bulk, idempotent by the feed's own id, late and corrected values included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from core.errors import InvalidInputError, NotPermittedError
from core.ids import uuid7
from portfolio.models import Kpi
from portfolio.services.kpi_rollups import request_rollup
from tenancy.actor import Actor
from tenancy.scope import named_action

MAX_BATCH = 10_000
_LIMIT = Decimal(10) ** 18

# The days a row leaves and the days it comes to; both must be rolled up again. Unchanged rows touch nothing.
_TOUCH = """
WITH sent AS (
    SELECT * FROM unnest(%(kpis)s::uuid[], %(moments)s::timestamptz[], %(values)s::numeric[], %(source_ids)s::text[])
        AS s (kpi_id, observed_at, value, source_id)
), changed AS (
    SELECT sent.kpi_id, sent.observed_at AS new_at, stored.observed_at AS old_at
    FROM sent LEFT JOIN portfolio_kpiobservation stored ON stored.organization_id = %(organization)s
        AND stored.kpi_id = sent.kpi_id AND stored.source_id = sent.source_id
    WHERE stored.id IS NULL OR (stored.observed_at, stored.value) IS DISTINCT FROM (sent.observed_at, sent.value)
), days AS (
    SELECT kpi_id, (new_at AT TIME ZONE 'UTC')::date AS day FROM changed
    UNION
    SELECT kpi_id, (old_at AT TIME ZONE 'UTC')::date FROM changed WHERE old_at IS NOT NULL
)
INSERT INTO portfolio_kpitouchedday (id, organization_id, created_at, updated_at, version, kpi_id, day)
SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, kpi_id, day FROM days
"""
_UPSERT = """
INSERT INTO portfolio_kpiobservation AS stored
    (id, organization_id, created_at, updated_at, version, kpi_id, observed_at, value, source, source_id)
SELECT id, %(organization)s, now(), now(), 1, kpi_id, observed_at, value, source, source_id
FROM unnest(%(ids)s::uuid[], %(kpis)s::uuid[], %(moments)s::timestamptz[], %(values)s::numeric[],
    %(sources)s::text[], %(source_ids)s::text[]) AS s (id, kpi_id, observed_at, value, source, source_id)
ON CONFLICT (organization_id, kpi_id, source_id) DO UPDATE
    SET observed_at = excluded.observed_at, value = excluded.value, source = excluded.source, updated_at = now()
    WHERE (stored.observed_at, stored.value, stored.source)
        IS DISTINCT FROM (excluded.observed_at, excluded.value, excluded.source)
RETURNING (xmax = 0)
"""


@dataclass(frozen=True)
class ObservationInput:
    """One measured value; `observed_at` is aware, `source_id` is the feed's own id of the observation."""

    kpi_id: UUID
    observed_at: datetime
    value: Decimal
    source_id: str
    source: str = ""


@dataclass(frozen=True)
class IngestResult:
    """How many observations were new, replaced a value, or were known already."""

    created: int
    corrected: int
    unchanged: int


@transaction.atomic
def record_observations(*, observations: Sequence[ObservationInput], actor: Actor) -> IngestResult:
    """Store all of them or none; the same source id again corrects its value, the same value again does nothing.

    `pointer` of a refusal reads like rows/3/value.
    """
    actor.require("kpi_observation.create")
    _require_valid(observations)
    if not observations:
        return IngestResult(0, 0, 0)
    _lock_kpis(observations, actor)
    arguments = _arrays(observations, actor)
    named_action("kpi.observed")
    with connection.cursor() as cursor:
        cursor.execute(_TOUCH, arguments)
        has_changed = cursor.rowcount > 0
        cursor.execute(_UPSERT, arguments)
        is_new = [row[0] for row in cursor.fetchall()]
    if has_changed:
        request_rollup(actor=actor)
    created = sum(is_new)
    return IngestResult(created, len(is_new) - created, len(observations) - len(is_new))


def _require_valid(observations: Sequence[ObservationInput]) -> None:
    if len(observations) > MAX_BATCH:
        raise InvalidInputError(f"At most {MAX_BATCH} observations a request.")
    rows: dict[tuple[UUID, str], int] = {}
    for index, observation in enumerate(observations):
        if not observation.value.is_finite() or abs(observation.value) >= _LIMIT:
            raise InvalidInputError("The value must be a finite number below 1e18.", pointer=f"rows/{index}/value")
        if not observation.source_id or len(observation.source_id) > 120:
            raise InvalidInputError("Give a source id of at most 120 characters.", pointer=f"rows/{index}/source_id")
        first = rows.setdefault((observation.kpi_id, observation.source_id), index)
        if first != index:
            message = f"This source id is already in row {first}; send every observation once a request."
            raise InvalidInputError(message, pointer=f"rows/{index}/source_id")


def _lock_kpis(observations: Sequence[ObservationInput], actor: Actor) -> None:
    """One ingest a KPI at a time, so that the day a corrected row leaves is known; locked in order of id.

    Without FOR KEY SHARE conflicts: rows that refer to the KPI may still be written.
    """
    wanted = {observation.kpi_id for observation in observations}
    found = Kpi.objects.permitted(actor).filter(pk__in=wanted).order_by("pk")
    known = set(found.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    for index, observation in enumerate(observations):
        if observation.kpi_id not in known:
            raise InvalidInputError("There is no such KPI in this organization.", pointer=f"rows/{index}/kpi")
    if Kpi.objects.filter(pk__in=wanted).count() != _writable(wanted, actor):
        raise NotPermittedError("One of these KPIs belongs to a portfolio shared with you to view only.")


def _writable(wanted: set[UUID], actor: Actor) -> int:
    return Kpi.objects.filter(pk__in=wanted).open_for_writing(actor).count()


def _arrays(observations: Sequence[ObservationInput], actor: Actor) -> dict[str, Any]:
    return {
        "organization": actor.organization_id,
        "ids": [uuid7() for _ in observations],
        "kpis": [observation.kpi_id for observation in observations],
        "moments": [observation.observed_at for observation in observations],
        "values": [round(observation.value, 6) for observation in observations],
        "sources": [observation.source for observation in observations],
        "source_ids": [observation.source_id for observation in observations],
    }
