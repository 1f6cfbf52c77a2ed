"""REST of public links and exports."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request

from core.api.renderers import dump
from core.api.serializers import STAMPS, StrictCharField
from core.errors import InvalidInputError
from roadmap.enums import PublishedField
from roadmap.filters import PublicLinkFilterSet, RoadmapExportFilterSet
from roadmap.models import PublicLink, RoadmapExport
from roadmap.services.public_links import (
    LONGEST_PASSWORD,
    address_of,
    change_public_link,
    create_public_link,
    revoke_public_link,
)
from roadmap.services.roadmap_exports import file_of, request_export
from tenancy.api.actions import record_action
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.api.viewsets import TenantViewSet


class PublicLinkSerializer(TenantModelSerializer):
    """A link without its secret; `password` is only ever sent in, an empty one takes the present one away."""

    allowed_fields = serializers.ListField(
        child=serializers.ChoiceField(choices=PublishedField.choices), required=False, max_length=len(PublishedField)
    )
    allowed_origins = serializers.ListField(child=StrictCharField(max_length=200), required=False, max_length=20)
    filters = serializers.DictField(
        child=serializers.ListField(child=StrictCharField(max_length=200), max_length=20), required=False
    )
    password = StrictCharField(
        write_only=True, required=False, allow_blank=True, max_length=LONGEST_PASSWORD, trim_whitespace=False
    )

    class Meta:
        model = PublicLink
        fields = [
            "id",
            "roadmap",
            "name",
            "kind",
            "audience",
            "allowed_fields",
            "grouping",
            "filters",
            "allowed_origins",
            "expires_at",
            "password",
            "revoked_at",
            "token_start",
            *STAMPS,
        ]
        read_only_fields = ["revoked_at", "token_start"]

    def get_fields(self) -> dict[str, serializers.Field]:
        """What an existing link shows and how it opens cannot be set: make another."""
        fields = super().get_fields()
        if self.instance is not None:
            fields["roadmap"].read_only = fields["kind"].read_only = True
        return fields


class CreatedPublicLinkSerializer(PublicLinkSerializer):
    """The answer to a creation: the only one that holds the address."""

    address = serializers.URLField(read_only=True)

    class Meta(PublicLinkSerializer.Meta):
        fields = [*PublicLinkSerializer.Meta.fields, "address"]


class PublicLinkViewSet(TenantViewSet):
    """Public links: addresses that show a roadmap to people without an account.

    The answer to a creation holds the address and is therefore not kept for an Idempotency-Key.
    """

    model = PublicLink
    serializer_class = PublicLinkSerializer
    filterset_class = PublicLinkFilterSet
    output_serializers = {"create": CreatedPublicLinkSerializer}
    ordering_fields = ("name", "updated_at")
    search_fields = ("name",)
    is_idempotent_by_key = False

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Publish a roadmap; the link's address is in this answer and nowhere else."""
        response = super().create(request, **kwargs)
        response.content = dump({**orjson.loads(response.content), "address": self._address})
        response["Cache-Control"] = "no-store"
        return response

    def perform_create(self, serializer: Any) -> PublicLink:
        link, secret = create_public_link(actor=self.actor, **serializer.validated_data)
        self._address = address_of(link, secret)
        return link

    def perform_update(self, serializer: Any) -> PublicLink:
        return change_public_link(serializer.instance, actor=self.actor, **serializer.validated_data)

    @record_action("public_link.revoke")
    def revoke(self, instance: PublicLink, data: dict[str, Any]) -> PublicLink:
        """Close the link for good."""
        return revoke_public_link(instance, actor=self.actor)


class RoadmapExportSerializer(TenantModelSerializer):
    """A file: which plan, in which format, and whether it is made."""

    items = TenantRelatedField(
        model="roadmap.RoadmapItem",
        many=True,
        required=False,
        write_only=True,
        help_text="Absent: all of the roadmap's items.",
    )

    class Meta:
        model = RoadmapExport
        fields = ["id", "roadmap", "file_format", "grouping", "items", "job", "made_at", "byte_count", *STAMPS]
        read_only_fields = ["job", "made_at", "byte_count"]


class RoadmapExportViewSet(TenantViewSet):
    """Files made of roadmaps, each for whoever asked for it; a large one is made by a job. They are kept for a day."""

    model = RoadmapExport
    serializer_class = RoadmapExportSerializer
    filterset_class = RoadmapExportFilterSet
    ordering_fields = ("created_at",)

    def perform_create(self, serializer: Any) -> RoadmapExport:
        wanted = dict(serializer.validated_data)
        items = wanted.pop("items", None)
        if items is not None and any(item.roadmap_id != wanted["roadmap"].pk for item in items):
            raise InvalidInputError("An item lies on another roadmap.", pointer="items")
        item_ids = None if items is None else [item.pk for item in items]
        return request_export(actor=self.actor, item_ids=item_ids, **wanted)

    @extend_schema(request=None, responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def content(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The file itself, once it is made."""
        file = file_of(self.get_record("roadmap_export.view"))
        response = HttpResponse(file.content, content_type=file.content_type)
        response["Content-Disposition"] = f'attachment; filename="{file.name}"'
        response["Cache-Control"] = "private, no-store"
        return response
