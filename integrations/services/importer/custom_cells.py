"""Cells that become custom fields: from the text of a file to the value of the field's type."""

import re
from datetime import date
from typing import Any

from collaboration.enums import FieldType
from collaboration.models import CustomField
from collaboration.services.custom_values import CustomFieldRules, CustomValueError
from integrations.services.importer.interpreting import ImportRecord
from integrations.services.importer.mapping import ColumnMapping
from integrations.services.importer.problems import ProblemList
from integrations.services.importer.relations import Relations
from portfolio.models import Initiative

_YES = frozenset({"yes", "y", "true", "1", "on", "x"})
_NO = frozenset({"no", "n", "false", "0", "off"})
_WHOLE = re.compile(r"^[+-]?\d{1,15}\Z", re.ASCII)


class CustomCells:
    """Reads the cells of the columns that become custom fields; what does not fit is left out with a warning."""

    def __init__(self, *, mapping: ColumnMapping, relations: Relations, problems: ProblemList) -> None:
        self.relations = relations
        self.problems = problems
        self._columns = {field.parameter: column for column, field in mapping.custom.items()}
        self._fields = {field.parameter: field for field in mapping.custom.values()}
        self._rules = CustomFieldRules(Initiative) if mapping.custom else None

    def __contains__(self, name: object) -> bool:
        """Whether this is the name of a custom field the file brings."""
        return name in self._fields

    def key_of(self, name: str) -> str:
        return self._fields[name].key

    def value_of(self, record: ImportRecord, name: str) -> Any:
        """The value for the initiative, None when the cell is empty; raises LookupError, reported, for a bad one."""
        field, text = self._fields[name], record.values[name]
        if text is None or self._rules is None:
            return None
        try:
            if field.type == FieldType.PERSON:
                return self._person(text)
            return self._rules.value_of(field.key, _typed(field, text))
        except CustomValueError as refusal:
            self.problems.warning(record.line, refusal.message, column=self._columns[name], value=text)
            raise LookupError(refusal.message) from refusal

    def _person(self, text: str) -> str:
        found = self.relations.members.get(text.casefold())
        if found is None:
            raise CustomValueError("Nobody in the organization has this address.")
        return str(found.pk)


def _typed(field: CustomField, text: str) -> Any:
    """The text as the field's rules take it; what it cannot be is left to them to refuse."""
    if field.type == FieldType.INTEGER:
        return int(text) if _WHOLE.match(text) else text
    if field.type == FieldType.BOOLEAN:
        word = text.casefold()
        return True if word in _YES else False if word in _NO else text
    if field.type == FieldType.DATE:
        return _day(text)
    if field.type == FieldType.CHOICE:
        return _choice(field, text)
    if field.type == FieldType.MULTIPLE_CHOICE:
        return [_choice(field, part.strip()) for part in re.split(r"[;,|\n]", text) if part.strip()]
    return text


def _day(text: str) -> date | str:
    """The day of a date or a moment in ISO 8601."""
    try:
        return date.fromisoformat(text[:10]) if text[10:11] in {"", " ", "T"} else text
    except ValueError:
        return text


def _choice(field: CustomField, text: str) -> str:
    """The key of the choice with this key or label, ignoring case; the text itself when there is none."""
    named = {label.casefold(): key for key, label in field.choice_labels.items()}
    keys = {key.casefold(): key for key in field.choice_labels}
    return keys.get(text.casefold()) or named.get(text.casefold()) or text
