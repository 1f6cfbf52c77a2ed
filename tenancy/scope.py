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


def has_scope() -> bool:
    """Whether a tenant scope is open."""
    return _current.get() is not None


@contextmanager
def tenant_scope(actor: Actor, *, is_applied: bool = False) -> Iterator[Actor]:
    """Open a transaction whose every query sees one organization only.

    `is_applied` says that a statement of this very transaction has made PostgreSQL's settings already.

    Nested scopes of the same organization are allowed and restore the outer actor; a different
    organization inside an open scope raises ScopeError, because rows already locked or read
    belong to the first. The PostgreSQL settings are local to the transaction, and a released
    savepoint does not undo them, so the outer values are put back by hand.
    """
    outer = _current.get()
    if outer is not None and outer.organization_id != actor.organization_id:
        raise ScopeError("A tenant scope cannot switch to another organization.")
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if not is_applied:
            _apply(actor)
        token = _current.set(actor)
        try:
            yield actor
        finally:
            _current.reset(token)
            if not (is_outermost or connection.needs_rollback or connection.closed_in_transaction):
                _apply(outer)


def act_as(actor: Actor) -> None:
    """Replace the actor of the open scope: the edge opens it to find out who asks, then acts as them.

    The statement that found the actor has named them to PostgreSQL already (tenancy/services/authentication.py).
    """
    if current_organization_id() != actor.organization_id:
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


@contextmanager
def own_rows_of(user_id: UUID) -> Iterator[None]:
    """Let a signed-in person see their own memberships in every organization, and nothing else."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.user_id', %s, true)", [str(user_id)])
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('app.user_id', '', true)")
