"""The steps of scoring: rating with a live rank, closing a round, editing and trying factors."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, InvalidInputError
from core.web.error_pages import toast_header
from core.web.urls import tenant_url
from portfolio.enums import ScoringModelStatus
from portfolio.models import ScoringModel, ScoringRound
from portfolio.permissions import may_rate
from portfolio.selectors import scoring as reads
from portfolio.selectors.scoring_methods import trial_score
from portfolio.services import scoring_models, scoring_rounds
from portfolio.services.score_ratings import rate as store_ratings
from portfolio.web.factor_grid import FactorGrid
from portfolio.web.pages import redirect_to, version_read
from portfolio.web.rating_grid import RatingGrid
from portfolio.web.scoring_figures import shown_score
from portfolio.web.scoring_screens import page_of, rating_context

SAVED = "Your ratings are saved; nobody else sees them before the round closes."


def _round(request: Any, pk: Any) -> ScoringRound:
    rounds = ScoringRound.objects.permitted(request.actor).select_related("model", "portfolio", "organizer__user")
    return get_object_or_404(rounds, pk=pk)


def _model(request: Any, pk: Any) -> ScoringModel:
    return get_object_or_404(ScoringModel.objects.permitted(request.actor), pk=pk)


def _grid(request: Any, scoring_round: ScoringRound, *, is_live: bool = False) -> RatingGrid:
    """The page of the table as posted; live, the rows are scored by what is typed."""
    actor, page = request.actor, page_of(request)
    mine = [factor for factor in reads.factors_of_round(scoring_round) if may_rate(factor, actor)]
    grid = RatingGrid(reads.own_rows(scoring_round, actor=actor), mine, page=page, data=request.POST)
    if is_live:
        rows = reads.own_rows(scoring_round, actor=actor, typed=grid.typed())
        grid = RatingGrid(rows, mine, page=page, data=request.POST)
    return grid


@require_POST
def live(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Scores and ranks by one's own answers as they are typed; nothing is stored."""
    request.actor.require("score_rating.create")
    scoring_round = _round(request, pk)
    scoring_rounds.require_open(scoring_round)
    return render(request, "portfolio/_scoring_live.html", {"grid": _grid(request, scoring_round, is_live=True)})


@require_POST
def rate(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Store one page of one's own answers."""
    request.actor.require("score_rating.create")
    scoring_round = _round(request, pk)
    grid = _grid(request, scoring_round)
    ratings = grid.inputs()
    if ratings is None:
        return _render_rating(request, scoring_round, grid, status=422)
    try:
        store_ratings(scoring_round, ratings=ratings, actor=request.actor)
    except InvalidInputError as error:
        grid.refuse(error)
        return _render_rating(request, scoring_round, grid, status=422)
    return _after_rating(request, scoring_round)


def _after_rating(request: Any, scoring_round: ScoringRound) -> HttpResponse:
    if not request.htmx:
        messages.success(request, SAVED)
        detail = tenant_url(request, "portfolio:scoring_round_detail", pk=scoring_round.pk)
        return redirect_to(f"{detail}?page={page_of(request)}#rating")
    response = _render_rating(request, scoring_round, None)
    response["HX-Trigger"] = toast_header(SAVED, "success")
    return response


def _render_rating(
    request: Any, scoring_round: ScoringRound, grid: RatingGrid | None, *, status: int = 200
) -> HttpResponse:
    context = {"object": scoring_round, **rating_context(request, scoring_round, grid=grid)}
    template = "portfolio/_scoring_rating.html" if request.htmx else "portfolio/scoring_rating.html"
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
def close(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Close the round; its results are computed by a job."""
    request.actor.require("scoring_round.close")
    scoring_round = _round(request, pk)
    done = "The round is closed; its results follow within moments."
    perform = partial(
        scoring_rounds.close_round, scoring_round, actor=request.actor, expected_version=version_read(request)
    )
    return _step(request, perform, done, scoring_round)


@require_POST
def retire(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Let no further round use this revision."""
    return _set_status(request, pk, ScoringModelStatus.RETIRED, "Retired.")


@require_POST
def reactivate(request: Any, organization: str, pk: Any) -> HttpResponse:
    """Let rounds use this revision again."""
    return _set_status(request, pk, ScoringModelStatus.ACTIVE, "Active again.")


def _set_status(request: Any, pk: Any, status: str, done: str) -> HttpResponse:
    request.actor.require("scoring_model.change")
    model = _model(request, pk)
    return _step(request, lambda: scoring_models.set_status(model, status, actor=request.actor), done, model)


def _step(request: Any, perform: Callable[[], Any], done: str, record: Any) -> HttpResponse:
    try:
        perform()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, done)
    return redirect_to(tenant_url(request, f"portfolio:{record.action_noun()}_detail", pk=record.pk))


@require_http_methods(["GET", "POST"])
def factors(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The editor of a model's factors; saving a used model makes its next revision."""
    request.actor.require("scoring_model.change")
    model = _model(request, pk)
    if request.method == "POST":
        return _save_factors(request, model)
    return _render_factors(request, model, FactorGrid.of(scoring_models.factor_inputs(model)))


def _save_factors(request: Any, model: ScoringModel) -> HttpResponse:
    grid = FactorGrid.posted(request.POST)
    wanted = grid.inputs()
    if wanted is None:
        return _render_factors(request, model, grid, status=422)
    try:
        saved = scoring_models.change_scoring_model(model, actor=request.actor, factors=wanted)
    except DomainError as error:
        grid.refuse(error)
        return _render_factors(request, model, grid, status=error.status if error.status == 412 else 422)
    is_new = saved.pk != model.pk
    messages.success(request, f"Saved as revision {saved.revision}." if is_new else "Factors saved.")
    return redirect_to(tenant_url(request, "portfolio:scoring_model_detail", pk=saved.pk))


def _render_factors(request: Any, model: ScoringModel, grid: FactorGrid, *, status: int = 200) -> HttpResponse:
    context = {
        "scoring_model": model,
        "grid": grid,
        "is_used": ScoringRound.objects.filter(model=model).exists(),
        "has_parts": model.framework == "value_effort",
    }
    return render(request, "portfolio/scoring_factors.html", context, status=status)


@require_POST
def trial(request: Any, organization: str, pk: Any) -> HttpResponse:
    """What the model makes of values tried out; nothing is stored."""
    model = _model(request, pk)
    score = trial_score(model, {name[2:]: text for name, text in request.POST.items() if name.startswith("t-")})
    context = {"trial": {"score": shown_score(score.value), "reason": score.reason}}
    return render(request, "portfolio/_scoring_trial_result.html", context)
