"""API tokens and service accounts."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import ApiToken, Membership, User
from tenancy.permissions import scopes_cover
from tenancy.scope import named_action
from tenancy.services.authentication import hash_token, new_secret

PREFIX_LENGTH = 12


def create_api_token(
    *,
    membership: Membership,
    name: str,
    scopes: Iterable[str],
    actor: Actor,
    expires_at: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Create a token; returns it with its secret, which cannot be shown again.

    A person makes tokens for themselves, an owner or admin also for service accounts, the operator
    of the installation for anybody.
    """
    actor.require("api_token.create")
    own = membership.user_id == actor.user_id
    service_account = membership.user.is_service_account and actor.can("service_account.manage")
    if not (own or service_account or actor.is_system):
        raise NotPermittedError("You can create tokens only for yourself and for service accounts.")
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInputError("The expiry must lie in the future.", pointer="expires_at")
    _require_no_wider(scopes := list(scopes), actor)
    secret = new_secret()
    named_action("api_token.created")
    token = ApiToken(
        membership=membership,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        token_hash=hash_token(secret),
        scopes=scopes,
        expires_at=expires_at,
    )
    token.full_clean(exclude=["organization"])
    token.save()
    return token, secret


def _require_no_wider(scopes: list[str], actor: Actor) -> None:
    """A token cannot make a token that may do more than itself."""
    if actor.token_scopes is not None and not scopes_cover(actor.token_scopes, scopes):
        raise InvalidInputError("A token cannot create one with wider scopes than its own.", pointer="scopes")


def revoke_api_token(token: ApiToken, *, actor: Actor) -> ApiToken:
    """Make a token worthless at once."""
    actor.require("api_token.revoke")
    locked = ApiToken.objects.for_update().select_related("membership").get(pk=token.pk)
    if locked.membership.user_id != actor.user_id and not actor.can("service_account.manage"):
        raise NotPermittedError("You can revoke only your own tokens.")
    named_action("api_token.revoked")
    locked.revoked_at = locked.revoked_at or timezone.now()
    locked.save(update_fields=["revoked_at", "updated_at"])
    return locked


def create_service_account(*, name: str, actor: Actor) -> Membership:
    """A member that is no person: signs in by token only."""
    actor.require("service_account.manage")
    named_action("service_account.created")
    user = User(email=f"service-{User().pk.hex}@service.invalid", name=name, is_service_account=True)
    user.set_unusable_password()
    user.full_clean()
    user.save()
    return Membership.objects.create(user=user, role=Role.SERVICE_ACCOUNT)
