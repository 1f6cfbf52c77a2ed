"""Stakeholders of initiatives and how content they are."""

from datetime import date
from typing import Any

from django.db import transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.models import Initiative, Portfolio, PulseAnswer, Stakeholder
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
    require_open_initiative(stakeholder.initiative_id, actor)
    named_action("stakeholder.created")
    return save_checked(stakeholder, taken=TAKEN)


@transaction.atomic
def change_stakeholder(stakeholder: Stakeholder, *, actor: Actor, **changes: Any) -> Stakeholder:
    """Change the stakeholder."""
    actor.require("stakeholder.change")
    locked = _locked(stakeholder, actor)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    if "initiative" in changed:
        require_open_initiative(locked.initiative_id, actor)
    named_action("stakeholder.changed")
    return save_checked(locked, taken=TAKEN, update_fields=changed)


@transaction.atomic
def delete_stakeholder(stakeholder: Stakeholder, *, actor: Actor) -> None:
    """Delete the stakeholder with their answers."""
    actor.require("stakeholder.delete")
    locked = _locked(stakeholder, actor)
    named_action("stakeholder.deleted")
    delete_checked(locked)


@transaction.atomic
def answer_pulse(
    stakeholder: Stakeholder, *, score: int, answered_on: date, today: date, actor: Actor, comment: str = ""
) -> PulseAnswer:
    """How content the stakeholder was that day, 1 to 5; the same day again corrects it. No day after `today`."""
    actor.require("pulse_answer.create")
    locked = _locked(stakeholder, actor)
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
    _locked(answer.stakeholder, actor)
    named_action("pulse_answer.deleted")
    delete_checked(PulseAnswer.objects.for_update().get(pk=answer.pk))


def require_open_initiative(initiative_id: Any, actor: Actor) -> None:
    """Raise unless the actor sees the initiative and may write in its portfolio; the pointer is `initiative`."""
    initiative = Initiative.objects.permitted(actor).filter(pk=initiative_id).first()
    if initiative is None:
        raise InvalidInputError("There is no such record in this organization.", pointer="initiative")
    if not Portfolio.objects.open_for_writing(actor).filter(pk=initiative.portfolio_id).exists():
        raise NotPermittedError("Its portfolio is shared with you to view only.", pointer="initiative")


def _locked(stakeholder: Stakeholder, actor: Actor) -> Stakeholder:
    found: Stakeholder | None = (
        Stakeholder.objects.permitted(actor, "change").for_update().filter(pk=stakeholder.pk).first()
    )
    if found is None:
        raise NotPermittedError("Its portfolio is shared with you to view only.")
    return found
