"""Base of REST views that run inside an organization."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from core.api.views import ApiViewMixin
from tenancy.actor import Actor
from tenancy.api.idempotency import IdempotencyMixin


class ActorViewMixin(IdempotencyMixin, ApiViewMixin):
    """Knows the actor, checks the right of the operation, honours Idempotency-Key."""

    metadata_class = None
    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate and throttle, then check the right, then look the Idempotency-Key up."""
        super().initial(request, *args, **kwargs)
        self.actor = request._request.actor
        self.check_right()
        self.begin_idempotency(request, self.actor)

    def check_right(self) -> None:
        """Raise NotPermittedError when the actor cannot do this at all; rights on one record are checked later."""

    def get_serializer_context(self) -> dict[str, Any]:
        """What serializers and related fields know."""
        return {"actor": getattr(self, "actor", None), "request": self.request, "view": self}


class TenantAPIView(ActorViewMixin, APIView):
    """A view that is not about the records of one model; `rights` names the action per HTTP method."""

    rights: ClassVar[dict[str, str]] = {}

    def check_right(self) -> None:
        method = "get" if self.request.method == "HEAD" else str(self.request.method).lower()
        if method in self.rights:
            self.actor.require(self.rights[method])

    def validated(self, serializer_class: Any, *, data: Any = None) -> dict[str, Any]:
        """The request's body (or `data`), validated; raises ValidationError."""
        given = self.request.data if data is None else data
        serializer = serializer_class(data=given, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data
