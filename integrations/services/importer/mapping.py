"""Which column becomes which field: worked out from the header, overridden by the person who imports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collaboration.models import CustomField
from core.errors import InvalidInputError
from integrations.enums import REPEATABLE_FIELDS, TRANSLATED_FIELDS, ImportField
from integrations.services.importer.reading import Table, normalized
from integrations.services.importer.vocabulary import EXTERNAL_ID_HEADERS, HEADERS, TARGETS, VALUES

Columns = Mapping[str, str | None]
Values = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ColumnMapping:
    """Column to field, and for translated fields normalized word to value ("" leaves it out without a remark).

    `custom` has the columns that become custom fields.
    """

    columns: dict[str, ImportField]
    values: dict[ImportField, dict[str, str]] = field(default_factory=lambda: dict(VALUES))
    custom: dict[str, CustomField] = field(default_factory=dict)

    def column_of(self, wanted: ImportField) -> str:
        """The column that becomes the field; empty when none does."""
        return next((column for column, found in self.columns.items() if found == wanted), "")

    def column_of_pointer(self, pointer: str) -> str:
        """The column a refusal points to, by its field or as `custom_fields/<key>`; empty when no column is it."""
        own = {f"custom_fields/{found.key}": column for column, found in self.custom.items()}
        return own.get(pointer) or next((column for column, found in self.columns.items() if found == pointer), "")

    def target_of(self, column: str) -> str:
        """What the column becomes, as `columns` names it; empty for nothing."""
        if column in self.custom:
            return self.custom[column].parameter
        return str(self.columns.get(column, ""))

    def columns_of(self, wanted: ImportField) -> list[str]:
        return [column for column, found in self.columns.items() if found == wanted]

    def has(self, wanted: ImportField) -> bool:
        return wanted in self.columns.values()


def map_columns(
    table: Table,
    *,
    columns: Columns | None = None,
    values: Values | None = None,
    custom: Sequence[CustomField] = (),
    is_draft: bool = False,
) -> ColumnMapping:
    """The mapping of a file; `columns` and `values` override what the header suggests.

    A column set to None or "" is left out; set to `cf_<key>`, it becomes one of the `custom` fields, as does one that
    becomes nothing else and is called like one. Raises InvalidInputError (pointer `mapping`) for columns or fields
    that do not exist, two columns for one field, or a file without a title or an identifying column;
    a draft may lack these two.
    """
    chosen, asked = _chosen(table, columns or {}, {field.parameter: field for field in custom})
    mapped = {column: wanted for column, wanted in chosen.items() if wanted is not None}
    _require_single(mapped)
    free = [column for column in table.columns if column not in chosen]
    mapped |= _suggested(table, free, taken=set(mapped.values()))
    unused = [column for column in free if column not in mapped]
    own = asked | _suggested_custom(unused, [field for field in custom if field not in asked.values()])
    ordered = {column: mapped[column] for column in table.columns if column in mapped}
    complete = ColumnMapping(ordered, _merged(values), own)
    for wanted in () if is_draft else missing_of(complete):
        message = f"No column of the file is the {wanted.label.lower()}. Say which one: column={wanted}."
        raise InvalidInputError(message, pointer="mapping")
    return complete


def missing_of(mapping: ColumnMapping) -> list[ImportField]:
    """Fields without which nothing can be imported, and which no column becomes."""
    return [wanted for wanted in (ImportField.TITLE, ImportField.EXTERNAL_ID) if not mapping.has(wanted)]


def parse_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """`column=field` texts as a dictionary; an empty field leaves the column out."""
    found = {}
    for pair in pairs:
        column, separator, wanted = pair.rpartition("=")
        if not separator or not column.strip():
            raise InvalidInputError(f"Write a mapping as column=field, not “{pair}”.", pointer="mapping")
        found[column.strip()] = wanted.strip()
    return found


def checked_mapping(raw: Any) -> dict[str, Any]:
    """A mapping from outside, {"columns": {...}, "values": {...}}, with its shape checked; raises InvalidInputError."""
    if raw in (None, ""):
        return {}
    if not isinstance(raw, dict) or set(raw) - {"columns", "values"}:
        raise InvalidInputError("A mapping is an object with “columns” and “values”.", pointer="mapping")
    columns, values = raw.get("columns", {}), raw.get("values", {})
    if not _is_flat(columns, may_be_none=True):
        raise InvalidInputError("“columns” gives a field, or null, for each column.", pointer="mapping")
    if not isinstance(values, dict) or not all(_is_flat(words) for words in values.values()):
        raise InvalidInputError("“values” gives for each field an object of words.", pointer="mapping")
    _merged(values)
    return {"columns": columns, "values": values}


def _is_flat(found: Any, *, may_be_none: bool = False) -> bool:
    allowed = (str, type(None)) if may_be_none else (str,)
    return isinstance(found, dict) and all(isinstance(value, allowed) for value in found.values())


def _chosen(
    table: Table, columns: Columns, custom: Mapping[str, CustomField]
) -> tuple[dict[str, ImportField | None], dict[str, CustomField]]:
    """What somebody chose, and of that the custom fields; their columns stand among the others as left out."""
    by_name = {normalized(column): column for column in table.columns}
    chosen: dict[str, ImportField | None] = {}
    asked: dict[str, CustomField] = {}
    for name, wanted in columns.items():
        column = name if name in table.columns else by_name.get(normalized(name))
        if column is None:
            raise InvalidInputError(f"The file has no column “{name}”.", pointer="mapping")
        if wanted and wanted in custom:
            if custom[wanted] in asked.values():
                raise InvalidInputError(f"Two columns cannot both become {custom[wanted].label}.", pointer="mapping")
            asked[column], wanted = custom[wanted], None
        if wanted and wanted not in ImportField.values:
            fields = ", ".join([*ImportField.values, *custom])
            raise InvalidInputError(f"There is no field “{wanted}”. Fields: {fields}.", pointer="mapping")
        chosen[column] = ImportField(wanted) if wanted else None
    return chosen, asked


def _require_single(mapped: Mapping[str, ImportField]) -> None:
    seen: dict[ImportField, str] = {}
    for column, wanted in mapped.items():
        if wanted in seen and wanted not in REPEATABLE_FIELDS:
            message = f"“{seen[wanted]}” and “{column}” cannot both become {wanted.label.lower()}."
            raise InvalidInputError(message, pointer="mapping")
        seen[wanted] = column


def _suggested(table: Table, free: list[str], *, taken: set[ImportField]) -> dict[str, ImportField]:
    by_name = {normalized(column): column for column in free}
    found: dict[str, ImportField] = {}
    identifying = [by_name[header] for header in EXTERNAL_ID_HEADERS if header in by_name]
    if identifying and ImportField.EXTERNAL_ID not in taken:
        chosen = next((column for column in identifying if _identifies(table, column)), identifying[0])
        found[chosen] = ImportField.EXTERNAL_ID
    found |= {column: ImportField.OTHER_ID for column in identifying if column not in found}
    for wanted, headers in HEADERS.items():
        if wanted in taken:
            continue
        column = next((by_name[header] for header in headers if header in by_name and by_name[header] not in found), "")
        if column:
            found[column] = wanted
    return found


def _suggested_custom(columns: Iterable[str], fields: Iterable[CustomField]) -> dict[str, CustomField]:
    by_name = {normalized(column): column for column in columns}
    found: dict[str, CustomField] = {}
    for field_ in fields:
        names = (field_.parameter, field_.key, normalized(field_.label))
        column = next((by_name[name] for name in names if name in by_name and by_name[name] not in found), None)
        if column is not None:
            found[column] = field_
    return found


def _identifies(table: Table, column: str) -> bool:
    """Whether the column has a value in every row, and never the same twice."""
    values = [row.text(column) for row in table.rows]
    return all(values) and len(set(values)) == len(values)


def _merged(values: Values | None) -> dict[ImportField, dict[str, str]]:
    merged = {wanted: dict(words) for wanted, words in VALUES.items()}
    for name, words in (values or {}).items():
        if name not in TRANSLATED_FIELDS:
            allowed = ", ".join(TRANSLATED_FIELDS)
            raise InvalidInputError(f"Only words of {allowed} can be translated, not of “{name}”.", pointer="mapping")
        wanted = ImportField(name)
        for word, target in words.items():
            if target and target not in TARGETS[wanted]:
                allowed = ", ".join(TARGETS[wanted])
                message = f"“{target}” is no {wanted.label.lower()}. Possible: {allowed}."
                raise InvalidInputError(message, pointer="mapping")
            merged[wanted][normalized(word)] = target
    return merged
