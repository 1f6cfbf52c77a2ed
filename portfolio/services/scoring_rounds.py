"""Scoring rounds: open with a frozen population, change, close, delete."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.calc.errors import CalculationError
from core.errors import DomainError, InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.calc.scoring_round import require_normalisation
from portfolio.enums import Normalisation, ScoringModelStatus, Stage, Visibility
from portfolio.models import Initiative, Portfolio, ScoreFactor, ScoreRating, ScoringItem, ScoringModel, ScoringRound
from portfolio.permissions import is_organizer
from portfolio.selectors.scoring_methods import method_for
from portfolio.services.scoring_models import locked_model
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset({"name", "due_on"})
MAX_POPULATION = 2000


class RoundClosedError(DomainError):
    """The round is closed; its ratings and results stay as they are."""

    code = "round_closed"


class NothingRatedError(DomainError):
    """A round in which nobody rated anything has no result."""

    code = "nothing_rated"


@transaction.atomic
def open_round(
    *,
    actor: Actor,
    name: str,
    model: ScoringModel,
    portfolio: Portfolio | None = None,
    initiatives: Sequence[Initiative] | None = None,
    normalisation: str = Normalisation.NONE,
    due_on: Any = None,
) -> ScoringRound:
    """Open a round and freeze which initiatives it is about.

    Without `initiatives` these are all that are not over: of the portfolio, or of every portfolio that is open to
    the whole organization. The model's revision does not change from now on.
    """
    actor.require("scoring_round.create")
    locked = _usable_model(model)
    _require_normalisation(locked, normalisation)
    population = _population(actor, portfolio, initiatives)
    opened = ScoringRound(
        name=name,
        model=locked,
        portfolio=portfolio,
        normalisation=normalisation,
        due_on=due_on,
        organizer=Membership.objects.filter(user_id=actor.user_id).first() if actor.user_id else None,
        opened_at=timezone.now(),
    )
    named_action("scoring_round.opened")
    save_checked(opened)
    ScoringItem.objects.bulk_create(
        ScoringItem(round=opened, initiative=initiative, position=index) for index, initiative in enumerate(population)
    )
    return opened


@transaction.atomic
def change_round(scoring_round: ScoringRound, *, actor: Actor, **changes: Any) -> ScoringRound:
    """Change name and due date of an open round."""
    actor.require("scoring_round.change")
    locked = locked_round(scoring_round)
    require_organizer(locked, actor)
    require_open(locked)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    named_action("scoring_round.changed")
    return save_checked(locked, update_fields=changed)


@transaction.atomic
def close_round(scoring_round: ScoringRound, *, actor: Actor, expected_version: int | None = None) -> ScoringRound:
    """End the rating, let everybody see all ratings, and have the results computed. There is no way back.

    Refused when the round changed since it was read at `expected_version`.
    """
    actor.require("scoring_round.close")
    locked = locked_round(scoring_round)
    require_organizer(locked, actor)
    if expected_version is not None and locked.version != expected_version:
        raise StaleVersionError("Somebody else changed this round after you opened it.")
    require_open(locked)
    if not ScoreRating.objects.filter(item__round=locked).exists():
        raise NothingRatedError("Nobody has rated anything yet; delete the round if it is not wanted.")
    named_action("scoring_round.closed")
    locked.closed_at = timezone.now()
    save_checked(locked, update_fields=["closed_at"])
    title = f"Score {locked.name}"[:200]
    enqueue("portfolio.compute_scores", actor=actor, title=title, round_id=str(locked.pk))
    return locked


@transaction.atomic
def delete_round(scoring_round: ScoringRound, *, actor: Actor) -> None:
    """Delete an open round with the ratings given so far; a closed one stays."""
    actor.require("scoring_round.delete")
    locked = locked_round(scoring_round)
    require_organizer(locked, actor)
    require_open(locked)
    named_action("scoring_round.deleted")
    delete_checked(locked)


def locked_round(scoring_round: ScoringRound) -> ScoringRound:
    """The round as it is now; whoever rates or closes it waits for the others."""
    return ScoringRound.objects.for_update().select_related("model", "organizer").get(pk=scoring_round.pk)


def require_open(scoring_round: ScoringRound) -> None:
    """Refuse what only an open round allows."""
    if not scoring_round.is_open:
        raise RoundClosedError("The round is closed.")


def require_organizer(scoring_round: ScoringRound, actor: Actor) -> None:
    """Refuse anybody but the person who opened the round and those who oversee all rounds."""
    if not is_organizer(scoring_round, actor):
        raise NotPermittedError("Only the organizer of the round may do this.")


def _usable_model(model: ScoringModel) -> ScoringModel:
    locked = locked_model(model)
    if locked.status != ScoringModelStatus.ACTIVE:
        raise InvalidInputError("This scoring model is retired.", pointer="model")
    return locked


def _require_normalisation(model: ScoringModel, normalisation: str) -> None:
    if normalisation not in Normalisation.values:
        raise InvalidInputError("There is no such way to normalise.", pointer="normalisation")
    method = method_for(model, list(ScoreFactor.objects.filter(model=model)))
    try:
        require_normalisation(method, normalisation)
    except CalculationError as error:
        raise InvalidInputError(error.message, pointer="normalisation") from error


def _population(actor: Actor, portfolio: Portfolio | None, wanted: Sequence[Initiative] | None) -> list[Initiative]:
    visible = Initiative.objects.permitted(actor)
    if portfolio is not None:
        if not Portfolio.objects.open_for_writing(actor).filter(pk=portfolio.pk).exists():
            raise InvalidInputError("You cannot open a round in this portfolio.", pointer="portfolio")
        visible = visible.filter(portfolio=portfolio)
    if wanted is not None:
        keys = {initiative.pk for initiative in wanted}
        found = list(visible.filter(pk__in=keys).order_by("title", "pk"))
        if len(found) != len(keys):
            raise InvalidInputError("Not every initiative is in this portfolio.", pointer="initiatives")
    else:
        unfinished = visible.exclude(stage=Stage.SUNSET)
        if portfolio is None:
            unfinished = unfinished.filter(portfolio__visibility=Visibility.ORGANIZATION)
        found = list(unfinished.order_by("title", "pk")[: MAX_POPULATION + 1])
    if not 2 <= len(found) <= MAX_POPULATION:
        message = f"A round compares 2 to {MAX_POPULATION:,} initiatives; these are {len(found):,}."
        raise InvalidInputError(message, pointer="initiatives")
    return found
