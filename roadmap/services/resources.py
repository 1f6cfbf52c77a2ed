"""Resources: what is scarce."""

from typing import Any

from django.db import transaction

from roadmap.enums import RESOURCE_UNITS
from roadmap.models import Resource
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"name", "kind", "unit", "description"})
TAKEN = {"roadmap_resource_name": ("name", "Another resource has this name.")}


@transaction.atomic
def create_resource(*, actor: Actor, **fields: Any) -> Resource:
    """A new resource; without a unit it counts in that of its kind."""
    actor.require("resource.create")
    resource = Resource()
    assign(resource, fields, editable=EDITABLE)
    resource.unit = resource.unit or RESOURCE_UNITS.get(resource.kind, "")
    named_action("resource.created")
    return save_checked(resource, taken=TAKEN)


@transaction.atomic
def change_resource(resource: Resource, *, actor: Actor, **changes: Any) -> Resource:
    """Change the resource; amounts stay the numbers they are."""
    actor.require("resource.change")
    locked: Resource = Resource.objects.for_update().get(pk=resource.pk)
    if not changes.get("unit", locked.unit):
        changes["unit"] = RESOURCE_UNITS.get(changes.get("kind", locked.kind), "")
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        named_action("resource.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_resource(resource: Resource, *, actor: Actor) -> None:
    """Delete the resource with the capacities teams have of it; refused while an item needs it."""
    actor.require("resource.delete")
    named_action("resource.deleted")
    delete_checked(Resource.objects.for_update().get(pk=resource.pk))
