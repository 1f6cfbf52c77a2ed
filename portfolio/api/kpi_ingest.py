"""Rows of a bulk ingest, read by column: ten thousand of them must not cost ten thousand serializers."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from portfolio.services.kpi_batches import MAX_BATCH, ObservationBatch, ObservationInput, RefusedRowsError

# What is written this way needs no second look; everything else goes through the row's own serializer.
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,6})?").fullmatch
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)").fullmatch
_PLAIN_FIELDS = frozenset({"kpi", "observed_at", "value", "source_id", "source", "segment"})


class ObservationRows(serializers.ListSerializer[Any]):
    """The list of rows; becomes an ObservationBatch that names what it refuses."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list) or not 1 <= len(data) <= MAX_BATCH:
            return super().to_internal_value(data)
        batch = ObservationBatch()
        append = _appender(batch)
        for position, row in enumerate(data):
            if not append(position, row):
                self._add_slowly(batch, position, row)
        return batch

    def _add_slowly(self, batch: ObservationBatch, position: int, row: Any) -> None:
        try:
            values = dict(self.run_child_validation(row))
        except ValidationError as error:
            details: Any = error.detail
            batch.refusals[position] = {name: str(detail[0]) for name, detail in details.items()}
        else:
            batch.add(position, ObservationInput(kpi_id=values.pop("kpi"), **values))


def refused(error: RefusedRowsError) -> ValidationError:
    """The refusals of a batch with every row and field named."""
    return ValidationError({"rows": {str(place): _details(problems) for place, problems in error.rows.items()}})


def described(refusals: dict[int, dict[str, str]]) -> list[dict[str, str]]:
    """The refusals as members of the answer: {pointer, detail, code} each, in the order of the rows."""
    return [
        {"pointer": f"/rows/{place}/{name}".replace("/non_field_errors", ""), "detail": message, "code": "invalid"}
        for place, problems in sorted(refusals.items())
        for name, message in problems.items()
    ]


def _details(problems: dict[str, str]) -> dict[str, list[str]]:
    return {name: [message] for name, message in problems.items()}


def _appender(batch: ObservationBatch) -> Callable[[int, Any], bool]:
    """A function that appends a row written in the plainest way to the batch; False for any other row."""
    kpis: dict[str, str | None] = {}
    moments: dict[str, datetime | None] = {}

    def append(position: int, row: Any) -> bool:
        texts = _plain_texts(row)
        if texts is None:
            return False
        kpi, observed_at, value, source_id, source, segment = texts
        if kpi not in kpis:
            kpis[kpi] = _kpi(kpi)
        if observed_at not in moments:
            moments[observed_at] = _moment(observed_at)
        known, moment = kpis[kpi], moments[observed_at]
        if known is None or moment is None:
            return False
        batch.add_plain(position, known, moment, value, segment, source, source_id)
        return True

    return append


def _plain_texts(row: Any) -> tuple[str, str, str, str, str, str] | None:
    """KPI, moment, value, source id, source and segment, or None where the row's serializer has to look."""
    if type(row) is not dict or not row.keys() <= _PLAIN_FIELDS:
        return None
    get: Any = row.get
    texts: Any = (get("kpi"), get("observed_at"), get("value"), get("source_id"), get("source", ""), get("segment", ""))
    for text in texts:
        if type(text) is not str or len(text) > 120:
            return None
    _, _, value, source_id, source, segment = texts
    if not _NUMBER(value) or not source_id or len(source) > 60 or len(segment) > 60:
        return None
    if source_id != source_id.strip() or source != source.strip() or segment != segment.strip():
        return None
    return texts


def _kpi(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    if not _MOMENT(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
