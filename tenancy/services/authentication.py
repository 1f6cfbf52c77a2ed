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
    """What a token's row says of it and of its member; all None when the organization has no such token."""

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


# One round trip each, with plans that are kept: every request pays for one of them (sql/authentication.sql).
_MEMBER = "SELECT * FROM tenancy_open_as_member(%s, %s, %s, %s)"
_BEARER = "SELECT * FROM tenancy_open_as_bearer(%s, %s, %s, %s)"
_ORGANIZATION_FIELDS = ("id", "name", "slug", "currency", "discount_rate", "created_at")


@contextmanager
def member_scope(
    user: AbstractBaseUser | AnonymousUser, slug: str, *, source: str, request_id: str
) -> Iterator[Actor | None]:
    """The organization's scope with the signed-in person as actor; None when it does not exist or is not theirs."""
    with scoped_transaction():
        row = _fetch(_MEMBER, [slug, user.pk, source, request_id])
        yield None if row is None else _become_member(row, user, source=source, request_id=request_id)


@contextmanager
def bearer_scope(secret: str, slug: str, *, request_id: str) -> Iterator[Actor]:
    """The organization's scope as the member a token stands for, limited to the token's scopes.

    Looked up inside the organization named in the URL, so a token of another organization is
    unknown here. Raises InvalidTokenError.
    """
    with scoped_transaction():
        row = _fetch(_BEARER, [slug, hash_token(secret), "api", request_id])
        if row is None:
            raise InvalidTokenError("The token is not valid here.")
        split = len(_ORGANIZATION_FIELDS)
        yield _become_bearer(_Bearer(*row[split:]), organization=_organization(row), request_id=request_id)


def _organization(row: tuple[Any, ...]) -> Organization:
    return Organization.from_db(DEFAULT_DB_ALIAS, _ORGANIZATION_FIELDS, row[: len(_ORGANIZATION_FIELDS)])


def _fetch(sql: str, parameters: list[Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


def _become_member(
    row: tuple[Any, ...], user: AbstractBaseUser | AnonymousUser, *, source: str, request_id: str
) -> Actor | None:
    role, functions = row[len(_ORGANIZATION_FIELDS) :]
    if role is None or not isinstance(user, User):
        return None
    actor = Actor(
        organization=_organization(row),
        user=user,
        role=role,
        functions=frozenset(functions),
        source=source,
        request_id=request_id,
    )
    enter(actor)
    return actor


def _become_bearer(token: _Bearer, *, organization: Organization, request_id: str) -> Actor:
    if not token.is_active:
        raise InvalidTokenError("The token is not valid here.")
    now = timezone.now()
    if token.revoked_at is not None:
        raise InvalidTokenError("The token was revoked.")
    if token.expires_at is not None and token.expires_at <= now:
        raise InvalidTokenError("The token has expired.")
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
    if token.last_used_at is None or now - token.last_used_at > USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.token_id).update(last_used_at=now)
    return actor
