"""Words of what a plan was: baselines, re-scoping and imported history."""

from django.db.models import TextChoices


class BaselineReason(TextChoices):
    """Why a baseline was taken."""

    MANUAL = "manual", "By hand"
    APPROVAL = "approval", "Approval"
    QUARTER_START = "quarter_start", "Start of quarter"


class RescopeReason(TextChoices):
    """Why a promise was changed."""

    SCOPE_ADDED = "scope_added", "Scope added"
    SCOPE_REDUCED = "scope_reduced", "Scope reduced"
    PRIORITY = "priority", "Other priorities"
    CAPACITY = "capacity", "People or capacity missing"
    DEPENDENCY = "dependency", "Waited for another team"
    VENDOR = "vendor", "Waited for a vendor"
    APPROVAL = "approval", "Waited for an approval"
    QUALITY = "quality", "Quality not reached"
    DATA = "data", "Data missing or unfit"
    ESTIMATE = "estimate", "Estimate was wrong"
    CORRECTION = "correction", "Correction of the plan"


class HistoryField(TextChoices):
    """What an entry of imported history is about: a target release, the stage that was reached, or the PRD."""

    RELEASE = "release", "Current release"
    ALPHA = "alpha", "Alpha"
    BETA = "beta", "Beta"
    GA = "ga", "GA"
    STAGE = "stage", "Stage"
    PRD = "prd", "PRD"


class PlanDifference(TextChoices):
    """What became of a row between two states of a plan."""

    ADDED = "added", "Added"
    REMOVED = "removed", "Removed"
    CHANGED = "changed", "Changed"
    SAME = "same", "Unchanged"


# What an entry about a PRD says of one that is complete; of others it says nothing.
PRD_COMPLETE = "complete"
RELEASE_FIELDS = (HistoryField.ALPHA, HistoryField.BETA, HistoryField.GA, HistoryField.RELEASE)
STAGE_TARGETS = (HistoryField.ALPHA, HistoryField.BETA, HistoryField.GA)
