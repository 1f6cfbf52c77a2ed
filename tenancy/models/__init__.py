"""Everything tenancy stores."""

from tenancy.models.base import NO_SUCH_RECORD, TenantForeignKey, TenantOwned, tenant_models
from tenancy.models.job import Job, OutboxEntry
from tenancy.models.ledger import LedgerBlock, LedgerEvent
from tenancy.models.membership import Invitation, Membership, Team, TeamMembership
from tenancy.models.organization import Organization, User
from tenancy.models.token import ApiToken, IdempotencyRecord

__all__ = [
    "NO_SUCH_RECORD",
    "ApiToken",
    "IdempotencyRecord",
    "Invitation",
    "Job",
    "LedgerBlock",
    "LedgerEvent",
    "Membership",
    "Organization",
    "OutboxEntry",
    "Team",
    "TeamMembership",
    "TenantForeignKey",
    "TenantOwned",
    "User",
    "tenant_models",
]
