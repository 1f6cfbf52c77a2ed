"""Gates of milestones: the items a milestone waits for."""

from django.db import transaction

from roadmap.models import Milestone, MilestoneGate, RoadmapItem
from roadmap.services.access import lock_permitted, require_unlike, save_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action


@transaction.atomic
def create_milestone_gate(*, milestone: Milestone, item: RoadmapItem, actor: Actor) -> MilestoneGate:
    """Let a milestone wait for an item, of another roadmap too."""
    actor.require("milestone_gate.create")
    gate = MilestoneGate(milestone=milestone, item=item)
    require_unlike(gate, "milestone", "item", message="The milestone waits for this item already.")
    named_action("milestone_gate.created")
    return save_permitted(gate, "create", actor=actor)


@transaction.atomic
def delete_milestone_gate(gate: MilestoneGate, *, actor: Actor) -> None:
    """Let the milestone no longer wait for the item."""
    locked = lock_permitted(gate, "delete", actor=actor)
    named_action("milestone_gate.deleted")
    locked.delete()
