"""Which open rounds still wait for a person's ratings."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.enums import Visibility
from portfolio.models import ScoreFactor, ScoringItem
from portfolio.permissions import may_rate
from portfolio.selectors.scoring_progress import rating_progress, rounds_to_rate
from portfolio.services.score_ratings import RatingInput, rate
from portfolio.services.scoring_rounds import close_round, open_round
from portfolio.web.scoring_screens import rounds_waiting
from tenancy.enums import Function, Role
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_scoring import ScoreFactorFactory, ScoringModelFactory


@pytest.fixture
def opened(product_manager):
    """A round of two initiatives with a factor for everybody, one for security, one for directors, one optional."""
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory(name="Bets")
        InitiativeFactory.create_batch(2, portfolio=portfolio)
        model = ScoringModelFactory(name="Sum")
        ScoreFactorFactory(model=model, key="value", position=1)
        ScoreFactorFactory(model=model, key="risk", position=2, rater_functions=[Function.SECURITY])
        ScoreFactorFactory(model=model, key="fit", position=3, rater_roles=[Role.DIRECTOR])
        ScoreFactorFactory(model=model, key="note", position=4, is_required=False)
        return open_round(
            actor=product_manager, name="Autumn", model=model, portfolio=portfolio, due_on=date(2026, 12, 3)
        )


def answer(actor, scoring_round, keys, *, items=2):
    with tenant_scope(actor):
        population = ScoringItem.objects.filter(round=scoring_round)[:items]
        factors = ScoreFactor.objects.filter(model=scoring_round.model_id, key__in=keys)
        ratings = [RatingInput(item.initiative_id, factor.pk, Decimal(5)) for item in population for factor in factors]
        rate(scoring_round, ratings=ratings, actor=actor)


def waiting(actor):
    with tenant_scope(actor):
        return [(row.round.name, row.given, row.asked) for row in rounds_to_rate(actor)]


def test_a_round_waits_until_every_needed_answer_is_given(opened, product_manager):
    assert waiting(product_manager) == [("Autumn", 0, 2)]

    answer(product_manager, opened, ["value"], items=1)
    assert waiting(product_manager) == [("Autumn", 1, 2)]

    answer(product_manager, opened, ["value"])
    assert waiting(product_manager) == []


def test_only_factors_of_ones_role_and_functions_are_asked_for(opened, director, viewer, actor_with):
    reviewer = actor_with(Role.DIRECTOR, Function.SECURITY)

    assert waiting(director) == [("Autumn", 0, 4)]
    assert waiting(reviewer) == [("Autumn", 0, 6)]
    assert waiting(viewer) == []


@pytest.mark.parametrize("functions", [[], [Function.SECURITY], [Function.SECURITY, Function.LEGAL], [Function.LEGAL]])
@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.PRODUCT_MANAGER])
def test_database_and_permissions_agree_on_who_may_rate(opened, actor_with, role, functions):
    actor = actor_with(role, *functions)
    with tenant_scope(actor):
        factors = ScoreFactor.objects.filter(model=opened.model_id)

        assert list(factors.open_to(actor)) == [factor for factor in factors if may_rate(factor, actor)]


def test_closed_rounds_and_hidden_portfolios_wait_for_nobody(opened, owner, product_manager):
    with tenant_scope(owner):
        hidden = PortfolioFactory(name="Hidden", visibility=Visibility.RESTRICTED)
        InitiativeFactory.create_batch(2, portfolio=hidden)
        open_round(actor=owner, name="Secret", model=opened.model, portfolio=hidden)
    assert waiting(product_manager) == [("Autumn", 0, 2)]

    answer(product_manager, opened, ["value"], items=1)
    with tenant_scope(product_manager):
        close_round(opened, actor=product_manager)
    assert waiting(product_manager) == []


def test_an_entry_says_how_far_one_is_and_by_when(opened, product_manager):
    answer(product_manager, opened, ["value"], items=1)
    with tenant_scope(product_manager):
        (entry,) = rounds_waiting(actor=product_manager)

    assert entry.title == "Rate Autumn"
    assert entry.note == "Sum · 1 of 2 answers given · due 3 Dec 2026"
    assert entry.url == f"/acme/portfolio/scoring-rounds/{opened.pk}/"


def test_everybody_sees_how_much_was_rated(opened, product_manager, director):
    answer(product_manager, opened, ["value", "note"])
    with tenant_scope(director):
        assert [(row.rater.user, row.given) for row in rating_progress(opened)] == [(product_manager.user, 4)]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_any_number_of_rounds_costs_one_query(opened, product_manager, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        for number in range(rows):
            open_round(actor=product_manager, name=f"R{number}", model=opened.model, portfolio=opened.portfolio)
        with django_assert_num_queries(1):
            assert len(rounds_to_rate(product_manager, limit=50)) == rows + 1
