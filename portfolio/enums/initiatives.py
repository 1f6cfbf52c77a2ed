"""Words of portfolios and initiatives, and the transitions a stage allows."""

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
