"""The database backend named in settings: ENGINE = "core.database"."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL; a kept connection is tested by its socket instead of by a query.

    An idle connection has nothing to say: if its socket can be read, the server has closed it (restart, timeout,
    administrator's command), and Django opens a new one.
    """

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return not poll.poll(0)
