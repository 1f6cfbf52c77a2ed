"""Request rate per token, or per person for sessions."""

from __future__ import annotations

import time
from functools import cache as memoize

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class ActorThrottle(BaseThrottle):
    """Counts requests in fixed windows in the cache; while the cache is away nobody is throttled."""

    seconds_left = 0

    def allow_request(self, request: Request, view: object) -> bool:
        """Count this request and leave the headers of draft-ietf-httpapi-ratelimit-headers on it."""
        quota, seconds = _rate(api_settings.DEFAULT_THROTTLE_RATES["actor"])
        now = time.time()
        self.seconds_left = seconds - int(now) % seconds
        count = cache.count_within(f"throttle:{self._caller(request)}:{int(now) // seconds}", seconds * 2)
        request.rate_limit_headers = {
            "RateLimit-Policy": f'"actor";q={quota};w={seconds}',
            "RateLimit": f'"actor";r={max(quota - count, 0)};t={self.seconds_left}',
        }
        return count <= quota

    def wait(self) -> float:
        """Seconds until the next window."""
        return self.seconds_left

    def _caller(self, request: Request) -> str:
        actor = getattr(request._request, "actor", None)
        if actor is not None:
            return str(actor.token_id or actor.user_id)
        return str(request.user.pk) if request.user.is_authenticated else self.get_ident(request)


@memoize
def _rate(text: str) -> tuple[int, int]:
    quota, _, period = text.partition("/")
    return int(quota), _SECONDS[period[0]]
