"""Custom fields in the ledger as people read them: one line a field, by its label."""

from typing import Any

from collaboration.enums import FieldType
from collaboration.models import CustomField
from collaboration.selectors.custom_fields import people_by_id, value_text
from tenancy.selectors.history import FieldChange


class CustomFieldHistory:
    """Reads the column `custom_fields` of any number of events with two queries."""

    def __init__(self, held: list[dict[str, Any]]) -> None:
        self._fields = {(field.target_model, field.key): field for field in CustomField.objects.all()}
        people = {field.key for field in self._fields.values() if field.type == FieldType.PERSON}
        self._people = people_by_id(values.get(key) for values in held for key in people)

    def __call__(self, model: Any, before: dict[str, Any], after: dict[str, Any]) -> list[FieldChange]:
        """One change for each field whose value differs."""
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return [self._change(model, key, before.get(key), after.get(key)) for key in keys]

    def _change(self, model: Any, key: str, before: Any, after: Any) -> FieldChange:
        field = self._fields.get((model._meta.label_lower, key))
        if field is None:
            return FieldChange(key.replace("_", " ").capitalize(), _raw(before), _raw(after))
        texts = [value_text(field, value, self._people) for value in (before, after)]
        return FieldChange(field.label, *texts)


def _raw(value: Any) -> str | None:
    return None if value is None else str(value)
