"""Defining custom fields: adding, changing, ordering, archiving and restoring them."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.utils import timezone

from collaboration.enums import FieldType
from collaboration.models import CustomField, models_with_custom_fields
from collaboration.validators import quoted
from core.errors import DomainError
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, save_checked

MAX_FIELDS = 100
EDITABLE = frozenset({"label", "help_text", "is_required", "choices", "currency", "position"})
_TAKEN = {"collaboration_customfield_key": ("key", "There is already a field with this key.")}


class ChoiceInUseError(DomainError):
    """A choice that records still hold cannot be removed."""

    code = "choice_in_use"


@transaction.atomic
def create_custom_field(
    *, actor: Actor, target_model: str, key: str, label: str, type: str, **fields: Any
) -> CustomField:
    """A new field at the end of the form; money without a currency takes the organization's."""
    actor.require("custom_field.create")
    existing = CustomField.objects.filter(target_model=target_model)
    if existing.filter(archived_at=None).count() >= MAX_FIELDS:
        raise DomainError(f"There are {MAX_FIELDS} fields already; archive some first.")
    field = CustomField(target_model=target_model, key=key.strip(), type=type)
    assign(field, {"label": label.strip(), **fields}, editable=EDITABLE)
    if type == FieldType.MONEY and not field.currency:
        field.currency = actor.organization.currency
    if "position" not in fields:
        field.position = (existing.aggregate(last=Max("position"))["last"] or 0) + 1
    named_action("custom_field.created")
    return save_checked(field, taken=_TAKEN)


@transaction.atomic
def change_custom_field(field: CustomField, *, actor: Actor, **changes: Any) -> CustomField:
    """Change anything but record type, key and type; raises ChoiceInUseError for a choice that is still held."""
    actor.require("custom_field.change")
    locked = _locked(field)
    _require_unheld(locked, changes.get("choices", locked.choices))
    if assign(locked, changes, editable=EDITABLE):
        named_action("custom_field.changed")
        save_checked(locked)
    return locked


@transaction.atomic
def archive_custom_field(field: CustomField, *, actor: Actor) -> CustomField:
    """Offer the field no longer; the values records have are kept."""
    actor.require("custom_field.archive")
    locked = _locked(field)
    if not locked.is_archived:
        locked.archived_at = timezone.now()
        named_action("custom_field.archived")
        save_checked(locked)
    return locked


@transaction.atomic
def restore_custom_field(field: CustomField, *, actor: Actor) -> CustomField:
    """Offer an archived field again, with the values it had."""
    actor.require("custom_field.archive")
    locked = _locked(field)
    if locked.is_archived:
        locked.archived_at = None
        named_action("custom_field.restored")
        save_checked(locked)
    return locked


def _locked(field: CustomField) -> CustomField:
    locked: CustomField = CustomField.objects.for_update().get(pk=field.pk)
    return locked


def _require_unheld(field: CustomField, choices: Any) -> None:
    """Refuse to lose a choice that a record has."""
    kept = {choice.get("key") for choice in choices if isinstance(choice, dict)} if isinstance(choices, list) else set()
    removed = [choice for choice in field.choices if choice["key"] not in kept]
    if not removed:
        return
    for choice in removed:
        holders = _holding(field, choice["key"])
        if holders:
            refusal = f"{quoted(choice['label'])} cannot be removed: {holders} records have it."
            raise ChoiceInUseError(refusal.replace("1 records have", "1 record has"), pointer="choices")


def _holding(field: CustomField, choice: str) -> int:
    """How many records hold the choice, whoever may see them."""
    records = models_with_custom_fields()[field.target_model].objects
    if field.type == FieldType.CHOICE:
        held = records.alias(held=KeyTextTransform(field.key, "custom_fields")).filter(held=choice)
    else:
        held = records.alias(held=KeyTransform(field.key, "custom_fields")).filter(held__contains=[choice])
    return int(held.count())
