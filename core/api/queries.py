"""The query string of a list: known parameters only, filters, text search, ordering."""

from collections.abc import Sequence
from functools import cache
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
    names: set[str] = set()
    for name, filter_ in filterset_class.base_filters.items():
        names.add(name)
        widget = filter_.extra.get("widget") or getattr(filter_.field_class, "widget", None)
        suffixes = getattr(widget, "suffixes", None) or ()
        names.update(f"{name}_{suffix}" for suffix in suffixes if suffix)
    return frozenset(names)


def filtered(queryset: Any, request: HttpRequest, filterset_class: Any) -> Any:
    """Rows the FilterSet keeps; the FilterSet is not even built when no parameter is meant for it."""
    names = filter_parameters(filterset_class)
    if not any(name in names for name in request.GET):
        return queryset
    filterset = filterset_class(request.GET, queryset=queryset, request=request)
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
