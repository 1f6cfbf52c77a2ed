"""Words of capabilities, stakeholders and feedback."""

from django.db.models import TextChoices


class CapabilityKind(TextChoices):
    """What people see, and what it stands on."""

    FEATURE = "feature", "Feature"
    PLATFORM_SERVICE = "platform_service", "Platform service"


class CapabilityMaturity(TextChoices):
    """How far a capability is."""

    PLANNED = "planned", "Planned"
    BUILDING = "building", "Being built"
    LIVE = "live", "Live"
    RETIRING = "retiring", "Being retired"


class Influence(TextChoices):
    """How much somebody can move, or cares."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class FeedbackKind(TextChoices):
    """Where feedback was heard."""

    TICKET = "ticket", "Ticket"
    CALL = "call", "Call"
    INTERVIEW = "interview", "Interview"


class FeedbackSentiment(TextChoices):
    """How the customer felt."""

    NEGATIVE = "negative", "Negative"
    NEUTRAL = "neutral", "Neutral"
    POSITIVE = "positive", "Positive"
