"""Re-scoping: a promise is changed only with a reason."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.utils import timezone

from core.errors import DomainError, InvalidInputError
from roadmap.enums import RescopeReason
from roadmap.models import ItemRescope, RoadmapItem
from roadmap.selectors.people import membership_of
from tenancy.actor import Actor

LONGEST_NOTE = 500
_NAMED = 5


class RescopeReasonRequiredError(DomainError):
    """Committed items would move without anybody saying why; `reasons` names them."""

    code = "rescope_reason_required"


class CommittedItemError(DomainError):
    """A committed item is not deleted: the promise is withdrawn first, with a reason."""

    code = "item_committed"


class Promise(NamedTuple):
    """What an item promises: its dates, if it is committed."""

    is_committed: bool
    start_on: date | None
    end_on: date | None


def promise_of(item: RoadmapItem) -> Promise:
    """What the item promises as it is loaded; ask before changing it."""
    return Promise(item.is_committed, item.start_on, item.end_on)


def is_rescope(before: Promise, after: RoadmapItem) -> bool:
    """Whether a promise was changed: committed dates moved or taken away, or the commitment withdrawn.

    A committed item that had no dates yet promises nothing about them.
    """
    if not before.is_committed:
        return False
    moved = (before.start_on, before.end_on) != (after.start_on, after.end_on)
    return not after.is_committed or (moved and before.end_on is not None)


def record_rescopes(
    moves: Iterable[tuple[Promise, RoadmapItem]], *, reason_code: str, actor: Actor, note: str = ""
) -> list[ItemRescope]:
    """Record every promise the moves change, each item with what it promised before.

    Called by the services that change dates, inside their transaction and named action. Raises
    RescopeReasonRequiredError when a promise is changed without a reason, InvalidInputError for an unknown reason or
    a note that is too long. Costs nothing when no committed item moves, else three queries for any number of them.
    """
    changed = [(before, after) for before, after in moves if is_rescope(before, after)]
    if not changed:
        return []
    if not reason_code:
        raise missing_reason([after.title for _, after in changed])
    if reason_code not in RescopeReason.values:
        raise InvalidInputError("There is no such reason for re-scoping.", pointer="reason_code")
    if len(note) > LONGEST_NOTE:
        raise InvalidInputError(f"The note must not be longer than {LONGEST_NOTE} characters.", pointer="rescope_note")
    return _store(changed, reason_code, note, actor)


def require_no_promise(item: RoadmapItem) -> None:
    """Raise CommittedItemError if the item is committed."""
    if item.is_committed:
        raise CommittedItemError("This is a promised outcome: withdraw the promise first, and say why.")


def missing_reason(titles: Sequence[str]) -> RescopeReasonRequiredError:
    """The refusal that names promised items nobody gave a reason for."""
    named = ", ".join(f"“{title}”" for title in titles[:_NAMED])
    more = f" and {len(titles) - _NAMED} more" if len(titles) > _NAMED else ""
    verb = "is a promised outcome" if len(titles) == 1 else "are promised outcomes"
    return RescopeReasonRequiredError(
        f"{named}{more} {verb}: say why the promise changes.", pointer="reason_code", reasons=list(titles)
    )


def _store(
    changed: Sequence[tuple[Promise, RoadmapItem]], reason_code: str, note: str, actor: Actor
) -> list[ItemRescope]:
    labels = RoadmapItem.objects.filter(pk__in=[after.pk for _, after in changed]).with_team_name()
    known = {
        pk: (team or "", [key for key in portfolios if key is not None])
        for pk, team, *portfolios in labels.values_list(
            "pk", "team_name", "roadmap__portfolio_id", "initiative__portfolio_id"
        )
    }
    person, now = membership_of(actor), timezone.now()
    rows = [
        ItemRescope(
            roadmap_id=after.roadmap_id,
            item_id=after.pk,
            item_key=after.pk,
            title=after.title,
            team_name=known[after.pk][0],
            reason_code=reason_code,
            note=note,
            old_start_on=before.start_on,
            old_end_on=before.end_on,
            new_start_on=after.start_on,
            new_end_on=after.end_on,
            is_withdrawn=not after.is_committed,
            rescoped_by=person,
            rescoped_at=now,
            portfolio_keys=sorted(set(known[after.pk][1])),
        )
        for before, after in changed
    ]
    stored: list[ItemRescope] = ItemRescope.objects.bulk_create(rows, batch_size=1000)
    return stored
