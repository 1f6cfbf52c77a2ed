"""Middleware that knows nothing of tenants: the request id and the largest body accepted."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.api.errors import problem_response
from core.ids import uuid7
from core.logs import request_id_variable

_SAFE_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class RequestIdMiddleware:
    """Takes a well-formed X-Request-ID or makes one, and answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get("X-Request-ID", "")
        request.request_id = offered if _SAFE_REQUEST_ID.match(offered) else str(uuid7())
        # Not reset afterwards: Django logs a refused request when the middleware has already returned.
        request_id_variable.set(request.request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id
        return response


class BodySizeMiddleware:
    """Refuses a body larger than settings.MAX_BODY_BYTES before anything reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length) <= settings.MAX_BODY_BYTES:
            return self.get_response(request)
        if request.path.startswith("/api/"):
            detail = f"The body may have at most {settings.MAX_BODY_BYTES} bytes."
            return problem_response(413, "payload_too_large", detail)
        return render(request, "413.html", status=413)
