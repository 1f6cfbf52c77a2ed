"""Moves with everything that follows from them: computed again when they are decided, applied as one set of changes."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import transaction

from core.errors import NotPermittedError, StaleVersionError
from roadmap.enums import PlanChangeKind
from roadmap.models import PlanChange, RoadmapItem
from roadmap.selectors.moves import MovePreview, preview_moves
from roadmap.selectors.plan_picture import ItemMove
from roadmap.services.plan_changes import apply_changes_to_plan
from roadmap.services.planned_changes import PlannedChange
from roadmap.validators import require_schedule
from tenancy.actor import Actor

_LONGEST_TITLE = 120


def preview_move(
    item: RoadmapItem, *, start_on: date, end_on: date, actor: Actor, policy: str | None = None
) -> MovePreview:
    """What giving the item these dates would do; the same rights as for doing it."""
    actor.require("roadmap_item.change")
    require_schedule(start_on, end_on)
    if not RoadmapItem.objects.permitted(actor, "change").filter(pk=item.pk).exists():
        raise NotPermittedError("This belongs to a portfolio you may not change.")
    return preview_moves(item.roadmap, {item.pk: (start_on, end_on)}, actor=actor, policy=policy)


@transaction.atomic
def move_with_cascade(
    item: RoadmapItem,
    *,
    start_on: date,
    end_on: date,
    actor: Actor,
    versions: Mapping[UUID, int] | None = None,
    fingerprint: str = "",
    policy: str | None = None,
    reason_code: str = "",
) -> PlanChange:
    """Give the item these dates and move what follows, as previewed.

    `versions` and `fingerprint` are those of the preview; raises StaleVersionError when anything else would move by
    now than it said, or one of the items was changed since. Without them, whatever follows now is accepted.
    """
    preview = preview_move(item, start_on=start_on, end_on=end_on, actor=actor, policy=policy)
    require_as_previewed(preview, versions, fingerprint)
    others = len(preview.moves) - 1
    return apply_changes_to_plan(
        item.roadmap,
        [change for move in preview.moves for change in changes_of(move)],
        kind=PlanChangeKind.CASCADE if others else PlanChangeKind.MOVE,
        summary=_summary(preview.moves[0], others),
        actor=actor,
        reason_code=reason_code,
        versions=versions,
    )


def require_as_previewed(preview: MovePreview, versions: Mapping[UUID, int] | None, fingerprint: str) -> None:
    """Raise StaleVersionError when other items would move than those whose versions are given, or to other dates.

    None and an empty fingerprint accept any. Versions alone do not tell of a changed dependency or calendar.
    """
    if versions is not None and versions.keys() != preview.versions.keys():
        raise StaleVersionError("The plan changed since the preview: other items would move now.")
    if fingerprint and fingerprint != preview.fingerprint:
        raise StaleVersionError("The plan changed since the preview: items would move to other dates now.")


def changes_of(move: ItemMove) -> list[PlannedChange]:
    """What the move changes of its item."""
    return [
        PlannedChange(move.item, "start_on", move.old_start_on, move.start_on),
        PlannedChange(move.item, "end_on", move.old_end_on, move.end_on),
    ]


def _summary(move: ItemMove, others: int) -> str:
    dates = f"{move.start_on.day} {move.start_on:%b %Y} to {move.end_on.day} {move.end_on:%b %Y}"
    return moved_to(move.title, dates, others)


def moved_to(title: str, where: str, others: int) -> str:
    """One line for the record of a move."""
    short = title if len(title) <= _LONGEST_TITLE else f"{title[:_LONGEST_TITLE]}…"
    return f"Moved “{short}” to {where}" + (f", and {others} more" if others else "")
