"""Organizations: the ones a person belongs to, and the one in the URL."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api import etags
from core.api.renderers import dump
from core.api.views import ApiViewMixin, json_response
from core.errors import StaleVersionError
from tenancy.api.serializers import OrganizationSerializer, OwnOrganizationsSerializer
from tenancy.api.views import TenantAPIView
from tenancy.models import Organization
from tenancy.selectors.memberships import memberships_of
from tenancy.services.organizations import change_organization


class OwnOrganizationsView(ApiViewMixin, APIView):
    """The organizations the signed-in person belongs to."""

    metadata_class = None

    @extend_schema(operation_id="organizations_list", responses=OwnOrganizationsSerializer)
    def get(self, request: Request) -> HttpResponse:
        """Own organizations, by name; a token belongs to one organization and cannot ask."""
        if request.headers.get("Authorization", "").lower().startswith("bearer "):
            raise NotAuthenticated("A token belongs to one organization: use /api/v1/organizations/{organization}/.")
        own = [
            {"id": found.organization_id, "name": found.name, "slug": found.slug, "role": found.role}
            for found in memberships_of(request.user)
        ]
        return json_response({"results": own, "next": None, "previous": None})


class OrganizationView(TenantAPIView):
    """Name, reporting currency and discount rate of the organization."""

    rights = {"get": "organization.view", "patch": "organization.change"}
    problem_statuses = (412,)

    @extend_schema(operation_id="organization_retrieve", responses=OrganizationSerializer)
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """The organization of the URL."""
        return _answer(self.actor.organization)

    @extend_schema(
        operation_id="organization_partial_update", request=OrganizationSerializer, responses=OrganizationSerializer
    )
    def patch(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Change the settings that are sent."""
        locked = Organization.objects.select_for_update().get(pk=self.actor.organization_id)
        wanted = request.META.get("HTTP_IF_MATCH")
        if wanted is not None and wanted.strip() != "*" and _answer(locked)["ETag"] not in wanted:
            raise StaleVersionError("The organization has changed since you read it; read it again.")
        serializer = OrganizationSerializer(
            locked, data=request.data, partial=True, context=self.get_serializer_context()
        )
        serializer.is_valid(raise_exception=True)
        return _answer(change_organization(locked, actor=self.actor, **serializer.validated_data))


def _answer(organization: Organization) -> HttpResponse:
    body = dump(OrganizationSerializer(organization).data)
    response = HttpResponse(body, content_type="application/json")
    response["ETag"] = etags.etag_of(body, None)
    return response
