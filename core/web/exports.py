"""CSV export of a list: streamed, and safe to open in a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from core.web.lists import ListScreen

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_CHUNK = 1000


class ExportScreen(ListScreen):
    """Streams what the list shows: same filters, columns and order."""

    def export_get(self) -> StreamingHttpResponse:
        self.require("view")
        name = f"{self.names()['plural'].lower().replace(' ', '-')}-{timezone.localdate():%Y-%m-%d}.csv"
        response = StreamingHttpResponse(self._lines(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response

    def _lines(self) -> Iterator[str]:
        """Runs after the request's scope has closed, so it opens its own; outside it no row is readable."""
        with self.request.open_scope():
            columns = self.state.visible
            yield csv_line(column.heading for column in columns)
            for obj in self.shown_queryset().iterator(chunk_size=_CHUNK):
                yield csv_line(column.exported(obj) for column in columns)


def csv_line(values: Iterable[Any]) -> str:
    """One RFC 4180 line."""
    line = _Line()
    csv.writer(line).writerow([cell(value) for value in values])
    return line.text


def cell(value: Any) -> Any:
    """A value for a CSV cell. Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int | float) or hasattr(value, "as_tuple"):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple | set) else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


class _Line:
    """The one method csv.writer needs of a file."""

    text = ""

    def write(self, text: str) -> None:
        self.text = text
