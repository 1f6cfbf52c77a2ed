"""Words of the portfolio and the transitions a stage allows."""

from django.db.models import TextChoices


class InitiativeLevel(TextChoices):
    """Where an initiative stands in the tree."""

    PROGRAM = "program", "Program"
    INITIATIVE = "initiative", "Initiative"
    FEATURE = "feature", "Feature"


class InitiativeKind(TextChoices):
    """What an initiative is for."""

    FEATURE = "feature", "Feature"
    PLATFORM_SERVICE = "platform_service", "Platform service"
    TECH_DEBT = "tech_debt", "Tech debt"
    RISK_REDUCTION = "risk_reduction", "Risk reduction"


class Stage(TextChoices):
    """Where an initiative is on its way from idea to sunset."""

    IDEA = "idea", "Idea"
    DISCOVERY = "discovery", "Discovery"
    VALIDATED = "validated", "Validated"
    DELIVERY = "delivery", "Delivery"
    ALPHA = "alpha", "Alpha"
    BETA = "beta", "Beta"
    GA = "ga", "GA"
    OPERATING = "operating", "Operating"
    SUNSET = "sunset", "Sunset"


# Forward one step, back to the step before to correct a mistake, and to sunset from anywhere.
ALLOWED_TRANSITIONS: dict[str, frozenset[str]] = {
    Stage.IDEA: frozenset({Stage.DISCOVERY, Stage.SUNSET}),
    Stage.DISCOVERY: frozenset({Stage.IDEA, Stage.VALIDATED, Stage.SUNSET}),
    Stage.VALIDATED: frozenset({Stage.DISCOVERY, Stage.DELIVERY, Stage.SUNSET}),
    Stage.DELIVERY: frozenset({Stage.VALIDATED, Stage.ALPHA, Stage.BETA, Stage.SUNSET}),
    Stage.ALPHA: frozenset({Stage.DELIVERY, Stage.BETA, Stage.SUNSET}),
    Stage.BETA: frozenset({Stage.ALPHA, Stage.GA, Stage.SUNSET}),
    Stage.GA: frozenset({Stage.BETA, Stage.OPERATING, Stage.SUNSET}),
    Stage.OPERATING: frozenset({Stage.GA, Stage.SUNSET}),
    Stage.SUNSET: frozenset(),
}


class Visibility(TextChoices):
    """Who sees a portfolio and everything in it."""

    ORGANIZATION = "organization", "Everyone in the organization"
    RESTRICTED = "restricted", "Owners, admins and people it is shared with"


class CaseStatus(TextChoices):
    """Where a business case is between being written and being decided."""

    DRAFT = "draft", "Draft"
    RETURNED = "returned", "Returned"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    SUPERSEDED = "superseded", "Superseded"


# Cases that may be edited; of all others even the database refuses a change.
OPEN_CASES = frozenset({CaseStatus.DRAFT, CaseStatus.RETURNED})


class OptionKind(TextChoices):
    """A way to get what the initiative is for."""

    BUILD = "build", "Build"
    BUY = "buy", "Buy"
    PARTNER = "partner", "Partner"
    DO_NOTHING = "do_nothing", "Do nothing"


class SpendKind(TextChoices):
    """Whether a cost buys something that lasts or keeps things running."""

    CAPEX = "capex", "Capital expenditure"
    OPEX = "opex", "Operating expenditure"


class BenefitKind(TextChoices):
    """Whether a benefit shows in the accounts or has to be believed."""

    HARD = "hard", "Hard"
    SOFT = "soft", "Soft"


class Measure(TextChoices):
    """What an amount says: what was planned, what is now expected, what happened."""

    PLAN = "plan", "Plan"
    FORECAST = "forecast", "Forecast"
    ACTUAL = "actual", "Actual"


class LineAnchor(TextChoices):
    """The date of the initiative a line moves with."""

    NONE = "none", "Fixed months"
    START = "start", "Start of the initiative"
    END = "end", "End of the initiative"


class ActualSource(TextChoices):
    """Where the actual amounts of a line come from."""

    MANUAL = "manual", "Entered by people"
    USAGE = "usage", "Recorded AI usage"
    KPI = "kpi", "A KPI"


class AdoptionShape(TextChoices):
    """How the share of users who adopted grows to its ceiling."""

    NONE = "none", "No adoption curve"
    LINEAR = "linear", "Linear"
    S_CURVE = "s_curve", "S-shaped"


class DriverDistribution(TextChoices):
    """How the simulation draws a driver between low and high."""

    TRIANGULAR = "triangular", "Triangular"
    PERT = "pert", "PERT"


class Confidence(TextChoices):
    """How sure somebody is of a figure."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class CashSide(TextChoices):
    """Whether money goes out or comes in; amounts are positive on both sides."""

    COST = "cost", "Cost"
    BENEFIT = "benefit", "Benefit"


class CashCategory(TextChoices):
    """What money is spent on or gained by."""

    ENGINEERING = "engineering", "Engineering"
    LABELLING = "labelling", "Labelling"
    TRAINING = "training", "Training"
    INFERENCE = "inference", "Inference"
    INFRASTRUCTURE = "infrastructure", "Infrastructure"
    LICENCES = "licences", "Licences"
    VENDOR = "vendor", "Vendor"
    SUPPORT = "support", "Support"
    REVENUE = "revenue", "Revenue"
    RETENTION = "retention", "Retention"
    COST_SAVED = "cost_saved", "Cost saved"
    TIME_SAVED = "time_saved", "Time saved"
    RISK_REDUCED = "risk_reduced", "Risk reduced"


BENEFIT_CATEGORIES = frozenset(
    {
        CashCategory.REVENUE,
        CashCategory.RETENTION,
        CashCategory.COST_SAVED,
        CashCategory.TIME_SAVED,
        CashCategory.RISK_REDUCED,
    }
)
COST_CATEGORIES = frozenset(CashCategory) - BENEFIT_CATEGORIES
# What running the thing for its users costs; the rest is making it.
COST_TO_SERVE_CATEGORIES = frozenset(
    {
        CashCategory.INFERENCE,
        CashCategory.INFRASTRUCTURE,
        CashCategory.LICENCES,
        CashCategory.VENDOR,
        CashCategory.SUPPORT,
    }
)


class KpiDirection(TextChoices):
    """Which way is better."""

    UP = "up", "Higher is better"
    DOWN = "down", "Lower is better"
    BAND = "band", "Within a band is better"


class KpiAggregation(TextChoices):
    """How observations of one period become its value."""

    SUM = "sum", "Sum"
    MEAN = "mean", "Mean"
    WEIGHTED_MEAN = "weighted_mean", "Weighted mean"
    LAST = "last", "Last"
    MEDIAN = "median", "Median"
    P95 = "p95", "95th percentile"
    RATIO = "ratio", "Ratio of sums"
    MINIMUM = "min", "Minimum"
    MAXIMUM = "max", "Maximum"


class KpiFrequency(TextChoices):
    """How often an observation is expected."""

    DAILY = "daily", "Daily"
    WEEKLY = "weekly", "Weekly"
    MONTHLY = "monthly", "Monthly"
    QUARTERLY = "quarterly", "Quarterly"


class RollupPeriod(TextChoices):
    """Length of a rollup, in UTC calendar days; weeks are those of ISO 8601 and start on Monday."""

    DAY = "day", "Day"
    WEEK = "week", "Week"
    MONTH = "month", "Month"
    QUARTER = "quarter", "Quarter"


class KpiStatus(TextChoices):
    """How a KPI stands against its target; stale and unknown are answers of their own, never zero."""

    ON_TRACK = "on_track", "On track"
    AT_RISK = "at_risk", "At risk"
    OFF_TRACK = "off_track", "Off track"
    STALE = "stale", "Stale"
    UNKNOWN = "unknown", "Unknown"


class ScoringFramework(TextChoices):
    """How a scoring model makes one number of its factors; what each computes is in `portfolio.calc.scoring`."""

    RICE = "rice", "RICE"
    WSJF = "wsjf", "WSJF"
    ICE = "ice", "ICE"
    VALUE_EFFORT = "value_effort", "Value / effort"
    WEIGHTED = "weighted", "Weighted sum"
    ML_RICE = "ml_rice", "ML-RICE"
    ML_WSJF = "ml_wsjf", "ML-WSJF"
    CUSTOM = "custom", "Own formula"


class FactorPart(TextChoices):
    """Where a factor stands in the formula."""

    ADDEND = "addend", "Added"
    MULTIPLIER = "multiplier", "Multiplied"
    DIVISOR = "divisor", "Divided by"
    PENALTY = "penalty", "Divided by 1 + factor"
    VARIABLE = "variable", "Named in the formula"


class FactorScale(TextChoices):
    """Which values a factor may be rated with."""

    LINEAR = "linear", "Linear"
    FIBONACCI = "fibonacci", "Fibonacci"
    POWERS_OF_TWO = "powers_of_two", "Powers of two"
    CHOICE = "choice", "Choice"
    PERCENT = "percent", "Percent"
    MONEY = "money", "Money"
    DAYS = "days", "Days"


class FactorDirection(TextChoices):
    """Whether more of a factor speaks for or against an initiative; it matters where factors are added."""

    UP = "up", "More is better"
    DOWN = "down", "Less is better"


class Normalisation(TextChoices):
    """How ratings of different scales are made comparable, over the population of one round."""

    NONE = "none", "None"
    MIN_MAX = "min_max", "Between lowest and highest"
    RANK = "rank", "By rank"
    Z = "z", "Standard deviations from the mean"


class ScoringModelStatus(TextChoices):
    """Whether rounds may be opened with a scoring model."""

    ACTIVE = "active", "Active"
    RETIRED = "retired", "Retired"


# Days without an observation after which a KPI is stale: two of its periods.
STALE_AFTER_DAYS: dict[str, int] = {
    KpiFrequency.DAILY: 2,
    KpiFrequency.WEEKLY: 14,
    KpiFrequency.MONTHLY: 62,
    KpiFrequency.QUARTERLY: 184,
}
# The rollup a KPI's target is compared with.
TARGET_PERIODS: dict[str, str] = {
    KpiFrequency.DAILY: RollupPeriod.DAY,
    KpiFrequency.WEEKLY: RollupPeriod.WEEK,
    KpiFrequency.MONTHLY: RollupPeriod.MONTH,
    KpiFrequency.QUARTERLY: RollupPeriod.QUARTER,
}


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
