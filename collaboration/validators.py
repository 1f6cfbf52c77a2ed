"""Rules of collaboration shared by models, forms and serializers."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

MAX_QUERY_LENGTH = 8000

SCREEN = RegexValidator(r"^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*\Z", "Name a screen, for example portfolio:initiative_list.")


def validate_query(query: Any) -> None:
    """Refuse anything but query parameters: an object of names, each with a list of texts."""
    is_parameters = isinstance(query, dict) and all(
        isinstance(values, list) and all(isinstance(value, str) for value in values) for values in query.values()
    )
    if not is_parameters:
        raise ValidationError('Give parameters with their values, for example {"stage": ["beta", "ga"]}.')
    if "\\u0000" in json.dumps(query):
        raise ValidationError("Null characters are not allowed.")
    if len(json.dumps(query)) > MAX_QUERY_LENGTH:
        raise ValidationError("This is more than a view can hold.")
