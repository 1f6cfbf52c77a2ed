"""REST of KPIs, their observations and their rollups."""

from typing import Any

from django.utils import timezone
from rest_framework.exceptions import ValidationError

from core.api.serializers import changes_of
from portfolio.api.kpi_ingest import described, refused
from portfolio.api.kpi_serializers import (
    AdoptionSerializer,
    CombinedQuerySerializer,
    CombinedValueSerializer,
    KpiDefinitionSerializer,
    KpiSerializer,
    KpiTargetSerializer,
    LibrarySearchSerializer,
)
from portfolio.api.serializers import (
    IngestResultSerializer,
    IngestSerializer,
    KpiObservationSerializer,
    KpiRollupSerializer,
)
from portfolio.filters import KpiFilterSet, KpiObservationFilterSet, KpiRollupFilterSet, KpiTargetFilterSet
from portfolio.models import Kpi, KpiObservation, KpiRollup, KpiTarget
from portfolio.selectors import kpi_library
from portfolio.selectors.kpi_combined import combined_values
from portfolio.selectors.kpi_library import KpiDefinition
from portfolio.services import kpi_targets, kpis
from portfolio.services.kpi_batches import ObservationInput, RefusedRowsError
from portfolio.services.kpi_library import adopt_kpi
from portfolio.services.kpi_observations import delete_observation, record_batch, record_observations
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

    @collection_action(
        "kpi.view",
        methods=["get"],
        input_serializer=LibrarySearchSerializer,
        output_serializer=KpiDefinitionSerializer,
        many=True,
    )
    def library(self, data: dict[str, Any]) -> list[KpiDefinition]:
        """KPIs of the built-in library; `q` searches them."""
        return kpi_library.matching(data["q"])

    @collection_action("kpi.create", input_serializer=AdoptionSerializer, output_serializer=KpiSerializer, status=201)
    def adopt(self, data: dict[str, Any]) -> Any:
        """Use a KPI of the library for an initiative, a portfolio or the organization."""
        adopted = adopt_kpi(actor=self.actor, **data)
        shown = self.get_queryset().get(pk=adopted.pk)
        return KpiSerializer(shown, context=self.get_serializer_context()).data


class KpiTargetViewSet(TenantViewSet):
    """What KPIs shall reach, from which day on; a KPI's next target ends the one before."""

    model = KpiTarget
    serializer_class = KpiTargetSerializer
    filterset_class = KpiTargetFilterSet
    ordering = ("-valid_from",)
    ordering_fields = ("valid_from", "updated_at")

    def perform_create(self, serializer: Any) -> KpiTarget:
        return kpi_targets.set_target(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> KpiTarget:
        changes = changes_of(serializer, fixed=("kpi",))
        changes.setdefault("reason", "")
        return kpi_targets.change_target(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: KpiTarget) -> None:
        kpi_targets.delete_target(instance, actor=self.actor)


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
        try:
            record_observations(observations=[ObservationInput(kpi_id=kpi.pk, **row)], actor=self.actor)
        except RefusedRowsError as error:
            raise ValidationError({name: [message] for name, message in error.rows[0].items()}) from error
        return KpiObservation.objects.get(kpi=kpi, source_id=row["source_id"])

    def perform_destroy(self, instance: KpiObservation) -> None:
        delete_observation(instance, actor=self.actor)

    @collection_action(
        "kpi_observation.create", input_serializer=IngestSerializer, output_serializer=IngestResultSerializer
    )
    def bulk(self, data: dict[str, Any]) -> dict[str, Any]:
        """Store up to 10,000 observations at once; a source id known already corrects, so a batch may be sent twice.

        A refused row refuses all, each named; with `atomic` false the others are stored.
        """
        try:
            result = record_batch(data["rows"], actor=self.actor, is_atomic=data["atomic"])
        except RefusedRowsError as error:
            raise refused(error) from error
        return {
            "created": result.created,
            "corrected": result.corrected,
            "unchanged": result.unchanged,
            "refused": len(result.refusals),
            "outcomes": result.outcomes,
            "errors": described(result.refusals),
        }


class KpiRollupViewSet(ReadOnlyTenantViewSet):
    """Values of KPIs per UTC day, ISO week, month and quarter; a period without observations has no row."""

    model = KpiRollup
    serializer_class = KpiRollupSerializer
    filterset_class = KpiRollupFilterSet
    ordering = ("-period_start",)
    ordering_fields = ("period_start",)

    @collection_action(
        "kpi_rollup.view",
        methods=["get"],
        input_serializer=CombinedQuerySerializer,
        output_serializer=CombinedValueSerializer,
        many=True,
    )
    def combined(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """KPIs of initiatives with the same `definition_key`, put together along the level; no averages of averages."""
        key = data.pop("definition_key", None)
        values = combined_values(actor=self.actor, definition_keys=None if key is None else [key], **data)
        return [dict(CombinedValueSerializer(each).data) for each in values]
