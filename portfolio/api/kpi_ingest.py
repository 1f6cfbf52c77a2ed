"""Rows of a bulk ingest, read by column: ten thousand of them must not cost ten thousand serializers."""

import re
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from portfolio.services.kpi_batches import MAX_BATCH, ObservationBatch, ObservationInput, RefusedRowsError

# What is written this way needs no second look; everything else goes through the row's own serializer.
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,6})?").fullmatch
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)").fullmatch
_REQUIRED, _OPTIONAL = ("kpi", "observed_at", "value", "source_id"), ("segment", "source")
_PLAIN_FIELDS = frozenset({*_REQUIRED, *_OPTIONAL})


class ObservationRows(serializers.ListSerializer[Any]):
    """The list of rows; becomes an ObservationBatch that names what it refuses."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, list) or not 1 <= len(data) <= MAX_BATCH:
            return super().to_internal_value(data)
        batch = ObservationBatch()
        self._add(batch, 0, data)
        return batch

    def _add(self, batch: ObservationBatch, start: int, rows: list[Any]) -> None:
        """Append the rows as columns where all are plain; where not, each half for itself, down to the odd row."""
        columns = _plain_columns(rows)
        if columns:
            batch.add_plain(start, *columns)
        elif len(rows) == 1:
            self._add_slowly(batch, start, rows[0])
        else:
            half = len(rows) // 2
            self._add(batch, start, rows[:half])
            self._add(batch, start + half, rows[half:])

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


def _plain_columns(
    rows: list[Any],
) -> tuple[list[str], list[datetime], list[str], list[str], list[str], list[str]] | None:
    """KPIs, moments, values, segments, sources and source ids; None where a serializer has to look at any."""
    if set(map(type, rows)) != {dict} or not _PLAIN_FIELDS.issuperset(set().union(*rows)):
        return None
    kpis, moments, values, source_ids = ([row.get(name) for row in rows] for name in _REQUIRED)
    segments, sources = ([row.get(name, "") for row in rows] for name in _OPTIONAL)
    names = (source_ids, segments, sources)
    if set(map(type, chain(kpis, moments, values, *names))) != {str}:
        return None
    if any(max(map(len, column)) > limit for column, limit in zip(names, (120, 60, 60), strict=True)):
        return None
    if not all(source_ids) or any(list(map(str.strip, column)) != column for column in names):
        return None
    known = {text: _kpi(text) for text in set(kpis)}
    read = {text: _moment(text) for text in set(moments)}
    if None in known.values() or None in read.values() or not all(map(_NUMBER, values)):
        return None
    return [known[text] for text in kpis], [read[text] for text in moments], values, segments, sources, source_ids


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
