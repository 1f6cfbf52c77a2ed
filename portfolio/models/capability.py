"""The capability map: features, the platform services they stand on, and what is being built of them."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from portfolio.enums import CapabilityKind, CapabilityMaturity
from portfolio.models.initiative import Initiative
from portfolio.querysets import CapabilityQuerySet, InitiativeRowQuerySet
from tenancy.models import Team, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class Capability(TenantOwned):
    """Something the product can do, or a service of the platform that makes it possible."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=CapabilityKind, default=CapabilityKind.FEATURE)
    maturity = models.CharField(max_length=12, choices=CapabilityMaturity, default=CapabilityMaturity.PLANNED)
    description = models.TextField(blank=True)
    owning_team = TenantForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = TenantManager.from_queryset(CapabilityQuerySet)()

    class Meta:
        verbose_name_plural = "capabilities"
        constraints = [models.UniqueConstraint("organization", Upper("name"), name="portfolio_capability_name")]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="portfolio_capability_by_name"),
            models.Index(fields=["organization", "-updated_at", "id"], name="portfolio_capability_updated"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class CapabilityDependency(TenantOwned):
    """One capability stands on another; the map has no circles."""

    label_related = ("consumer", "provider")

    consumer = TenantForeignKey(Capability, on_delete=models.CASCADE, related_name="+")
    provider = TenantForeignKey(Capability, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "capability dependencies"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "consumer", "provider"], name="portfolio_capabilitydependency_pair"
            ),
            models.CheckConstraint(
                condition=~Q(consumer=F("provider")),
                name="portfolio_capabilitydependency_not_itself",
                violation_error_message="A capability cannot stand on itself.",
            ),
        ]
        ordering = ["consumer", "id"]

    def __str__(self) -> str:
        return f"{self.consumer} stands on {self.provider}"


class CapabilityInitiative(TenantOwned):
    """An initiative that builds or changes a capability."""

    label_related = ("capability", "initiative")

    capability = TenantForeignKey(Capability, on_delete=models.CASCADE, related_name="+")
    initiative = TenantForeignKey(Initiative, on_delete=models.CASCADE, related_name="+")

    objects = TenantManager.from_queryset(InitiativeRowQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "capability", "initiative"], name="portfolio_capabilityinitiative_pair"
            ),
        ]
        ordering = ["capability", "id"]

    def __str__(self) -> str:
        return f"{self.initiative} builds {self.capability}"
