"""Putting an item into now, next, later: the dates and the status this means, previewed and applied as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from roadmap.calc.horizons import horizon_of
from roadmap.calc.placement import PlacedDates, dates_in
from roadmap.calc.working_days import OutsideCalendarError
from roadmap.enums import DatePrecision, Horizon, ItemStatus, PlanChangeKind
from roadmap.models import PlanChange, RoadmapItem
from roadmap.selectors.calendars import calendar_book
from roadmap.selectors.moves import MovePreview, preview_moves
from roadmap.services.moves import changes_of, moved_to, require_as_previewed
from roadmap.services.plan_changes import apply_changes_to_plan
from roadmap.services.planned_changes import PlannedChange
from tenancy.actor import Actor

_QUARTERS_AHEAD = {Horizon.NOW: 0, Horizon.NEXT: 1, Horizon.LATER: 2}


@dataclass(frozen=True, slots=True)
class Placement:
    """What an item would be in its new place, and what moves along with it."""

    start_on: date | None
    end_on: date | None
    status: str
    date_precision: str
    preview: MovePreview


def preview_placement(item: RoadmapItem, *, horizon: str, actor: Actor) -> Placement:
    """What putting the item there would do; the same rights as for doing it.

    Dates change only where the item's own say something else: it then begins on the first working day of the quarter
    the place stands for, today at the earliest. Work that is done and goes elsewhere is in progress or planned again;
    work that goes to next or later is planned. Raises InvalidInputError when the item is there already.
    """
    actor.require("roadmap_item.change")
    if not RoadmapItem.objects.permitted(actor, "change").filter(pk=item.pk).exists():
        raise NotPermittedError("This belongs to a portfolio you may not change.")
    if place_of(item) == horizon:
        raise InvalidInputError(f"“{item.title}” is in {Horizon(horizon).label} already.", pointer="horizon")
    dates = _dates(item, horizon)
    return Placement(
        start_on=dates.start_on if dates else None,
        end_on=dates.end_on if dates else None,
        status=_status(item, horizon),
        date_precision=DatePrecision.QUARTER if dates and dates.is_whole_quarter else item.date_precision,
        preview=_preview(item, dates, actor),
    )


@transaction.atomic
def place_item(
    item: RoadmapItem,
    *,
    horizon: str,
    actor: Actor,
    versions: Mapping[UUID, int] | None = None,
    fingerprint: str = "",
    reason_code: str = "",
) -> PlanChange:
    """Put the item there and move what follows, as previewed; errors and what is handed back are those of a move."""
    placed = preview_placement(item, horizon=horizon, actor=actor)
    require_as_previewed(placed.preview, versions, fingerprint)
    others = max(len(placed.preview.moves) - 1, 0)
    return apply_changes_to_plan(
        item.roadmap,
        _changes(item, placed),
        kind=PlanChangeKind.CASCADE if others else PlanChangeKind.MOVE,
        summary=moved_to(item.title, str(Horizon(horizon).label), others),
        actor=actor,
        reason_code=reason_code,
        versions=versions,
    )


def place_of(item: RoadmapItem) -> str:
    """Where the item stands now."""
    return horizon_of(item.start_on, is_done=item.status == ItemStatus.DONE, today=timezone.localdate())


def _dates(item: RoadmapItem, horizon: str) -> PlacedDates | None:
    """The dates the item gets, or keeps."""
    today = timezone.localdate()
    own = None if item.start_on is None or item.end_on is None else PlacedDates(item.start_on, item.end_on)
    if horizon == Horizon.UNDATED:
        return None
    if horizon == Horizon.DONE or (own and horizon_of(own.start_on, is_done=False, today=today) == horizon):
        return own
    try:
        return dates_in(
            _QUARTERS_AHEAD[Horizon(horizon)],
            today=today,
            calendar=calendar_book().of_items([item.pk])[item.pk],
            dates=(own.start_on, own.end_on) if own else None,
            working_days=item.duration_likely,
        )
    except (OutsideCalendarError, OverflowError) as error:
        raise InvalidInputError("It would end after the last day a calendar knows.", pointer="horizon") from error


def _status(item: RoadmapItem, horizon: str) -> str:
    if horizon == Horizon.DONE:
        return ItemStatus.DONE
    if horizon == Horizon.NOW:
        return ItemStatus.IN_PROGRESS if item.status == ItemStatus.DONE else item.status
    return ItemStatus.PLANNED


def _preview(item: RoadmapItem, dates: PlacedDates | None, actor: Actor) -> MovePreview:
    if dates is not None and (dates.start_on, dates.end_on) != (item.start_on, item.end_on):
        return preview_moves(item.roadmap, {item.pk: (dates.start_on, dates.end_on)}, actor=actor)
    is_unscheduled = dates is None and item.start_on is not None
    return MovePreview(
        moves=[],
        new_violations=[],
        solved_violations=[],
        missed_milestones=[],
        other_roadmaps=[],
        reason_required=item.is_committed and is_unscheduled,
        versions={item.pk: item.version},
    )


def _changes(item: RoadmapItem, placed: Placement) -> list[PlannedChange]:
    moved = [change for move in placed.preview.moves for change in changes_of(move)]
    if not moved:
        moved = [
            PlannedChange(item.pk, "start_on", item.start_on, placed.start_on),
            PlannedChange(item.pk, "end_on", item.end_on, placed.end_on),
        ]
    return [
        *moved,
        PlannedChange(item.pk, "status", item.status, placed.status),
        PlannedChange(item.pk, "date_precision", item.date_precision, placed.date_precision),
    ]
