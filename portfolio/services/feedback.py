"""Customer feedback: by form, by feed, and which initiatives it speaks for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from core.errors import InvalidInputError
from portfolio.models import Feedback, FeedbackLink, Initiative
from portfolio.services.access import require_writable_initiative
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = (
    "kind",
    "title",
    "body",
    "customer",
    "customer_value",
    "currency",
    "sentiment",
    "received_on",
    "source",
    "source_id",
)
TAKEN = {"portfolio_feedback_source": ("source_id", "This source has already sent feedback with this id.")}
MAX_ROWS = 10_000


@dataclass(frozen=True)
class FeedbackInput:
    """One row of a feed or file; `initiatives` are keys such as AI-12. `line` is where it stands, for refusals."""

    line: int
    kind: str
    title: str
    received_on: date
    body: str = ""
    customer: str = ""
    customer_value: Decimal | None = None
    currency: str = ""
    sentiment: str = "neutral"
    source: str = ""
    source_id: str | None = None
    initiatives: Sequence[str] = field(default_factory=tuple)


@transaction.atomic
def create_feedback(*, actor: Actor, initiatives: Sequence[Initiative] = (), **fields: Any) -> Feedback:
    """New feedback, linked to the initiatives it speaks for."""
    actor.require("feedback.create")
    feedback = Feedback()
    assign(feedback, fields, editable=EDITABLE)
    named_action("feedback.created")
    save_checked(feedback, taken=TAKEN)
    for initiative in initiatives:
        _link(feedback, initiative, actor)
    return feedback


@transaction.atomic
def change_feedback(feedback: Feedback, *, actor: Actor, **changes: Any) -> Feedback:
    """Change the feedback."""
    actor.require("feedback.change")
    locked: Feedback = Feedback.objects.for_update().get(pk=feedback.pk)
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        named_action("feedback.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_feedback(feedback: Feedback, *, actor: Actor) -> None:
    """Delete the feedback with its links."""
    actor.require("feedback.delete")
    named_action("feedback.deleted")
    delete_checked(Feedback.objects.for_update().get(pk=feedback.pk))


@transaction.atomic
def link_feedback(feedback: Feedback, *, initiative: Initiative, actor: Actor) -> FeedbackLink:
    """Say that the feedback speaks for an initiative; saying it again changes nothing."""
    actor.require("feedback.change")
    named_action("feedback.linked")
    return _link(feedback, initiative, actor)


@transaction.atomic
def unlink_feedback(link: FeedbackLink, *, actor: Actor) -> None:
    """Take back that feedback speaks for an initiative."""
    actor.require("feedback.change")
    require_writable_initiative(link.initiative_id, actor=actor)
    named_action("feedback.unlinked")
    delete_checked(FeedbackLink.objects.for_update().get(pk=link.pk))


def _link(feedback: Feedback, initiative: Initiative, actor: Actor) -> FeedbackLink:
    require_writable_initiative(initiative.pk, actor=actor)
    known = FeedbackLink.objects.filter(feedback=feedback, initiative=initiative).first()
    return known or save_checked(FeedbackLink(feedback=feedback, initiative=initiative))


@dataclass(frozen=True)
class LoadedFeedback:
    """What a batch did: rows written new, corrected, and already known as sent."""

    created: int
    changed: int
    unchanged: int


@transaction.atomic
def load_feedback(rows: Sequence[FeedbackInput], *, actor: Actor) -> LoadedFeedback:
    """Write a feed's rows, all or none; a known source id corrects what it sent before.

    Raises InvalidInputError whose `reasons` name every refused line.
    """
    actor.require("feedback.create")
    if len(rows) > MAX_ROWS:
        raise InvalidInputError(f"Send at most {MAX_ROWS:,} rows at once.", pointer="rows")
    initiatives = _initiatives(rows, actor)
    _refuse(rows, initiatives)
    known = _known(rows)
    named_action("feedback.loaded")
    created, changed, unchanged = [], [], 0
    stored: list[tuple[Feedback, FeedbackInput]] = []
    for row in rows:
        feedback = known.get((row.source, row.source_id)) if row.source_id else None
        is_new = feedback is None
        feedback = feedback or Feedback()
        differs = assign(feedback, _fields(row), editable=EDITABLE)
        stored.append((feedback, row))
        if is_new:
            created.append(feedback)
        elif differs:
            changed.append(feedback)
        else:
            unchanged += 1
    Feedback.objects.bulk_create(created)
    Feedback.objects.bulk_update(changed, sorted(set(EDITABLE) - {"source", "source_id"}))
    links = [
        FeedbackLink(feedback=feedback, initiative=initiatives[key])
        for feedback, row in stored
        for key in row.initiatives
    ]
    FeedbackLink.objects.bulk_create(links, ignore_conflicts=True)
    return LoadedFeedback(len(created), len(changed), unchanged)


def _fields(row: FeedbackInput) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EDITABLE}


def _initiatives(rows: Sequence[FeedbackInput], actor: Actor) -> dict[str, Initiative]:
    keys = {key for row in rows for key in row.initiatives}
    return {row.key: row for row in Initiative.objects.permitted(actor, "change").filter(key__in=keys)}


def _known(rows: Sequence[FeedbackInput]) -> dict[tuple[str, str | None], Feedback]:
    ids = {row.source_id for row in rows if row.source_id}
    found = Feedback.objects.for_update().filter(source_id__in=ids).order_by("pk")
    return {(feedback.source, feedback.source_id): feedback for feedback in found}


def _refuse(rows: Sequence[FeedbackInput], initiatives: dict[str, Initiative]) -> None:
    reasons, seen = [], set()
    for row in rows:
        reasons += [
            f"Line {row.line}: there is no initiative {key}." for key in row.initiatives if key not in initiatives
        ]
        identity = (row.source, row.source_id)
        if row.source_id and identity in seen:
            reasons.append(f"Line {row.line}: the id {row.source_id} is in the file twice.")
        seen.add(identity)
        try:
            Feedback(**_fields(row)).full_clean(exclude=["organization"], validate_unique=False)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                reasons.append(f"Line {row.line}, {name}: {' '.join(messages)}")
    if reasons:
        raise InvalidInputError("Nothing was written; these rows cannot be read.", reasons=reasons)
