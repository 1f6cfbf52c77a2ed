"""REST of portfolio selection, from a new selection to a comparison and a roadmap."""

from decimal import Decimal

import pytest
from celery import current_app

from portfolio.models import SelectionCandidate, SelectionRun
from portfolio.services.selection_solving import search
from roadmap.models import RoadmapItem
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_selection import (
    SelectionCandidateFactory,
    SelectionChoiceFactory,
    SelectionDemandFactory,
    SelectionLimitFactory,
    SelectionResourceFactory,
    SelectionResultFactory,
    SelectionRunFactory,
)
from tests.factories.tenancy import TeamFactory

# Two of them are the savepoint that the request's transaction is inside the test's own.
QUERIES = 5


def run_job(client, answer, actor) -> dict:
    """Deliver the job's message as the broker would and read the job again."""
    job_id = answer.json()["id"]
    with tenant_scope(actor):
        task = current_app.tasks[Job.objects.get(pk=job_id).name]
    task.apply(headers={"organization_id": str(actor.organization_id), "job_id": job_id}, throw=True)
    return client.get(f"jobs/{job_id}/").json()


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


@pytest.fixture
def solved(product_manager, owner):
    """Two candidates of which the budget allows one."""
    with tenant_scope(owner):
        run = SelectionRunFactory()
        for value in (60, 50):
            row = SelectionCandidateFactory(run=run, value=Decimal(value))
            SelectionDemandFactory(candidate=row, amounts=[Decimal(value), Decimal(0)])
        SelectionLimitFactory(run=run)
        search(run.pk, actor=owner)
        return run


@pytest.fixture
def initiatives(product_manager):
    with tenant_scope(product_manager):
        return [InitiativeFactory() for _ in range(3)]


@pytest.fixture
def set_up(client, product_manager, initiatives):
    """A selection over REST: the third must be done, the second needs it, the first excludes the second."""
    first, second, third = initiatives
    with tenant_scope(product_manager):
        team = TeamFactory()
    body = {"name": "Next year", "value_source": "own", "first_quarter": "2026-08-01", "quarter_count": 2}
    run = client.post("selection-runs/", body).json()
    address = f"selection-runs/{run['id']}/"
    rows = client.get(f"selection-candidates/?run={run['id']}").json()["results"]
    worth = {str(first.pk): "60.00", str(second.pk): "50.00", str(third.pk): "40.00"}
    for row in rows:
        amount = worth[row["initiative"]]
        budget = {"team": None, "amounts": [amount, "0.00"]}
        people = {"team": str(team.pk), "amounts": ["1.00", None]}
        answer = client.patch(f"selection-candidates/{row['id']}/", {"value": amount, "demands": [budget, people]})
        assert answer.status_code == 200, answer.json()["errors"]
        assert answer.json()["is_value_entered"] is True
        assert people in answer.json()["demands"]
    limits = [{"amounts": ["100.00", None]}, {"team": str(team.pk), "amounts": ["2.00", None]}]
    assert client.put(f"{address}limits/", {"limits": limits}).status_code == 200
    rules = {
        "rules": [{"initiative": str(third.pk), "rule": "must_do"}],
        "prerequisites": [{"dependent": str(second.pk), "needed": str(third.pk)}],
        "exclusions": [{"name": "Either", "initiatives": [str(first.pk), str(second.pk)]}],
    }
    assert client.put(f"{address}rules/", rules).status_code == 200
    return address, rules, team


def test_setup_is_read_as_it_was_written(client, set_up):
    address, rules, team = set_up

    run, setup = client.get(address).json(), client.get(f"{address}setup/").json()

    assert (run["first_quarter"], run["currency"], run["status"]) == ("2026-07-01", "EUR", "draft")
    assert setup.pop("limits") == [
        {"team": str(team.pk), "amounts": ["2.00", None]},
        {"team": None, "amounts": ["100.00", None]},
    ]
    assert setup == rules


def test_thread_from_search_to_roadmap(client, product_manager, set_up, initiatives):
    address, _, _ = set_up
    first, _, third = initiatives

    job = run_job(client, client.post(f"{address}solve/"), product_manager)
    result = client.get(f"selection-results/{job['result']['result_id']}/").json()
    choices = client.get(f"selection-choices/?result={result['id']}&is_chosen=true").json()["results"]
    resources = client.get(f"selection-resources/?result={result['id']}").json()["results"]
    budget = next(row for row in resources if row["key"] == "budget:2026-07-01")
    asked = client.post(f"selection-resources/{budget['id']}/value-more/", {"units": "10"})
    more = run_job(client, asked, product_manager)
    made = client.post(f"selection-results/{result['id']}/plan/", {"name": "Plan"})

    assert job["status"] == "succeeded"
    assert (result["outcome"], result["value"], result["chosen_count"]) == ("optimal", "100.0000", 2)
    assert {row["initiative"] for row in choices} == {str(first.pk), str(third.pk)}
    assert (budget["limit"], budget["used"], budget["asked"]) == ("100.00", "100.00", "150.00")
    assert more["result"] == {"exact": 0.0}
    assert (made.status_code, made.json()["label"]) == (201, "Plan")
    assert client.get(address).json()["result_value"] == "100.0000"
    with tenant_scope(product_manager):
        assert set(RoadmapItem.objects.values_list("initiative", flat=True)) == {first.pk, third.pk}


def test_compare_tells_what_differs(client, solved, owner):
    with tenant_scope(owner):
        other = SelectionRunFactory(name="More money")
        for row in SelectionCandidate.objects.filter(run=solved):
            copy = SelectionCandidateFactory(run=other, initiative=row.initiative, value=row.value)
            SelectionDemandFactory(candidate=copy, amounts=[row.value, Decimal(0)])
        SelectionLimitFactory(run=other, amounts=[Decimal(200), Decimal(0)])
        search(other.pk, actor=owner)
        left_out = SelectionCandidate.objects.get(run=solved, value=50).initiative

    answer = client.post("selection-runs/compare/", {"runs": [str(solved.pk), str(other.pk)]}).json()

    assert [row["value"] for row in answer["results"]] == ["60.0000", "110.0000"]
    assert answer["common"] == 1
    assert answer["differences"] == [
        {"label": str(left_out), "initiative_id": str(left_out.pk), "chosen": [False, True]}
    ]
    assert answer["uses"][0] == {
        "label": "Budget",
        "quarter": "2026-07-01",
        "is_budget": True,
        "limits": ["100.00", "200.00"],
        "used": ["60.00", "110.00"],
    }


def test_compare_refuses_what_cannot_be_compared(client, solved, stranger, owner):
    with tenant_scope(owner):
        unsolved = SelectionRunFactory()
    with tenant_scope(stranger):
        foreign = SelectionResultFactory().run
    one = str(solved.pk)

    for runs in ([one], [one, one], [one, str(unsolved.pk)], [one, str(foreign.pk)], [one] * 6):
        answer = client.post("selection-runs/compare/", {"runs": runs})
        assert answer.status_code == 400, runs
        assert pointers(answer)[0].startswith("/runs") or pointers(answer)[0] == "runs"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"quarter_count": 9}, "quarter_count"),
        ({"quarter_count": 0}, "quarter_count"),
        ({"quarter_count": "two"}, "quarter_count"),
        ({"first_quarter": "soon"}, "first_quarter"),
        ({"relative_gap": "NaN"}, "relative_gap"),
        ({"relative_gap": "Infinity"}, "relative_gap"),
        ({"relative_gap": "0.9"}, "relative_gap"),
        ({"relative_gap": "1" * 1000}, "relative_gap"),
        ({"time_limit_seconds": 601}, "time_limit_seconds"),
        ({"time_limit_seconds": 10**1000}, "time_limit_seconds"),
        ({"stages": ["nowhere"]}, "stages"),
        ({"value_source": "guess"}, "value_source"),
        ({"value_source": "score"}, "scoring_round"),
        ({"currency": "euro"}, "currency"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_create_refuses_bad_input_at_its_field(client, product_manager, body, field):
    answer = client.post("selection-runs/", {"name": "Bad", **body})

    assert answer.status_code == 400
    assert any(field in pointer for pointer in pointers(answer))
    with tenant_scope(product_manager):
        assert not SelectionRun.objects.exists()


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-1", "1e400", "9" * 1000, "x", True, {}])
def test_limits_and_values_refuse_what_is_no_amount(client, solved, product_manager, amount):
    with tenant_scope(product_manager):
        row = SelectionCandidate.objects.filter(run=solved).first()

    limits = client.put(f"selection-runs/{solved.pk}/limits/", {"limits": [{"amounts": [amount, None]}]})
    demand = client.patch(f"selection-candidates/{row.pk}/", {"demands": [{"amounts": [amount, None]}]})

    assert (limits.status_code, demand.status_code) == (400, 400)


def test_setup_refuses_records_of_others(client, solved, stranger):
    with tenant_scope(stranger):
        foreign = SelectionCandidateFactory()
        portfolio, team = PortfolioFactory(), TeamFactory()
    address = f"selection-runs/{solved.pk}/"

    answers = [
        client.post("selection-runs/", {"name": "Foreign", "portfolio": str(portfolio.pk)}),
        client.put(f"{address}limits/", {"limits": [{"team": str(team.pk), "amounts": [None, None]}]}),
        client.put(f"{address}rules/", {"rules": [{"initiative": str(foreign.initiative_id), "rule": "must_do"}]}),
        client.patch(f"selection-candidates/{foreign.pk}/", {"rule": "must_do"}),
        client.get(f"selection-runs/{foreign.run_id}/"),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 404, 404]


def test_viewers_read_and_do_not_change(api_client, viewer, solved):
    client = api_client(viewer)
    address = f"selection-runs/{solved.pk}/"

    assert client.get(address).status_code == 200
    answers = [
        client.post("selection-runs/", {"name": "Mine"}),
        client.patch(address, {"name": "Mine"}),
        client.delete(address),
        client.post(f"{address}solve/"),
        client.post(f"{address}refresh/"),
        client.put(f"{address}limits/", {"limits": []}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 6


def test_stale_change_is_refused_and_a_new_one_marks_the_result_as_outdated(client, solved):
    address = f"selection-runs/{solved.pk}/"
    etag = client.get(address)["ETag"]

    first = client.patch(address, {"quarter_count": 1}, If_Match=etag)
    second = client.patch(address, {"quarter_count": 2}, If_Match=etag)
    currency = client.patch(address, {"currency": "USD"})

    assert (first.status_code, second.status_code, currency.status_code) == (200, 412, 400)
    assert (first.json()["status"], first.json()["outcome"]) == ("changed", "optimal")


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize(
    ("path", "factory"),
    [
        ("selection-runs/", SelectionRunFactory),
        ("selection-candidates/", SelectionCandidateFactory),
        ("selection-results/", SelectionResultFactory),
        ("selection-choices/", SelectionChoiceFactory),
        ("selection-resources/", SelectionResourceFactory),
    ],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    client, product_manager, django_assert_num_queries, path, factory, rows
):
    with tenant_scope(product_manager):
        for _ in range(rows):
            factory()
    client.get(path)

    with django_assert_num_queries(QUERIES):
        answer = client.get(path)

    assert len(answer.json()["results"]) == rows
