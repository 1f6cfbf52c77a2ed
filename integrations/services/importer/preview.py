"""What the mapping page shows of a file before anything is imported."""

from collections import Counter
from dataclasses import dataclass

from collaboration.selectors.custom_fields import fields_in_use
from integrations.enums import TRANSLATED_FIELDS, ImportField
from integrations.services.importer.mapping import ColumnMapping, Columns, Values, map_columns, missing_of
from integrations.services.importer.problems import shortened
from integrations.services.importer.reading import Table, normalized, read_table
from portfolio.models import Initiative

SAMPLE_ROWS = 5
MAX_WORDS = 60


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """A column, the field it becomes ("" for none), its first filled cells and how many are filled."""

    name: str
    field: str
    samples: tuple[str, ...]
    filled: int


@dataclass(frozen=True, slots=True)
class WordPreview:
    """A word of a translated column, how often it stands there, and what it becomes; "" is not understood."""

    field: ImportField
    word: str
    count: int
    value: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it would be read: its columns, the words of stages, kinds and levels it uses, and what it lacks yet."""

    row_count: int
    columns: tuple[ColumnPreview, ...]
    words: tuple[WordPreview, ...]
    missing: tuple[str, ...]


def preview(content: bytes, *, file_format: str, columns: Columns, values: Values) -> Preview:
    """Raises UnreadableFileError or, for overrides that do not fit the file, InvalidInputError."""
    table = read_table(content, file_format=file_format)
    mapping = map_columns(table, columns=columns, values=values, custom=fields_in_use(Initiative), is_draft=True)
    return Preview(
        row_count=table.row_count,
        columns=tuple(_column(table, name, mapping) for name in table.columns),
        words=tuple(word for wanted in TRANSLATED_FIELDS for word in _words(table, wanted, mapping)),
        missing=tuple(wanted.label.lower() for wanted in missing_of(mapping)),
    )


def _column(table: Table, name: str, mapping: ColumnMapping) -> ColumnPreview:
    filled = [text for row in table.rows if (text := row.text(name))]
    different = tuple(shortened(text, 80) for text in dict.fromkeys(filled[:200]))[:SAMPLE_ROWS]
    return ColumnPreview(name, mapping.target_of(name), different, len(filled))


def _words(table: Table, wanted: ImportField, mapping: ColumnMapping) -> list[WordPreview]:
    column = mapping.column_of(wanted)
    if not column:
        return []
    counts = Counter(text for row in table.rows if (text := row.text(column)))
    known = mapping.values[wanted]
    return [
        WordPreview(wanted, shortened(word), count, known.get(normalized(word), ""))
        for word, count in counts.most_common(MAX_WORDS)
    ]
