"""Words of the roadmap."""

from django.db.models import TextChoices


class ItemStatus(TextChoices):
    """How far a roadmap item has come."""

    PLANNED = "planned", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"


class MilestoneKind(TextChoices):
    """What a milestone promises."""

    ALPHA = "alpha", "Alpha"
    BETA = "beta", "Beta"
    GA = "ga", "GA"
    OTHER = "other", "Other"


class DependencyKind(TextChoices):
    """Which end of the predecessor holds back which end of the successor."""

    FINISH_TO_START = "FS", "Finish to start"
    START_TO_START = "SS", "Start to start"
    FINISH_TO_FINISH = "FF", "Finish to finish"
    START_TO_FINISH = "SF", "Start to finish"
