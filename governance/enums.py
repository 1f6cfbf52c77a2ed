"""Words of governance and the transitions an approval request allows."""

from django.db.models import TextChoices


class CriterionKind(TextChoices):
    """Whether people confirm a criterion or data does."""

    CHECKLIST = "checklist", "Checklist"
    LIVE = "live", "Live evidence"


class CriterionSource(TextChoices):
    """Where a live criterion reads its value."""

    KPI = "kpi", "KPI of the initiative"
    EXPERIMENT = "experiment", "Experiment readout of the initiative"


class Comparator(TextChoices):
    """How a value must stand to the threshold."""

    AT_LEAST = "at_least", "at least"
    AT_MOST = "at_most", "at most"
    ABOVE = "above", "above"
    BELOW = "below", "below"


class Outcome(TextChoices):
    """What a criterion or a whole gate came to; unknown blocks like fail."""

    PASS = "pass", "Pass"
    FAIL = "fail", "Fail"
    UNKNOWN = "unknown", "Unknown"


class GateRunOccasion(TextChoices):
    """Why a gate was evaluated."""

    MANUAL = "manual", "Asked for"
    REQUEST = "request", "Approval requested"
    EXECUTION = "execution", "Stage change"


class LaunchStatus(TextChoices):
    """Where a launch stands."""

    DRAFT = "draft", "Draft"
    READY = "ready", "Ready"
    LAUNCHED = "launched", "Launched"
    CANCELLED = "cancelled", "Cancelled"


class ApprovalStatus(TextChoices):
    """Where an approval request stands; vetoed means suspended until the veto is lifted."""

    PENDING = "pending", "Pending"
    APPROVED = "approved", "Approved"
    VETOED = "vetoed", "Vetoed"
    REFUSED = "refused", "Refused"
    STALE = "stale", "Stale"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"
    CONSUMED = "consumed", "Used"


class Verdict(TextChoices):
    """What a person decided."""

    APPROVE = "approve", "Approved"
    REFUSE = "refuse", "Refused"
    VETO = "veto", "Vetoed"
    LIFT_VETO = "lift_veto", "Lifted the veto"


OPEN_LAUNCH_STATUSES = (LaunchStatus.DRAFT, LaunchStatus.READY)
LIVE_APPROVAL_STATUSES = (ApprovalStatus.PENDING, ApprovalStatus.APPROVED, ApprovalStatus.VETOED)

_ENDINGS = frozenset({ApprovalStatus.STALE, ApprovalStatus.WITHDRAWN, ApprovalStatus.EXPIRED})

# Every live state may end by an edit, a withdrawal or time; only an approved request is ever used.
APPROVAL_TRANSITIONS: dict[str, frozenset[str]] = {
    ApprovalStatus.PENDING: _ENDINGS | {ApprovalStatus.APPROVED, ApprovalStatus.REFUSED, ApprovalStatus.VETOED},
    ApprovalStatus.APPROVED: _ENDINGS | {ApprovalStatus.VETOED, ApprovalStatus.CONSUMED},
    ApprovalStatus.VETOED: _ENDINGS | {ApprovalStatus.PENDING, ApprovalStatus.APPROVED},
    ApprovalStatus.REFUSED: frozenset(),
    ApprovalStatus.STALE: frozenset(),
    ApprovalStatus.WITHDRAWN: frozenset(),
    ApprovalStatus.EXPIRED: frozenset(),
    ApprovalStatus.CONSUMED: frozenset(),
}
