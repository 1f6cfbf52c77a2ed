"""Price lists, exchange rates and usage as CSV files: all rows are stored, or none and every bad row is named."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.days import written_day
from core.errors import DomainError, InvalidInputError
from core.numbers import plain_number
from portfolio.enums import PriceKind
from portfolio.services.exchange_rates import RateInput, load_exchange_rates
from portfolio.services.price_book import PriceInput, load_model_prices
from portfolio.services.usage_records import MAX_BATCH, RowOutcome, record_usage
from portfolio.services.usage_rows import FIELDS, from_cells, parse_usage
from tenancy.actor import Actor

MAX_BYTES = 10 * 1024 * 1024
MAX_PROBLEMS = 200
RATE_COLUMNS = ("currency", "valid_on", "rate", "source")
PRICE_COLUMNS = (
    "provider",
    "model",
    "kind",
    "valid_from",
    "valid_until",
    "unit_quantity",
    "amount",
    "currency",
    "source",
)
USAGE_COLUMNS = tuple(sorted(FIELDS))

Cells = Mapping[str, str]


@dataclass(frozen=True)
class FileProblem:
    """Why a line was refused; `line` counts from 1 with the header, `column` may be empty."""

    line: int
    column: str
    message: str


@dataclass(frozen=True)
class FileResult:
    """Rows of the file, how many changed something, and the problems; with a problem nothing was stored."""

    rows: int
    stored: int
    problems: Sequence[FileProblem]


def load_rates_file(content: bytes, *, actor: Actor, today: date) -> FileResult:
    """Exchange rates; known ones are corrected."""
    actor.require("exchange_rate.create")
    return _load_each(content, RATE_COLUMNS, lambda cells: load_exchange_rates([_rate(cells)], actor=actor))


def load_prices_file(content: bytes, *, actor: Actor, today: date) -> FileResult:
    """Prices; one that is in the book already is passed over, one that contradicts it is refused."""
    actor.require("model_price.create")
    return _load_each(content, PRICE_COLUMNS, lambda cells: load_model_prices([_price(cells)], actor=actor))


@transaction.atomic
def load_usage_file(content: bytes, *, actor: Actor, today: date) -> FileResult:
    """Usage; known rows are corrected. A row without a source is of the source `file`."""
    actor.require("usage_record.create")
    table = read_table(content, USAGE_COLUMNS, required=("initiative", "source_id"))
    objects = [{"source": "file", **from_cells(cells)} for _, cells in table]
    results = record_usage(parse_usage(objects, actor=actor), actor=actor, today=today, is_atomic=True)
    problems = [
        FileProblem(line, result.error.pointer or "", result.error.message)
        for (line, _), result in zip(table, results, strict=True)
        if result.error is not None
    ]
    stored = sum(result.outcome in {RowOutcome.CREATED, RowOutcome.CORRECTED} for result in results)
    return FileResult(len(table), stored, problems[:MAX_PROBLEMS])


def read_table(content: bytes, columns: Sequence[str], *, required: Sequence[str]) -> list[tuple[int, Cells]]:
    """Lines of the file as cells by column, with their line numbers; raises InvalidInputError when it is no such table.

    The separator is a comma, a semicolon or a tab, as the header has it; empty lines are passed over.
    """
    if len(content) > MAX_BYTES:
        raise InvalidInputError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.", pointer="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"The file is not UTF-8 (byte {error.start}).", pointer="file") from error
    if "\x00" in text:
        raise InvalidInputError("The file holds a NUL character; it is no text.", pointer="file")
    header, _, _ = text.partition("\n")
    separator = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        return _table(reader, columns, required)
    except csv.Error as error:
        raise InvalidInputError(f"Line {reader.line_num} is no CSV: {error}.", pointer="file") from error


def _table(reader: Any, columns: Sequence[str], required: Sequence[str]) -> list[tuple[int, Cells]]:
    names = [name.strip().lower().replace(" ", "_") for name in next(reader, [])]
    _require_header(names, columns, required)
    table: list[tuple[int, Cells]] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            message = f"Line {reader.line_num} has {len(cells)} cells, the header {len(names)}."
            raise InvalidInputError(message, pointer="file")
        if len(table) == MAX_BATCH:
            raise InvalidInputError(f"The file has more than {MAX_BATCH:,} rows; split it.", pointer="file")
        table.append((reader.line_num, dict(zip(names, cells, strict=True))))
    if not table:
        raise InvalidInputError("The file has no rows.", pointer="file")
    return table


def _require_header(names: Sequence[str], columns: Sequence[str], required: Sequence[str]) -> None:
    unknown = [name for name in names if name not in columns]
    missing = [name for name in required if name not in names]
    if unknown:
        shown = repr(unknown[0][:60])
        raise InvalidInputError(f"There is no column {shown}; there are {', '.join(columns)}.", pointer="file")
    if missing:
        raise InvalidInputError(f"The column {missing[0]} is missing.", pointer="file")
    if len(set(names)) != len(names):
        raise InvalidInputError("A column is given twice.", pointer="file")


def _load_each(content: bytes, columns: Sequence[str], load: Callable[[Cells], int]) -> FileResult:
    """Each line for itself in a savepoint, so that all problems are known; one problem takes everything back."""
    required = [name for name in columns if name not in {"source", "valid_until", "unit_quantity"}]
    table = read_table(content, columns, required=required)
    problems: list[FileProblem] = []
    stored = 0
    with transaction.atomic():
        point = transaction.savepoint()
        for line, cells in table:
            try:
                with transaction.atomic():
                    stored += load(cells)
            except DomainError as error:
                problems.append(FileProblem(line, error.pointer or "", error.message))
            except ValidationError as error:
                problems += [FileProblem(line, column, text) for column, text in _messages(error)]
            if len(problems) >= MAX_PROBLEMS:
                break
        if problems:
            transaction.savepoint_rollback(point)
    return FileResult(len(table), 0 if problems else stored, problems[:MAX_PROBLEMS])


def _messages(error: ValidationError) -> list[tuple[str, str]]:
    return [
        ("" if column == "__all__" else column, str(text))
        for column, texts in error.message_dict.items()
        for text in texts
    ]


def _rate(cells: Cells) -> RateInput:
    return RateInput(
        currency=cells["currency"].strip().upper(),
        valid_on=written_day(cells["valid_on"], pointer="valid_on"),
        rate=_number(cells, "rate"),
        source=cells.get("source", "").strip(),
    )


def _price(cells: Cells) -> PriceInput:
    until, quantity = cells.get("valid_until", "").strip(), cells.get("unit_quantity", "").strip()
    return PriceInput(
        provider=cells["provider"],
        model=cells["model"],
        kind=_kind(cells["kind"]),
        valid_from=written_day(cells["valid_from"], pointer="valid_from"),
        valid_until=written_day(cells["valid_until"], pointer="valid_until") if until else None,
        unit_quantity=_number(cells, "unit_quantity") if quantity else Decimal(1_000_000),
        amount=_number(cells, "amount"),
        currency=cells["currency"].strip().upper(),
        source=cells.get("source", "").strip(),
    )


def _kind(text: str) -> str:
    """By its key or its label, whatever the capitals."""
    wanted = text.strip().lower()
    for kind in PriceKind:
        if wanted in {kind.value, kind.label.lower()}:
            return kind
    raise InvalidInputError(f"Give one of {', '.join(PriceKind.values)}.", pointer="kind")


def _number(cells: Cells, column: str) -> Decimal:
    number = plain_number(cells[column].strip())
    if number is None:
        raise InvalidInputError("Give a number such as 1234.5.", pointer=column)
    return number
