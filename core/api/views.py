"""What every REST view shares, with or without an organization."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request

from core.api.errors import problem_response
from core.api.negotiation import JSONNegotiation
from core.api.renderers import dump
from core.api.schema import ApiSchema


class ApiViewMixin:
    """One format, one schema, and the headers of the throttle."""

    content_negotiation_class = JSONNegotiation
    schema = ApiSchema()
    request: Request

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        """Add the rate limit the throttle left on the request."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_limit_headers", {}).items():
            answer[name] = value
        answer.setdefault("Cache-Control", "private, no-cache")
        return answer


def json_response(data: Any, *, status: int = 200) -> HttpResponse:
    """JSON without REST framework's renderer: the body is ready at once."""
    return HttpResponse(dump(data), status=status, content_type="application/json")


@csrf_exempt
def not_found(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer below /api/ where no route is; a missing CSRF token must not turn it into a 403."""
    return problem_response(404, "not_found", "There is nothing here.")
