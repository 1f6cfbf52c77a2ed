"""Turns refusals that no form caught into pages: those of a service, and of a text that cannot be stored."""

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse

from core.errors import DomainError
from core.web.error_pages import PAGES, error_page

UNSTORABLE = "A text holds the character NUL, which cannot be stored. Nothing was saved."


class RefusalMiddleware:
    """A DomainError raised by a view becomes its page: 403 when not permitted, else 409; a NUL in a text 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Leave everything but refusals to Django; the API answers its own."""
        if request.path.startswith("/api/"):
            return None
        if isinstance(exception, DataError) and "cannot contain NUL" in str(exception):
            return error_page(request, 400, detail=UNSTORABLE)
        if not isinstance(exception, DomainError):
            return None
        status = exception.status if exception.status in PAGES else 409
        return error_page(request, status, detail=exception.message, reasons=tuple(exception.reasons))
