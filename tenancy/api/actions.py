"""Decorators for operations beyond create, read, change and delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from rest_framework.decorators import action


@dataclass(frozen=True)
class ApiAction:
    """What the layer knows of an operation: its right, its input, its output, its status."""

    right: str
    detail: bool
    input_serializer: Any
    output_serializer: Any
    many: bool
    status: int


def record_action(right: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """An operation on one record: `method(self, instance, data)`; options as in `_declare`."""
    return _declare(right, detail=True, **options)


def collection_action(right: str, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """An operation on no single record: `method(self, data)`; options as in `_declare`."""
    return _declare(right, detail=False, **options)


def _declare(
    right: str,
    *,
    detail: bool,
    methods: Sequence[Any] = ("post",),
    input_serializer: Any = None,
    output_serializer: Any = None,
    many: bool = False,
    status: int = 200,
    url_path: str | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """Make the method a route.

    Without `output_serializer` the record it returns is answered (None: 204); with one, what it
    returns is answered as it is and the serializer only describes it. A GET reads its input from
    the query string.
    """
    spec = ApiAction(right, detail, input_serializer, output_serializer, many, status)

    def decorate(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def handler(view: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
            return view.run_action(spec, function)

        handler.api_action = spec
        path = url_path or function.__name__.replace("_", "-")
        return action(detail=detail, methods=list(methods), url_path=path)(handler)

    return decorate
