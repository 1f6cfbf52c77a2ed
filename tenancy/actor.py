"""Who acts: built once a request, job or command, and handed to selectors and services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from core.errors import NotPermittedError
from tenancy.enums import Role
from tenancy.permissions import action_named, scopes_allow

if TYPE_CHECKING:
    from tenancy.models import Membership, Organization, User


@dataclass(frozen=True)
class Actor:
    """A person, a token of a person, or the system itself (`user` is None) in one organization.

    `functions` says on whose behalf the person decides. `token_scopes` is None for a signed-in
    session; a token holds only what its scopes and its member's role both allow.
    """

    organization: Organization
    role: str
    user: User | None = None
    functions: frozenset[str] = frozenset()
    token_id: UUID | None = None
    token_scopes: frozenset[str] | None = None
    source: str = "system"
    request_id: str = ""
    on_behalf_of_id: UUID | None = None

    @property
    def organization_id(self) -> UUID:
        return self.organization.pk

    @property
    def user_id(self) -> UUID | None:
        return self.user.pk if self.user else None

    @property
    def is_system(self) -> bool:
        return self.user is None

    @property
    def label(self) -> str:
        """The name shown for this actor."""
        return str(self.user) if self.user else "Fairlead"

    def can(self, action: str, obj: object | None = None) -> bool:
        """Whether role and token scopes allow the action; `obj` must already be one the actor may see."""
        declared = action_named(action)
        if self.token_scopes is not None and not scopes_allow(declared, self.token_scopes):
            return False
        return self.is_system or self.role in declared.roles

    def require(self, action: str, obj: object | None = None) -> None:
        """Raise NotPermittedError unless the actor can do this."""
        if not self.can(action, obj):
            raise NotPermittedError(f"Your role does not allow this ({action}).")

    @classmethod
    def system(cls, organization: Organization, *, source: str = "system", request_id: str = "") -> Actor:
        """The platform itself: scheduled jobs and operators' commands."""
        return cls(organization=organization, role=Role.OWNER, source=source, request_id=request_id)

    @classmethod
    def from_membership(cls, membership: Membership, *, source: str, request_id: str = "") -> Actor:
        """A member; `membership.organization` and `.user` should be loaded already."""
        return cls(
            organization=membership.organization,
            user=membership.user,
            role=membership.role,
            functions=frozenset(membership.functions),
            source=source,
            request_id=request_id,
        )
