"""What a list's query string says, and the query strings of the links that change it."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import QueryDict

from core.web.tables import Column, Header

RESERVED = frozenset({"q", "sort", "columns", "page", "size", "view"})
PAGE_SIZES = (25, 50, 100, 200)


class ListState:
    """Text, filters, order, columns and page of one request; unknown values fall back to the defaults."""

    def __init__(self, data: QueryDict, columns: Sequence[Column], *, page_size: int) -> None:
        self.data = data
        self.columns = columns
        self.default_size = page_size
        self.text = typed_text(data)
        self.view = data.get("view", "")
        self.page = _positive(data.get("page"), 1)
        size = _positive(data.get("size"), page_size)
        self.size = size if size in PAGE_SIZES else page_size
        self.visible = self._visible()
        self.sort = self._sort()

    def _visible(self) -> list[Column]:
        wanted = set(self.data.getlist("columns"))
        chosen = [column for column in self.columns if column.name in wanted]
        return chosen or [column for column in self.columns if column.is_default]

    def _sort(self) -> str:
        wanted = self.data.get("sort", "")
        is_known = any(column.order_fields and column.name == wanted.lstrip("-") for column in self.columns)
        return wanted if is_known and not wanted.startswith("--") else ""

    @property
    def sort_column(self) -> Column | None:
        name = self.sort.lstrip("-")
        return next((column for column in self.columns if name and column.name == name), None)

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def is_filtered(self) -> bool:
        """True when text or a filter narrows the list."""
        return bool(self.text or self._filters())

    def _filters(self) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, values in self.data.lists()
            if name not in RESERVED
            for value in values
            if value != ""
        ]

    def forget(self, names: Iterable[str]) -> None:
        """Drop query parameters that turned out to say nothing, such as a range without ends."""
        dropped = set(names)
        kept = self.data.copy()
        for name in dropped & set(kept):
            del kept[name]
        self.data = kept

    def query(self, **changes: Any) -> str:
        """The shortest query string for this state with `changes`; a change to None drops the key."""
        has_default_columns = self.visible == [column for column in self.columns if column.is_default]
        pairs: dict[str, Any] = {
            "view": self.view,
            "q": self.text,
            "sort": self.sort,
            "columns": [] if has_default_columns else [column.name for column in self.visible],
            "size": "" if self.size == self.default_size else self.size,
            "page": "" if self.page == 1 else self.page,
        }
        for name, value in self._filters():
            pairs.setdefault(name, []).append(value)
        pairs |= changes
        return urlencode([(name, value) for name, value in pairs.items() if value], doseq=True)

    def url(self, **changes: Any) -> str:
        """`?` and the query string; every change but that of the page goes back to page 1."""
        return "?" + self.query(**{"page": None, **changes})

    def headers(self) -> list[Header]:
        """Headings of the visible columns; choosing the sorted one again turns its direction."""
        headers = []
        for column in self.visible:
            is_sorted = column.name == self.sort.lstrip("-")
            direction = "" if not is_sorted else "descending" if self.is_descending else "ascending"
            target = f"-{column.name}" if direction == "ascending" else column.name
            headers.append(Header(column, self.url(sort=target) if column.order_fields else "", direction))
        return headers

    def hidden(self) -> list[tuple[str, Any]]:
        """What the filter form must carry along: it has its own inputs for text, filters and columns."""
        pairs = (
            ("sort", self.sort),
            ("size", self.size if self.size != self.default_size else ""),
            ("view", self.view),
        )
        return [(name, value) for name, value in pairs if value]


def ordered(queryset: Any, state: ListState, default: Sequence[str]) -> Any:
    """The queryset in the chosen order with the primary key as tie-break; unknown values come last."""
    column = state.sort_column
    if column is None:
        fields: list[Any] = list(default)
    else:
        fields = [_directed(queryset.model, name, is_descending=state.is_descending) for name in column.order_fields]
    return queryset.order_by(*fields, "pk")


def _directed(model: Any, name: str, *, is_descending: bool) -> Any:
    """Ascending order already puts NULL last; a column that cannot be NULL keeps the form an index serves."""
    if not is_descending:
        return name
    names = {field.name: field for field in model._meta.concrete_fields}
    is_required = name in names and not names[name].null
    return f"-{name}" if is_required else F(name).desc(nulls_last=True)


def typed_text(data: QueryDict) -> str:
    """The searched text; without NUL, which no PostgreSQL text can hold."""
    return data.get("q", "").replace("\x00", "").strip()


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and 0 < int(text[:9]) == int(text) else default
