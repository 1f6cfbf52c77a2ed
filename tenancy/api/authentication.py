"""REST authentication: the middleware has already found the actor; this only enforces CSRF for sessions."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class ActorAuthentication(SessionAuthentication):
    """A bearer token needs no CSRF token, a session does."""

    def authenticate(self, request: Request) -> Any:
        actor = getattr(request._request, "actor", None)
        if actor is not None and actor.token_id is not None:
            return actor.user, actor
        return super().authenticate(request)

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="fairlead"'
