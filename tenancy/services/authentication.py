"""From a credential to an actor."""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from tenancy.actor import Actor
from tenancy.models import ApiToken, Membership, Organization

_START = "fairlead_"
USED_RESOLUTION = timedelta(minutes=5)


class InvalidTokenError(Exception):
    """The bearer token is unknown here, expired or revoked; the message says which."""


def hash_token(secret: str) -> bytes:
    """SHA-256 of a token; enough for 256 random bits, which cannot be guessed from a dictionary."""
    return sha256(secret.encode()).digest()


def new_secret() -> str:
    """A fresh bearer token."""
    return _START + secrets.token_urlsafe(32)


def actor_of_member(
    user: AbstractBaseUser | AnonymousUser, *, organization: Organization, source: str, request_id: str
) -> Actor | None:
    """The signed-in person as a member of the organization, or None when they are not one."""
    membership = Membership.objects.active().select_related("user").filter(user_id=user.pk).first()
    if membership is None:
        return None
    membership.organization = organization
    return Actor.from_membership(membership, source=source, request_id=request_id)


def actor_of_token(secret: str, *, organization: Organization, request_id: str) -> Actor:
    """The member a token stands for, limited to its scopes.

    Looked up inside the organization named in the URL, so a token of another organization is
    unknown here. Raises InvalidTokenError.
    """
    token = ApiToken.objects.select_related("membership__user").filter(token_hash=hash_token(secret)).first()
    if token is None or not token.membership.is_active or not token.membership.user.is_active:
        raise InvalidTokenError("The token is not valid here.")
    now = timezone.now()
    if token.revoked_at is not None:
        raise InvalidTokenError("The token was revoked.")
    if token.expires_at is not None and token.expires_at <= now:
        raise InvalidTokenError("The token has expired.")
    if token.last_used_at is None or now - token.last_used_at > USED_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    membership = token.membership
    return Actor(
        organization=organization,
        user=membership.user,
        role=membership.role,
        functions=frozenset(membership.functions),
        token_id=token.pk,
        token_scopes=frozenset(token.scopes),
        source="api",
        request_id=request_id,
    )
