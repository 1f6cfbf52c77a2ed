"""Words of the schedule: how moves travel, what was applied, what is pinned to dates."""

from django.db.models import IntegerChoices, TextChoices


class Weekday(IntegerChoices):
    """Days of the week by their ISO 8601 number."""

    MONDAY = 1, "Monday"
    TUESDAY = 2, "Tuesday"
    WEDNESDAY = 3, "Wednesday"
    THURSDAY = 4, "Thursday"
    FRIDAY = 5, "Friday"
    SATURDAY = 6, "Saturday"
    SUNDAY = 7, "Sunday"


class CascadePolicy(TextChoices):
    """What a move does to the automatic items downstream of it."""

    WARN = "warn", "Warn only"
    PUSH_IF_VIOLATED = "push_if_violated", "Push what would be violated"
    KEEP_GAP = "keep_gap", "Keep the gaps"


class PlanChangeKind(TextChoices):
    """Where an applied set of changes came from."""

    MOVE = "move", "Move"
    CASCADE = "cascade", "Move with cascade"
    SCHEDULE = "schedule", "Rescheduled"
    SCENARIO = "scenario", "Scenario"
    UNDO = "undo", "Undo"


class StayReason(TextChoices):
    """Why rescheduling leaves a contradiction as it is."""

    SOFT = "soft", "The dependency is soft: nothing moves for it"
    OTHER_ROADMAP = "other_roadmap", "It stands on another roadmap"
    CLOSED = "closed", "You may not change it"
    EXTERNAL = "external", "Somebody else delivers it"
    BEGUN = "begun", "It is begun or done"
    BY_HAND = "by_hand", "It is scheduled by hand"
    PROMISED = "promised", "It is promised: give a reason to move it"


class PlanNoteKind(TextChoices):
    """What is pinned to a date."""

    RISK = "risk", "Risk"
    DECISION = "decision", "Decision"


class PlanNoteStatus(TextChoices):
    """Whether a risk still threatens, or a decision is still to be taken."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
