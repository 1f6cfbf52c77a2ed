"""Many records in one request, each row answered for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import Http404, HttpResponse
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from core.api.errors import problem, problem_of
from core.api.renderers import dump
from core.api.views import json_response
from core.errors import DomainError, NotPermittedError, StaleVersionError

MAX_ROWS = 1000
_MEMBERS = frozenset({"rows", "atomic"})


class _BulkMixin:
    """Each row for itself; with `atomic` one refused row undoes all."""

    def run_rows(self, data: Any, write: Callable[[dict[str, Any]], tuple[int, Any]]) -> HttpResponse:
        """One savepoint a row: 207 with an entry per row, or a problem that names every refused row."""
        rows, is_atomic = _rows(data)
        entries = [self._run_row(index, row, write) for index, row in enumerate(rows)]
        return _answer(entries, is_atomic=is_atomic)

    def _run_row(
        self, index: int, row: dict[str, Any], write: Callable[[dict[str, Any]], tuple[int, Any]]
    ) -> dict[str, Any]:
        try:
            with transaction.atomic():
                status, record = write(row)
                connection.check_constraints()
                self._require_visible(record)
        except Exception as error:
            refusal = problem_of(error)
            if refusal is None:
                raise
            return {"index": index, "status": refusal["status"], "problem": refusal}
        return {"index": index, "status": status, "id": record.pk}

    def _require_visible(self, record: Any) -> None:
        if not self.get_queryset().filter(pk=record.pk).exists():
            raise NotPermittedError("After this change you could no longer see the record.")


class BulkCreateMixin(_BulkMixin):
    """POST bulk/ creates up to 1,000 records.

    `perform_bulk_create(rows)` takes the validated data of the sound rows and answers each with its record or the
    error that refuses it, having written all at once; without it `perform_create` is called row by row.
    """

    def bulk_create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Create many records; the answer has one entry per row."""
        context = self.get_serializer_context()
        if hasattr(self, "perform_bulk_create"):
            return self._create_at_once(request.data, context)

        def write(row: dict[str, Any]) -> tuple[int, Any]:
            serializer = self.get_serializer(data=row, context=context)
            serializer.is_valid(raise_exception=True)
            return 201, self.perform_create(serializer)

        return self.run_rows(request.data, write)

    def _create_at_once(self, data: Any, context: dict[str, Any]) -> HttpResponse:
        rows, is_atomic = _rows(data)
        outcomes: list[Any] = [None] * len(rows)
        sound = {}
        for index, row in enumerate(rows):
            serializer = self.get_serializer(data=row, context=context)
            try:
                serializer.is_valid(raise_exception=True)
            except (ValidationError, DomainError) as error:
                outcomes[index] = error
            else:
                sound[index] = serializer.validated_data
        for index, outcome in zip(sound, self.perform_bulk_create(list(sound.values())), strict=True):
            outcomes[index] = outcome
        connection.check_constraints()
        self._require_all_visible([each for each in outcomes if not isinstance(each, Exception)])
        entries = [_entry(index, outcome) for index, outcome in enumerate(outcomes)]
        return _answer(entries, is_atomic=is_atomic)

    def _require_all_visible(self, records: list[Any]) -> None:
        if self.get_queryset().filter(pk__in=[record.pk for record in records]).count() < len(records):
            raise NotPermittedError("After this change you could no longer see the records.")


class BulkUpdateMixin(_BulkMixin):
    """PATCH bulk/ changes up to 1,000 records through `perform_update`; a row's `version` guards against lost edits."""

    def bulk_update(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Change many records; the answer has one entry per row."""
        context = self.get_serializer_context()
        seen: set[UUID] = set()

        def write(row: dict[str, Any]) -> tuple[int, Any]:
            changes = {name: value for name, value in row.items() if name not in {"id", "version"}}
            record = self._bulk_record(row, seen)
            serializer = self.get_serializer(record, data=changes, partial=True, context=context)
            serializer.is_valid(raise_exception=True)
            return 200, self.perform_update(serializer)

        return self.run_rows(request.data, write)

    def _bulk_record(self, row: dict[str, Any], seen: set[UUID]) -> Any:
        key = _id_of(row, seen)
        if not self.get_queryset().filter(pk=key).exists():
            raise Http404
        self.require_permitted(self.right("bulk_update"), key)
        record = self.model.objects.for_update().filter(pk=key).first()
        if record is None:
            raise Http404
        if "version" in row and row["version"] != record.version:
            raise StaleVersionError("The record has changed since you read it; read it again.", pointer="version")
        return record


def _entry(index: int, outcome: Any) -> dict[str, Any]:
    """The answer to one row: its record, or the problem the error stands for; a defect is raised."""
    if not isinstance(outcome, Exception):
        return {"index": index, "status": 201, "id": outcome.pk}
    refusal = problem_of(outcome)
    if refusal is None:
        raise outcome
    return {"index": index, "status": refusal["status"], "problem": refusal}


def _answer(entries: list[dict[str, Any]], *, is_atomic: bool) -> HttpResponse:
    failed = [entry for entry in entries if "problem" in entry]
    if is_atomic and failed:
        return _refused(failed)
    counts = {"succeeded": len(entries) - len(failed), "failed": len(failed)}
    return json_response({"results": entries, **counts}, status=207)


def _id_of(row: dict[str, Any], seen: set[UUID]) -> UUID:
    try:
        key = UUID(row["id"]) if isinstance(row.get("id"), str) else None
    except ValueError:
        key = None
    if key is None:
        raise ValidationError({"id": ["Give the record's id."]})
    if key in seen:
        raise ValidationError({"id": ["This record is listed twice."]})
    seen.add(key)
    return key


def _rows(data: Any) -> tuple[list[dict[str, Any]], bool]:
    """The rows and whether all must succeed; raises ValidationError with each fault named."""
    if not isinstance(data, dict):
        raise ValidationError({"rows": ["Send an object with “rows”."]})
    unknown = [name for name in data if name not in _MEMBERS]
    errors: dict[str, Any] = {name: [ErrorDetail("There is no such field.", code="unknown_field")] for name in unknown}
    rows, is_atomic = data.get("rows"), data.get("atomic", False)
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_ROWS:
        errors["rows"] = [f"Send a list of 1 to {MAX_ROWS} rows."]
    elif wrong := [index for index, row in enumerate(rows) if not isinstance(row, dict)]:
        errors["rows"] = {str(index): ["A row is an object."] for index in wrong}
    if not isinstance(is_atomic, bool):
        errors["atomic"] = ["Must be true or false."]
    if errors or not isinstance(rows, list):
        raise ValidationError(errors)
    return rows, bool(is_atomic)


def _refused(failed: list[dict[str, Any]]) -> HttpResponse:
    """400 when every refusal is about the input, else 409; TenantMiddleware rolls back what succeeded."""
    errors = []
    for entry in failed:
        refusal, place = entry["problem"], f"/rows/{entry['index']}"
        details = refusal.get("errors") or [{"pointer": "", "detail": refusal["detail"], "code": refusal["code"]}]
        errors += [{**detail, "pointer": place + detail["pointer"].rstrip("/")} for detail in details]
    status = 400 if all(entry["status"] == 400 for entry in failed) else 409
    body = problem(status, "bulk_refused", f"{len(failed)} rows were refused; nothing was changed.", errors=errors)
    return HttpResponse(dump(body), status=status, content_type="application/problem+json")
