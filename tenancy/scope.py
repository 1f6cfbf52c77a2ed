"""The tenant scope: which organization this piece of work may touch, in Python and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection, transaction

if TYPE_CHECKING:
    from tenancy.actor import Actor

_current: ContextVar[Actor | None] = ContextVar("tenant_scope", default=None)

_SET = (
    "SELECT set_config('app.organization_id', %s, true), set_config('app.actor_id', %s, true),"
    " set_config('app.on_behalf_of_id', %s, true), set_config('app.request_id', %s, true),"
    " set_config('app.source', %s, true), set_config('app.action', '', true), set_config('app.reason', '', true)"
)


class ScopeError(RuntimeError):
    """Tenant rows were asked for outside a scope, or a scope would switch organizations midway."""


def current_actor() -> Actor:
    """The actor of the open scope; raises ScopeError outside one."""
    actor = _current.get()
    if actor is None:
        raise ScopeError("No tenant scope is open: wrap this work in tenant_scope(actor).")
    return actor


def current_organization_id() -> UUID:
    """The organization of the open scope; raises ScopeError outside one."""
    return current_actor().organization_id


@contextmanager
def tenant_scope(actor: Actor) -> Iterator[Actor]:
    """Open a transaction whose every query sees one organization only.

    Nested scopes of the same organization are allowed and restore the outer actor; a different
    organization inside an open scope raises ScopeError, because rows already locked or read
    belong to the first.
    """
    with scoped_transaction():
        enter(actor)
        _apply(actor)
        yield actor


@contextmanager
def scoped_transaction() -> Iterator[None]:
    """A transaction at whose end the scope, in Python and in PostgreSQL, is what it was before.

    The PostgreSQL settings are local to the transaction, but a released savepoint does not undo
    them: inside another transaction the outer values are put back by hand.
    """
    outer = _current.get()
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        try:
            yield
        finally:
            _current.set(outer)
            if not (is_outermost or connection.needs_rollback or connection.closed_in_transaction):
                _apply(outer)


def enter(actor: Actor) -> None:
    """Make the actor's organization the current one of a scoped transaction, in Python only."""
    outer = _current.get()
    if outer is not None and outer.organization_id != actor.organization_id:
        raise ScopeError("A tenant scope cannot switch to another organization.")
    _current.set(actor)


def _apply(actor: Actor | None) -> None:
    values = ("", "", "", "", "")
    if actor is not None:
        values = (
            str(actor.organization_id),
            str(actor.user_id or ""),
            str(actor.on_behalf_of_id or ""),
            actor.request_id,
            actor.source,
        )
    with connection.cursor() as cursor:
        cursor.execute(_SET, values)


def named_action(action: str, *, reason: str = "") -> None:
    """Name what the following writes of this transaction mean, for the ledger.

    Services call it once, before their first write; the trigger stamps it on every row it records.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.action', %s, true), set_config('app.reason', %s, true)", [action, reason]
        )
