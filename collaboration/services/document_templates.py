"""Templates of documents: an organization's own, and copies of the built-in ones."""

from typing import Any

from django.db import transaction

from collaboration.models import DocumentTemplate
from collaboration.services.built_in_templates import BUILT_IN
from core.errors import InvalidInputError
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, save_checked

EDITABLE = frozenset({"name", "kind", "description", "sections"})
_TAKEN = {"collaboration_documenttemplate_name": ("name", "There is already a template with this name.")}
_MAX_COPIES = 50


@transaction.atomic
def create_template(*, actor: Actor, **fields: Any) -> DocumentTemplate:
    """A template of the organization's own."""
    actor.require("document_template.create")
    template = DocumentTemplate()
    assign(template, fields, editable=EDITABLE)
    named_action("document_template.created")
    return save_checked(template, taken=_TAKEN)


@transaction.atomic
def copy_built_in(key: str, *, actor: Actor) -> DocumentTemplate:
    """An editable copy of a built-in template; raises InvalidInputError when there is none with this key."""
    if key not in BUILT_IN:
        raise InvalidInputError(f"Choose one of: {', '.join(BUILT_IN)}.", pointer="built_in")
    source = BUILT_IN[key]
    taken = set(DocumentTemplate.objects.filter(name__startswith=source.name).values_list("name", flat=True))
    names = [f"{source.name} (copy)", *(f"{source.name} (copy {number})" for number in range(2, _MAX_COPIES))]
    name = next((name for name in names if name not in taken), names[-1])
    return create_template(
        actor=actor, name=name, kind=source.kind, description=source.description, sections=source.as_json()
    )


@transaction.atomic
def change_template(template: DocumentTemplate, *, actor: Actor, **changes: Any) -> DocumentTemplate:
    """Change name, description or sections; documents begun from it stay as they are."""
    actor.require("document_template.change")
    locked: DocumentTemplate = DocumentTemplate.objects.for_update().get(pk=template.pk)
    if assign(locked, changes, editable=EDITABLE):
        named_action("document_template.changed")
        save_checked(locked, taken=_TAKEN)
    return locked


@transaction.atomic
def delete_template(template: DocumentTemplate, *, actor: Actor) -> None:
    """Delete a template; documents begun from it stay."""
    actor.require("document_template.delete")
    named_action("document_template.deleted")
    DocumentTemplate.objects.for_update().get(pk=template.pk).delete()
