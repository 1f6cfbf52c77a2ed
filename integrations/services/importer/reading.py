"""From the bytes of a file to rows of cells with the line each stands on; what they mean is decided elsewhere."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from integrations.enums import ImportFormat
from integrations.services.importer.json_reading import objects_with_lines
from integrations.services.importer.problems import Problem, ProblemList, UnreadableFileError

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 500
DELIMITERS = ",;\t"

Cell = str | tuple[str, ...]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One record of the file; `line` is the line of the file on which it begins, the first being 1."""

    line: int
    cells: dict[str, Cell]

    def text(self, column: str) -> str:
        """The cell as one text; a list is joined with semicolons, a missing cell is empty."""
        cell = self.cells.get(column, "")
        return cell if isinstance(cell, str) else "; ".join(cell)


@dataclass(frozen=True, slots=True)
class Table:
    """A read file. `defects` are rows that could not be read; `row_count` counts them too."""

    format: str
    columns: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    defects: tuple[Problem, ...] = ()

    @property
    def row_count(self) -> int:
        return len(self.rows) + len({problem.line for problem in self.defects})


def read_table(content: bytes, *, file_format: str) -> Table:
    """The rows of a CSV or JSON file; raises UnreadableFileError when it is none."""
    if len(content) > MAX_BYTES:
        raise UnreadableFileError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    text = _decoded(content)
    if not text.strip():
        raise UnreadableFileError("The file is empty.")
    table = _read_json(text) if file_format == ImportFormat.JSON else _read_csv(text)
    if not table.row_count:
        raise UnreadableFileError("The file has a header but no rows.")
    return table


def format_of(file_name: str) -> str:
    """The format a file's name promises; CSV unless it ends in .json."""
    return ImportFormat.JSON if file_name.lower().endswith(".json") else ImportFormat.CSV


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFileError("The file is encoded as UTF-16; save it as UTF-8.", line=1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFileError(f"Byte {content[error.start]:#04x} is not UTF-8.", line=line) from error


def _read_csv(text: str) -> Table:
    records = _csv_records(text, delimiter=_delimiter(text))
    line, names = next(records)
    columns = _header(names, line)
    problems = ProblemList()
    rows: list[SourceRow] = []
    for line, cells in records:
        if len(cells) != len(names):
            problems.error(line, f"The row has {_cells(len(cells))}, the header {len(names)}.")
            continue
        row = SourceRow(line, {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name})
        _collect(row, rows, problems)
    return Table(ImportFormat.CSV, columns, tuple(rows), tuple(problems.kept))


def _csv_records(text: str, *, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every record that is not blank, the header first; header names come stripped."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    is_header = True
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableFileError(f"This is not CSV: {_explained(error)}", line=line) from error
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        yield line, [cell.strip() for cell in cells] if is_header else cells
        is_header = False


def _explained(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end of data" in message:
        return "a quotation mark is opened and never closed."
    if "expected after" in message:
        return "text follows a closing quotation mark."
    return f"{message}."


def _delimiter(text: str) -> str:
    """The one of comma, semicolon and tab that the header holds most often; the comma when it holds none."""
    first = next(line for line in text.splitlines() if line.strip())
    return max(DELIMITERS, key=first.count)


def _header(names: list[str], line: int) -> tuple[str, ...]:
    if len(names) > MAX_COLUMNS:
        raise UnreadableFileError(f"The header has {len(names)} columns; {MAX_COLUMNS} are possible.", line=line)
    unnamed = [str(index) for index, name in enumerate(names, start=1) if not name]
    if unnamed:
        raise UnreadableFileError(f"Column {', '.join(unnamed)} of the header has no name.", line=line)
    seen: set[str] = set()
    for name in names:
        if normalized(name) in seen:
            raise UnreadableFileError(f"The header names the column “{name}” twice.", line=line)
        seen.add(normalized(name))
    return tuple(names)


def _read_json(text: str) -> Table:
    problems = ProblemList()
    rows: list[SourceRow] = []
    columns: dict[str, None] = {}
    for line, found in objects_with_lines(text):
        if found.problem:
            problems.error(line, found.problem)
            continue
        columns |= dict.fromkeys(found.cells)
        _collect(SourceRow(line, found.cells), rows, problems)
    if len(columns) > MAX_COLUMNS:
        raise UnreadableFileError(f"The objects have {len(columns)} different keys; {MAX_COLUMNS} are possible.")
    return Table(ImportFormat.JSON, _header(list(columns), 1), tuple(rows), tuple(problems.kept))


def _collect(row: SourceRow, rows: list[SourceRow], problems: ProblemList) -> None:
    if len(rows) >= MAX_ROWS:
        raise UnreadableFileError(f"The file has more than {MAX_ROWS:,} rows; split it.", line=row.line)
    for column in row.cells:
        if _UNSTORABLE.search(row.text(column)):
            problems.error(row.line, "The value holds a character that cannot be stored.", column=column)
            return
    rows.append(row)


def normalized(text: str) -> str:
    """Lower case, everything but letters and digits as one underscore: `Owning Team` gives `owning_team`."""
    return re.sub(r"[\W_]+", "_", text.strip().casefold()).strip("_")


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
