"""Rules of collaboration shared by models, forms and serializers."""

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from collaboration.enums import ChoiceTone

MAX_QUERY_LENGTH = 8000
MAX_CHOICES = 200
MAX_SECTIONS = 40
MAX_GUIDANCE = 2000
MAX_STARTER = 5000
MAX_MIN_WORDS = 2000

SCREEN = RegexValidator(r"^[a-z][a-z0-9_]*:[a-z][a-z0-9_]*\Z", "Name a screen, for example portfolio:initiative_list.")

# One underscore at a time, so that a key can never be read as a lookup of the ORM; and none of the endings by which
# filters name the ends of a range, so that `cf_cost_min` has one meaning.
FIELD_KEY = RegexValidator(
    r"^(?!.*_(min|max|after|before|text|[01])\Z)[a-z][a-z0-9]*(_[a-z0-9]+)*\Z",
    "Use lower case letters, digits and single underscores, beginning with a letter and not ending in _min, _max,"
    " _after, _before or _text.",
)


def validate_choices(choices: Any) -> None:
    """Refuse anything but a list of choices with different keys and labels: {"key", "label"} and perhaps "tone"."""
    if not isinstance(choices, list) or not all(_is_choice(choice) for choice in choices):
        raise ValidationError('Give choices as [{"key": "high", "label": "High", "tone": "danger"}].')
    if len(choices) > MAX_CHOICES:
        raise ValidationError(f"Give at most {MAX_CHOICES} choices.")
    for name in ("key", "label"):
        given = [choice[name].casefold() for choice in choices]
        if twice := next((value for value in given if given.count(value) > 1), None):
            raise ValidationError(f"The {name} {quoted(twice)} is given twice.")
    for choice in choices:
        FIELD_KEY(choice["key"])


def validate_sections(sections: Any) -> None:
    """Refuse anything but an ordered list of sections with different keys, each complete and of bearable size."""
    if not isinstance(sections, list) or not 1 <= len(sections) <= MAX_SECTIONS:
        raise ValidationError(f"Give 1 to {MAX_SECTIONS} sections.")
    for place, section in enumerate(sections, 1):
        if (fault := _section_fault(section)) is not None:
            raise ValidationError(f"Section {place}: {fault}")
        FIELD_KEY(section["key"])
    keys = [section["key"] for section in sections]
    if twice := next((key for key in keys if keys.count(key) > 1), None):
        raise ValidationError(f"The key {quoted(twice)} is given twice.")


def _section_fault(section: Any) -> str | None:
    """What is wrong with the shape of one section; None when nothing is."""
    if not isinstance(section, dict) or not {"key", "title"} <= set(section) <= set(_SECTION_TYPES):
        return "give key and title, and as you like guidance, is_required, min_words and starter."
    for name, value in section.items():
        kind, limit = _SECTION_TYPES[name]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            return f"{name} is not of the right type."
        if isinstance(value, str) and (len(value) > limit or "\x00" in value):
            return f"{name} takes at most {limit} characters and no null characters."
    if not section["title"].strip():
        return "give a title."
    return None if 0 <= section.get("min_words", 0) <= MAX_MIN_WORDS else f"min_words goes from 0 to {MAX_MIN_WORDS}."


_SECTION_TYPES: dict[str, tuple[type, int]] = {
    "key": (str, 40),
    "title": (str, 120),
    "guidance": (str, MAX_GUIDANCE),
    "is_required": (bool, 0),
    "min_words": (int, 0),
    "starter": (str, MAX_STARTER),
}


def quoted(text: str) -> str:
    """The text in typographic quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"


def _is_choice(choice: Any) -> bool:
    if not isinstance(choice, dict) or not {"key", "label"} <= set(choice) <= {"key", "label", "tone"}:
        return False
    is_text = all(isinstance(value, str) and "\x00" not in value for value in choice.values())
    return (
        is_text
        and 0 < len(choice["key"]) <= 40
        and 0 < len(choice["label"].strip()) <= 80
        and choice.get("tone", ChoiceTone.NEUTRAL) in ChoiceTone.values
    )


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
