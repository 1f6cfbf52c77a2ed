"""Request rate per token, or per person for sessions."""

from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle


class ActorThrottle(SimpleRateThrottle):
    """Counts in the cache; while the cache is away nobody is throttled."""

    scope = "actor"

    def get_cache_key(self, request: Request, view: object) -> str | None:
        actor = getattr(request._request, "actor", None)
        if actor is None:
            return f"throttle:address:{self.get_ident(request)}"
        return f"throttle:{actor.token_id or actor.user_id}"
