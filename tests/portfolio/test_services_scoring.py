"""Scoring models and rounds: revisions, frozen populations, secret ratings, results computed once."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from core.errors import DomainError, InvalidInputError, NotPermittedError
from core.ids import uuid7
from portfolio.models import ScoreFactor, ScoreRating, ScoreResult, ScoringItem, ScoringRound
from portfolio.services.score_ratings import RatingInput, rate
from portfolio.services.score_results import compute_results
from portfolio.services.scoring_models import (
    change_scoring_model,
    create_scoring_model,
    delete_scoring_model,
)
from portfolio.services.scoring_rounds import change_round, close_round, delete_round, open_round
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.portfolio.scoring_method import autumn_round, own_method


@pytest.fixture
def model(scope):
    return own_method(scope)


@pytest.fixture
def opened(scope, model):
    return autumn_round(model, scope)


def items_of(scoring_round):
    return list(ScoringItem.objects.filter(round=scoring_round).select_related("initiative"))


def answers(scoring_round, values, key="value", **extra):
    """An answer per initiative of the round."""
    factor = ScoreFactor.objects.get(model=scoring_round.model, key=key)
    return [
        RatingInput(item.initiative_id, factor.pk, None if value is None else Decimal(value), **extra)
        for item, value in zip(items_of(scoring_round), values, strict=False)
    ]


def rated(scoring_round, actor, values, key="value", **extra):
    with tenant_scope(actor):
        return rate(scoring_round, ratings=answers(scoring_round, values, key, **extra), actor=actor)


def test_the_population_is_what_was_there_when_the_round_opened(scope, opened):
    InitiativeFactory(portfolio=opened.portfolio)

    assert [item.initiative.key for item in items_of(opened)] == ["S-0", "S-1", "S-2"]


def test_a_round_of_the_whole_organization_leaves_restricted_portfolios_and_what_is_over_out(scope, model):
    hidden = PortfolioFactory(visibility="restricted")
    shown = [InitiativeFactory(), InitiativeFactory()]
    InitiativeFactory(portfolio=hidden)
    InitiativeFactory(stage="sunset")

    opened = open_round(actor=scope, name="All", model=model)

    assert {item.initiative_id for item in items_of(opened)} == {initiative.pk for initiative in shown}


def test_a_round_is_refused_without_two_initiatives_or_with_one_from_elsewhere(scope, model):
    portfolio, elsewhere = PortfolioFactory(), InitiativeFactory()
    inside = InitiativeFactory(portfolio=portfolio)

    for initiatives in (None, [inside], [inside, elsewhere]):
        with pytest.raises(InvalidInputError) as refused:
            open_round(actor=scope, name="No", model=model, portfolio=portfolio, initiatives=initiatives)
        assert refused.value.pointer == "initiatives"


def test_quotients_are_not_normalised(scope):
    model = create_scoring_model(actor=scope, name="RICE", framework="rice")

    for normalisation in ("min_max", "nonsense"):
        with pytest.raises(InvalidInputError) as refused:
            open_round(actor=scope, name="No", model=model, normalisation=normalisation)
        assert refused.value.pointer == "normalisation"


def test_ratings_are_stored_changed_and_taken_back(opened, product_manager):
    assert rated(opened, product_manager, [1, 2, 3]).created == 3

    count = rated(opened, product_manager, [1, 5, None])

    assert (count.created, count.changed, count.withdrawn, count.unchanged) == (0, 1, 1, 1)
    with tenant_scope(product_manager):
        assert sorted(ScoreRating.objects.values_list("value", flat=True)) == [1, 5]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "-1", "10.5", "9" * 1000, "1e999"])
def test_a_value_off_the_scale_is_refused_with_the_place_of_the_answer(opened, product_manager, value):
    with pytest.raises(InvalidInputError) as refused:
        rated(opened, product_manager, ["1", value])

    assert refused.value.pointer == "ratings/1/value"


def test_more_decimals_than_are_kept_are_refused(opened, product_manager):
    with pytest.raises(InvalidInputError, match="four decimal places"):
        rated(opened, product_manager, ["1.00001"])


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"confidence": Decimal("1.1")}, "confidence"),
        ({"confidence": Decimal("-0.1")}, "confidence"),
        ({"rationale": "x" * 2001}, "rationale"),
        ({"evidence_url": "javascript:alert(1)"}, "evidence_url"),
        ({"evidence_url": "https://example.com/" + "x" * 500}, "evidence_url"),
    ],
)
def test_what_goes_with_a_value_is_checked_too(opened, product_manager, extra, field):
    with pytest.raises(InvalidInputError) as refused:
        rated(opened, product_manager, [1], **extra)

    assert refused.value.pointer == f"ratings/0/{field}"


def test_a_foreign_initiative_or_factor_and_an_answer_twice_are_refused(opened, product_manager):
    with tenant_scope(product_manager):
        (answer, *_rest) = answers(opened, [1])
        wrong = [
            ([replace(answer, initiative_id=uuid7())], "ratings/0/initiative"),
            ([replace(answer, initiative_id=InitiativeFactory().pk)], "ratings/0/initiative"),
            ([replace(answer, factor_id=uuid7())], "ratings/0/factor"),
            ([answer, answer], "ratings/1"),
        ]
        for ratings, pointer in wrong:
            with pytest.raises(InvalidInputError) as refused:
                rate(opened, ratings=ratings, actor=product_manager)
            assert refused.value.pointer == pointer


def test_evidence_is_needed_above_the_threshold(scope, actor_with):
    model = create_scoring_model(actor=scope, name="ML", framework="ml_rice")
    portfolio = PortfolioFactory()
    InitiativeFactory.create_batch(2, portfolio=portfolio)
    opened = open_round(actor=scope, name="ML", model=model, portfolio=portfolio)
    data = actor_with("contributor", "data")

    assert rated(opened, data, ["0.5"], "data_readiness").created == 1
    for extra in ({}, {"confidence": Decimal("0.9")}):
        with pytest.raises(InvalidInputError, match="above 50%") as refused:
            rated(opened, data, ["0.6" if not extra else "0.1"], "data_readiness", **extra)
        assert refused.value.pointer == "ratings/0/evidence_url"
    assert rated(opened, data, ["0.6"], "data_readiness", evidence_url="https://example.com/eval").changed == 1


def test_only_those_a_factor_is_meant_for_may_rate_it(opened, actor_with, viewer):
    engineer = actor_with("contributor", "engineering")

    assert rated(opened, engineer, [1]).created == 1
    with pytest.raises(NotPermittedError) as refused:
        rated(opened, engineer, [1], "fit")
    assert refused.value.pointer == "ratings/0/factor"
    with pytest.raises(NotPermittedError):
        rated(opened, viewer, [1])


def test_ratings_are_seen_by_their_rater_only_until_the_round_closes(scope, opened, product_manager, director):
    rated(opened, product_manager, [1, 2, 3])
    with tenant_scope(director):
        assert not ScoreRating.objects.permitted(director).exists()
    with tenant_scope(product_manager):
        assert ScoreRating.objects.permitted(product_manager).count() == 3

    close_round(opened, actor=scope)

    with tenant_scope(director):
        assert ScoreRating.objects.permitted(director).count() == 3


def test_the_ledger_keeps_answers_secret_until_the_results_tell_them(scope, opened, product_manager):
    rated(opened, product_manager, [7], rationale="A secret reason")
    rated(opened, product_manager, [8], rationale="A secret reason")

    events = LedgerEvent.objects.filter(table_name="portfolio_scorerating")
    assert [event.action for event in events] == ["scoring_round.rated", "scoring_round.rated"]
    for event in events:
        recorded = json.loads(event.changes)
        assert not {"value", "rationale", "confidence", "evidence_url"} & set(recorded["after"])
        assert "secret" not in event.changes

    close_round(opened, actor=scope)
    compute_results(opened.pk, actor=scope)

    results = LedgerEvent.objects.filter(table_name="portfolio_scoreresult")
    assert any("A secret reason" in event.changes for event in results)


def test_a_closed_round_is_scored_once(scope, opened, product_manager, director, actor_with):
    other = actor_with("product_manager", "product")
    for actor, values, fits in [(product_manager, [8, 3, 1], [2, 4]), (other, [6, 5, 1], [2, 4])]:
        rated(opened, actor, values)
        rated(opened, actor, fits, "fit")
    close_round(opened, actor=scope)

    assert compute_results(opened.pk, actor=scope) == 3
    assert compute_results(opened.pk, actor=scope) is None

    first, second, third = ScoreResult.objects.order_by("rank")
    assert (first.score, first.rank, first.rank_low, first.rank_high, first.rater_count) == (23.0, 1, 1, 1, 2)
    assert first.components["contributions"] == {"value": 21.0, "fit": 2.0}
    # Value spans 1 to 8 in this round, and was 6 and 8 here; nobody disagreed on fit.
    assert first.spread == pytest.approx((2 / 7 + 0) / 2)
    assert len(first.ratings) == 4
    assert (second.score, second.rank) == (16.0, 2)
    assert (third.score, third.rank, third.reason) == (None, None, "Fit has no rating")
    opened.refresh_from_db()
    assert opened.bounds["value"]["highest"] == 7.0
    assert opened.agreement["overall"]["w"] == 1.0
    assert opened.agreement["factors"]["value"]["raters"] == 2


def test_a_closed_round_takes_no_more_ratings_and_stays_closed(scope, opened, product_manager):
    rated(opened, product_manager, [1])
    close_round(opened, actor=scope)

    for refused in (
        lambda: rated(opened, product_manager, [2]),
        lambda: close_round(opened, actor=scope),
        lambda: change_round(opened, actor=scope, name="Late"),
        lambda: delete_round(opened, actor=scope),
    ):
        with pytest.raises(DomainError, match="closed"):
            refused()
    for write in (
        lambda: ScoreRating.objects.update(value=9),
        lambda: ScoringItem.objects.update(position=9),
        lambda: ScoringRound.objects.update(closed_at=None),
        lambda: ScoringRound.objects.update(normalisation="z"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            write()


def test_results_are_never_changed(scope, opened, product_manager):
    rated(opened, product_manager, [1])
    close_round(opened, actor=scope)
    compute_results(opened.pk, actor=scope)

    for write in (lambda: ScoreResult.objects.update(rank_low=1), lambda: ScoringRound.objects.update(bounds={"a": 1})):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            write()


def test_a_round_nobody_rated_is_not_closed_but_can_be_deleted(scope, opened):
    with pytest.raises(DomainError, match="Nobody has rated"):
        close_round(opened, actor=scope)

    delete_round(opened, actor=scope)

    assert not ScoringRound.objects.exists()


def test_an_open_round_is_not_computed(scope, opened, product_manager):
    rated(opened, product_manager, [1])

    assert compute_results(opened.pk, actor=scope) is None
    assert compute_results(uuid7(), actor=scope) is None


def test_only_the_organizer_and_overseers_close_a_round(scope, opened, product_manager, director):
    rated(opened, product_manager, [1])

    with tenant_scope(product_manager), pytest.raises(NotPermittedError, match="organizer"):
        close_round(opened, actor=product_manager)
    with tenant_scope(director):
        assert not close_round(opened, actor=director).is_open


def test_a_viewer_may_do_nothing_of_it(scope, viewer, model, opened):
    with tenant_scope(viewer):
        for call in (
            lambda: create_scoring_model(actor=viewer, name="No", framework="rice"),
            lambda: change_scoring_model(model, actor=viewer, name="No"),
            lambda: delete_scoring_model(model, actor=viewer),
            lambda: open_round(actor=viewer, name="No", model=model),
            lambda: change_round(opened, actor=viewer, name="No"),
            lambda: close_round(opened, actor=viewer),
            lambda: delete_round(opened, actor=viewer),
        ):
            with pytest.raises(NotPermittedError):
                call()
