"""Filters of a list: its text search, its FilterSet, and the chips that show what narrows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import Model, Q, QuerySet

from core.web.choosers import with_chooser
from core.web.formatting import day_text
from core.web.list_state import ListState

# Of the parameters one filter has besides its own: the ends of a range, the text of a chooser.
_SUFFIXES = ("", "_min", "_max", "_after", "_before", "_0", "_1", "_text")


@dataclass(frozen=True, slots=True)
class Chip:
    """One active filter in words, and the address of the list without it.

    `is_ignored` says that its value was not understood, so that it narrows nothing.
    """

    label: str
    text: str
    url: str
    is_ignored: bool = False


def search(queryset: Any, text: str, *, fields: Sequence[str], vector: str | None) -> Any:
    """Rows that match every word; by the search vector column when there is one, else inside `fields`."""
    if not text:
        return queryset
    if vector:
        return queryset.filter(**{vector: SearchQuery(text, search_type="websearch")})
    if not fields:
        return queryset
    words = text.split()[:8]
    return queryset.filter(
        reduce(and_, (reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields)) for word in words))
    )


def chips(state: ListState, form: Any) -> list[Chip]:
    """A chip for the text, for every filter that has a value, and for every value that was not understood."""
    found = [Chip("Text", state.text, state.url(q=None))] if state.text else []
    if form is None:
        return found
    faults = [name for name in form.errors if name in form.fields]
    values = [(name, value) for name, value in form.cleaned_data.items() if name != "q" and not _is_blank(value)]
    found += [_chip(state, form, name, _words(value, form.fields[name])) for name, value in values]
    return [*found, *(_chip(state, form, name, "not understood", is_ignored=True) for name in faults)]


def _chip(state: ListState, form: Any, name: str, text: str, *, is_ignored: bool = False) -> Chip:
    without: dict[str, Any] = {f"{name}{suffix}": None for suffix in _SUFFIXES}
    return Chip(str(form.fields[name].label or name), text, state.url(**without), is_ignored)


def parameters_of(form: Any) -> set[str]:
    """The names in a query string that the filter form reads and understood, the ends of ranges included."""
    understood = {name: field for name, field in form.fields.items() if name not in form.errors}
    ends = {f"{name}_{end}" for name, field in understood.items() for end in getattr(field.widget, "suffixes", ())}
    return {*understood, *ends}


def with_choosers(form: Any, actor: Any) -> Any:
    """The filter form with type-ahead for what is too much for a list; before it is validated."""
    for name, field in form.fields.items():
        form.fields[name] = with_chooser(field, actor)
    return form


def dressed(form: Any) -> Any:
    """The filter form as the lists show it: choices to tick, "Any" for no choice, names on both ends of a range."""
    for field in form.fields.values():
        widget = field.widget
        if isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField):
            field.empty_label = "Any"
        elif isinstance(field, forms.MultipleChoiceField) and isinstance(widget, forms.SelectMultiple):
            field.widget = forms.CheckboxSelectMultiple(choices=list(widget.choices))
        elif isinstance(widget, forms.MultiWidget):
            for part, end in zip(widget.widgets, ("from", "to"), strict=False):
                part.attrs["aria-label"] = f"{field.label} {end}"
        elif isinstance(widget, forms.Select):
            widget.choices = [
                (value, "Any" if value in ("", None, "unknown") else label) for value, label in widget.choices
            ]
    return form


def blank_names(form: Any) -> list[str]:
    """Names in the query string of filters that were sent but say nothing."""
    return [f"{name}{suffix}" for name, value in form.cleaned_data.items() if _is_blank(value) for suffix in _SUFFIXES]


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], ()) or (isinstance(value, QuerySet) and not value)


def _words(value: Any, field: Any) -> str:
    if isinstance(value, slice):
        ends = [_word(end, {}) if end is not None else "" for end in (value.start, value.stop)]
        return " \N{EN DASH} ".join(ends).strip()
    labels = {} if hasattr(field, "queryset") else _labels(getattr(field, "choices", ()))
    values = value if isinstance(value, Iterable) and not isinstance(value, str | Model) else [value]
    return ", ".join(_word(each, labels) for each in values)


def _labels(choices: Any) -> dict[str, str]:
    """Choices by value as text, groups flattened."""
    labels: dict[str, str] = {}
    for value, label in choices:
        if isinstance(label, list | tuple):
            labels |= _labels(label)
        else:
            labels[str(value)] = str(label)
    return labels


def _word(value: Any, labels: dict[str, str]) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, date):
        return day_text(value)
    return labels.get(str(value), str(value))
