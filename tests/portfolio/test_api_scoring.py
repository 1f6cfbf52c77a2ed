"""REST of scoring models, rounds, ratings and results."""

import pytest

from portfolio.models import ScoreFactor, ScoreRating, ScoringModel
from portfolio.services.score_results import compute_results
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_scoring import (
    ScoreFactorFactory,
    ScoreRatingFactory,
    ScoreResultFactory,
    ScoringModelFactory,
    ScoringRoundFactory,
)

# Two of them are the savepoint that the request's transaction is inside the test's own.
QUERIES = 5
FACTORS = [
    {"key": "value", "name": "Value", "minimum": "0", "maximum": "10", "weight": "3"},
    {"key": "fit", "name": "Fit", "minimum": "0", "maximum": "10"},
]


@pytest.fixture
def portfolio(owner):
    with tenant_scope(owner):
        portfolio = PortfolioFactory(name="Bets")
        InitiativeFactory.create_batch(3, portfolio=portfolio)
    return portfolio


@pytest.fixture
def model_id(api_client, product_manager):
    body = {"name": "Ours", "framework": "weighted", "factors": FACTORS}
    return api_client(product_manager).post("scoring-models/", body).json()["id"]


@pytest.fixture
def opened(api_client, product_manager, model_id, portfolio):
    """A round the product manager has opened."""
    body = {"name": "Autumn", "model": model_id, "portfolio": str(portfolio.pk)}
    return api_client(product_manager).post("scoring-rounds/", body).json()


def answers(client, opened, value, key="value"):
    factors = client.get(f"score-factors/?model={opened['model']}").json()["results"]
    factor = next(row["id"] for row in factors if row["key"] == key)
    initiatives = client.get(f"initiatives/?portfolio={opened['portfolio']}").json()["results"]
    return [{"initiative": row["id"], "factor": factor, "value": value} for row in initiatives]


def put(client, opened, ratings):
    return client.put(f"scoring-rounds/{opened['id']}/ratings/", {"ratings": ratings})


def test_a_model_is_made_of_its_framework_changed_and_deleted(api_client, product_manager):
    client = api_client(product_manager)

    created = client.post("scoring-models/", {"name": "Our RICE", "framework": "rice"})
    changed = client.patch(f"scoring-models/{created.json()['id']}/", {"name": "Better"})

    assert created.status_code == 201
    assert (created.json()["key"], created.json()["revision"], created.json()["is_used"]) == ("our-rice", 1, False)
    assert (changed.json()["id"], changed.json()["name"]) == (created.json()["id"], "Better")
    factors = client.get(f"score-factors/?model={created.json()['id']}").json()["results"]
    assert [row["key"] for row in factors] == ["reach", "impact", "confidence", "effort"]
    assert client.delete(f"scoring-models/{created.json()['id']}/").status_code == 204


def test_a_used_model_answers_its_next_revision(api_client, product_manager, opened, model_id):
    client = api_client(product_manager)

    changed = client.patch(f"scoring-models/{model_id}/", {"factors": FACTORS[:1]})

    assert changed.status_code == 200
    assert changed.json()["id"] != model_id
    assert changed.json()["revision"] == 2
    assert client.get(f"scoring-models/{model_id}/").json()["is_used"] is True
    assert client.delete(f"scoring-models/{model_id}/").status_code == 409
    assert pointers(client.patch(f"scoring-models/{changed.json()['id']}/", {"factors": [{}]})) == [
        "/factors/0/key",
        "/factors/0/name",
    ]
    assert client.post(f"scoring-models/{model_id}/retire/").json()["status"] == "retired"
    assert client.post(f"scoring-models/{model_id}/reactivate/").json()["status"] == "active"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"framework": "luck"}, "/framework"),
        ({"framework": "custom", "formula": "value / luck"}, "/formula"),
        ({"framework": "custom", "formula": "9" * 100_000}, "/formula"),
        ({"framework": "rice", "factors": FACTORS}, "/factors"),
        ({"factors": [{**FACTORS[0], "weight": "NaN"}]}, "/factors/0/weight"),
        ({"factors": [{**FACTORS[0], "weight": "9" * 1000}]}, "/factors/0/weight"),
        ({"factors": [{**FACTORS[0], "maximum": None}]}, "/factors/0/minimum"),
        ({"factors": [{**FACTORS[0], "luck": 1}]}, "/factors/0/luck"),
        ({"factors": FACTORS * 7}, "/factors"),
        ({"factors": "all"}, "/factors"),
        ({"factors": [{**FACTORS[0], "rater_roles": ["king"]}]}, "/factors/0/rater_roles/0"),
    ],
)
def test_a_model_that_cannot_be_is_refused_at_its_field(api_client, product_manager, body, pointer):
    response = api_client(product_manager).post("scoring-models/", {"name": "No", "framework": "weighted", **body})

    assert response.status_code == 400
    assert pointers(response)[0] == pointer
    with tenant_scope(product_manager):
        assert not ScoringModel.objects.exists()


def test_a_round_from_opening_to_its_results(api_client, product_manager, director, opened):
    client, other = api_client(product_manager), api_client(director)

    stored = put(client, opened, answers(client, opened, "5") + answers(client, opened, "2", "fit"))
    assert stored.json() == {"created": 6, "changed": 0, "withdrawn": 0, "unchanged": 0}
    assert put(client, opened, answers(client, opened, "5")).json()["unchanged"] == 3
    assert put(client, opened, answers(client, opened, None)[:1]).json()["withdrawn"] == 1
    assert len(client.get(f"score-ratings/?round={opened['id']}").json()["results"]) == 5
    assert other.get(f"score-ratings/?round={opened['id']}").json()["results"] == []
    assert client.get(f"score-results/?round={opened['id']}").json()["results"] == []

    closed = client.post(f"scoring-rounds/{opened['id']}/close/")

    assert closed.json()["closed_at"] is not None
    assert len(other.get(f"score-ratings/?round={opened['id']}").json()["results"]) == 5
    assert put(client, opened, answers(client, opened, "6")).status_code == 409
    assert client.delete(f"scoring-rounds/{opened['id']}/").status_code == 409
    with tenant_scope(product_manager):
        compute_results(opened["id"], actor=product_manager)
    results = other.get(f"score-results/?round={opened['id']}").json()["results"]
    assert sorted((row["score"], row["rank"], row["reason"]) for row in results if row["rank"]) == [(17.0, 1, "")] * 2
    assert [row["reason"] for row in results if not row["rank"]] == ["Value has no rating"]
    shown = client.get(f"scoring-rounds/{opened['id']}/").json()
    assert shown["bounds"]["value"]["highest"] == 5.0
    assert shown["agreement"]["overall"]["reason"] == "fewer than two raters answered all that a score needs"


def test_a_rating_of_somebody_else_is_not_found_until_the_round_closes(api_client, product_manager, director, opened):
    client, other = api_client(product_manager), api_client(director)
    put(client, opened, answers(client, opened, "5"))
    rating = client.get("score-ratings/").json()["results"][0]["id"]

    assert client.get(f"score-ratings/{rating}/").status_code == 200
    assert other.get(f"score-ratings/{rating}/").status_code == 404


def test_the_preview_is_the_organizers_and_hides_what_few_people_rated(
    api_client, product_manager, director, actor_with, opened
):
    client = api_client(product_manager)
    raters = [product_manager, director, actor_with("product_manager")]
    for actor in raters[:2]:
        put(api_client(actor), opened, answers(client, opened, "5") + answers(client, opened, "2", "fit"))
    hidden = client.get(f"scoring-rounds/{opened['id']}/preview/").json()
    put(api_client(raters[2]), opened, answers(client, opened, "8")[:1])
    shown = client.get(f"scoring-rounds/{opened['id']}/preview/").json()

    assert {(row["score"], row["reason"]) for row in hidden} == {(None, "fewer than 3 people have rated it")}
    assert [(row["score"], row["rank"]) for row in shown] == [(20.0, 1), (None, None), (None, None)]
    assert api_client(raters[2]).get(f"scoring-rounds/{opened['id']}/preview/").status_code == 403


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"value": "NaN"}, "/ratings/1/value"),
        ({"value": "Infinity"}, "/ratings/1/value"),
        ({"value": "9" * 1000}, "/ratings/1/value"),
        ({"value": "11"}, "/ratings/1/value"),
        ({"value": True}, "/ratings/1/value"),
        ({"confidence": "2"}, "/ratings/1/confidence"),
        ({"evidence_url": "javascript:alert(1)"}, "/ratings/1/evidence_url"),
        ({"initiative": "x"}, "/ratings/1/initiative"),
        ({"initiative": "01990000-0000-7000-8000-000000000000"}, "/ratings/1/initiative"),
        ({"factor": "01990000-0000-7000-8000-000000000000"}, "/ratings/1/factor"),
        ({"luck": 1}, "/ratings/1/luck"),
    ],
)
def test_a_bad_answer_is_named_and_nothing_is_stored(api_client, product_manager, opened, change, pointer):
    client = api_client(product_manager)
    ratings = answers(client, opened, "5")
    ratings[1] |= change

    response = put(client, opened, ratings)

    assert response.status_code == 400
    assert pointers(response)[0] == pointer
    with tenant_scope(product_manager):
        assert not ScoreRating.objects.exists()


def test_a_round_takes_no_record_of_another_organization(api_client, product_manager, stranger, model_id, portfolio):
    with tenant_scope(stranger):
        foreign = {
            "model": str(ScoringModelFactory().pk),
            "portfolio": str(PortfolioFactory().pk),
            "initiatives": [str(InitiativeFactory().pk)],
        }
    body = {"name": "No", "model": model_id, "portfolio": str(portfolio.pk)}

    for field, value in foreign.items():
        response = api_client(product_manager).post("scoring-rounds/", {**body, field: value})
        assert response.status_code == 400
        assert pointers(response)[0].startswith(f"/{field}")


def test_viewers_read_and_strangers_see_nothing(api_client, viewer, stranger, opened, model_id):
    reader = api_client(viewer)

    assert reader.get(f"scoring-rounds/{opened['id']}/").status_code == 200
    assert put(reader, opened, []).status_code == 403
    assert reader.post("scoring-models/", {"name": "No", "framework": "rice"}).status_code == 403
    assert reader.post(f"scoring-rounds/{opened['id']}/close/").status_code == 403
    outsider = api_client(stranger)
    assert outsider.get(f"scoring-rounds/{opened['id']}/").status_code == 404
    assert outsider.get(f"scoring-models/{model_id}/").status_code == 404


MAKERS = {
    "scoring-models": lambda: ScoringModelFactory(),
    "score-factors": lambda: ScoreFactorFactory(),
    "scoring-rounds": lambda: ScoringRoundFactory(),
    "score-results": lambda: ScoreResultFactory(),
}


@pytest.mark.parametrize("path", [*MAKERS, "score-ratings"])
def test_lists_cost_the_same_for_any_number_of_rows(
    api_client, product_manager, path, django_assert_num_queries, scope
):
    client = api_client(product_manager)
    total = 0
    for count in (1, 3, 30):
        with tenant_scope(product_manager):
            for _ in range(count - total):
                MAKERS[path]() if path in MAKERS else _own_rating(product_manager)
        total = count
        client.get(f"{path}/")
        with django_assert_num_queries(QUERIES):
            response = client.get(f"{path}/")
        assert len(response.json()["results"]) == count


def _own_rating(actor):
    model = ScoringModelFactory()
    factor = ScoreFactorFactory(model=model)
    assert ScoreFactor.objects.filter(pk=factor.pk).exists()
    ScoreRatingFactory(factor=factor, rater=Membership.objects.get(user=actor.user))
