"""KPI observations: loaded in bulk, idempotent by the feed's own id, late and corrected values included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import KpiAggregation
from portfolio.models import Kpi, KpiObservation
from portfolio.services.access import VIEW_ONLY
from portfolio.services.kpi_batches import MAX_BATCH, ObservationBatch, ObservationInput, RefusedRowsError, batch_of
from portfolio.services.kpi_months import prepare_months
from portfolio.services.kpi_rollups import request_rollup
from tenancy.actor import Actor
from tenancy.scope import named_action

__all__ = [
    "MAX_BATCH",
    "IngestResult",
    "ObservationInput",
    "RefusedRowsError",
    "delete_observation",
    "record_batch",
    "record_observations",
]

_NO_SUCH_KPI = "There is no such KPI in this organization."
_VIEW_ONLY = "One of these KPIs belongs to a portfolio shared with you to view only."
_NO_RATIO = "This KPI adds up numerators and denominators: send both instead of a value."

# COPY is refused on tables with row security, so rows come by a temporary table; it is emptied by every commit.
_SENT = """
CREATE TEMPORARY TABLE IF NOT EXISTS portfolio_sent (
    position integer, id uuid, kpi_id uuid, observed_at timestamptz, value numeric(24, 6), numerator numeric(24, 6),
    denominator numeric(24, 6), weight numeric(18, 6), sample_size bigint, segment text, source text, source_id text
) ON COMMIT DELETE ROWS;
TRUNCATE pg_temp.portfolio_sent;
"""
_MONTH = "date_trunc('month', {0} AT TIME ZONE 'UTC')::date"
_DAY_BIT = "1 << (extract(day FROM {0} AT TIME ZONE 'UTC')::int - 1)"

_WRITE = f"""
written AS (
    INSERT INTO portfolio_kpiobservation (id, organization_id, created_at, updated_at, version, kpi_id, observed_at,
        value, numerator, denominator, weight, sample_size, segment, source, source_id)
    SELECT id, %(organization)s, now(), now(), 1, kpi_id, observed_at, value, numerator, denominator, weight,
        sample_size, segment, source, source_id
    FROM {{0}}
), touched AS (
    INSERT INTO portfolio_kpitouchedmonth (id, organization_id, created_at, updated_at, version, kpi_id, month, days)
    SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, kpi_id, {_MONTH.format("observed_at")} AS month,
        bit_or({_DAY_BIT.format("observed_at")})
    FROM {{0}} GROUP BY kpi_id, month
)
"""  # noqa: S608 - expressions of this module
# LATERAL with LIMIT: one look into the index a row, however many keys the table has.
_KNOWN = """
    LEFT JOIN LATERAL (
        SELECT k.observed_at FROM portfolio_kpiobservationkey k WHERE k.organization_id = %(organization)s
            AND k.kpi_id = s.kpi_id AND k.source_id = s.source_id LIMIT 1
    ) known ON true
"""
_INSERT_ALL = f"WITH {_WRITE.format('pg_temp.portfolio_sent')} SELECT"
_INSERT_NEW = f"""
WITH sent AS MATERIALIZED (
    SELECT s.*, known.observed_at AS stored_at FROM pg_temp.portfolio_sent s {_KNOWN}
), fresh AS MATERIALIZED (SELECT * FROM sent WHERE stored_at IS NULL), {_WRITE.format("fresh")}
SELECT position, stored_at FROM sent WHERE stored_at IS NOT NULL
"""  # noqa: S608 - expressions of this module
_SAMPLE = f"""
SELECT count(known.observed_at) > 0 FROM pg_temp.portfolio_sent s {_KNOWN} WHERE s.position %% %(stride)s = 0
"""  # noqa: S608 - expressions of this module
# So many rows of a batch are looked up before it is believed to be new; smaller batches are looked up whole.
_SAMPLE_SIZE = 50
_SOURCE_ID_KEY = "portfolio_kpiobservationkey_source_id"

# A row whose month changes moves to another partition; both days must be rolled up again.
_CORRECT = f"""
WITH changed AS (
    UPDATE portfolio_kpiobservation o
    SET observed_at = s.observed_at, value = s.value, numerator = s.numerator, denominator = s.denominator,
        weight = s.weight, sample_size = s.sample_size, segment = s.segment, source = s.source, updated_at = now()
    FROM unnest(%(positions)s::int[], %(stored)s::timestamptz[]) known (position, stored_at)
    JOIN pg_temp.portfolio_sent s ON s.position = known.position
    WHERE o.organization_id = %(organization)s AND o.kpi_id = s.kpi_id AND o.observed_at = known.stored_at
        AND o.source_id = s.source_id AND o.observed_at BETWEEN %(first)s AND %(last)s
        AND (o.observed_at, o.value, o.numerator, o.denominator, o.weight, o.sample_size, o.segment, o.source)
            IS DISTINCT FROM (s.observed_at, s.value, s.numerator, s.denominator, s.weight, s.sample_size, s.segment,
                s.source)
    RETURNING s.position, s.kpi_id, known.stored_at, s.observed_at
), moments AS (
    SELECT kpi_id, stored_at AS moment FROM changed UNION SELECT kpi_id, observed_at FROM changed
), touched AS (
    INSERT INTO portfolio_kpitouchedmonth (id, organization_id, created_at, updated_at, version, kpi_id, month, days)
    SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, kpi_id, {_MONTH.format("moment")} AS month,
        bit_or({_DAY_BIT.format("moment")})
    FROM moments GROUP BY kpi_id, month
)
SELECT position FROM changed
"""  # noqa: S608 - expressions of this module


@dataclass(frozen=True)
class IngestResult:
    """How many observations were new, replaced a value, or were known already, and which were refused.

    `outcomes` has one of created, corrected, unchanged, refused per row sent.
    """

    created: int
    corrected: int
    unchanged: int
    refusals: dict[int, dict[str, str]] = field(default_factory=dict)
    outcomes: list[str] = field(default_factory=list, compare=False, repr=False)


def record_observations(*, observations: Sequence[ObservationInput], actor: Actor) -> IngestResult:
    """Store all of them or none; the same source id again corrects its value, the same value again does nothing.

    `pointer` of a refusal reads like rows/3/value.
    """
    actor.require("kpi_observation.create")
    if len(observations) > MAX_BATCH:
        raise InvalidInputError(f"At most {MAX_BATCH} observations a request.")
    return record_batch(batch_of(observations), actor=actor)


@transaction.atomic
def record_batch(batch: ObservationBatch, *, actor: Actor, is_atomic: bool = True) -> IngestResult:
    """Store the batch; a refused row refuses all of them (RefusedRowsError) unless `is_atomic` is False.

    A few statements whatever the number of rows.
    """
    actor.require("kpi_observation.create")
    batch.refuse_impossible_times(timezone.now())
    batch.refuse_repeated_source_ids()
    _lock_kpis(batch, actor, is_atomic=is_atomic)
    if batch.refusals and is_atomic:
        raise RefusedRowsError(batch.refusals)
    total = len(batch.positions) + sum(position not in set(batch.positions) for position in batch.refusals)
    if len(batch.refusals) == total:
        return IngestResult(0, 0, 0, batch.refusals, ["refused"] * total)
    prepare_months(date(year, month, 1) for year, month in batch.months())
    named_action("kpi.observed")
    known = _insert(batch, actor)
    corrected = _correct(known, actor) if known else set()
    sound = total - len(batch.refusals)
    if len(known) < sound or corrected:
        request_rollup(actor=actor)
    outcomes = _outcomes(total, batch.refusals, known, corrected)
    return IngestResult(sound - len(known), len(corrected), len(known) - len(corrected), batch.refusals, outcomes)


@transaction.atomic
def delete_observation(observation: KpiObservation, *, actor: Actor) -> None:
    """Take the observation out of its KPI; its periods are made anew."""
    actor.require("kpi_observation.delete")
    kpis = Kpi.objects.permitted(actor).open_for_writing(actor).filter(pk=observation.kpi_id)
    if kpis.select_for_update(of=("self",), no_key=True).first() is None:
        raise NotPermittedError(VIEW_ONLY)
    stored = KpiObservation.objects.filter(pk=observation.pk).first()
    if stored is None:
        raise InvalidInputError("The observation is gone already.")
    named_action("kpi.observation_deleted")
    KpiObservation.objects.filter(pk=stored.pk, observed_at=stored.observed_at).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO portfolio_kpitouchedmonth
                (id, organization_id, created_at, updated_at, version, kpi_id, month, days)
            SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, %(kpi)s, {_MONTH.format("at")},
                {_DAY_BIT.format("at")} FROM (SELECT %(at)s::timestamptz AS at) observed
            """,  # noqa: S608 - expressions of this module
            {"organization": actor.organization_id, "kpi": stored.kpi_id, "at": stored.observed_at},
        )
    request_rollup(actor=actor)


def _lock_kpis(batch: ObservationBatch, actor: Actor, *, is_atomic: bool) -> None:
    """One ingest a KPI at a time, so that the day a corrected row leaves is known; locked in order of id.

    Without FOR KEY SHARE conflicts: rows that refer to the KPI may still be written.
    """
    wanted = set(batch.kpis)
    found = Kpi.objects.permitted(actor).filter(pk__in=wanted).order_by("pk")
    locked = found.select_for_update(of=("self",), no_key=True).values_list("pk", "aggregation")
    known = {str(pk): aggregation for pk, aggregation in locked}
    writable = set(map(str, Kpi.objects.filter(pk__in=known).open_for_writing(actor).values_list("pk", flat=True)))
    if len(writable) < len(known) and is_atomic:
        raise NotPermittedError(_VIEW_ONLY)
    ratios = {pk for pk, aggregation in known.items() if aggregation == KpiAggregation.RATIO}
    if len(writable) == len(wanted) and not ratios:
        return
    for index, kpi in enumerate(batch.kpis):
        if kpi not in known:
            batch.refuse(index, "kpi", _NO_SUCH_KPI)
        elif kpi not in writable:
            batch.refuse(index, "kpi", _VIEW_ONLY)
        elif kpi in ratios and batch.numerators[index] is None:
            batch.refuse(index, "numerator", _NO_RATIO)


def _insert(batch: ObservationBatch, actor: Actor) -> dict[int, datetime]:
    """Insert what is new; the places of what was known, each with the moment it is stored under.

    Most batches are all new and are inserted without looking up every row; the unique key notices when one was not.
    """
    stride = len(batch.positions) // _SAMPLE_SIZE
    arguments: dict[str, Any] = {"organization": actor.organization_id, "stride": stride}
    with connection.cursor() as cursor:
        cursor.execute(_SENT)
        with cursor.copy("COPY pg_temp.portfolio_sent FROM STDIN") as copy:
            for part in batch.copy_texts():
                copy.write(part)
        if stride and _is_all_new(cursor, arguments):
            return {}
        cursor.execute(_INSERT_NEW, arguments)
        return dict(cursor.fetchall())


def _is_all_new(cursor: Any, arguments: dict[str, Any]) -> bool:
    """Insert everything if nothing of it is known; whether that was so."""
    cursor.execute(_SAMPLE, arguments)
    if cursor.fetchone()[0]:
        return False
    try:
        with transaction.atomic():
            cursor.execute(_INSERT_ALL, arguments)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != _SOURCE_ID_KEY:
            raise
        return False
    return True


def _correct(known: dict[int, datetime], actor: Actor) -> set[int]:
    arguments: dict[str, Any] = {
        "organization": actor.organization_id,
        "positions": list(known),
        "stored": list(known.values()),
        "first": min(known.values()),
        "last": max(known.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CORRECT, arguments)
        return {position for (position,) in cursor.fetchall()}


def _outcomes(total: int, refusals: Iterable[int], known: dict[int, datetime], corrected: set[int]) -> list[str]:
    outcomes = ["created"] * total
    for position in known:
        outcomes[position] = "corrected" if position in corrected else "unchanged"
    for position in refusals:
        outcomes[position] = "refused"
    return outcomes
