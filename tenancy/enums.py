"""Words of tenancy: roles, functions, token scopes, job states."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a membership allows in one organization."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    DIRECTOR = "director", "Director"
    PRODUCT_MANAGER = "product_manager", "Product manager"
    CONTRIBUTOR = "contributor", "Contributor"
    FINANCE = "finance", "Finance"
    REVIEWER = "reviewer", "Reviewer"
    VIEWER = "viewer", "Viewer"
    AUDITOR = "auditor", "Auditor"
    SERVICE_ACCOUNT = "service_account", "Service account"


class Function(TextChoices):
    """On whose behalf a person decides; separate from what the role allows."""

    PRODUCT = "product", "Product"
    ENGINEERING = "engineering", "Engineering"
    ML = "ml", "Machine learning"
    DATA = "data", "Data"
    DESIGN = "design", "Design"
    SRE = "sre", "Site reliability"
    SECURITY = "security", "Security"
    PRIVACY = "privacy", "Privacy"
    LEGAL = "legal", "Legal"
    COMPLIANCE = "compliance", "Compliance"
    RESPONSIBLE_AI = "responsible_ai", "Responsible AI"
    FINANCE = "finance", "Finance"
    PROCUREMENT = "procurement", "Procurement"
    GO_TO_MARKET = "go_to_market", "Go-to-market"
    SUPPORT = "support", "Support"
    EXECUTIVE = "executive", "Executive"


class TokenScope(TextChoices):
    """What a token may do at most; the member's role still applies."""

    READ = "read", "Read everything the member may read"
    WRITE = "write", "Read and write everything the member may"
    PORTFOLIO_READ = "portfolio:read", "Read the portfolio"
    PORTFOLIO_WRITE = "portfolio:write", "Read and write the portfolio"
    ROADMAP_READ = "roadmap:read", "Read roadmaps"
    ROADMAP_WRITE = "roadmap:write", "Read and write roadmaps"
    EXPERIMENTS_READ = "experiments:read", "Read experiments"
    EXPERIMENTS_WRITE = "experiments:write", "Read and write experiments"
    GOVERNANCE_READ = "governance:read", "Read gates, launches and approvals"
    GOVERNANCE_WRITE = "governance:write", "Read, request and decide approvals"
    INTEGRATIONS_READ = "integrations:read", "Read imports and external references"
    INTEGRATIONS_WRITE = "integrations:write", "Import and link external records"
    TENANCY_READ = "tenancy:read", "Read people, teams and the audit ledger"
    TENANCY_WRITE = "tenancy:write", "Manage people, teams and tokens"
    COLLABORATION_READ = "collaboration:read", "Read saved views"
    COLLABORATION_WRITE = "collaboration:write", "Read and write saved views"


class JobStatus(TextChoices):
    """Where a background job stands."""

    WAITING = "waiting", "Waiting"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class LedgerMode(TextChoices):
    """How the ledger's trigger records a table: every row, or one summary a statement."""

    ROWS = "rows", "Every row"
    STATEMENTS = "statements", "One summary a statement"
