"""Which initiatives wait for each other, as their items on roadmaps tell."""

from uuid import UUID

from portfolio.hooks import InitiativeDependency
from roadmap.models import Dependency
from tenancy.actor import Actor

SOURCE = "roadmap"


def initiative_dependencies(*, initiative_ids: set[UUID], actor: Actor) -> list[InitiativeDependency]:
    """Pairs of different initiatives, both among those given, joined by a dependency the actor may see."""
    visible = Dependency.objects.permitted(actor).filter(
        successor__initiative__in=initiative_ids, predecessor__initiative__in=initiative_ids
    )
    pairs = set(visible.order_by().values_list("successor__initiative_id", "predecessor__initiative_id"))
    return [
        InitiativeDependency(dependent, needed, SOURCE) for dependent, needed in sorted(pairs) if dependent != needed
    ]
