"""The database backend named in settings: ENGINE = "core.database"."""

import select
from datetime import datetime, tzinfo
from typing import Any

from django.db.backends.postgresql import base
from psycopg.adapt import Loader


class _MomentLoader(Loader):
    """A timestamptz in ISO style, read by the interpreter's own parser: five times as fast as psycopg's pattern."""

    timezone: tzinfo

    def load(self, data: Any) -> datetime:
        """The moment in the connection's time zone; raises ValueError for infinity and years beyond 9999."""
        return datetime.fromisoformat(bytes(data).decode()).astimezone(self.timezone)


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL; a kept connection is tested by its socket instead of by a query.

    An idle connection has nothing to say: if its socket can be read, the server has closed it (restart, timeout,
    administrator's command), and Django opens a new one.
    """

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        # Django compares the loader's time zone with its own, so the attribute must be there.
        loader = type("MomentLoader", (_MomentLoader,), {"timezone": self.timezone})
        connection.adapters.register_loader("timestamptz", loader)
        return connection

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not poll.poll(0)
