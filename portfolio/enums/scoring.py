"""Words of scoring models and their factors."""

from django.db.models import TextChoices


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
