"""Words of portfolio selection."""

from django.db.models import TextChoices


class SelectionValue(TextChoices):
    """What a selection makes as large as it can."""

    NPV = "npv", "NPV of the business case"
    NPV_P50 = "npv_p50", "NPV of the business case, P50 of the simulation"
    SCORE = "score", "Score of a scoring round"
    CUSTOM_FIELD = "custom_field", "A custom field of the initiative"
    OWN = "own", "Entered in the selection"


# Values in money; the others have no unit.
MONEY_VALUES = frozenset({SelectionValue.NPV, SelectionValue.NPV_P50})


class SelectionStatus(TextChoices):
    """Where a selection is on its way to a result."""

    DRAFT = "draft", "Draft"
    SEARCHING = "searching", "Searching"
    SOLVED = "solved", "Solved"
    CHANGED = "changed", "Changed since"


class SelectionRule(TextChoices):
    """Whether somebody decided on a candidate beforehand."""

    FREE = "free", "Free"
    MUST_DO = "must_do", "Must do"
    MUST_NOT = "must_not", "Must not"


class SelectionOutcome(TextChoices):
    """How the search ended; the same words as `portfolio.calc.selection.Outcome`."""

    OPTIMAL = "optimal", "Proven best"
    WITHIN_GAP = "within_gap", "Best within the gap"
    TIME_LIMIT = "time_limit", "Best found in time"
    INFEASIBLE = "infeasible", "Impossible"
    NOT_FOUND = "not_found", "Nothing found in time"


class ChoiceReason(TextChoices):
    """Why a candidate is in or out; those of `portfolio.calc.selection_reasons.LeftOut` and three of our own."""

    CHOSEN = "chosen", "Chosen"
    UNKNOWN = "unknown", "Not known enough"
    NOT_SEARCHED = "not_searched", "No selection exists"
    FORBIDDEN = "forbidden", "Must not"
    NO_VALUE = "no_value", "No value"
    EXCLUDED_BY = "excluded_by", "Excluded by another"
    NEEDS = "needs", "Needs another"
    TOO_LARGE = "too_large", "Larger than a limit"
    NO_ROOM = "no_room", "No room"
    SEARCH_ENDED = "search_ended", "Search ended"
