"""A scoring method of an organization's own, and a round by it."""

from decimal import Decimal

from portfolio.models import ScoringModel, ScoringRound
from portfolio.services.scoring_models import create_scoring_model
from portfolio.services.scoring_rounds import open_round
from portfolio.services.scoring_templates import FactorInput
from tenancy.actor import Actor
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory

TEN = {"minimum": Decimal(0), "maximum": Decimal(10)}
FACTORS = (
    FactorInput("value", "Value", weight=Decimal(3), **TEN),
    FactorInput("fit", "Fit", rater_functions=("product",), **TEN),
)


def own_method(actor: Actor) -> ScoringModel:
    """A weighted model of the two factors."""
    return create_scoring_model(actor=actor, name="Our method", framework="weighted", factors=FACTORS)


def autumn_round(model: ScoringModel, actor: Actor) -> ScoringRound:
    """A round over three bets of one portfolio."""
    portfolio = PortfolioFactory()
    for number in range(3):
        InitiativeFactory(portfolio=portfolio, key=f"S-{number}", title=f"Bet {number}")
    return open_round(actor=actor, name="Autumn", model=model, portfolio=portfolio)
