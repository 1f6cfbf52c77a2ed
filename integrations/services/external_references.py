"""External references: put on a record, change, take off."""

from typing import Any
from uuid import UUID

from django.db import transaction

from core.errors import DomainError, InvalidInputError, NotPermittedError
from integrations.models import ExternalReference
from integrations.querysets import linkable_models
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD
from tenancy.permissions import all_actions
from tenancy.scope import named_action

EDITABLE = frozenset({"system", "external_id", "relation", "label", "url", "source_updated_on"})


class DuplicateReferenceError(DomainError):
    """Within a system an id is one record of ours, and a record carries a link once."""

    code = "duplicate_reference"


@transaction.atomic
def create_external_reference(*, target_model: str, target_id: UUID, actor: Actor, **fields: Any) -> ExternalReference:
    """Put a reference on any record the actor may change."""
    actor.require("external_reference.create")
    label = target_model.strip().lower()
    _require_changeable(label, target_id, actor)
    named_action("external_reference.created")
    return _save(ExternalReference(target_model=label, target_id=target_id, **_known(fields)))


@transaction.atomic
def change_external_reference(reference: ExternalReference, *, actor: Actor, **changes: Any) -> ExternalReference:
    """Change what the reference says; it stays on its record."""
    actor.require("external_reference.change")
    locked: ExternalReference = ExternalReference.objects.for_update().get(pk=reference.pk)
    _require_changeable(locked.target_model, locked.target_id, actor)
    for name, value in _known(changes).items():
        setattr(locked, name, value)
    named_action("external_reference.changed")
    return _save(locked)


@transaction.atomic
def delete_external_reference(reference: ExternalReference, *, actor: Actor) -> None:
    """Take the reference off; an import will then no longer recognize the record by it."""
    actor.require("external_reference.delete")
    locked = ExternalReference.objects.for_update().get(pk=reference.pk)
    _require_changeable(locked.target_model, locked.target_id, actor)
    named_action("external_reference.deleted")
    locked.delete()


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(fields) - EDITABLE)
    if unknown:
        raise TypeError(f"ExternalReference cannot change {', '.join(unknown)} this way.")
    return {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}


def _require_changeable(label: str, target_id: UUID, actor: Actor) -> None:
    model = linkable_models().get(label)
    if model is None:
        known = ", ".join(sorted(linkable_models()))
        raise InvalidInputError(f"References can be put on: {known}.", pointer="target_model")
    if not model.objects.permitted(actor, "view").filter(pk=target_id).exists():
        raise InvalidInputError(NO_SUCH_RECORD, pointer="target_id")
    verb = "change" if f"{model.action_noun()}.change" in {action.name for action in all_actions()} else "view"
    if not model.objects.permitted(actor, verb).filter(pk=target_id).exists():
        raise NotPermittedError("You may not change this record.", pointer="target_id")


def _save(reference: ExternalReference) -> ExternalReference:
    reference.full_clean(exclude=["organization"], validate_constraints=False)
    _require_unique(reference)
    reference.save()
    reference.refresh_from_db(fields=["version"])
    return reference


def _require_unique(reference: ExternalReference) -> None:
    others = ExternalReference.objects.exclude(pk=reference.pk).filter(
        system=reference.system, target_model=reference.target_model, external_id=reference.external_id
    )
    if reference.relation == "same" and others.filter(relation="same").exists():
        raise DuplicateReferenceError("Another record is already known by this id.", pointer="external_id")
    if others.filter(target_id=reference.target_id, relation=reference.relation).exists():
        raise DuplicateReferenceError("This reference exists already.", pointer="external_id")
