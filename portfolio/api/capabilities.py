"""REST of the capability map."""

from typing import Any

from core.api.serializers import STAMPS
from portfolio.filters.audience import CapabilityDependencyFilterSet, CapabilityFilterSet, CapabilityInitiativeFilterSet
from portfolio.models import Capability, CapabilityDependency, CapabilityInitiative
from portfolio.services import capabilities
from tenancy.api.bulk import BulkCreateMixin
from tenancy.api.serializers import TenantModelSerializer
from tenancy.api.viewsets import TenantViewSet

_AS_CAPABILITY = {"create": "capability.change", "bulk_create": "capability.change", "destroy": "capability.change"}


class CapabilitySerializer(TenantModelSerializer):
    """Something the product can do, or a service of the platform that makes it possible."""

    class Meta:
        model = Capability
        fields = ["id", "name", "kind", "maturity", "description", "owning_team", *STAMPS]


class CapabilityDependencySerializer(TenantModelSerializer):
    """`consumer` stands on `provider`; a circle is refused."""

    class Meta:
        model = CapabilityDependency
        fields = ["id", "consumer", "provider", *STAMPS]


class CapabilityInitiativeSerializer(TenantModelSerializer):
    """An initiative that builds or changes a capability."""

    class Meta:
        model = CapabilityInitiative
        fields = ["id", "capability", "initiative", *STAMPS]


class CapabilityViewSet(BulkCreateMixin, TenantViewSet):
    """Capabilities: features, and the platform services they stand on."""

    model = Capability
    serializer_class = CapabilitySerializer
    filterset_class = CapabilityFilterSet
    search_fields = ("name", "description")
    ordering = ("name",)
    ordering_fields = ("name", "updated_at")

    def perform_create(self, serializer: Any) -> Capability:
        return capabilities.create_capability(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Capability:
        return capabilities.change_capability(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Capability) -> None:
        capabilities.delete_capability(instance, actor=self.actor)


class CapabilityDependencyViewSet(BulkCreateMixin, TenantViewSet):
    """What stands on what."""

    model = CapabilityDependency
    serializer_class = CapabilityDependencySerializer
    filterset_class = CapabilityDependencyFilterSet
    rights = _AS_CAPABILITY

    def perform_create(self, serializer: Any) -> CapabilityDependency:
        return capabilities.add_dependency(actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: CapabilityDependency) -> None:
        capabilities.remove_dependency(instance, actor=self.actor)


class CapabilityInitiativeViewSet(BulkCreateMixin, TenantViewSet):
    """Which initiatives build which capabilities."""

    model = CapabilityInitiative
    serializer_class = CapabilityInitiativeSerializer
    filterset_class = CapabilityInitiativeFilterSet
    rights = _AS_CAPABILITY

    def perform_create(self, serializer: Any) -> CapabilityInitiative:
        return capabilities.link_capability(actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: CapabilityInitiative) -> None:
        capabilities.unlink_capability(instance, actor=self.actor)
