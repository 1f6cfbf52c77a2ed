"""Declared columns, and the rows and cells a template shows. No query is made here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.utils.html import strip_tags

from core.web.formatting import UNKNOWN, Formatter, rendered

_CLIPPED_WIDTHS = frozenset({"s", "m", "l"})
_NUMBER_FORMATS = frozenset({"money", "percent", "number"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list, or one field of a detail page.

    `accessor` is a dotted path or a callable of the object (default: the name). `annotate` is an expression
    put on the queryset under `name` only while the column is shown or sorted by. `sort` names the field or
    fields to order by; True means the column itself, None not sortable. `link` is True for the record's page
    or a callable of the object returning an address or None. `currency` is the accessor of a money column's
    currency. `width` is one of xs, s, m, l, xl;
    a text of width s, m or l stays on one line, an xl one wraps. `export` replaces the exported value.
    """

    name: str
    label: str = ""
    accessor: str | Callable[[Any], Any] | None = None
    annotate: Any = None
    sort: str | Sequence[str] | bool | None = None
    formatter: str | Formatter = "text"
    width: str | None = None
    is_default: bool = True
    align: str = ""
    link: bool | Callable[[Any], str | None] = False
    tones: Mapping[str, str] | None = None
    currency: str | Callable[[Any], Any] | None = "currency"
    decimals: int | None = None
    is_compact: bool = False
    export: Callable[[Any], Any] | None = None

    @property
    def heading(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def alignment(self) -> str:
        """ "end" for numbers unless told otherwise."""
        return self.align or ("end" if self.formatter in _NUMBER_FORMATS else "start")

    @property
    def order_fields(self) -> tuple[str, ...]:
        """Fields to order by; empty when the column cannot be sorted by."""
        if self.sort is True:
            return (self.name,)
        if isinstance(self.sort, str):
            return (self.sort,)
        return tuple(self.sort or ())

    @property
    def is_clipped(self) -> bool:
        """Whether a long text stays on one line, cut off, with the whole text as tooltip."""
        return self.formatter in ("text", "choice") and self.width in _CLIPPED_WIDTHS

    def value(self, obj: Any) -> Any:
        """The raw value; None when a step of the path is None or a reverse one-to-one is missing."""
        return follow(obj, self.accessor or self.name)

    def currency_of(self, obj: Any) -> Any:
        return follow(obj, self.currency) if self.currency else ""

    def html(self, obj: Any) -> str:
        return rendered(self.value(obj), obj, self)

    def exported(self, obj: Any) -> Any:
        """The value for a CSV cell: plain, not formatted; choices as their label."""
        if self.export is not None:
            return self.export(obj)
        display = getattr(obj, f"get_{self.name}_display", None)
        return display() if display else self.value(obj)


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    html: str
    url: str | None

    @property
    def tooltip(self) -> str:
        """The whole text of a cell that may be cut off."""
        return strip_tags(self.html) if self.column.is_clipped and self.html is not UNKNOWN else ""


@dataclass(frozen=True, slots=True)
class Row:
    obj: Any
    pk: Any
    url: str | None
    label: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Header:
    """A column heading; `direction` is "ascending", "descending" or "" and `url` sorts by it ("" if it cannot)."""

    column: Column
    url: str
    direction: str


def follow(obj: Any, path: str | Callable[[Any], Any]) -> Any:
    """Walk a dotted path of attributes, calling what is callable; None as soon as a step is None."""
    if callable(path):
        return path(obj)
    value = obj
    for step in path.replace("__", ".").split("."):
        try:
            value = getattr(value, step)
        except ObjectDoesNotExist:
            return None
        value = value() if callable(value) and not isinstance(value, models.Manager) else value
        if value is None:
            return None
    return value


def make_row(obj: Any, columns: Sequence[Column], url: str | None) -> Row:
    """The first column links to the record unless another one is declared to."""
    has_link = any(column.link is True for column in columns)
    cells = [
        Cell(column, column.html(obj), _cell_url(column, obj, url, is_first=not has_link and index == 0))
        for index, column in enumerate(columns)
    ]
    return Row(obj, obj.pk, url, str(obj), cells)


def _cell_url(column: Column, obj: Any, url: str | None, *, is_first: bool) -> str | None:
    if callable(column.link):
        return column.link(obj)
    return url if column.link is True or is_first else None


def resolve_columns(model: Any, columns: Sequence[Column | str]) -> list[Column]:
    """Replace plain field names by columns inferred from the model's fields."""
    return [column if isinstance(column, Column) else column_for(model, column) for column in columns]


def column_for(model: Any, name: str) -> Column:
    """A column for a model field: label, formatter and sorting follow from the field's type."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return Column(name)
    label = str(getattr(field, "verbose_name", name))
    is_plain = getattr(field, "concrete", False) and not field.is_relation
    return Column(name, label[:1].upper() + label[1:], sort=True if is_plain else None, formatter=_formatter_for(field))


def _formatter_for(field: Any) -> str:
    if getattr(field, "choices", None):
        return "badge" if field.name in ("status", "state", "health", "stage") else "choice"
    kinds: tuple[tuple[type, str], ...] = (
        (models.DateTimeField, "datetime"),
        (models.DateField, "date"),
        (models.BooleanField, "boolean"),
        (models.DecimalField, "number"),
        (models.FloatField, "number"),
        (models.IntegerField, "number"),
    )
    return next((name for kind, name in kinds if isinstance(field, kind)), "text")
