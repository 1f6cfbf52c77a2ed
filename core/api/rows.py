"""The fast read path: database columns to JSON rows without models or per-row serializers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from rest_framework import serializers


@dataclass(frozen=True)
class RowReader:
    """Names of a serializer's output fields and the `values_list` path each is read from.

    `converters` change single values on their way out (`Meta.converters` of the serializer); most have none.
    """

    names: tuple[str, ...]
    paths: tuple[str, ...]
    converters: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    def read(self, queryset: Any) -> list[tuple[Any, ...]]:
        """All rows of the queryset as tuples in the order of `names`."""
        return list(queryset.values_list(*self.paths))

    def as_dicts(self, rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
        """Rows as the objects that go into the answer."""
        names = self.names
        answers = [dict(zip(names, row, strict=False)) for row in rows]
        for name, convert in self.converters.items():
            for answer in answers:
                answer[name] = convert(answer[name])
        return answers


def row_reader(serializer: serializers.BaseSerializer, annotations: dict[str, Any]) -> RowReader | None:
    """The reader for a serializer whose every output field is a column, joined column or annotation; else None."""
    model = getattr(getattr(serializer, "Meta", None), "model", None)
    if model is None or not isinstance(serializer, serializers.Serializer):
        return None
    overrides = getattr(serializer.Meta, "columns", {})
    pairs = []
    for name, declared in serializer.fields.items():
        if declared.write_only:
            continue
        path = overrides.get(name) or _path(model, declared, annotations)
        if path is None:
            return None
        pairs.append((name, path))
    names, paths = zip(*pairs, strict=True)
    return RowReader(names=names, paths=paths, converters=getattr(serializer.Meta, "converters", {}))


def _path(model: type[models.Model], declared: serializers.Field, annotations: dict[str, Any]) -> str | None:
    if isinstance(declared, serializers.BaseSerializer | serializers.SerializerMethodField) or declared.source == "*":
        return None
    if declared.source in annotations:
        return declared.source
    steps = list(_columns(model, declared.source.split(".")))
    return "__".join(steps) if steps and steps[-1] else None


def _columns(model: Any, steps: list[str]) -> Iterator[str]:
    """Field names along a dotted source; ends with an empty one where a step is no column."""
    for position, step in enumerate(steps):
        try:
            column = model._meta.get_field(model._meta.pk.name if step == "pk" else step)
        except FieldDoesNotExist:
            column = None
        if column is None or not getattr(column, "concrete", False) or column.many_to_many:
            yield ""
            return
        last = position == len(steps) - 1
        yield column.attname if last else column.name
        model = column.related_model if column.is_relation else None
        if model is None and not last:
            yield ""
            return
