"""Tells a PostgreSQL server that cannot be reached, for instance while it restarts, from every other error."""

from collections.abc import Iterator

import psycopg
from django.db import InterfaceError, OperationalError

# Connection exceptions; shut down by an administrator, crashed, starting up; too many connections.
_SQLSTATES = ("08", "57P01", "57P02", "57P03", "53300")


def is_outage(error: BaseException | None) -> bool:
    """Whether the error, or the one it was raised from, says that the server is away or has ended the connection.

    Deadlocks, timeouts and full disks are not: there the server answers.
    """
    return any(_says_so(each) for each in _chain(error) if isinstance(each, psycopg.Error))


def _says_so(error: psycopg.Error) -> bool:
    if error.sqlstate is not None:
        return error.sqlstate.startswith(_SQLSTATES)
    # Without a state libpq speaks and not the server; psycopg's InterfaceError is a connection closed earlier.
    return isinstance(error, psycopg.OperationalError) or "connection is closed" in str(error)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and, of Django's database errors, psycopg's behind it."""
    if error is not None:
        yield error
        if isinstance(error, (InterfaceError, OperationalError)) and error.__cause__ is not None:
            yield error.__cause__
