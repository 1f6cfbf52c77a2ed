"""Errors of the REST interface as RFC 9457 problems, each bad field named by a JSON pointer."""

import logging
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response

from core.api.conflicts import conflict_of
from core.errors import DomainError

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not permitted",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    412: "Precondition failed",
    413: "Payload too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    428: "Precondition required",
    429: "Too many requests",
    500: "Server error",
    503: "Service unavailable",
}


def problem(
    status: int, code: str, detail: str, *, errors: Sequence[dict[str, str]] = (), reasons: Sequence[str] = ()
) -> dict[str, Any]:
    """The members of one problem; `errors` holds {pointer, detail, code} per bad field."""
    body: dict[str, Any] = {
        "type": f"urn:fairlead:problem:{code}",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    if reasons:
        body["reasons"] = list(reasons)
    return body


def problem_response(status: int, code: str, detail: str, **members: Any) -> HttpResponse:
    """A problem outside REST framework's own flow (middleware, handlers of unrouted paths)."""
    return HttpResponse(
        orjson.dumps(problem(status, code, detail, **members)), status=status, content_type=CONTENT_TYPE
    )


def problem_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER; None (a 500, logged with its traceback) for what nobody foresaw."""
    answer = _answer(error)
    if answer is None:
        return None
    body, headers = answer
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def problem_of(error: Exception) -> dict[str, Any] | None:
    """The problem an exception stands for, or None when it is a defect and not a refusal."""
    answer = _answer(error)
    return answer[0] if answer else None


def _answer(error: Exception) -> tuple[dict[str, Any], dict[str, str]] | None:
    if isinstance(error, DomainError):
        return _domain_problem(error), {}
    if isinstance(error, DjangoValidationError):
        return _validation_problem(_django_detail(error)), {}
    if isinstance(error, Http404):
        return problem(404, "not_found", "There is nothing here."), {}
    if isinstance(error, PermissionDenied):
        return problem(403, "not_permitted", "Your role does not allow this."), {}
    if isinstance(error, IntegrityError):
        return _conflict_problem(error), {}
    if isinstance(error, exceptions.ValidationError):
        return _validation_problem(error.detail), {}
    if isinstance(error, exceptions.APIException):
        return _framework_problem(error)
    return None


def _domain_problem(error: DomainError) -> dict[str, Any]:
    errors = [{"pointer": f"/{error.pointer}", "detail": error.message, "code": error.code}] if error.pointer else []
    return problem(error.status, error.code, error.message, errors=errors, reasons=error.reasons)


def _conflict_problem(error: IntegrityError) -> dict[str, Any]:
    conflict = conflict_of(error)
    errors = [{"pointer": f"/{name}", "detail": conflict.detail, "code": conflict.code} for name in conflict.fields]
    return problem(409, conflict.code, conflict.detail, errors=errors)


def _framework_problem(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)
    if getattr(error, "wait", None) is not None:
        headers["Retry-After"] = str(int(error.wait) + 1)
    code = error.get_codes()
    return problem(error.status_code, code if isinstance(code, str) else "error", str(error.detail)), headers


def _validation_problem(detail: Any) -> dict[str, Any]:
    errors = list(_field_errors(detail, ""))
    summary = "; ".join(f"{e['pointer'].lstrip('/') or 'request'}: {e['detail']}" for e in errors[:3])
    return problem(400, "invalid", summary or "The request is not valid.", errors=errors)


def _field_errors(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            step = "" if key == "non_field_errors" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from _field_errors(value, pointer + step)
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            step = f"/{index}" if isinstance(value, dict | list) else ""
            yield from _field_errors(value, pointer + step)
    else:
        yield {"pointer": pointer or "/", "detail": str(detail), "code": getattr(detail, "code", "invalid")}


def _django_detail(error: DjangoValidationError) -> Any:
    if hasattr(error, "error_dict"):
        return {("non_field_errors" if key == "__all__" else key): value for key, value in error.message_dict.items()}
    return {"non_field_errors": error.messages}
