"""Items of a plan as the server-rendered displays show them: one query, no model instances."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from roadmap.enums import DatePrecision, ItemStatus
from roadmap.models import RoadmapItem
from roadmap.selectors.groupings import Lanes
from roadmap.selectors.timeline import with_columns

_STATUSES = dict(ItemStatus.choices)


class PlanRow(NamedTuple):
    """One item with the names of what it hangs on; shares are fractions, None where nobody has said."""

    id: UUID
    title: str
    start_on: date | None
    end_on: date | None
    status: str
    kind: str
    date_precision: str
    confidence_share: float | None
    progress_share: float
    version: int
    lane: str
    team: str | None
    key: str | None
    stage: str | None
    theme: str | None
    group: str | None
    initiative_id: UUID | None

    @property
    def status_label(self) -> str:
        return str(_STATUSES[self.status])

    @property
    def precision_label(self) -> str:
        """How exactly the dates are meant, "" for to the day."""
        return "" if self.date_precision == DatePrecision.DAY else str(DatePrecision(self.date_precision).label)

    @property
    def duration_days(self) -> int | None:
        """Calendar days from the first to the last, both included; None while unscheduled."""
        return (self.end_on - self.start_on).days + 1 if self.start_on and self.end_on else None


def plan_rows(items: QuerySet[RoadmapItem], *, lanes: Lanes | None = None) -> list[PlanRow]:
    """The items in their order; `group` is the value that puts one into its lane."""
    return [PlanRow(*row) for row in with_columns(items, lanes and lanes.column).values_list(*PlanRow._fields)]
