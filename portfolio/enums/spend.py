"""Words of prices, savings and spend."""

from django.db.models import TextChoices


class PriceKind(TextChoices):
    """What a provider charges for."""

    INPUT = "input", "Input tokens"
    CACHED_INPUT = "cached_input", "Cached input tokens"
    OUTPUT = "output", "Output tokens"
    BATCH_INPUT = "batch_input", "Input tokens in batch"
    BATCH_OUTPUT = "batch_output", "Output tokens in batch"
    IMAGE = "image", "Images"
    GPU_HOUR = "gpu_hour", "GPU-hours"


class OptimizationLever(TextChoices):
    """What makes the use of models cheaper."""

    CACHING = "caching", "Caching"
    ROUTING = "routing", "Routing to a cheaper model"
    PROMPT_LENGTH = "prompt_length", "Shorter prompts"
    OUTPUT_LENGTH = "output_length", "Shorter answers"
    BATCHING = "batching", "Batching"
    DISTILLATION = "distillation", "Distillation or fine-tuning"
    SELF_HOSTING = "self_hosting", "Self-hosting"
    CONTRACT = "contract", "Contract and commitment"
    OTHER = "other", "Other"


class OptimizationStatus(TextChoices):
    """How far a saving has come."""

    IDEA = "idea", "Idea"
    PLANNED = "planned", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    LIVE = "live", "Live"
    DROPPED = "dropped", "Dropped"


class RollupScope(TextChoices):
    """Whether money is that of an initiative alone or of everything below it too."""

    OWN = "own", "Initiative alone"
    TREE = "tree", "With everything below"


class SpendStatus(TextChoices):
    """How an estimate at completion lies against its budget; unknown is an answer of its own."""

    WITHIN = "within", "Within the guardrail"
    OVER = "over", "Over budget"
    UNDER = "under", "Under budget"
    UNKNOWN = "unknown", "Unknown"
