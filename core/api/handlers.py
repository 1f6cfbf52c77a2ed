"""Django's error handlers: a problem document below /api/, a page elsewhere. Named in config/urls.py and settings."""

import sys

from django.http import HttpRequest, HttpResponse

from core.api.errors import problem_response
from core.database.outages import is_outage
from core.web import error_pages

API_PREFIX = "/api/"
RETRY_SECONDS = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 raised outside a view, for instance by a malformed host or multipart body."""
    if request.path.startswith(API_PREFIX):
        return problem_response(400, "bad_request", "The request could not be understood.")
    return error_pages.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 raised outside REST framework."""
    if request.path.startswith(API_PREFIX):
        return problem_response(403, "not_permitted", "Your role does not allow this.")
    return error_pages.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404 of a path nobody routes."""
    if request.path.startswith(API_PREFIX):
        return problem_response(404, "not_found", "There is nothing here.")
    return error_pages.page_not_found(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the CSRF middleware."""
    if request.path.startswith(API_PREFIX):
        return problem_response(403, "csrf_failed", "The CSRF token is missing or wrong.")
    return error_pages.csrf_failure(request, reason)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the request id and nothing else. 503 while the database cannot be reached."""
    # Django calls this while it handles the error, and does not hand it over.
    if is_outage(sys.exc_info()[1]):
        return _unavailable(request)
    if request.path.startswith(API_PREFIX):
        request_id = getattr(request, "request_id", "")
        return problem_response(500, "server_error", f"Something broke; the request id is {request_id}.")
    return error_pages.server_error(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        response = problem_response(503, "unavailable", "The database cannot be reached; try again in a moment.")
    else:
        response = error_pages.unavailable(request)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
