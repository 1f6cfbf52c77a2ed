"""Choosers: one row out of more than a list can hold, found by typing. Apps register their models in `apps.ready()`.

Every form, filter and bulk edit then offers these models by type-ahead; `register_chooser` is all an app writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError

from core.web.urls import tenant_url

LIMIT = 20
TO_TYPE = "Type to search"
_MENTIONED = 4


@dataclass(frozen=True, slots=True)
class Option:
    """One row as the list of a chooser shows it; `note` tells namesakes apart."""

    value: str
    label: str
    note: str


@dataclass(frozen=True, slots=True)
class Chooser:
    """How rows of one model are found and named."""

    model: Any
    key: str | None
    ordering: Sequence[str]
    related: Sequence[str]
    note: Callable[[Any], str]

    @property
    def noun(self) -> str:
        return str(self.model.action_noun())

    def rows(self, queryset: Any, text: str) -> list[Any]:
        """The first LIMIT rows of the queryset that match the text, all when it is blank."""
        found = queryset.matching(text) if text else queryset
        return list(found.select_related(*self.related).order_by(*self.ordering)[:LIMIT])

    def options(self, queryset: Any, text: str) -> list[Option]:
        return [Option(str(row.pk), str(row), self.note(row)) for row in self.rows(queryset, text.strip())]

    def by_id(self, queryset: Any, value: Any) -> Any:
        """The row with this primary key; None when there is none or `value` is not a key at all."""
        try:
            return queryset.filter(pk=UUID(str(value))).first()
        except ValueError:
            return None

    def by_text(self, queryset: Any, text: str) -> Any:
        """The one row meant by a text somebody typed; raises ValidationError when none or several fit."""
        if "\0" in text:
            raise ValidationError("Null characters are not allowed.", code="invalid_choice")
        if self.key and (row := queryset.filter(**{f"{self.key}__iexact": text}).first()) is not None:
            return row
        rows = self.rows(queryset, text)
        exact = rows if len(rows) == 1 else [row for row in rows if str(row).casefold() == text.casefold()]
        if len(exact) == 1:
            return exact[0]
        raise ValidationError(_refusal(text, rows), code="invalid_choice")


def _refusal(text: str, rows: Sequence[Any]) -> str:
    quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{text[:80]}\N{RIGHT DOUBLE QUOTATION MARK}"
    if not rows:
        return f"Nothing found for {quoted}."
    more = ", \N{HORIZONTAL ELLIPSIS}" if len(rows) > _MENTIONED else ""
    return f"Several fit {quoted}: {', '.join(map(str, rows[:_MENTIONED]))}{more}. Be more exact."


_choosers: dict[str, Chooser] = {}


def register_chooser(
    model: str,
    *,
    ordering: Sequence[str],
    key: str | None = None,
    related: Sequence[str] = (),
    note: Callable[[Any], str] = lambda row: "",
) -> None:
    """Offer rows of `app.Model` by type-ahead wherever one is chosen.

    Its queryset needs `matching(text)`, the search the palette uses. `key` is a field that names a row exactly,
    `related` is loaded with the rows, and `note` is shown beside a row.
    """
    resolved = apps.get_model(model)
    _choosers[resolved.action_noun()] = Chooser(resolved, key, tuple(ordering), tuple(related), note)


def chooser_named(noun: str) -> Chooser | None:
    """The chooser of the model with this noun; None when its rows are offered as a list."""
    return _choosers.get(noun)


class Typed(str):
    """The id a form was rendered with, and beside it the text that may have been typed over since."""

    text: str

    def __new__(cls, value: str, text: str) -> "Typed":
        typed = super().__new__(cls, value)
        typed.text = text
        return typed


class ChooserInput(forms.Widget):
    """A hidden id and the text of the row. Its script turns it into a combobox; without, the text is looked up."""

    template_name = "components/chooser.html"

    def __init__(self, chooser: Chooser, url: str) -> None:
        super().__init__()
        self.chooser = chooser
        self.url = url
        self.choices: Any = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """An id, a text, or both when there was a row before; see `ChosenField.to_python`."""
        value, text = data.get(name, ""), data.get(f"{name}_text")
        if text is None:
            return value
        text = text.strip()
        return Typed(value, text) if value and text else text

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        field = self.choices.field
        row = field.row_of(value)
        context["widget"] |= {
            "chosen": "" if row is None else str(row.pk),
            "text": getattr(value, "text", value or "") if row is None else str(row),
            "url": self.url,
            "placeholder": field.empty_label or TO_TYPE,
        }
        return context


class ChosenField(forms.ModelChoiceField):
    """One row of a model with a chooser; given as its id, or as text that means exactly one row."""

    def __init__(self, chooser: Chooser, **kwargs: Any) -> None:
        self.chooser = chooser
        self._known: dict[str, Any] = {}
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The row; a text typed over an id counts more than the id."""
        if value in self.empty_values:
            return None
        row = self.row_of(value)
        if row is None:
            row = self.chooser.by_text(self.queryset, getattr(value, "text", str(value)).strip())
        return row

    def row_of(self, value: Any) -> Any:
        """The row this value names by itself, without a search; None when it names none. One query per value."""
        if value in self.empty_values:
            return None
        if str(value) not in self._known:
            self._known[str(value)] = self.chooser.by_id(self.queryset, value)
        row = self._known[str(value)]
        is_typed_over = isinstance(value, Typed) and row is not None and str(row) != value.text
        return None if is_typed_over else row


def with_chooser(field: Any, actor: Any) -> Any:
    """The field itself, or for one row of a model with a chooser a field that finds it by type-ahead."""
    is_single = isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField)
    if not is_single or field.queryset is None or field.widget.is_hidden:
        return field
    model = field.queryset.model
    chooser = next((chooser for chooser in _choosers.values() if chooser.model is model), None)
    if chooser is None or isinstance(field, ChosenField):
        return field
    return ChosenField(
        chooser,
        queryset=field.queryset,
        widget=ChooserInput(chooser, tenant_url(actor, "web:choices", noun=chooser.noun)),
        required=field.required,
        label=field.label,
        initial=field.initial,
        help_text=field.help_text,
        disabled=field.disabled,
        empty_label=TO_TYPE,
    )
