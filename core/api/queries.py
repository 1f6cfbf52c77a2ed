"""The query string of a list: known parameters only, filters, text search, ordering."""

from collections.abc import Sequence
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any

from django.http import HttpRequest, QueryDict
from rest_framework.exceptions import ErrorDetail, ValidationError

from core.web.filtering import search

PAGE_PARAMETERS = frozenset({"cursor", "page_size", "ordering"})
MAX_QUERY_TEXT = 200


def require_known(parameters: QueryDict, known: frozenset[str]) -> None:
    """Refuse parameters nobody reads, each by name, and repeated or unstorable values of the general ones."""
    errors: dict[str, Any] = {}
    for name, values in parameters.lists():
        if name not in known:
            errors[name] = [ErrorDetail("There is no such parameter.", code="unknown_parameter")]
        elif any("\x00" in value for value in values):
            errors[name] = [ErrorDetail("Text may not contain the NUL character.", code="invalid")]
    if errors:
        raise ValidationError(errors)


@cache
def filter_parameters(filterset_class: Any) -> frozenset[str]:
    """Names a FilterSet reads, those of its range widgets included."""
    return frozenset().union(*(_parameters(name, filter_) for name, filter_ in filterset_class.base_filters.items()))


def _parameters(name: str, filter_: Any) -> frozenset[str]:
    widget = filter_.extra.get("widget") or getattr(filter_.field_class, "widget", None)
    suffixes = getattr(widget, "suffixes", None) or ()
    return frozenset({name, *(f"{name}_{suffix}" for suffix in suffixes if suffix)})


@lru_cache(maxsize=512)
def _narrowed(filterset_class: Any, given: frozenset[str]) -> Any:
    """The FilterSet with only the filters that are asked for: making one copies every filter and its form field."""
    narrowed = type(filterset_class.__name__, (filterset_class,), {"__module__": filterset_class.__module__})
    asked = {name: deepcopy(f) for name, f in filterset_class.base_filters.items() if _parameters(name, f) & given}
    for filter_ in asked.values():
        # Only a join can repeat a row; DISTINCT on a column of the table itself sorts the page for nothing.
        filter_.distinct = filter_.distinct and "__" in (filter_.field_name or "__")
    narrowed.base_filters = asked
    return narrowed


def filtered(queryset: Any, request: HttpRequest, filterset_class: Any) -> Any:
    """Rows the FilterSet keeps; the FilterSet is not even built when no parameter is meant for it."""
    given = filter_parameters(filterset_class).intersection(request.GET)
    if not given:
        return queryset
    filterset = _narrowed(filterset_class, given)(request.GET, queryset=queryset, request=request)
    if not filterset.is_valid():
        raise ValidationError({name: [str(text) for text in texts] for name, texts in filterset.errors.items()})
    return filterset.qs


def searched(queryset: Any, text: str, *, fields: Sequence[str], vector: str | None) -> Any:
    """Rows that match `q`, by the same rule as the list screens."""
    if len(text) > MAX_QUERY_TEXT:
        raise ValidationError({"q": [f"Give at most {MAX_QUERY_TEXT} characters."]})
    return search(queryset, text.strip(), fields=fields, vector=vector)


def ordering_of(parameters: QueryDict, *, allowed: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
    """The fields to order by, `-` for descending; without a valid `ordering` parameter a 400 or the default."""
    raw = parameters.get("ordering")
    if raw is None:
        return tuple(default)
    wanted = [name.strip() for name in raw.split(",") if name.strip()]
    bare = [name.removeprefix("-") for name in wanted]
    unknown = sorted(set(bare) - {*allowed, *(name.removeprefix("-") for name in default)})
    if unknown or not wanted or len(set(bare)) != len(bare):
        choices = ", ".join(sorted({*allowed, *(name.removeprefix("-") for name in default)}))
        raise ValidationError({"ordering": [f"Order by one or more of: {choices}; a leading “-” reverses."]})
    return tuple(wanted)
