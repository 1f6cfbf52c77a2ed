"""What happened and what is happening: jobs and the audit ledger."""

from __future__ import annotations

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request

from core.api.streaming import json_lines
from tenancy.api.actions import record_action
from tenancy.api.serializers import JobProgressSerializer, JobSerializer, LedgerEventSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet
from tenancy.filters import JobFilterSet, LedgerEventFilterSet
from tenancy.models import Job, LedgerEvent
from tenancy.permissions import MANAGERS
from tenancy.services.jobs import progress_of
from tenancy.services.ledger import record_event

EXPORT_CHUNK = 2000


class JobViewSet(ReadOnlyTenantViewSet):
    """Background work: one's own; owners and admins see everybody's, for results may hold what others may not see."""

    model = Job
    serializer_class = JobSerializer
    filterset_class = JobFilterSet

    def get_queryset(self) -> Any:
        jobs = super().get_queryset()
        return jobs if self.actor.role in MANAGERS else jobs.filter(created_by=self.actor.user)

    @record_action("job.view", methods=["get"], output_serializer=JobProgressSerializer)
    def progress(self, instance: Job, data: dict[str, Any]) -> dict[str, Any]:
        """How far the job is, as last reported."""
        return {"status": instance.status, **progress_of(instance)}


class LedgerEventViewSet(ReadOnlyTenantViewSet):
    """The append-only audit ledger, newest first."""

    model = LedgerEvent
    serializer_class = LedgerEventSerializer
    filterset_class = LedgerEventFilterSet
    lookup_value_converter = "int"

    @extend_schema(responses={(200, "application/x-ndjson"): OpenApiTypes.STR})
    @action(detail=False, methods=["get"])
    def export(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """All matching events, oldest first, one JSON object a line; the export is itself recorded."""
        self.actor.require("ledger.export")
        events = self.filter_queryset(self.get_queryset()).order_by("id")
        record_event("ledger.exported", table="tenancy_ledgerevent", filters=request.GET.dict())
        reader = self.reader(events)
        assert reader is not None

        def rows() -> Any:
            for row in events.values_list(*reader.paths).iterator(chunk_size=EXPORT_CHUNK):
                yield reader.as_dicts([row])[0]

        return json_lines(request, rows, filename="ledger.jsonl")
