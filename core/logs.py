"""Log lines: one line an event, with the request id, never a body and never a secret."""

import logging
from contextvars import ContextVar
from copy import copy

from core.database.outages import is_outage

request_id_variable: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Puts the current request's id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id_variable.get()
        return True


class LineFormatter(logging.Formatter):
    """`time level logger request-id message`; line breaks in a message cannot forge a second entry."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """With the traceback of an error, but for a database that is away: every request would print the same one."""
        if record.exc_info and is_outage(record.exc_info[1]):
            record = copy(record)
            record.msg, record.args = f"{record.getMessage()} (the database cannot be reached)", ()
            record.exc_info = record.exc_text = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name logging calls
        return super().formatMessage(record).replace("\n", "\\n").replace("\r", "\\r")
