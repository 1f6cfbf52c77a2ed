"""Keyset pagination: a page starts after the last row of the one before, so every page costs the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from operator import and_, or_
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, Expression, F, Field, Func, Q, Value
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from rest_framework.exceptions import ErrorDetail, ValidationError

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 500
_SALT = "core.api.cursor"


@dataclass(frozen=True)
class Key:
    """One part of the order: a column or annotation, its direction, and whether it can be NULL."""

    name: str
    descending: bool
    nullable: bool
    field: Field[Any, Any]

    def order(self, *, reverse: bool) -> OrderBy:
        """As PostgreSQL's indexes have it: NULL is greater than everything."""
        return F(self.name).desc() if self.descending != reverse else F(self.name).asc()


class RowComparison(Func):
    """`(a, b) > (x, y)`: the form PostgreSQL can look up in an index."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: Sequence[Any], operator: str, values: Sequence[Any], **extra: Any) -> None:
        super().__init__(*columns, *values, **extra)
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        parts, parameters = [], []
        for expression in self.source_expressions:
            sql, bound = compiler.compile(expression)
            parts.append(sql)
            parameters.extend(bound)
        half = len(parts) // 2
        return f"({', '.join(parts[:half])}) {self.operator} ({', '.join(parts[half:])})", parameters


@dataclass(frozen=True)
class Page:
    """One page of rows and the addresses around it; None where there is nothing more."""

    rows: list[tuple[Any, ...]]
    next: str | None
    previous: str | None


class KeysetPaginator:
    """Reads one page of a queryset in the order asked for, with the primary key as tie-break."""

    def __init__(self, request: HttpRequest, queryset: Any, ordering: Sequence[str], *, tenant: str) -> None:
        self.request = request
        self.queryset = queryset
        self.size = page_size_of(request)
        self.keys = _keys(queryset, ordering)
        self.digest = _digest(request, ordering, tenant)
        self.backward, self.start = self._cursor()

    def page(self, paths: Sequence[str]) -> Page:
        """The page's rows as tuples of `paths`."""
        extra = [key.name for key in self.keys if key.name not in paths]
        columns = [*paths, *extra]
        rows = self._read(columns)
        has_more = len(rows) > self.size
        rows = rows[: self.size]
        if self.backward:
            rows.reverse()
        positions = [columns.index(key.name) for key in self.keys]
        before = self.start is not None and (has_more or not self.backward)
        after = has_more or self.backward
        return Page(
            rows=[row[: len(paths)] for row in rows] if extra else rows,
            next=self._url([rows[-1][at] for at in positions], backward=False) if rows and after else None,
            previous=self._url([rows[0][at] for at in positions], backward=True) if rows and before else None,
        )

    def _read(self, paths: list[str]) -> list[tuple[Any, ...]]:
        limit = self.size + 1
        queryset = self.queryset.order_by(*(key.order(reverse=self.backward) for key in self.keys))
        rows: list[tuple[Any, ...]] = []
        for condition in self._segments():
            part = queryset if condition is None else queryset.filter(condition)
            rows += part.values_list(*paths)[: limit - len(rows)]
            if len(rows) >= limit:
                break
        return rows

    def _segments(self) -> list[Expression | Q | None]:
        """Conditions to read one after the other until the page is full."""
        if self.start is None:
            return [None]
        first, values = self.keys[0], self.start
        downward = {key.descending != self.backward for key in self.keys}
        if len(downward) > 1 or any(key.nullable for key in self.keys[1:]):
            return [_after(self.keys, values, reverse=self.backward)]
        operator = "<" if downward == {True} else ">"
        if values[0] is None:
            # Inside the run of NULLs: the rest of it, and going down the values follow.
            rest = Q(**{f"{first.name}__isnull": True}) & Q(_compare(self.keys[1:], operator, values[1:]))
            return [rest, Q(**{f"{first.name}__isnull": False})] if operator == "<" else [rest]
        ahead = Q(_compare(self.keys, operator, values))
        return [ahead, Q(**{f"{first.name}__isnull": True})] if first.nullable and operator == ">" else [ahead]

    def _cursor(self) -> tuple[bool, list[Any] | None]:
        raw = self.request.GET.get("cursor")
        if raw is None:
            return False, None
        try:
            digest, backward, *texts = signing.loads(raw, salt=_SALT)
        except (signing.BadSignature, ValueError):
            digest, backward, texts = "", 0, []
        if digest != self.digest:
            raise ValidationError({"cursor": [ErrorDetail(_FOREIGN_CURSOR, code="invalid_cursor")]})
        # The signed digest names path, order and filters, so number and type of the values are right.
        pairs = zip(self.keys, texts, strict=True)
        return bool(backward), [None if text is None else key.field.to_python(text) for key, text in pairs]

    def _url(self, values: Sequence[Any], *, backward: bool) -> str:
        texts = [None if value is None else _text(value) for value in values]
        parameters = self.request.GET.copy()
        parameters["cursor"] = signing.dumps([self.digest, int(backward), *texts], salt=_SALT)
        return self.request.build_absolute_uri(f"{self.request.path}?{parameters.urlencode()}")


_FOREIGN_CURSOR = "This cursor does not belong to this list; start again without it."


def page_size_of(request: HttpRequest) -> int:
    """`page_size`, 50 when absent; anything but 1 to 500 is refused."""
    raw = request.GET.get("page_size")
    if raw is None:
        return DEFAULT_PAGE_SIZE
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 4 and 1 <= int(raw) <= MAX_PAGE_SIZE):
        raise ValidationError({"page_size": [f"Give a whole number from 1 to {MAX_PAGE_SIZE}."]})
    return int(raw)


def _keys(queryset: Any, ordering: Sequence[str]) -> list[Key]:
    keys = [_key(queryset, name) for name in ordering]
    primary_key = queryset.model._meta.pk
    if all(key.field is not primary_key for key in keys):
        # The same direction as the last key, so that one index serves both directions.
        descending = keys[-1].descending if keys else False
        keys.append(Key(primary_key.name, descending=descending, nullable=False, field=primary_key))
    return keys


def _key(queryset: Any, name: str) -> Key:
    bare = name.removeprefix("-")
    field: Any = None
    nullable = False
    if bare in queryset.query.annotations:
        field, nullable = queryset.query.annotations[bare].output_field, True
    else:
        model = queryset.model
        for step in bare.split("__"):
            field = _field(model, step)
            nullable = nullable or field.null
            model = field.related_model
    return Key(bare, descending=name.startswith("-"), nullable=nullable, field=getattr(field, "target_field", field))


def _field(model: Any, step: str) -> Any:
    try:
        return model._meta.get_field(step)
    except FieldDoesNotExist as error:
        raise LookupError(f"{model.__name__} cannot be ordered by {step!r}.") from error


def _compare(keys: Sequence[Key], operator: str, values: Sequence[Any]) -> RowComparison:
    bound = [Value(value, output_field=key.field) for key, value in zip(keys, values, strict=True)]
    return RowComparison([F(key.name) for key in keys], operator, bound)


def _after(keys: Sequence[Key], values: Sequence[Any], *, reverse: bool) -> Q:
    """The general form for mixed directions: equal so far and beyond in the next key, for every key."""
    alternatives = []
    for position, key in enumerate(keys):
        beyond = _beyond(key, values[position], reverse=reverse)
        if beyond is not None:
            equal = [_equal(other, values[at]) for at, other in enumerate(keys[:position])]
            alternatives.append(reduce(and_, [*equal, beyond]))
    return reduce(or_, alternatives)


def _equal(key: Key, value: Any) -> Q:
    return Q(**{f"{key.name}__isnull": True}) if value is None else Q(**{key.name: value})


def _beyond(key: Key, value: Any, *, reverse: bool) -> Q | None:
    downward = key.descending != reverse
    if value is None:
        return Q(**{f"{key.name}__isnull": False}) if downward else None
    beyond = Q(**{f"{key.name}__{'lt' if downward else 'gt'}": value})
    return beyond | Q(**{f"{key.name}__isnull": True}) if key.nullable and not downward else beyond


def _digest(request: HttpRequest, ordering: Sequence[str], tenant: str) -> str:
    """Names the list a cursor belongs to: organization, path, order and filters, but not the page size."""
    filters = sorted((name, values) for name, values in request.GET.lists() if name not in {"cursor", "page_size"})
    return blake2b(repr((tenant, request.path, tuple(ordering), filters)).encode(), digest_size=9).hexdigest()


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
