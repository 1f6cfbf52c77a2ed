"""Pages of scoring: models, factors, rating with a live rank, closing, results."""

from decimal import Decimal

import pytest

from portfolio.models import ScoreFactor, ScoreRating, ScoringItem, ScoringModel, ScoringRound
from portfolio.services.score_ratings import RatingInput, rate
from portfolio.services.score_results import compute_results
from portfolio.services.scoring_models import create_scoring_model
from portfolio.services.scoring_rounds import change_round, close_round, open_round
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_scoring import ScoreResultFactory, ScoringModelFactory, ScoringRoundFactory
from tests.portfolio.page_text import text_of

HTMX = {"HX-Request": "true"}


@pytest.fixture
def opened(product_manager):
    """A RICE round of three initiatives, of the product manager."""
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory(name="Bets")
        for number in range(3):
            InitiativeFactory(portfolio=portfolio, key=f"S-{number}", title=f"Bet {number}")
        model = create_scoring_model(actor=product_manager, name="Sum", framework="weighted")
        return open_round(actor=product_manager, name="Autumn", model=model, portfolio=portfolio)


@pytest.fixture
def fields(opened, product_manager):
    """fields(texts): form fields that answer every factor of the first initiatives with these texts."""
    with tenant_scope(product_manager):
        items = [str(pk) for pk in ScoringItem.objects.filter(round=opened).values_list("pk", flat=True)]
        factors = [str(pk) for pk in ScoreFactor.objects.filter(model=opened.model_id).values_list("pk", flat=True)]
    return lambda *texts: {
        f"v.{item}.{factor}": text for item, text in zip(items, texts, strict=False) for factor in factors
    }


def url(scoring_round, step=""):
    return f"/acme/portfolio/scoring-rounds/{scoring_round.pk}/{step}"


def test_a_model_is_made_shown_and_tried(client_for, product_manager):
    client = client_for(product_manager)

    made = client.post("/acme/portfolio/scoring-models/new/", {"name": "Our RICE", "framework": "rice"})

    with tenant_scope(product_manager):
        model = ScoringModel.objects.get()
    page = client.get(f"/acme/portfolio/scoring-models/{model.pk}/").content.decode()
    trial = f"/acme/portfolio/scoring-models/{model.pk}/trial/"
    tried = client.post(trial, {"t-reach": "1,000", "t-impact": "2", "t-confidence": "80%", "t-effort": "5"})
    zero = client.post(trial, {"t-reach": "1", "t-impact": "2", "t-confidence": "80", "t-effort": "0"})
    wrong = client.post(trial, {"t-reach": "9" * 1000, "t-effort": "5"})
    halved = client.post(trial, {"t-reach": "1,000", "t-impact": "0,5", "t-confidence": "80", "t-effort": "5"})
    assert made.status_code == 303
    assert "Massive" in page
    assert "320" in tried.content.decode()
    assert "Not scoreable, because Effort is zero." in zero.content.decode()
    assert "Not scoreable, because Reach is not a number." in wrong.content.decode()
    assert "Not scoreable, because Impact is not a number." in halved.content.decode()


def test_factors_are_edited_and_refusals_keep_what_was_typed(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        model = create_scoring_model(actor=product_manager, name="Sum", framework="weighted")
    address = f"/acme/portfolio/scoring-models/{model.pk}/factors/"
    row = {"0-name": "Value", "0-key": "", "0-scale": "linear", "0-minimum": "0", "0-maximum": "5", "0-weight": "2"}
    row |= {"0-direction": "up", "0-required": "on", "0-rubric": "5 | High | A reason to stay"}

    assert client.get(address).status_code == 200
    refused = client.post(address, {**row, "0-maximum": "-1"})
    unreadable = client.post(address, {**row, "0-weight": "much"})
    saved = client.post(address, row)

    assert refused.status_code == 422
    assert "The highest value must lie above the lowest." in refused.content.decode()
    assert 'value="-1"' in refused.content.decode()
    assert "Weight is not a number." in unreadable.content.decode()
    assert saved.status_code == 303
    with tenant_scope(product_manager):
        factor = ScoreFactor.objects.get(model=model)
    assert (factor.key, factor.weight, factor.rubric[0]["label"]) == ("value", 2, "High")


def test_who_may_rate_a_factor_is_edited_and_shown(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        model = create_scoring_model(actor=product_manager, name="Sum", framework="weighted")
    address = f"/acme/portfolio/scoring-models/{model.pk}/"
    row = {"0-name": "Risk", "0-scale": "linear", "0-minimum": "0", "0-maximum": "5", "0-direction": "down"}
    raters = {"0-roles": ["director", "reviewer"], "0-functions": ["security", "legal"]}

    saved = client.post(f"{address}factors/", row | raters)
    editor = client.get(f"{address}factors/").content.decode()
    barred = client.post(f"{address}factors/", row | {"0-roles": ["viewer"]})
    unknown = client.post(f"{address}factors/", row | {"0-functions": ["astrology"]})

    assert saved.status_code == 303
    with tenant_scope(product_manager):
        factor = ScoreFactor.objects.get(model=model)
    assert (factor.rater_roles, factor.rater_functions) == (["director", "reviewer"], ["security", "legal"])
    assert '<input type="checkbox" name="0-roles" value="director" checked>' in editor
    assert '<input type="checkbox" name="0-roles" value="owner">' in editor
    assert 'value="viewer"' not in editor
    assert "Director, Reviewer in Security, Legal" in client.get(address).content.decode()
    assert (barred.status_code, unknown.status_code) == (422, 422)
    assert "Risk: no rating is open to the role viewer." in barred.content.decode()


def test_a_round_is_opened_with_the_form(client_for, product_manager, opened):
    form = {"name": "Spring", "model": opened.model_id, "portfolio": opened.portfolio_id, "normalisation": "min_max"}

    assert client_for(product_manager).post("/acme/portfolio/scoring-rounds/new/", form).status_code == 303
    with tenant_scope(product_manager):
        assert ScoringRound.objects.get(name="Spring").normalisation == "min_max"


def test_ratings_are_saved_without_javascript_and_shown_again(client_for, product_manager, opened, fields):
    client = client_for(product_manager)

    saved = client.post(url(opened, "rate/"), fields("7", "3"))

    assert saved.status_code == 303
    page = client.get(url(opened)).content.decode()
    assert page.count('value="7" selected') == 3
    with tenant_scope(product_manager):
        assert ScoreRating.objects.count() == 6


def test_what_cannot_be_saved_is_named_and_kept(client_for, product_manager, opened, fields):
    client = client_for(product_manager, **HTMX)

    unreadable = client.post(url(opened, "rate/"), fields("much"))
    off_scale = client.post(url(opened, "rate/"), fields("7", "11"))

    assert (unreadable.status_code, off_scale.status_code) == (422, 422)
    assert "nothing was saved" in unreadable.content.decode()
    assert "S-1: Strategic fit: The value must lie between 1 and 10." in off_scale.content.decode()
    with tenant_scope(product_manager):
        assert not ScoreRating.objects.exists()


def test_the_rank_follows_what_is_typed_and_stores_nothing(client_for, product_manager, opened, fields):
    client = client_for(product_manager, **HTMX)

    answer = client.post(url(opened, "live/"), fields("3", "7", "99")).content.decode()

    with tenant_scope(product_manager):
        first, second, third = ScoringItem.objects.filter(round=opened)
        assert not ScoreRating.objects.exists()
    # Weights 1, 1 and -0.5 of a risk that speaks against it.
    assert f'<span id="score-{first.pk}" hx-swap-oob="true">4.5</span>' in answer
    assert f'<span id="rank-{second.pk}" hx-swap-oob="true">1</span>' in answer
    assert "have no rating" in answer.partition(f'"rank-{third.pk}"')[2]


def test_nobody_sees_the_ratings_of_others_before_the_round_closes(
    client_for, product_manager, director, owner, opened, fields
):
    typed = fields("7")
    extra = {name.replace("v.", "r.", 1): "Nobody must read this" for name in typed}
    client_for(product_manager).post(url(opened, "rate/"), typed | extra)
    own = client_for(product_manager).get(url(opened)).content.decode()

    assert "Nobody must read this" in own
    for actor in (director, owner):
        client = client_for(actor)
        pages = [url(opened), url(opened, "history/"), "/acme/settings/audit/", "/acme/-/search/?q=Nobody"]
        for page in pages:
            response = client.get(page)
            assert response.status_code == 200, page
            assert "Nobody must read this" not in response.content.decode().replace("q=Nobody", "")
        assert str(product_manager.user) in client.get(url(opened)).content.decode()


def test_the_closed_round_shows_ranks_agreement_and_disagreement(client_for, product_manager, director, opened):
    for actor, values in ((product_manager, (8, 5, 2)), (director, (10, 5, 1))):
        with tenant_scope(actor):
            items = ScoringItem.objects.filter(round=opened)
            factors = ScoreFactor.objects.filter(model=opened.model_id)
            answers = [
                RatingInput(item.initiative_id, factor.pk, Decimal(value))
                for item, value in zip(items, values, strict=True)
                for factor in factors
            ]
            rate(opened, ratings=answers, actor=actor)
    client = client_for(product_manager)

    closed = client.post(url(opened, "close/"))
    waiting = client.get(url(opened)).content.decode()
    with tenant_scope(product_manager):
        compute_results(opened.pk, actor=product_manager)
    page = client.get(f"{url(opened)}?order=spread").content.decode()

    assert closed.status_code == 303
    assert "being computed" in waiting
    assert page.index("Bet 0") < page.index("Bet 2") < page.index("Bet 1")
    assert "1.00" in page
    assert "strong" in page
    assert "stays 1" in page
    assert client.post(url(opened, "rate/"), {}).status_code == 409
    initiatives = client.get("/acme/portfolio/initiatives/").content.decode()
    assert "13.5 (#1)" in initiatives
    with tenant_scope(product_manager):
        initiative = ScoringItem.objects.filter(round=opened).first().initiative
    assert "Autumn" in client.get(f"/acme/portfolio/initiatives/{initiative.pk}/").content.decode()


def test_a_viewer_reads_and_does_nothing(client_for, viewer, opened, product_manager):
    client = client_for(viewer)

    assert client.get(url(opened)).status_code == 200
    for step in ("rate/", "live/", "close/"):
        assert client.post(url(opened, step)).status_code == 403
    for step in ("factors/", "retire/", "reactivate/"):
        assert client.post(f"/acme/portfolio/scoring-models/{opened.model_id}/{step}").status_code == 403


def test_models_are_retired_and_brought_back(client_for, product_manager, opened):
    client = client_for(product_manager)
    address = f"/acme/portfolio/scoring-models/{opened.model_id}/"

    client.post(f"{address}retire/")
    assert "Retired" in client.get(address).content.decode()
    client.post(f"{address}reactivate/")
    assert "Retired" not in client.get("/acme/portfolio/scoring-models/").content.decode().partition("<tbody")[2]


def test_strangers_find_nothing(client_for, stranger, opened):
    assert client_for(stranger).get(url(opened)).status_code == 404


@pytest.mark.parametrize(
    ("path", "make", "queries"),
    [
        ("scoring-models/", ScoringModelFactory, 10),
        ("scoring-rounds/", ScoringRoundFactory, 12),
    ],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    portfolio_page, owner, path, make, queries, django_assert_num_queries
):
    total = 0
    for count in (1, 3, 30):
        with tenant_scope(owner):
            make.create_batch(count - total)
        total = count
        portfolio_page(path)
        with django_assert_num_queries(queries):
            portfolio_page(path)


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_round_costs_the_same_for_any_population(
    client_for, product_manager, owner, is_closed, django_assert_num_queries
):
    client = client_for(product_manager)
    for count in (2, 3, 30):
        with tenant_scope(owner):
            portfolio = PortfolioFactory()
            InitiativeFactory.create_batch(count, portfolio=portfolio)
            model = create_scoring_model(actor=owner, name="Sum", framework="weighted")
            opened = open_round(actor=owner, name="Autumn", model=model, portfolio=portfolio)
            item = ScoringItem.objects.filter(round=opened).first()
            factor = ScoreFactor.objects.filter(model=model).first()
            rate(opened, ratings=[RatingInput(item.initiative_id, factor.pk, Decimal(5))], actor=owner)
            if is_closed:
                close_round(opened, actor=owner)
                compute_results(opened.pk, actor=owner)
        client.get(url(opened))
        with django_assert_num_queries(11 if is_closed else 15):
            client.get(url(opened))


def test_the_score_of_the_newest_round_counts(portfolio_page, owner):
    with tenant_scope(owner):
        initiative = InitiativeFactory()
        ScoreResultFactory(item__initiative=initiative, score=1.5, rank=4)
        ScoreResultFactory(item__initiative=initiative, score=2.5, rank=2, computed_at="2026-03-01T00:00:00Z")

    assert "2.5 (#2)" in portfolio_page("initiatives/").content.decode()


def test_closing_a_round_that_changed_after_its_page_was_read_is_refused(client_for, product_manager, opened):
    client = client_for(product_manager)
    read = opened.version
    with tenant_scope(product_manager):
        item = ScoringItem.objects.filter(round=opened).first()
        factor = ScoreFactor.objects.filter(model=opened.model_id).first()
        rate(opened, ratings=[RatingInput(item.initiative_id, factor.pk, Decimal(5))], actor=product_manager)
        change_round(opened, actor=product_manager, name="Renamed meanwhile")
    client.post(url(opened, "close/"), {"version": read})
    refused = client.get(url(opened))
    with tenant_scope(product_manager):
        opened.refresh_from_db()
        still_open, fresh = opened.is_open, opened.version
    client.post(url(opened, "close/"), {"version": fresh})

    assert still_open
    assert "Somebody else changed this round after you opened it." in text_of(refused)
    with tenant_scope(product_manager):
        opened.refresh_from_db()
    assert not opened.is_open
