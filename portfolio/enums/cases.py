"""Words of business cases and their money."""

from django.db.models import TextChoices


class CaseStatus(TextChoices):
    """Where a business case is between being written and being decided."""

    DRAFT = "draft", "Draft"
    RETURNED = "returned", "Returned"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    SUPERSEDED = "superseded", "Superseded"


# Cases that may be edited; of all others even the database refuses a change.
OPEN_CASES = frozenset({CaseStatus.DRAFT, CaseStatus.RETURNED, CaseStatus.WITHDRAWN})


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
