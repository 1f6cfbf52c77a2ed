"""Words of items, milestones and dependencies."""

from django.db.models import TextChoices


class ItemStatus(TextChoices):
    """How far a roadmap item has come."""

    PLANNED = "planned", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"


class ItemKind(TextChoices):
    """Whose work an item is: ours, or somebody else's whom we wait for."""

    WORK = "work", "Work"
    EXTERNAL = "external", "External"


class DatePrecision(TextChoices):
    """How exactly the dates of an item are meant."""

    DAY = "day", "Day"
    MONTH = "month", "Month"
    QUARTER = "quarter", "Quarter"
    HALF = "half", "Half-year"


class Scheduling(TextChoices):
    """Who sets the dates: people alone, or the plan when something before the item moves."""

    AUTOMATIC = "automatic", "Automatic"
    MANUAL = "manual", "By hand"


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


class DependencyStrength(TextChoices):
    """Whether a dependency must hold (work cannot go on without it) or should (it would be better)."""

    HARD = "hard", "Hard"
    SOFT = "soft", "Soft"


class Agreement(TextChoices):
    """How far the hand-shake between the consumer (successor) and the provider (predecessor) has come."""

    NONE = "none", "Not asked"
    REQUESTED = "requested", "Requested"
    ACCEPTED = "accepted", "Accepted"
    DECLINED = "declined", "Declined"


class Horizon(TextChoices):
    """How near an item is; where it can be put in now, next, later."""

    NOW = "now", "Now"
    NEXT = "next", "Next"
    LATER = "later", "Later"
    UNDATED = "undated", "No dates"
    DONE = "done", "Done"
