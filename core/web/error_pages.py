"""Error pages and the handlers that show them. Those for 500 and 503 need neither database nor context processors."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context
from django.template.loader import get_template

PAGES = {
    400: ("Bad request", "The request could not be understood. Go back, check what you entered and try again."),
    403: ("Not allowed", "Your role in this organization does not allow this."),
    404: ("Not found", "There is nothing at this address, or it is not shared with you."),
    409: ("Refused", "This cannot be done in the record's present state."),
    413: ("Too large", "What you sent is larger than this server accepts."),
    429: ("Too many requests", "Wait a moment, then try again."),
    500: (
        "Something broke",
        "The error has been recorded. Try again; if it stays, give support the request number below.",
    ),
    503: ("Back in a moment", "The database cannot be reached just now. Nothing you saved is lost; try again shortly."),
}


def error_page(request: HttpRequest, status: int, *, detail: str = "", reasons: tuple[str, ...] = ()) -> HttpResponse:
    """An error page in the shell when there is an organization, else on a bare page; for HTMX a short fragment."""
    title, text = PAGES[status]
    context = {"status": status, "error_title": title, "detail": detail or text, "reasons": reasons}
    context["request_id"] = getattr(request, "request_id", "")
    is_fragment = bool(getattr(request, "htmx", False)) and not request.htmx.boosted
    response = render(request, "errors/_error.html" if is_fragment else "errors/error.html", context, status=status)
    if is_fragment:
        response["HX-Reswap"] = "none"
        response["HX-Trigger"] = toast_header(detail or text, "danger")
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, detail=str(exception))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The exception's text is not shown: it can hold the address pattern or a model's name."""
    return error_page(request, 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = "This form has expired or came from another site. Reload the page and send it again."
    return error_page(request, 403, detail=detail)


def server_error(request: HttpRequest) -> HttpResponse:
    return _bare_page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    return _bare_page(request, 503)


def _bare_page(request: HttpRequest, status: int) -> HttpResponse:
    title, text = PAGES[status]
    context: dict[str, Any] = {"status": status, "error_title": title, "detail": text}
    context["request_id"] = getattr(request, "request_id", "")
    return HttpResponse(get_template("500.html").template.render(Context(context)), status=status)


def toast_header(text: str, tone: str = "info") -> str:
    """Value of an HX-Trigger header that shows a toast; ASCII, as headers must be."""
    return json.dumps({"toast": {"text": text, "tone": tone}})
