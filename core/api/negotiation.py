"""Content negotiation where there is one format: JSON, or 406."""

from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

_ACCEPTED = ("*/*", "application/*", "application/json", "application/problem+json")


class JSONNegotiation(BaseContentNegotiation):
    """Chooses by Content-Type among parsers and by Accept between JSON and a refusal."""

    def select_parser(self, request: Request, parsers: list[Any]) -> Any:
        """The JSON parser, or None (415) for a body that says it is something else."""
        media_type = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(self, request: Request, renderers: list[Any], format_suffix: str | None = None) -> Any:
        """The JSON renderer; NotAcceptable when the Accept header rules every JSON type out."""
        accept = request.META.get("HTTP_ACCEPT", "*/*") or "*/*"
        if accept != "*/*" and not any(_allows(part) for part in accept.lower().split(",")):
            raise NotAcceptable
        return renderers[0], renderers[0].media_type


def _allows(part: str) -> bool:
    media_range, *parameters = (piece.strip() for piece in part.split(";"))
    refused = any(parameter.replace(" ", "").rstrip("0").rstrip(".") in {"q=", "q"} for parameter in parameters)
    return media_range in _ACCEPTED and not refused
