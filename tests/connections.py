"""Work on database connections of its own, as another request or worker does it at the same moment."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from core.errors import DomainError
from tenancy.actor import Actor
from tenancy.scope import tenant_scope

PATIENCE_S = 30

Call = tuple[Actor, Callable[[Actor], Any]]


def begin(work: Callable[[], Any]) -> "Future[Any]":
    """Start `work` in a thread; its future has what it returned or raised, once its connections are closed."""
    thread = ThreadPoolExecutor(max_workers=1)
    future = thread.submit(_closing_connections, work)
    thread.shutdown(wait=False)
    return future


def together(*calls: Call) -> list[Any]:
    """Run (actor, function of the actor) pairs at once, each in its scope; what each returned, or its refusal."""
    barrier = Barrier(len(calls))

    def run(actor: Actor, function: Callable[[Actor], Any]) -> Any:
        barrier.wait(timeout=PATIENCE_S)
        try:
            with tenant_scope(actor):
                return function(actor)
        except DomainError as refusal:
            return refusal

    running = [begin(lambda call=call: run(*call)) for call in calls]
    return [future.result(PATIENCE_S) for future in running]


def refusals_together(*calls: Call) -> list[DomainError | None]:
    """As `together`, without what was returned: each one's refusal, or None."""
    return [outcome if isinstance(outcome, DomainError) else None for outcome in together(*calls)]


def _closing_connections(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connections.close_all()
