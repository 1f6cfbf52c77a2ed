"""The cache backend: the site keeps working when the server behind it is away."""

import logging
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _forgiving(method: str, answer: Callable[..., Any]) -> Callable[..., Any]:
    original = getattr(RedisCache, method)

    @wraps(original)
    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            logger.warning("cache unavailable, %s answered as empty: %s", method, type(error).__name__)
            return answer(*args, **kwargs)

    return call


class ForgivingRedisCache(RedisCache):
    """Redis while it is there; a miss while it is not.

    Only what may be lost goes through this cache (throttle counters, progress of running jobs).
    Sessions, lock-outs and job queues live in PostgreSQL.
    """

    get = _forgiving("get", lambda key, default=None, version=None: default)
    get_many = _forgiving("get_many", lambda keys, version=None: {})
    set = _forgiving("set", lambda *args, **kwargs: None)
    set_many = _forgiving("set_many", lambda data, *args, **kwargs: list(data))
    add = _forgiving("add", lambda *args, **kwargs: True)
    touch = _forgiving("touch", lambda *args, **kwargs: False)
    delete = _forgiving("delete", lambda *args, **kwargs: False)
    delete_many = _forgiving("delete_many", lambda *args, **kwargs: None)
    incr = _forgiving("incr", lambda key, delta=1, version=None: delta)
    clear = _forgiving("clear", lambda *args, **kwargs: None)

    @cached_property
    def _writer(self) -> Redis:
        """One client for all counting: making one costs more than the command."""
        return self._cache.get_client(write=True)

    def count_within(self, name: str, seconds: int) -> int:
        """Count one use of `name` and return how often it was used; it is forgotten `seconds` after its first use.

        One round trip, where `add` and `incr` take three. 0 while the server is away.
        """
        key = self.make_key(name)
        try:
            count: int = self._writer.incr(key)
            if count == 1:
                self._writer.expire(key, seconds)
        except (RedisError, OSError):
            return 0
        return count
