"""KPI observations as CSV files: all rows are stored, or none and every bad row is named."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower

from core.errors import InvalidInputError
from core.numbers import plain_number
from portfolio.models import Kpi
from portfolio.services.kpi_batches import MAX_BATCH, ObservationBatch, ObservationInput, RefusedRowsError
from portfolio.services.kpi_observations import record_batch
from portfolio.services.spend_files import MAX_PROBLEMS, Cells, FileProblem, FileResult, read_table
from tenancy.actor import Actor

COLUMNS = (
    "kpi",
    "observed_at",
    "value",
    "numerator",
    "denominator",
    "weight",
    "sample_size",
    "segment",
    "source",
    "source_id",
)
_AMOUNTS = ("value", "numerator", "denominator", "weight")


def load_observations_file(content: bytes, *, actor: Actor, today: date | None = None) -> FileResult:
    """Observations by the KPI's key; a known source id is corrected, a row without one is known by KPI and time.

    `observed_at` is a day (then its noon, UTC) or a time with an offset. Without a source it is `file`.
    """
    actor.require("kpi_observation.create")
    table = read_table(content, COLUMNS, required=("kpi", "observed_at"))
    if len(table) > MAX_BATCH:
        raise InvalidInputError(f"The file has more than {MAX_BATCH:,} rows; split it.", pointer="file")
    kpis = _kpis((cells for _, cells in table), actor)
    batch = ObservationBatch()
    for position, (_, cells) in enumerate(table):
        _add(batch, position, cells, kpis)
    try:
        result = record_batch(batch, actor=actor)
    except RefusedRowsError as error:
        return FileResult(len(table), 0, _problems(error, table))
    return FileResult(len(table), result.created + result.corrected, [])


def _kpis(rows: Any, actor: Actor) -> dict[str, UUID]:
    keys = {cells["kpi"].strip().lower() for cells in rows}
    found = Kpi.objects.permitted(actor).annotate(lower_key=Lower("key")).filter(lower_key__in=keys)
    return dict(found.values_list("lower_key", "pk"))


def _add(batch: ObservationBatch, position: int, cells: Cells, kpis: Mapping[str, UUID]) -> None:
    """Add the row, or note all that is wrong with its cells."""
    problems: dict[str, str] = {}
    kpi_id = kpis.get(cells["kpi"].strip().lower())
    if kpi_id is None:
        problems["kpi"] = "There is no KPI with this key."
    values: dict[str, Any] = {}
    for column, read in (("observed_at", _moment), *((name, _number) for name in _AMOUNTS), ("sample_size", _count)):
        try:
            values[column] = read(cells.get(column, "").strip())
        except ValueError as error:
            problems[column] = str(error)
    if problems or kpi_id is None:
        batch.refusals[position] = problems
        return
    texts: dict[str, Any] = {name: cells.get(name, "").strip() for name in ("segment", "source", "source_id")}
    texts["source"] = texts["source"] or "file"
    texts["source_id"] = texts["source_id"] or "/".join(
        filter(None, (values["observed_at"].isoformat(), texts["segment"]))
    )
    batch.add(position, ObservationInput(kpi_id=kpi_id, **values, **texts))


def _moment(text: str) -> datetime:
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), time(12), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Give a day as YYYY-MM-DD or a time such as 2026-01-31T12:00:00Z.") from None
    if moment.tzinfo is None:
        raise ValueError("Give the time with an offset, for example 2026-01-31T12:00:00Z.")
    return moment


def _number(text: str) -> Decimal | None:
    number = plain_number(text)
    if number is None and text:
        raise ValueError("Give a number such as 1234.5.")
    return number


def _count(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError("Give a whole number, zero or more.")
    return int(text)


def _problems(error: RefusedRowsError, table: list[tuple[int, Cells]]) -> list[FileProblem]:
    found = [
        FileProblem(table[position][0], column, message)
        for position, problems in sorted(error.rows.items())
        for column, message in problems.items()
    ]
    return found[:MAX_PROBLEMS]
