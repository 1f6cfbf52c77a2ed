"""Words of capacity: what is scarce, and how work uses it up."""

from django.db.models import TextChoices


class ResourceKind(TextChoices):
    """What kind of thing is scarce."""

    ROLE = "role", "Role"
    SKILL = "skill", "Skill"
    GPU_HOURS = "gpu_hours", "GPU-hours"
    LABELLING = "labelling", "Labelling"


# What amounts of a kind count in, unless the resource says otherwise. Amounts are of one month.
RESOURCE_UNITS: dict[str, str] = {
    ResourceKind.ROLE: "FTE",
    ResourceKind.SKILL: "FTE",
    ResourceKind.GPU_HOURS: "GPU-hours",
    ResourceKind.LABELLING: "labels",
}


class DemandProfile(TextChoices):
    """How a demand is spread over the working days of its item."""

    FLAT = "flat", "Even"
    FRONT = "front", "More at the start"
    BACK = "back", "More at the end"
    CUSTOM = "custom", "Own shares"


class DemandSource(TextChoices):
    """Who said how much is needed."""

    MANUAL = "manual", "By hand"
    BUSINESS_CASE = "business_case", "Business case"
