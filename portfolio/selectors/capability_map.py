"""The capability map: what stands on what, and what is being built of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from portfolio.models import Capability, CapabilityDependency, CapabilityInitiative, Initiative
from tenancy.actor import Actor


@dataclass(frozen=True)
class CapabilityMap:
    """Capabilities by id, and the ids each stands on."""

    capabilities: dict[UUID, Capability]
    stands_on: dict[UUID, list[UUID]]


def capability_map(actor: Actor) -> CapabilityMap:
    """Everything; two queries. Each capability carries `builders`: initiatives the actor may see that build it."""
    rows = with_builders(Capability.objects.permitted(actor), actor=actor).select_related("owning_team")
    capabilities = {row.pk: row for row in rows.order_by("name", "pk")}
    stands_on: dict[UUID, list[UUID]] = {}
    for consumer, provider in CapabilityDependency.objects.order_by("created_at", "pk").values_list(
        "consumer_id", "provider_id"
    ):
        stands_on.setdefault(consumer, []).append(provider)
    return CapabilityMap(capabilities, stands_on)


def with_builders(rows: Any, *, actor: Actor) -> Any:
    """Annotate `builders`, and `consumers`: how many capabilities stand on it."""
    links = CapabilityInitiative.objects.permitted(actor).filter(capability=OuterRef("pk")).order_by()
    above = CapabilityDependency.objects.filter(provider=OuterRef("pk")).order_by()
    return rows.annotate(
        builders=Coalesce(Subquery(links.values("capability").annotate(n=Count("pk")).values("n")), 0),
        consumers=Coalesce(Subquery(above.values("provider").annotate(n=Count("pk")).values("n")), 0),
    )


def neighbours(capability: Capability) -> tuple[Any, Any]:
    """What it stands on, and what stands on it, by name."""
    links = CapabilityDependency.objects.select_related("consumer", "provider")
    below = links.filter(consumer=capability).order_by("provider__name", "pk")
    above = links.filter(provider=capability).order_by("consumer__name", "pk")
    return below, above


def builders(capability: Capability, *, actor: Actor) -> Any:
    """Links to the initiatives that build it and that the actor may see, by title."""
    links = CapabilityInitiative.objects.permitted(actor).filter(capability=capability)
    return links.select_related("initiative").order_by("initiative__title", "pk")


def capabilities_of(initiative: Initiative, *, actor: Actor) -> Any:
    """Capabilities the initiative builds or changes, by name."""
    links = CapabilityInitiative.objects.filter(initiative=initiative).order_by().values("capability_id")
    return Capability.objects.permitted(actor).filter(pk__in=links).order_by("name", "pk")
