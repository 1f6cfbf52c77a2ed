"""The capability map: what there is, what stands on what, which initiatives build it."""

from typing import Any
from uuid import UUID

from django.db import transaction

from core.errors import InvalidInputError
from portfolio.models import Capability, CapabilityDependency, CapabilityInitiative, Initiative
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"name", "kind", "maturity", "description", "owning_team"})
TAKEN = {"portfolio_capability_name": ("name", "There is already a capability of this name.")}


@transaction.atomic
def create_capability(*, actor: Actor, **fields: Any) -> Capability:
    """A new capability."""
    actor.require("capability.create")
    capability = Capability()
    assign(capability, fields, editable=EDITABLE)
    named_action("capability.created")
    return save_checked(capability, taken=TAKEN)


@transaction.atomic
def change_capability(capability: Capability, *, actor: Actor, **changes: Any) -> Capability:
    """Change the capability."""
    actor.require("capability.change")
    locked: Capability = Capability.objects.for_update().get(pk=capability.pk)
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        named_action("capability.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def delete_capability(capability: Capability, *, actor: Actor) -> None:
    """Delete the capability with its links; what stood on it no longer does."""
    actor.require("capability.delete")
    named_action("capability.deleted")
    delete_checked(Capability.objects.for_update().get(pk=capability.pk))


@transaction.atomic
def add_dependency(consumer: Capability, *, provider: Capability, actor: Actor) -> CapabilityDependency:
    """Say that one capability stands on another; saying it again changes nothing. A circle is refused by name."""
    actor.require("capability.change")
    # All rows in one order: two people cannot close a circle together.
    names = dict(Capability.objects.for_update().order_by("pk").values_list("pk", "name"))
    known = CapabilityDependency.objects.filter(consumer=consumer, provider=provider).first()
    if known is not None:
        return known
    circle = _path(provider.pk, consumer.pk)
    if circle:
        around = " → ".join(names[pk] for pk in [consumer.pk, *circle])
        raise InvalidInputError(f"That would be a circle: {around}.", pointer="provider")
    named_action("capability.dependency_added")
    return save_checked(CapabilityDependency(consumer=consumer, provider=provider))


@transaction.atomic
def remove_dependency(dependency: CapabilityDependency, *, actor: Actor) -> None:
    """Take back that one capability stands on another."""
    actor.require("capability.change")
    named_action("capability.dependency_removed")
    delete_checked(CapabilityDependency.objects.for_update().get(pk=dependency.pk))


@transaction.atomic
def link_capability(capability: Capability, *, initiative: Initiative, actor: Actor) -> CapabilityInitiative:
    """Say that an initiative builds the capability; saying it again changes nothing."""
    actor.require("capability.change")
    if not Initiative.objects.permitted(actor).filter(pk=initiative.pk).exists():
        raise InvalidInputError(NO_SUCH_RECORD, pointer="initiative")
    known = CapabilityInitiative.objects.filter(capability=capability, initiative=initiative).first()
    if known is not None:
        return known
    named_action("capability.initiative_linked")
    return save_checked(CapabilityInitiative(capability=capability, initiative=initiative))


@transaction.atomic
def unlink_capability(link: CapabilityInitiative, *, actor: Actor) -> None:
    """Take back that an initiative builds a capability."""
    actor.require("capability.change")
    named_action("capability.initiative_unlinked")
    delete_checked(CapabilityInitiative.objects.for_update().get(pk=link.pk))


def _path(start: UUID, end: UUID) -> list[UUID]:
    """Capabilities from start to end along what stands on what, both included; empty when there is no way."""
    providers: dict[UUID, list[UUID]] = {}
    for consumer, provider in CapabilityDependency.objects.order_by().values_list("consumer_id", "provider_id"):
        providers.setdefault(consumer, []).append(provider)
    came_from: dict[UUID, UUID | None] = {start: None}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            break
        for further in providers.get(here, ()):
            if further not in came_from:
                came_from[further] = here
                waiting.append(further)
    if end not in came_from:
        return []
    path: list[UUID] = [end]
    before = came_from[end]
    while before is not None:
        path.append(before)
        before = came_from[before]
    return path[::-1]
