"""API tokens."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.request import Request

from core.api.renderers import dump
from core.errors import InvalidInputError
from tenancy.api.actions import record_action
from tenancy.api.serializers import ApiTokenSerializer, CreatedApiTokenSerializer
from tenancy.api.viewsets import TenantViewSet
from tenancy.filters import ApiTokenFilterSet
from tenancy.models import ApiToken, Membership
from tenancy.services import tokens


class ApiTokenViewSet(TenantViewSet):
    """Bearer tokens: own ones, and those of service accounts for who manages them.

    The answer to a creation holds the secret and is therefore not kept for an Idempotency-Key.
    """

    model = ApiToken
    serializer_class = ApiTokenSerializer
    filterset_class = ApiTokenFilterSet
    output_serializers = {"create": CreatedApiTokenSerializer}
    ordering_fields = ("name", "expires_at")
    is_idempotent_by_key = False

    def create(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Create a token; its secret is in this answer and nowhere else."""
        response = super().create(request, **kwargs)
        response.content = dump({**orjson.loads(response.content), "secret": self._secret})
        response["Cache-Control"] = "no-store"
        return response

    def perform_create(self, serializer: Any) -> ApiToken:
        wanted = dict(serializer.validated_data)
        membership = wanted.pop("membership", None) or Membership.objects.active().filter(user=self.actor.user).first()
        if membership is None:
            raise InvalidInputError("Name the membership the token is for.", pointer="membership")
        token, self._secret = tokens.create_api_token(membership=membership, actor=self.actor, **wanted)
        return token

    @record_action("api_token.revoke")
    def revoke(self, instance: ApiToken, data: dict[str, Any]) -> ApiToken:
        """Make the token worthless at once."""
        return tokens.revoke_api_token(instance, actor=self.actor)
