"""Words of scenarios: other plans to choose from."""

from django.db.models import TextChoices


class ScenarioStatus(TextChoices):
    """Where a scenario is on its way to a decision."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    DISCARDED = "discarded", "Discarded"


# From here on a scenario is a record of what was decided.


class ScenarioField(TextChoices):
    """What a scenario may say otherwise than the live plan."""

    IS_INCLUDED = "is_included", "In the plan"
    START_ON = "start_on", "Start"
    END_ON = "end_on", "End"
    OWNING_TEAM = "owning_team", "Team"
    LANE = "lane", "Lane"
    STATUS = "status", "Status"
    DATE_PRECISION = "date_precision", "Precision"
    DEMAND = "demand", "Demand"
    DEMAND_AMOUNT = "demand_amount", "Amount needed"
    DEMAND_TEAM = "demand_team", "Team of the demand"
    DEMAND_SPREAD = "demand_spread", "Spread of the demand"
    DEMAND_NOTE = "demand_note", "Note of the demand"


# A demand comes or goes as a whole, or one thing about it is another; all else is said of the item itself.
DEMAND_FIELDS = (
    ScenarioField.DEMAND,
    ScenarioField.DEMAND_AMOUNT,
    ScenarioField.DEMAND_TEAM,
    ScenarioField.DEMAND_SPREAD,
    ScenarioField.DEMAND_NOTE,
)
ITEM_FIELDS = tuple(each for each in ScenarioField if each not in DEMAND_FIELDS)


class Resolution(TextChoices):
    """What was decided where scenario and live plan both moved."""

    MINE = "mine", "Keep the scenario's"
    LIVE = "live", "Take the live plan's"
