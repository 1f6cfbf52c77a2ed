"""Pages of portfolio selection: the steps of the setup, the result, the comparison."""

from datetime import date
from decimal import Decimal

import pytest
from celery import current_app

from portfolio.models import (
    SelectionCandidate,
    SelectionChoice,
    SelectionDemand,
    SelectionExclusion,
    SelectionLimit,
    SelectionPrerequisite,
    SelectionResource,
    SelectionResult,
    SelectionRun,
)
from portfolio.services.selection_solving import search
from portfolio.services.selections import change_selection
from roadmap.models import Roadmap
from tenancy.models import Job
from tenancy.scope import tenant_scope
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
from tests.portfolio.page_text import text_of

ROOT = "/acme/portfolio/selections/"


@pytest.fixture
def run(product_manager) -> SelectionRun:
    """Two candidates of which the budget allows one; not searched yet."""
    with tenant_scope(product_manager):
        made = SelectionRunFactory(name="Next half-year")
        for value in (60, 50):
            row = SelectionCandidateFactory(run=made, value=Decimal(value))
            SelectionDemandFactory(candidate=row, amounts=[Decimal(value), Decimal(0)])
        SelectionLimitFactory(run=made)
        return made


@pytest.fixture
def result(product_manager, run) -> SelectionResult:
    with tenant_scope(product_manager):
        return search(run.pk, actor=product_manager)


@pytest.fixture
def client(client_for, product_manager):
    return client_for(product_manager)


def test_new_selection_reads_candidates_and_leads_to_its_page(client, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
    page = client.get(f"{ROOT}new/")
    data = {
        "name": "Next year",
        "value_source": "own",
        "first_quarter": page.context["form"].initial["first_quarter"],
        "quarter_count": "4",
        "stages": ["idea"],
        "levels": ["initiative"],
        "relative_gap": "0",
        "time_limit_seconds": "60",
    }

    response = client.post(f"{ROOT}new/", data)

    assert response.status_code in (302, 303), text_of(response)
    with tenant_scope(product_manager):
        row = SelectionCandidate.objects.get()
        assert (row.initiative, row.run.name) == (initiative, "Next year")
    assert "Not searched yet" in text_of(client.get(response["Location"]))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_quarter": "2026-02-31"}, "first_quarter"),
        ({"quarter_count": "9" * 1000}, "quarter_count"),
        ({"relative_gap": "NaN"}, "relative_gap"),
        ({"time_limit_seconds": "Infinity"}, "time_limit_seconds"),
        ({"value_source": "score"}, "scoring_round"),
        ({"value_source": "custom_field"}, "value_field"),
        ({"portfolio": "00000000-0000-0000-0000-000000000000"}, "portfolio"),
    ],
)
def test_new_selection_shows_what_is_wrong_at_its_field(client, product_manager, change, field):
    quarter = client.get(f"{ROOT}new/").context["form"].initial["first_quarter"]
    data = {"name": "Bad", "value_source": "own", "first_quarter": quarter, "quarter_count": "4"}
    data |= {"relative_gap": "0", "time_limit_seconds": "60", **change}

    response = client.post(f"{ROOT}new/", data)

    assert response.status_code in (409, 422)
    assert list(response.context["form"].errors) == [field]
    with tenant_scope(product_manager):
        assert not SelectionRun.objects.exists()


def test_limits_are_saved_from_the_grid_and_lead_on_to_the_rules(client, product_manager, run):
    with tenant_scope(product_manager):
        team = TeamFactory()
        SelectionDemandFactory(candidate=SelectionCandidate.objects.filter(run=run).first(), team=team)
    url = f"{ROOT}{run.pk}/limits/"
    data = {"budget-0": "1000", "budget-1": "", f"{team.pk}-0": "2.5", f"{team.pk}-1": "0"}

    response = client.post(url, data)

    assert (response.status_code, response["Location"]) == (303, f"{ROOT}{run.pk}/rules/")
    with tenant_scope(product_manager):
        limits = {row.team: row.amounts for row in SelectionLimit.objects.filter(run=run).select_related("team")}
        assert limits == {None: [Decimal(1000), None], team: [Decimal("2.5"), Decimal(0)]}


@pytest.mark.parametrize("text", ["-1", "NaN", "Infinity", "lots", "1" * 1000, "1.234"])
def test_limits_show_a_bad_amount_in_its_cell_and_keep_it(client, product_manager, run, text):
    response = client.post(f"{ROOT}{run.pk}/limits/", {"budget-0": text})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["budget-0"]
    with tenant_scope(product_manager):
        assert SelectionLimit.objects.get(run=run).amounts == [Decimal(100), Decimal(100)]


def test_candidate_is_changed_in_a_dialog(client, product_manager, run):
    with tenant_scope(product_manager):
        row = SelectionCandidate.objects.filter(run=run).order_by("value").first()
        team = TeamFactory()
    url = f"/acme/portfolio/selection-candidates/{row.pk}/"
    data = {
        "rule": "must_do",
        "value": "70",
        "budget-0": "10",
        "budget-1": "",
        "new_team": str(team.pk),
        "new-0": "1",
        "new-1": "2",
    }

    page = client.get(url)
    response = client.post(url, data)

    assert 'value="50"' in page.content.decode()
    assert (response.status_code, response["Location"]) == (303, f"{ROOT}{run.pk}/candidates/")
    with tenant_scope(product_manager):
        row.refresh_from_db()
        assert (row.rule, row.value, row.is_value_entered) == ("must_do", Decimal(70), True)
        demands = SelectionDemand.objects.filter(candidate=row).values_list("team", "amounts")
        assert dict(demands) == {None: [Decimal(10), None], team.pk: [Decimal(1), Decimal(2)]}


def test_rules_are_added_and_removed(client, product_manager, run):
    with tenant_scope(product_manager):
        one, two = SelectionCandidate.objects.filter(run=run).select_related("initiative").order_by("value")
    url = f"{ROOT}{run.pk}/rules/"

    client.post(f"{url}needs/", {"dependent": str(one.initiative_id), "needed": str(two.initiative_id)})
    client.post(f"{url}groups/", {"name": "Either", "first": str(one.initiative_id), "second": str(two.initiative_id)})
    shown = text_of(client.get(url))
    with tenant_scope(product_manager):
        pair = SelectionPrerequisite.objects.get(run=run)
        members = SelectionExclusion.objects.filter(run=run).count()
    client.post(url, {"remove": str(pair.pk)})
    client.post(url, {"remove": "group:Either"})

    assert f"{one.initiative} needs {two.initiative}" in shown
    assert "Either" in shown
    assert members == 2
    with tenant_scope(product_manager):
        assert not SelectionPrerequisite.objects.exists()
        assert not SelectionExclusion.objects.exists()


def test_rules_refuse_an_initiative_that_is_no_candidate(client, product_manager, run):
    with tenant_scope(product_manager):
        other = InitiativeFactory()
        one = SelectionCandidate.objects.filter(run=run).first()

    response = client.post(
        f"{ROOT}{run.pk}/rules/needs/", {"dependent": str(one.initiative_id), "needed": str(other.pk)}
    )

    assert response.status_code == 409
    assert "not a candidate of this selection" in text_of(response)


def test_search_shows_progress_then_the_result(client, product_manager, run):
    response = client.post(f"{ROOT}{run.pk}/search/")
    waiting = client.get(response["Location"])
    progress = client.get(f"{ROOT}{run.pk}/progress/")
    with tenant_scope(product_manager):
        job = Job.objects.get(name="portfolio.search_selection")
    headers = {"organization_id": str(product_manager.organization_id), "job_id": str(job.pk)}
    current_app.tasks[job.name].apply(headers=headers, throw=True)
    done = client.get(f"{ROOT}{run.pk}/progress/")
    page = text_of(client.get(response["Location"]))
    left_out = text_of(client.get(f"{response['Location']}?show=out"))

    assert "for at most 60 seconds" in text_of(waiting)
    assert "Select: Next half-year" in text_of(progress)
    assert (done.status_code, done["HX-Refresh"]) == (204, "true")
    assert "1 of 2" in page
    assert "Proven best" in page
    assert "No room beside what is worth more: Budget in Q3 2026 is short by 10 EUR." in left_out


def test_failed_search_says_why(client, product_manager, run):
    with tenant_scope(product_manager):
        job = Job.objects.create(name="portfolio.search_selection", status="failed", error="It broke.")
        SelectionRun.objects.filter(pk=run.pk).update(status="searching", job_id=job.pk)

    assert "The search failed: It broke." in text_of(client.get(f"{ROOT}{run.pk}/"))


def test_infeasible_result_explains_itself(client, product_manager, run):
    with tenant_scope(product_manager):
        SelectionCandidate.objects.filter(run=run).update(rule="must_do")
        search(run.pk, actor=product_manager)

    page = text_of(client.get(f"{ROOT}{run.pk}/"))

    assert "No set fits" in page
    assert "The must-dos, with what they need, take more than there is: Budget in Q3 2026 is short by 10 EUR." in page


def test_more_of_a_resource_is_asked_in_a_dialog(client, product_manager, result):
    with tenant_scope(product_manager):
        budget = SelectionResource.objects.filter(result=result).first()
    url = f"/acme/portfolio/selection-resources/{budget.pk}/value/"

    refused = client.post(url, {"units": "-1"})
    asked = client.post(url, {"units": "10"})

    assert (refused.status_code, asked.status_code) == (409, 303)
    with tenant_scope(product_manager):
        assert Job.objects.get(name="portfolio.value_more_of_resource").arguments["units"] == "10.00"


def test_roadmap_is_made_of_the_result(client, product_manager, result):
    response = client.post(f"/acme/portfolio/selection-results/{result.pk}/plan/", {"name": "Plan"})

    with tenant_scope(product_manager):
        assert response["Location"] == f"/acme/roadmap/roadmaps/{Roadmap.objects.get().pk}/"


def test_compare_shows_two_runs_side_by_side(client, product_manager, run, result):
    with tenant_scope(product_manager):
        other = SelectionRunFactory(name="No budget")
        for row in SelectionCandidate.objects.filter(run=run):
            copy = SelectionCandidateFactory(run=other, initiative=row.initiative, value=row.value)
            SelectionDemandFactory(candidate=copy, amounts=[row.value, Decimal(0)])
        search(other.pk, actor=product_manager)

    both = client.get(f"{ROOT}compare/?run={run.pk}&run={other.pk}")
    one = client.get(f"{ROOT}compare/?run={run.pk}")
    nonsense = client.get(f"{ROOT}compare/?run=x&run=y")

    text = text_of(both)
    assert both.status_code == 200
    assert "1 chosen by all" in text
    assert "110 / " not in text
    assert "No budget" in text
    assert (one.status_code, nonsense.status_code) == (422, 422)
    assert "Compare 2 to 5 selections." in text_of(one)


def test_viewer_reads_pages_and_changes_nothing(client_for, viewer, run, result):
    client = client_for(viewer)
    with tenant_scope(viewer):
        candidate = SelectionCandidate.objects.first()

    reads = [client.get(f"{ROOT}{run.pk}/{page}").status_code for page in ("", "candidates/", "limits/", "rules/")]
    writes = [
        client.post(f"{ROOT}{run.pk}/search/").status_code,
        client.post(f"{ROOT}{run.pk}/refresh/").status_code,
        client.post(f"{ROOT}{run.pk}/limits/", {}).status_code,
        client.post(f"{ROOT}{run.pk}/rules/", {}).status_code,
        client.get(f"/acme/portfolio/selection-candidates/{candidate.pk}/").status_code,
        client.post(f"/acme/portfolio/selection-results/{result.pk}/plan/", {"name": "x"}).status_code,
    ]

    assert reads == [200] * 4
    assert writes == [403] * 6
    assert "Ask exactly" not in text_of(client.get(f"{ROOT}{run.pk}/"))


def test_selection_with_a_hidden_initiative_does_not_exist_for_others(client, product_manager, owner):
    with tenant_scope(owner):
        hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility="restricted"))
        run = SelectionCandidateFactory(initiative=hidden).run

    for page in ("", "candidates/", "limits/", "rules/"):
        assert client.get(f"{ROOT}{run.pk}/{page}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize(("path", "queries"), [("", 18), ("candidates/", 15), ("limits/", 15), ("rules/", 15)])
def test_pages_cost_the_same_for_any_number_of_rows(
    client, product_manager, django_assert_num_queries, path, queries, rows
):
    with tenant_scope(product_manager):
        run = SelectionRunFactory()
        result = SelectionResultFactory(run=run)
        for _ in range(rows):
            row = SelectionCandidateFactory(run=run, rule="must_do")
            SelectionDemandFactory(candidate=row, team=TeamFactory())
            SelectionChoiceFactory(result=result, initiative=row.initiative)
            SelectionResourceFactory(result=result)
    url = f"{ROOT}{run.pk}/{path}"
    client.get(url)

    with django_assert_num_queries(queries):
        response = client.get(url)

    assert response.status_code == 200


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_list_costs_the_same_for_any_number_of_selections(client, product_manager, django_assert_num_queries, rows):
    with tenant_scope(product_manager):
        for _ in range(rows):
            SelectionResultFactory(run=SelectionRunFactory(portfolio=PortfolioFactory()))
    client.get(ROOT)

    with django_assert_num_queries(11):
        response = client.get(ROOT)

    assert response.status_code == 200


def test_result_of_two_thousand_candidates_comes_in_pages(client, product_manager):
    with tenant_scope(product_manager):
        run = SelectionRunFactory()
        result = SelectionResultFactory(run=run, chosen_count=2000, candidate_count=2000)
        initiative = InitiativeFactory()
        SelectionChoice.objects.bulk_create(
            SelectionChoice(
                result=result,
                initiative=initiative,
                label=f"Number {index:04}",
                is_chosen=True,
                rule="free",
                reason="chosen",
                reason_text="Part of the most valuable set.",
                value=Decimal(2000 - index),
                start_on=date(2026, 7, 1),
                end_on=date(2026, 9, 30),
                position=index,
            )
            for index in range(2000)
        )

    page = text_of(client.get(f"{ROOT}{run.pk}/?page=40"))

    assert "1951\N{EN DASH}2000 of 2,000" in page
    assert "Number 1999" in page
    assert "Number 1949" not in page


def test_reading_again_what_changed_after_its_page_was_read_is_refused(client, product_manager, run):
    old = run.version
    with tenant_scope(product_manager):
        change_selection(run, actor=product_manager, purpose="Asked otherwise meanwhile.")
        run.refresh_from_db()

    client.post(f"{ROOT}{run.pk}/refresh/", {"version": old})
    refused = client.get(f"{ROOT}{run.pk}/")
    client.post(f"{ROOT}{run.pk}/refresh/", {"version": run.version})
    done = client.get(f"{ROOT}{run.pk}/")

    assert "Somebody else changed this selection after you opened it." in text_of(refused)
    assert "Read again." in text_of(done)
