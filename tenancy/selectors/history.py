"""The ledger as people read it: who did what, with names instead of identifiers."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime

from core.web.formatting import day_text, moment_text
from tenancy.models import LedgerEvent, TenantOwned, User

HISTORY_LENGTH = 100
_NOTHING = "\N{EM DASH}"
_HIDDEN = frozenset({"id", "organization_id", "created_at", "updated_at", "version"})
_ACRONYMS = frozenset({"api", "kpi"})
_SUMMARIES = {"created": "set", "changed": "changed"}
_OPERATIONS = {"insert": "created", "update": "changed", "delete": "deleted", "event": "recorded"}


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as text; None for empty or not there."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ReadableEvent:
    """A ledger row with its names resolved; `record_label` is None when the record is gone."""

    id: int
    at: datetime
    actor_label: str
    action_label: str
    operation: str
    table_label: str
    record_id: UUID | None
    record_label: str | None
    reason: str
    source: str
    request_id: str
    changes: tuple[FieldChange, ...]

    @property
    def summary(self) -> str:
        """What became of the record: `11 fields set`, `1 field changed`, `deleted`."""
        verb = _SUMMARIES.get(self.operation)
        if verb is None or not self.changes:
            return self.operation
        return f"{len(self.changes)} field{'' if len(self.changes) == 1 else 's'} {verb}"


@dataclass(frozen=True)
class EventGroup:
    """Neighbouring events of one person, action and reason: what one step of somebody wrote."""

    at: datetime
    actor_label: str
    action_label: str
    reason: str
    events: tuple[ReadableEvent, ...]


Unpacker = Callable[[Any, dict[str, Any], dict[str, Any]], list[FieldChange]]
_unpacking: dict[str, Callable[[list[dict[str, Any]]], Unpacker]] = {}


def register_unpacking(column: str, make: Callable[[list[dict[str, Any]]], Unpacker]) -> None:
    """Show a JSON column as the fields it holds.

    `make` gets every value of the column that some events mention, and answers what reads (model, before, after).
    """
    _unpacking[column] = make


def grouped(events: Iterable[ReadableEvent]) -> list[EventGroup]:
    """Events in their order, neighbours with the same person, action and reason together; `at` is the first one's."""
    runs = groupby(events, key=lambda event: (event.actor_label, event.action_label, event.reason))
    return [EventGroup(run[0].at, *key, run) for key, run in ((key, tuple(run)) for key, run in runs)]


def events_of_record(record: models.Model) -> list[ReadableEvent]:
    """The newest events of one record, newest first."""
    events = LedgerEvent.objects.filter(record_id=record.pk, table_name=record._meta.db_table)
    return readable(events.order_by("-id")[:HISTORY_LENGTH])


def readable(events: Iterable[LedgerEvent]) -> list[ReadableEvent]:
    """Resolve people, referenced records and field labels; the number of queries does not grow with the rows."""
    rows = [(event, _model_of(event.table_name), json.loads(event.changes)) for event in events]
    names = _Names(rows)
    return [_readable(event, model, changes, names) for event, model, changes in rows]


def action_label(event: LedgerEvent) -> str:
    """The named action in words, or what happened to the row when no service named it."""
    if not event.action:
        return _OPERATIONS.get(event.operation, event.operation)
    return _worded(event.action.replace(".", " ").replace("_", " "))


def _worded(text: str) -> str:
    return " ".join(word.upper() if word in _ACRONYMS else word for word in text.split())


def _model_of(table: str) -> type[models.Model] | None:
    return _models_by_table().get(table)


def _models_by_table() -> dict[str, type[models.Model]]:
    return {model._meta.db_table: model for model in apps.get_models()}


def _readable(event: LedgerEvent, model: Any, changes: dict[str, Any], names: "_Names") -> ReadableEvent:
    before, after = changes.get("before", {}), changes.get("after", {})
    details = changes if event.operation == "event" else {}
    fields = [column for column in {**before, **after} if column not in _HIDDEN]
    listed = [change for column in fields for change in names.changes(model, column, before, after)]
    listed += [FieldChange(_label(None, key), None, _plain(value)) for key, value in details.items()]
    return ReadableEvent(
        id=event.id,
        at=event.at,
        actor_label=names.person(event.actor_id, event.source),
        action_label=action_label(event),
        operation=_OPERATIONS.get(event.operation, event.operation),
        table_label=_worded(str(model._meta.verbose_name)) if model else event.table_name,
        record_id=event.record_id,
        record_label=names.record(model, event.record_id),
        reason=event.reason,
        source=event.source,
        request_id=event.request_id,
        changes=tuple(change for change in listed if change.before != change.after),
    )


def _field(model: Any, column: str) -> "models.Field[Any, Any] | None":
    if model is None:
        return None
    return next((field for field in model._meta.concrete_fields if field.column == column), None)


def _label(model: Any, column: str) -> str:
    field = _field(model, column)
    label = str(field.verbose_name) if field else column.replace("_", " ")
    return label[:1].upper() + label[1:]


def _plain(value: Any) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(item) or _NOTHING for item in value)
    if isinstance(value, dict):
        return "; ".join(f"{_label(None, key)}: {_plain(item) or _NOTHING}" for key, item in value.items())
    return str(value)


class _Names:
    """Labels of all people and records that some events mention, read with one query a model."""

    def __init__(self, rows: Sequence[tuple[LedgerEvent, Any, dict[str, Any]]]) -> None:
        wanted: dict[type[models.Model], set[str]] = defaultdict(set)
        for event, model, changes in rows:
            if event.actor_id:
                wanted[User].add(str(event.actor_id))
            if model is not None and event.record_id:
                wanted[model].add(str(event.record_id))
            for side in ("before", "after"):
                for column, value in (changes.get(side) or {}).items():
                    field = _field(model, column)
                    if isinstance(field, models.ForeignKey) and value:
                        wanted[field.remote_field.model].add(str(value))
        self._labels = {model: self._read(model, keys) for model, keys in wanted.items()}
        self._rows = rows
        self._unpackers: dict[str, Unpacker] = {}

    def changes(self, model: Any, column: str, before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
        """What changed in one column; many changes of a column that holds the values of many fields."""
        if column not in _unpacking or model is None:
            return [
                FieldChange(_label(model, column), self.text(model, column, before), self.text(model, column, after))
            ]
        if column not in self._unpackers:
            sides = [changes.get(side) or {} for _, _, changes in self._rows for side in ("before", "after")]
            self._unpackers[column] = _unpacking[column]([side[column] for side in sides if side.get(column)])
        return self._unpackers[column](model, before.get(column) or {}, after.get(column) or {})

    @staticmethod
    def _read(model: type[models.Model], keys: set[str]) -> dict[str, str]:
        rows: models.QuerySet[Any]
        if issubclass(model, TenantOwned):
            rows = model.objects.filter(pk__in=keys)
            # Without names it would follow every relation there is.
            rows = rows.select_related(*model.label_related) if model.label_related else rows
        else:
            rows = model._base_manager.filter(pk__in=keys)
        return {str(row.pk): str(row) for row in rows}

    def person(self, user_id: UUID | None, source: str) -> str:
        if user_id is None:
            return "Database" if source == "sql" else "Fairlead"
        return self._labels.get(User, {}).get(str(user_id), "Unknown person")

    def record(self, model: Any, record_id: UUID | None) -> str | None:
        return self._labels.get(model, {}).get(str(record_id)) if model is not None else None

    def text(self, model: Any, column: str, side: dict[str, Any]) -> str | None:
        value = side.get(column)
        field = _field(model, column)
        if field is None or value is None:
            return _plain(value)
        if isinstance(field, models.ForeignKey):
            return self._labels.get(field.remote_field.model, {}).get(str(value), "a record that is gone")
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        return _listed(field, value) or _dated(field, value) or _plain(value)


def _listed(field: "models.Field[Any, Any]", value: Any) -> str | None:
    """A list whose items are choices, in words; None for everything else."""
    labels = dict(getattr(getattr(field, "base_field", None), "flatchoices", ()))
    return ", ".join(str(labels.get(item, item)) for item in value) if labels and isinstance(value, list) else None


def _dated(field: "models.Field[Any, Any]", value: Any) -> str | None:
    """A day or a moment as the screens write them; None for everything else."""
    if isinstance(field, models.DateTimeField):
        at = parse_datetime(str(value))
        return moment_text(at) if at else None
    if isinstance(field, models.DateField):
        on = parse_date(str(value))
        return day_text(on) if on else None
    return None
