"""Putting a roadmap's dates right: computed again when somebody decides, applied as one set of changes."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from core.errors import DomainError
from roadmap.enums import PlanChangeKind
from roadmap.models import PlanChange, Roadmap
from roadmap.selectors.rescheduling import ReschedulePreview, preview_rescheduling
from roadmap.services.moves import changes_of, require_as_previewed
from roadmap.services.plan_changes import apply_changes_to_plan
from roadmap.services.rescopes import missing_reason
from tenancy.actor import Actor


class NothingToRescheduleError(DomainError):
    """No item that may move has to; `reasons` says what stays contradicted all the same, and why."""

    code = "nothing_to_reschedule"


def preview_reschedule(roadmap: Roadmap, *, actor: Actor, reason_code: str = "") -> ReschedulePreview:
    """What rescheduling would do; promised items move only when a reason is given. The same right as for doing it."""
    actor.require("roadmap_item.change")
    return preview_rescheduling(roadmap, actor=actor, moves_promises=bool(reason_code))


@transaction.atomic
def reschedule(
    roadmap: Roadmap,
    *,
    actor: Actor,
    versions: Mapping[UUID, int] | None = None,
    fingerprint: str = "",
    reason_code: str = "",
) -> PlanChange:
    """Move what has to move, as previewed with the same reason; without `versions` and `fingerprint` whatever has to.

    Raises NothingToRescheduleError, RescopeReasonRequiredError when only promised items would move and nobody says
    why, StaleVersionError when anything else would move by now than the preview said or an item was changed since.
    """
    preview = preview_reschedule(roadmap, actor=actor, reason_code=reason_code)
    require_as_previewed(preview, versions, fingerprint)
    if not preview.moves:
        raise _nothing_moves(preview)
    count = len(preview.moves)
    return apply_changes_to_plan(
        roadmap,
        [change for move in preview.moves for change in changes_of(move)],
        kind=PlanChangeKind.SCHEDULE,
        summary=f"Rescheduled {count} {'item' if count == 1 else 'items'}",
        actor=actor,
        reason_code=reason_code if preview.reason_required else "",
        versions=versions,
    )


def _nothing_moves(preview: ReschedulePreview) -> DomainError:
    if preview.held_promises:
        return missing_reason(preview.held_promises)
    if not preview.staying:
        return NothingToRescheduleError("Every date keeps its dependencies and its calendar: nothing has to move.")
    reasons = [f"{each.reason} {each.why_text}." for each in preview.staying]
    return NothingToRescheduleError("Nothing that may move has to.", reasons=reasons)
