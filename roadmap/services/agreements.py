"""The hand-shake on a dependency: one side asks for a date, the side it waits for promises one or declines."""

from datetime import date

from django.db import transaction

from core.errors import DomainError, InvalidInputError
from roadmap.enums import Agreement
from roadmap.models import Dependency
from roadmap.selectors.people import membership_of
from roadmap.services.access import lock_permitted, save_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action

LONGEST_NOTE = 500


class AgreementError(DomainError):
    """The hand-shake does not stand where this step starts from."""

    code = "agreement"


@transaction.atomic
def request_agreement(dependency: Dependency, *, needed_by: date, actor: Actor, note: str | None = None) -> Dependency:
    """Ask the predecessor's side for a date; asking again replaces the request and any answer to it.

    `note` replaces the dependency's note where it is given.
    """
    locked = lock_permitted(dependency, "request", actor=actor)
    locked.agreement, locked.needed_by = Agreement.REQUESTED, needed_by
    locked.requested_by, locked.answered_by, locked.agreed_on = membership_of(actor), None, None
    _set_note(locked, note)
    named_action("dependency.agreement_requested")
    return save_permitted(locked, "request", actor=actor)


@transaction.atomic
def accept_agreement(dependency: Dependency, *, actor: Actor, agreed_on: date | None = None) -> Dependency:
    """Promise a date, the one asked for where none is given; not for whoever asked."""
    locked = _lock_request(dependency, actor=actor)
    locked.agreement, locked.agreed_on = Agreement.ACCEPTED, agreed_on or locked.needed_by
    locked.answered_by = membership_of(actor)
    named_action("dependency.agreement_accepted")
    return save_permitted(locked, "answer", actor=actor)


@transaction.atomic
def decline_agreement(dependency: Dependency, *, actor: Actor, note: str) -> Dependency:
    """Say that the date cannot be promised, and why; not for whoever asked."""
    locked = _lock_request(dependency, actor=actor)
    if not note.strip():
        raise InvalidInputError("Say why the date cannot be promised.", pointer="note")
    locked.agreement, locked.agreed_on = Agreement.DECLINED, None
    locked.answered_by = membership_of(actor)
    _set_note(locked, note)
    named_action("dependency.agreement_declined")
    return save_permitted(locked, "answer", actor=actor)


def _lock_request(dependency: Dependency, *, actor: Actor) -> Dependency:
    locked = lock_permitted(dependency, "answer", actor=actor)
    if locked.agreement != Agreement.REQUESTED:
        raise AgreementError("Nobody waits for an answer here.")
    membership = membership_of(actor)
    if membership is not None and membership.pk == locked.requested_by_id:
        raise AgreementError("You asked for this date; somebody else has to answer.")
    return locked


def _set_note(dependency: Dependency, note: str | None) -> None:
    if note is not None:
        if len(note) > LONGEST_NOTE:
            raise InvalidInputError(f"The note must not be longer than {LONGEST_NOTE} characters.", pointer="note")
        dependency.note = note
