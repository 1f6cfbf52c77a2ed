"""From a credential to an actor."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils import timezone

from tenancy.actor import Actor
from tenancy.models import ApiToken, Organization, User
from tenancy.scope import enter, scoped_transaction

_START = "fairlead_"
USED_RESOLUTION = timedelta(minutes=5)


class InvalidTokenError(Exception):
    """The bearer token is unknown here, expired or revoked; the message says which."""


class _Bearer(NamedTuple):
    """What a token's row says of it and of its member."""

    token_id: UUID
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    role: str
    functions: list[str]
    is_active: bool
    user_id: UUID
    email: str
    name: str


def hash_token(secret: str) -> bytes:
    """SHA-256 of a token; enough for 256 random bits, which cannot be guessed from a dictionary."""
    return sha256(secret.encode()).digest()


def new_secret() -> str:
    """A fresh bearer token."""
    return _START + secrets.token_urlsafe(32)


# Fixed text: every request pays for two of these, and building them through the ORM costs more than running them.
_ORGANIZATION = """
    SELECT id, name, slug, currency, discount_rate, created_at, set_config('app.organization_id', id::text, true),
        set_config('app.source', %s, true), set_config('app.request_id', %s, true)
    FROM tenancy_organization WHERE slug = %s
"""
_MEMBER = """
    SELECT m.role, m.functions, set_config('app.actor_id', u.id::text, true)
    FROM tenancy_membership m JOIN tenancy_user u ON u.id = m.user_id
    WHERE m.organization_id = %s AND u.id = %s AND m.is_active AND u.is_active
"""
_BEARER = """
    SELECT t.id, t.scopes, t.expires_at, t.revoked_at, t.last_used_at, m.role, m.functions,
        m.is_active AND u.is_active, u.id, u.email, u.name, set_config('app.actor_id', u.id::text, true)
    FROM tenancy_apitoken t
    JOIN tenancy_membership m ON m.organization_id = t.organization_id AND m.id = t.membership_id
    JOIN tenancy_user u ON u.id = m.user_id
    WHERE t.organization_id = %s AND t.token_hash = %s
"""


@contextmanager
def organization_scope(slug: str, *, source: str, request_id: str) -> Iterator[Organization | None]:
    """Find the organization and open its scope, as the system, with one statement; None when there is none."""
    with scoped_transaction():
        row = _fetch(_ORGANIZATION, [source, request_id, slug])
        if row is None:
            yield None
            return
        fields = ("id", "name", "slug", "currency", "discount_rate", "created_at")
        organization = Organization.from_db(DEFAULT_DB_ALIAS, fields, row[: len(fields)])
        enter(Actor.system(organization, source=source, request_id=request_id))
        yield organization


def _fetch(sql: str, parameters: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def become_member(
    user: AbstractBaseUser | AnonymousUser, *, organization: Organization, source: str, request_id: str
) -> Actor | None:
    """Act in the open scope as the signed-in person, or None when they are not a member."""
    row = _fetch(_MEMBER, [organization.pk, user.pk])
    if row is None or not isinstance(user, User):
        return None
    role, functions, _ = row
    actor = Actor(
        organization=organization,
        user=user,
        role=role,
        functions=frozenset(functions),
        source=source,
        request_id=request_id,
    )
    enter(actor)
    return actor


def become_bearer(secret: str, *, organization: Organization, request_id: str) -> Actor:
    """Act in the open scope as the member a token stands for, limited to its scopes.

    Looked up inside the organization named in the URL, so a token of another organization is
    unknown here. Raises InvalidTokenError.
    """
    row = _fetch(_BEARER, [organization.pk, hash_token(secret)])
    token = _Bearer(*row[:-1]) if row else None
    if token is None or not token.is_active:
        raise InvalidTokenError("The token is not valid here.")
    now = timezone.now()
    if token.revoked_at is not None:
        raise InvalidTokenError("The token was revoked.")
    if token.expires_at is not None and token.expires_at <= now:
        raise InvalidTokenError("The token has expired.")
    if token.last_used_at is None or now - token.last_used_at > USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.token_id).update(last_used_at=now)
    user = User(pk=token.user_id, email=token.email, name=token.name)
    actor = Actor(
        organization=organization,
        user=user,
        role=token.role,
        functions=frozenset(token.functions),
        token_id=token.token_id,
        token_scopes=frozenset(token.scopes),
        source="api",
        request_id=request_id,
    )
    enter(actor)
    return actor
