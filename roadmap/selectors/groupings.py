"""What the lanes of a plan may stand for: what every organization has, and the fields an organization added."""

from collections.abc import Iterable

from django.db.models import TextChoices

from collaboration.enums import FieldType
from collaboration.models import CustomField

_PREFIX = "cf_"
_TYPES = (FieldType.CHOICE, FieldType.TEXT)


class Grouping(TextChoices):
    """What the lanes of a plan stand for."""

    TEAM = "team", "Team"
    THEME = "theme", "Theme"
    OBJECTIVE = "objective", "Objective"
    STAGE = "stage", "Stage"
    RELEASE = "release", "Release"
    LANE = "lane", "Lane"


# What an item without one is put under.
NOTHING = {
    "team": "No team",
    "theme": "No theme",
    "objective": "No objective",
    "stage": "No initiative",
    "release": "No release",
    "lane": "No lane",
}


def grouping_fields(fields: Iterable[CustomField]) -> list[CustomField]:
    """Those of initiatives' custom fields by whose values items can be put into lanes."""
    return [field for field in fields if field.type in _TYPES]


def custom_field_key(grouping: str) -> str | None:
    """The key of the custom field a grouping stands for; None for the built-in ones."""
    return grouping.removeprefix(_PREFIX) if grouping.startswith(_PREFIX) else None


def choices_with(fields: list[CustomField]) -> list[tuple[str, str]]:
    """(value, label) of every grouping, the organization's own fields last."""
    return [*Grouping.choices, *((field.parameter, field.label) for field in fields)]


def nothing_of(grouping: str) -> str:
    """The label of the lane for items without one."""
    return NOTHING.get(grouping, "Not set")
