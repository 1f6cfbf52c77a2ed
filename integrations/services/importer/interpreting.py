"""From a row of cells to the values of one initiative. What is not understood is left out and reported, not guessed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from core.days import require_known_day
from integrations.enums import LINK_FIELDS, ImportField
from integrations.services.importer.mapping import ColumnMapping
from integrations.services.importer.problems import ProblemList, listed
from integrations.services.importer.reading import SourceRow, Table, normalized
from integrations.services.importer.vocabulary import NOTHING, OVER, PLACEHOLDERS, RELEASE_PLACEHOLDERS

MAX_LENGTHS = {
    ImportField.EXTERNAL_ID: 300,
    ImportField.TITLE: 300,
    ImportField.DESCRIPTION: 20_000,
    ImportField.OWNING_TEAM: 120,
    ImportField.TARGET_RELEASE: 60,
    ImportField.URL: 2000,
}

_DATE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$")
_MARKDOWN_LINK = re.compile(r"^\[(?P<label>[^\]]*)\]\((?P<target>[^()\s]*(?:\([^()]*\)[^()\s]*)*)\)$")
_WEB = re.compile(r"^https?://[^\s/]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RecordLink:
    """A link of a row to something else: `text` is the id, path or address as written, without its decoration."""

    field: ImportField
    column: str
    text: str
    label: str = ""

    @property
    def is_address(self) -> bool:
        return bool(_WEB.match(self.text))


@dataclass(slots=True)
class ImportRecord:
    """What one row says. `values` holds only what was given and understood; None there means "emptied".

    Cells of custom fields stand there as text, by the fields' parameters.
    """

    line: int
    external_id: str
    other_ids: tuple[str, ...] = ()
    values: dict[ImportField | str, Any] = field(default_factory=dict)
    links: list[RecordLink] = field(default_factory=list)

    @property
    def title(self) -> str:
        return str(self.values[ImportField.TITLE])


def interpret(table: Table, mapping: ColumnMapping, problems: ProblemList) -> list[ImportRecord]:
    """The records of a file; rows without title or with a missing or repeated external id become errors."""
    for defect in table.defects:
        problems.error(defect.line, defect.reason, column=defect.column, value=defect.value)
    records = [_Row(row, mapping, problems).record() for row in table.rows]
    return _without_repeated_ids([record for record in records if record is not None], mapping, problems)


def _without_repeated_ids(
    records: list[ImportRecord], mapping: ColumnMapping, problems: ProblemList
) -> list[ImportRecord]:
    lines: dict[str, list[int]] = {}
    for record in records:
        lines.setdefault(record.external_id, []).append(record.line)
    column = mapping.column_of(ImportField.EXTERNAL_ID)
    kept = []
    for record in records:
        others = [line for line in lines[record.external_id] if line != record.line]
        if others:
            reason = f"The same external id stands on line {listed(others)}; which row is meant is not guessed."
            problems.error(record.line, reason, column=column, value=record.external_id)
        else:
            kept.append(record)
    return kept


class _Row:
    """One row under interpretation."""

    def __init__(self, row: SourceRow, mapping: ColumnMapping, problems: ProblemList) -> None:
        self.row = row
        self.mapping = mapping
        self.problems = problems

    def record(self) -> ImportRecord | None:
        """The record, or None when the row cannot be imported at all."""
        external_id = self._required(ImportField.EXTERNAL_ID)
        title = self._required(ImportField.TITLE)
        if external_id is None or title is None:
            return None
        others = tuple(filter(None, (self.row.text(c) for c in self.mapping.columns_of(ImportField.OTHER_ID))))
        record = ImportRecord(self.row.line, external_id, others, {ImportField.TITLE: title})
        for wanted, read in _READERS.items():
            if self.mapping.has(wanted):
                read(self, wanted, record)
        self._read_custom(record)
        self._read_stage(record)
        self._check_dates(record)
        record.links = [link for wanted in LINK_FIELDS for link in self._links(wanted)]
        return record

    def _required(self, wanted: ImportField) -> str | None:
        text = self.row.text(self.mapping.column_of(wanted))
        if not text:
            self.problems.error(
                self.row.line, f"The row has no {wanted.label.lower()}.", column=self.mapping.column_of(wanted)
            )
            return None
        if len(text) > MAX_LENGTHS[wanted]:
            self._error(wanted, text, f"The value is longer than {MAX_LENGTHS[wanted]} characters.")
            return None
        return text

    def read_text(self, wanted: ImportField, record: ImportRecord) -> None:
        text = self._optional(wanted)
        limit = MAX_LENGTHS.get(wanted)
        if limit and len(text) > limit:
            self._warn(wanted, text, f"The value is longer than {limit} characters.")
            return
        record.values[wanted] = text or None

    def read_release(self, wanted: ImportField, record: ImportRecord) -> None:
        text = self._optional(wanted)
        if text.casefold() in RELEASE_PLACEHOLDERS:
            self._warn(wanted, text, "This is a placeholder, not a release.")
            return
        self.read_text(wanted, record)

    def read_date(self, wanted: ImportField, record: ImportRecord) -> None:
        text = self._optional(wanted)
        if not text:
            record.values[wanted] = None
            return
        found = _date(text)
        if found is None:
            self._warn(wanted, text, "This is not a date; dates are written 2026-03-31.")
            return
        try:
            require_known_day(found)
        except ValidationError as error:
            self._warn(wanted, text, str(error.message))
        else:
            record.values[wanted] = found

    def read_word(self, wanted: ImportField, record: ImportRecord) -> None:
        found = self._translated(wanted)
        if found:
            record.values[wanted] = found

    def read_address(self, wanted: ImportField, record: ImportRecord) -> None:
        text = self._optional(wanted)
        if text and not _WEB.match(text):
            self._warn(wanted, text, "This is not a web address.")
            return
        self.read_text(wanted, record)

    def read_name(self, wanted: ImportField, record: ImportRecord) -> None:
        text = self._optional(wanted)
        if text.casefold() in PLACEHOLDERS:
            self._warn(wanted, text, "This is a placeholder.")
            return
        self.read_text(wanted, record)

    def _read_custom(self, record: ImportRecord) -> None:
        for column, custom in self.mapping.custom.items():
            text = self.row.text(column)
            if text.casefold() in PLACEHOLDERS:
                self.problems.warning(self.row.line, "This is a placeholder.", column=column, value=text)
            else:
                record.values[custom.parameter] = None if text.casefold() in NOTHING else text

    def _read_stage(self, record: ImportRecord) -> None:
        """The stage column decides, unless the status says that it is over; a stage not understood stays unset."""
        stage, status = self._translated(ImportField.STAGE), self._translated(ImportField.STATUS)
        is_over = normalized(self.row.text(self.mapping.column_of(ImportField.STATUS))) in OVER
        if is_over and status:
            record.values[ImportField.STAGE] = status
        elif stage:
            record.values[ImportField.STAGE] = stage
        elif status and stage is not None:
            record.values[ImportField.STAGE] = status

    def _translated(self, wanted: ImportField) -> str | None:
        """The value a word stands for; "" when there is none, None (reported) when it is not understood."""
        if not self.mapping.has(wanted):
            return ""
        text = self._optional(wanted)
        words = self.mapping.values[wanted]
        if not text or normalized(text) in words:
            return words[normalized(text)] if text else ""
        self._warn(wanted, text, f"This is no known {wanted.label.lower()}.")
        return None

    def _check_dates(self, record: ImportRecord) -> None:
        start = record.values.get(ImportField.START_ON)
        for wanted in (ImportField.END_ON, ImportField.SOURCE_UPDATED_ON):
            found = record.values.get(wanted)
            if start and found and found < start:
                del record.values[wanted]
                start_column = self.mapping.column_of(ImportField.START_ON)
                self._warn(wanted, found.isoformat(), f"This lies before “{start_column}”, {start.isoformat()}.")

    def _links(self, wanted: ImportField) -> list[RecordLink]:
        found = []
        for column in self.mapping.columns_of(wanted):
            cell = self.row.cells.get(column, "")
            for part in split_links(cell) if isinstance(cell, str) else cell:
                if part.casefold() in PLACEHOLDERS:
                    self.problems.warning(self.row.line, "This is a placeholder.", column=column, value=part)
                elif part.casefold() not in NOTHING:
                    found.append(_link(wanted, column, part))
        return found

    def _optional(self, wanted: ImportField) -> str:
        text = self.row.text(self.mapping.column_of(wanted))
        return "" if text.casefold() in NOTHING else text

    def _warn(self, wanted: ImportField, value: str, reason: str) -> None:
        self.problems.warning(self.row.line, reason, column=self.mapping.column_of(wanted), value=value)

    def _error(self, wanted: ImportField, value: str, reason: str) -> None:
        self.problems.error(self.row.line, reason, column=self.mapping.column_of(wanted), value=value)


_Reader = Callable[[_Row, ImportField, ImportRecord], None]
_READERS: dict[ImportField, _Reader] = {
    ImportField.DESCRIPTION: _Row.read_text,
    ImportField.PORTFOLIO: _Row.read_text,
    ImportField.THEME: _Row.read_name,
    ImportField.PARENT: _Row.read_text,
    ImportField.LEVEL: _Row.read_word,
    ImportField.KIND: _Row.read_word,
    ImportField.OWNING_TEAM: _Row.read_name,
    ImportField.LEAD: _Row.read_name,
    ImportField.TARGET_RELEASE: _Row.read_release,
    ImportField.START_ON: _Row.read_date,
    ImportField.END_ON: _Row.read_date,
    ImportField.SOURCE_UPDATED_ON: _Row.read_date,
    ImportField.URL: _Row.read_address,
}


def split_links(text: str) -> list[str]:
    """Parts of a cell that lists links: by semicolon and line, by comma only where no address stands."""
    parts = []
    for piece in re.split(r"[;\n\r]+", text):
        inner = [piece] if "://" in piece or "](" in piece else piece.split(",")
        parts += [part.strip() for part in inner if part.strip()]
    return parts


def _link(wanted: ImportField, column: str, part: str) -> RecordLink:
    markdown = _MARKDOWN_LINK.match(part)
    if markdown:
        return RecordLink(wanted, column, markdown["target"], markdown["label"].strip())
    bare = part[1:-1].strip() if part[:1] + part[-1:] in ("()", "<>") else part
    return RecordLink(wanted, column, bare)


def _date(text: str) -> date | None:
    match = _DATE.match(text)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None
