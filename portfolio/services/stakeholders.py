"""Stakeholders of initiatives and how content they are."""

from datetime import date
from typing import Any

from django.db import transaction

from core.errors import InvalidInputError
from portfolio.models import PulseAnswer, Stakeholder
from portfolio.services.access import lock_permitted, require_writable_initiative
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"initiative", "name", "position", "member", "influence", "interest", "expectation"})
TAKEN = {"portfolio_stakeholder_name": ("name", "This initiative already has a stakeholder of this name.")}


@transaction.atomic
def create_stakeholder(*, actor: Actor, **fields: Any) -> Stakeholder:
    """A new stakeholder of an initiative."""
    actor.require("stakeholder.create")
    stakeholder = Stakeholder()
    assign(stakeholder, fields, editable=EDITABLE)
    require_writable_initiative(stakeholder.initiative_id, actor=actor)
    named_action("stakeholder.created")
    return save_checked(stakeholder, taken=TAKEN)


@transaction.atomic
def change_stakeholder(stakeholder: Stakeholder, *, actor: Actor, **changes: Any) -> Stakeholder:
    """Change the stakeholder."""
    actor.require("stakeholder.change")
    locked = lock_permitted(stakeholder, "change", actor=actor)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    if "initiative" in changed:
        require_writable_initiative(locked.initiative_id, actor=actor)
    named_action("stakeholder.changed")
    return save_checked(locked, taken=TAKEN, update_fields=changed)


@transaction.atomic
def delete_stakeholder(stakeholder: Stakeholder, *, actor: Actor) -> None:
    """Delete the stakeholder with their answers."""
    actor.require("stakeholder.delete")
    locked = lock_permitted(stakeholder, "change", actor=actor)
    named_action("stakeholder.deleted")
    delete_checked(locked)


@transaction.atomic
def answer_pulse(
    stakeholder: Stakeholder, *, score: int, answered_on: date, today: date, actor: Actor, comment: str = ""
) -> PulseAnswer:
    """How content the stakeholder was that day, 1 to 5; the same day again corrects it. No day after `today`."""
    actor.require("pulse_answer.create")
    locked = lock_permitted(stakeholder, "change", actor=actor)
    if answered_on > today:
        raise InvalidInputError("Nobody knows yet how content they will be.", pointer="answered_on")
    answer = PulseAnswer.objects.for_update().filter(stakeholder=locked, answered_on=answered_on).first()
    named_action("pulse_answer.answered")
    if answer is None:
        return save_checked(PulseAnswer(stakeholder=locked, answered_on=answered_on, score=score, comment=comment))
    answer.score, answer.comment = score, comment
    return save_checked(answer, update_fields=["score", "comment"])


@transaction.atomic
def delete_pulse_answer(answer: PulseAnswer, *, actor: Actor) -> None:
    """Take an answer back."""
    actor.require("pulse_answer.delete")
    lock_permitted(answer.stakeholder, "change", actor=actor)
    named_action("pulse_answer.deleted")
    delete_checked(PulseAnswer.objects.for_update().get(pk=answer.pk))
