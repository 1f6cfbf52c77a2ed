"""Words of collaboration: sharing of views, types of custom fields, tones of their choices, kinds of documents."""

from django.db import models


class ViewSharing(models.TextChoices):
    """Who may open a saved view besides its owner."""

    PRIVATE = "private", "Only me"
    TEAMS = "teams", "My teams"
    ORGANIZATION = "organization", "Everyone here"
    PUBLIC = "public", "Everyone here, and for public links"


class FieldType(models.TextChoices):
    """What a custom field holds."""

    TEXT = "text", "Text"
    LONG_TEXT = "long_text", "Long text"
    INTEGER = "integer", "Whole number"
    DECIMAL = "decimal", "Decimal number"
    MONEY = "money", "Money"
    DATE = "date", "Date"
    BOOLEAN = "boolean", "Yes or no"
    CHOICE = "choice", "Single choice"
    MULTIPLE_CHOICE = "multiple_choice", "Multiple choice"
    PERSON = "person", "Person"
    URL = "url", "Web address"


CHOICE_TYPES = frozenset({FieldType.CHOICE, FieldType.MULTIPLE_CHOICE})
TEXT_TYPES = frozenset({FieldType.TEXT, FieldType.LONG_TEXT, FieldType.URL})
NUMBER_TYPES = frozenset({FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY})


class ChoiceTone(models.TextChoices):
    """The colour of a choice; the design has no others, so that they are legible in both themes."""

    NEUTRAL = "neutral", "Grey"
    INFO = "info", "Blue"
    ACCENT = "accent", "Indigo"
    SUCCESS = "success", "Green"
    WARNING = "warning", "Amber"
    DANGER = "danger", "Red"
    VIOLET = "violet", "Violet"


class DocumentKind(models.TextChoices):
    """What a document is for."""

    PRD = "prd", "PRD"
    STRATEGY_MEMO = "strategy_memo", "Strategy memo"
    EVALUATION = "evaluation", "Evaluation report"
    REVIEW = "review", "Review"
    OTHER = "other", "Other"
