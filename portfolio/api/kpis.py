"""REST of KPIs, their observations and their rollups."""

from typing import Any

from django.utils import timezone

from portfolio.api.serializers import (
    IngestResultSerializer,
    IngestSerializer,
    KpiObservationSerializer,
    KpiRollupSerializer,
    KpiSerializer,
)
from portfolio.filters import KpiFilterSet, KpiObservationFilterSet, KpiRollupFilterSet
from portfolio.models import Kpi, KpiObservation, KpiRollup
from portfolio.services import kpis
from portfolio.services.kpi_observations import ObservationInput, record_observations
from tenancy.api.actions import collection_action
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet


class KpiViewSet(TenantViewSet):
    """KPIs with their newest value and how it stands against the target."""

    model = Kpi
    serializer_class = KpiSerializer
    filterset_class = KpiFilterSet
    search_fields = ("key", "name")
    ordering = ("name",)
    ordering_fields = ("name", "updated_at")

    def get_queryset(self) -> Any:
        return super().get_queryset().with_status(timezone.now())

    def perform_create(self, serializer: Any) -> Kpi:
        return kpis.create_kpi(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Kpi:
        return kpis.change_kpi(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: Kpi) -> None:
        kpis.delete_kpi(instance, actor=self.actor)


class KpiObservationViewSet(TenantViewSet):
    """Measured values; sending a known `source_id` again corrects its value, so a feed may repeat itself."""

    model = KpiObservation
    serializer_class = KpiObservationSerializer
    filterset_class = KpiObservationFilterSet
    ordering = ("-observed_at",)
    ordering_fields = ("observed_at",)

    def perform_create(self, serializer: Any) -> KpiObservation:
        row = dict(serializer.validated_data)
        kpi = row.pop("kpi")
        record_observations(observations=[ObservationInput(kpi_id=kpi.pk, **row)], actor=self.actor)
        return KpiObservation.objects.get(kpi=kpi, source_id=row["source_id"])

    @collection_action(
        "kpi_observation.create", input_serializer=IngestSerializer, output_serializer=IngestResultSerializer
    )
    def bulk(self, data: dict[str, Any]) -> dict[str, int]:
        """Store many observations at once, all or none; the answer counts new, corrected and known ones."""
        rows = [ObservationInput(kpi_id=row.pop("kpi"), **row) for row in data["rows"]]
        result = record_observations(observations=rows, actor=self.actor)
        return {"created": result.created, "corrected": result.corrected, "unchanged": result.unchanged}


class KpiRollupViewSet(ReadOnlyTenantViewSet):
    """Values of KPIs per UTC day and month; a period without observations has no row."""

    model = KpiRollup
    serializer_class = KpiRollupSerializer
    filterset_class = KpiRollupFilterSet
    ordering = ("-period_start",)
    ordering_fields = ("period_start",)
