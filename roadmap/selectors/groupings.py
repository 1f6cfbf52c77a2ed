"""What the lanes of a plan may stand for: what every organization has, and the fields an organization added."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import CharField, F, OuterRef, Subquery, TextChoices, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from collaboration.enums import FieldType
from collaboration.models import CustomField
from core.errors import InvalidInputError
from portfolio.enums import Stage
from portfolio.models import ObjectiveInitiative

_TYPES = (FieldType.CHOICE, FieldType.TEXT)
# No lanes at all, for files and public links.
NO_LANES = "none"
Record = TypeVar("Record")


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
_COLUMNS: dict[str, Any] = {
    Grouping.TEAM: Coalesce(F("owning_team__name"), F("initiative__owning_team__name")),
    Grouping.THEME: F("initiative__theme__name"),
    Grouping.STAGE: F("initiative__stage"),
    Grouping.RELEASE: F("release__name"),
    Grouping.LANE: F("lane"),
}
# Those whose column the timeline has anyway, so that its script makes these lanes itself.
_TOLD = frozenset({Grouping.TEAM, Grouping.THEME, Grouping.STAGE, Grouping.LANE})


@dataclass(frozen=True, slots=True)
class Lanes:
    """One way to put items into lanes: `key` names it in addresses, `label` to people.

    `words` are the names of stored values, in the order of the lanes; without any, values are names themselves and
    lanes stand in alphabetical order.
    """

    key: str
    label: str
    words: Mapping[str, str] = field(default_factory=dict)
    custom_key: str | None = None

    @property
    def nothing(self) -> str:
        """The name of the lane for items without one."""
        return NOTHING.get(self.key, "Not set")

    @property
    def column(self) -> Any:
        """What to annotate items with: the value that puts one into its lane, empty or NULL without one."""
        if self.custom_key is not None:
            return KeyTextTransform(self.custom_key, "initiative__custom_fields")
        return _COLUMNS[self.key] if self.key in _COLUMNS else _first_objective()

    @property
    def looked_up(self) -> Any:
        """The same where the timeline does not have it anyway, else NULL."""
        return Value(None, CharField()) if self.key in _TOLD else self.column

    def name(self, value: str | None) -> str:
        """The name of the lane of a value."""
        return self.words.get(value or "", value or "") or self.nothing

    def split(self, records: Iterable[Record], value: Callable[[Record], str | None]) -> list[tuple[str, list[Record]]]:
        """(name, records) of every lane in use, in their order; the one for records without a value comes last."""
        found: dict[str, list[Record]] = {}
        for record in records:
            found.setdefault((value(record) or "").strip(), []).append(record)
        order = {key: place for place, key in enumerate(self.words)}

        def place(key: str) -> tuple[bool, int, str]:
            return not key, order.get(key, len(order)), self.name(key).casefold()

        return [(self.name(key), found[key]) for key in sorted(found, key=place)]


def grouping_fields(fields: Iterable[CustomField]) -> list[CustomField]:
    """Those of initiatives' custom fields by whose values items can be put into lanes."""
    return [field for field in fields if field.type in _TYPES]


def all_lanes(fields: Iterable[CustomField]) -> list[Lanes]:
    """Every way to put items into lanes, the organization's own fields last."""
    stages = {str(stage): str(stage.label) for stage in Stage}
    own = [Lanes(str(each), str(each.label), stages if each == Grouping.STAGE else {}) for each in Grouping]
    custom = [Lanes(each.parameter, each.label, each.choice_labels, each.key) for each in grouping_fields(fields)]
    return [*own, *custom]


def lanes_named(grouping: str, fields: Iterable[CustomField]) -> Lanes | None:
    """The lanes with this key; None for no lanes. Raises InvalidInputError for a key that names none."""
    if grouping == NO_LANES:
        return None
    for lanes in all_lanes(fields):
        if lanes.key == grouping:
            return lanes
    raise InvalidInputError("Items cannot be grouped by this.", pointer="grouping")


def _first_objective() -> Subquery:
    links = ObjectiveInitiative.objects.filter(initiative=OuterRef("initiative")).order_by("objective_id")
    return Subquery(links.values("objective__title")[:1])
