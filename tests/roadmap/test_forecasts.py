"""Forecasts of a roadmap: what they start from, what they keep, who sees them, over REST and on the page."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from roadmap.enums import ItemStatus
from roadmap.models import ForecastDate, ScheduleForecast
from roadmap.selectors.forecasts import Calibration, calibration, forecast_plan, newest_outlook
from roadmap.services import forecasts
from roadmap.services.forecasts import make_forecast, request_forecast
from roadmap.tasks import forecast_roadmap
from tenancy.models import Job, LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.roadmap import DependencyFactory, MilestoneFactory, RoadmapFactory, RoadmapItemFactory
from tests.factories.roadmap_forecasts import ForecastDateFactory, ScheduleForecastFactory
from tests.factories.roadmap_schedule import MilestoneGateFactory
from tests.roadmap.pages import url
from tests.roadmap.queries import own_queries
from tests.web_client import client_of

TODAY = date(2026, 3, 2)
DURATIONS = {"duration_low": 15, "duration_likely": 20, "duration_high": 40}


@pytest.fixture
def plan(scope):
    """An uncertain item, one that waits for it, and a milestone that waits for both."""
    roadmap = RoadmapFactory(name="Assistant")
    first = RoadmapItemFactory(roadmap=roadmap, title="Train", **DURATIONS)
    second = RoadmapItemFactory(roadmap=roadmap, title="Evaluate", start_on=date(2026, 3, 30), end_on=date(2026, 4, 3))
    DependencyFactory(predecessor=first, successor=second)
    milestone = MilestoneFactory(roadmap=roadmap, title="Beta", due_on=date(2026, 4, 10))
    for item in (first, second):
        MilestoneGateFactory(milestone=milestone, item=item)
    return roadmap, first, second, milestone


def test_a_forecast_says_when_items_end_and_milestones_are_reached(plan, product_manager):
    roadmap, first, second, milestone = plan

    made = make_forecast(roadmap, trials=1000, seed=3, as_of=TODAY, actor=product_manager)

    train = ForecastDate.objects.get(forecast=made, item=first)
    evaluate = ForecastDate.objects.get(forecast=made, item=second)
    beta = ForecastDate.objects.get(forecast=made, milestone=milestone)
    assert train.quantiles[0] >= date(2026, 3, 20)
    assert train.quantiles[-1] <= date(2026, 4, 24)
    assert evaluate.p50 >= train.p50 + timedelta(days=7)
    assert (beta.p80, beta.criticality) == (evaluate.p80, None)
    assert 0 < beta.chance < 1
    assert train.criticality > Decimal("0.5")
    assert evaluate.criticality == 1
    assert (made.uncertain_count, made.item_count) == (1, 2)
    assert made.end_quantiles == beta.quantiles


def test_the_same_seed_gives_the_same_dates(plan, product_manager):
    made = [make_forecast(plan[0], trials=500, seed=11, as_of=TODAY, actor=product_manager) for _ in range(2)]
    told = [list(ForecastDate.objects.filter(forecast=each).values_list("item", "quantiles")) for each in made]
    assert sorted(told[0], key=str) == sorted(told[1], key=str)


def test_what_is_done_or_begun_or_overdue_is_taken_as_it_is(scope):
    roadmap = RoadmapFactory()
    done = RoadmapItemFactory(roadmap=roadmap, status=ItemStatus.DONE, **DURATIONS)
    begun = RoadmapItemFactory(roadmap=roadmap, status=ItemStatus.IN_PROGRESS, **DURATIONS)
    late = RoadmapItemFactory(roadmap=roadmap)
    RoadmapItemFactory(roadmap=roadmap, start_on=None, end_on=None)
    today = date(2026, 5, 4)

    found = forecast_plan(roadmap, as_of=today)

    by_key = dict(zip(found.keys, found.items, strict=True))
    assert by_key[done.pk].is_certain
    assert by_key[begun.pk].is_begun
    assert by_key[begun.pk].ends_from == today.toordinal()
    assert by_key[late.pk].earliest == today.toordinal()
    assert found.undated == 1


def test_what_it_waits_for_on_another_roadmap_counts_but_is_not_told(plan, product_manager):
    roadmap, first, *_ = plan
    elsewhere = RoadmapItemFactory(start_on=date(2026, 6, 1), end_on=date(2026, 6, 26))
    DependencyFactory(predecessor=elsewhere, successor=first)

    made = make_forecast(roadmap, trials=100, seed=1, as_of=TODAY, actor=product_manager)

    assert ForecastDate.objects.get(forecast=made, item=first).quantiles[0] > date(2026, 6, 26)
    assert not ForecastDate.objects.filter(forecast=made, item=elsewhere).exists()


def test_an_empty_roadmap_has_an_empty_forecast(scope, product_manager):
    made = make_forecast(RoadmapFactory(), trials=100, seed=1, actor=product_manager)
    assert (made.end_quantiles, made.item_count) == ([], 0)


def test_only_the_newest_forecasts_are_kept(plan, product_manager, monkeypatch):
    monkeypatch.setattr(forecasts, "KEPT", 2)
    made = [make_forecast(plan[0], trials=100, seed=seed, actor=product_manager) for seed in range(3)]
    assert set(ScheduleForecast.objects.values_list("pk", flat=True)) == {each.pk for each in made[1:]}


@pytest.mark.parametrize("trials", [0, -1, 99, 100_001, 10**30])
def test_trials_out_of_range_are_refused_at_the_field(plan, product_manager, trials):
    with pytest.raises(InvalidInputError) as refusal:
        request_forecast(plan[0], trials=trials, actor=product_manager)
    assert refusal.value.pointer == "trials"
    assert not Job.objects.filter(name=forecasts.TASK).exists()


def test_viewers_may_not_forecast(plan, viewer):
    with pytest.raises(NotPermittedError):
        request_forecast(plan[0], actor=viewer)


def test_the_job_makes_one_forecast_and_the_ledger_names_it(plan, product_manager):
    job = request_forecast(plan[0], trials=100, seed=5, actor=product_manager)
    answer = forecast_roadmap.run.__wrapped__(product_manager, **job.arguments)
    made = ScheduleForecast.objects.get()
    assert (made.seed, made.trials, made.roadmap) == (5, 100, plan[0])
    assert answer == {"url": f"/acme/roadmap/roadmaps/{plan[0].pk}/forecast/"}
    assert LedgerEvent.objects.filter(action="schedule_forecast.created", record_id=made.pk).exists()


def test_dates_of_a_hidden_portfolio_are_not_told(plan, owner, product_manager, organization):
    hidden = PortfolioFactory(visibility=Visibility.RESTRICTED)
    secret = RoadmapItemFactory(roadmap=plan[0], initiative=InitiativeFactory(portfolio=hidden))
    make_forecast(plan[0], trials=100, seed=1, actor=owner)
    with tenant_scope(product_manager):
        told = newest_outlook(plan[0], actor=product_manager)
    assert secret.pk not in {row.item_id for row in told.items}
    assert len(told.items) == 2


def test_first_forecasts_are_held_against_what_came(scope, product_manager):
    roadmap = RoadmapFactory()
    first = ScheduleForecastFactory(roadmap=roadmap)
    for days in (-60, -1, 1):
        item = RoadmapItemFactory(
            roadmap=roadmap, status=ItemStatus.DONE, end_on=date(2026, 8, 20) + timedelta(days=days)
        )
        ForecastDateFactory(forecast=first, item=item)
    assert calibration(roadmap, actor=product_manager) == Calibration(finished=3, by_p50=1, by_p80=2)


class TestRest:
    @pytest.fixture
    def client(self, api_client, product_manager):
        return api_client(product_manager)

    def test_starting_answers_the_job_to_follow(self, client, plan):
        answer = client.post(f"roadmaps/{plan[0].pk}/forecast/", {"trials": 1000, "seed": 2})
        assert answer.status_code == 202
        assert Job.objects.get(pk=answer.json()["id"]).arguments["seed"] == 2

    @pytest.mark.parametrize(
        "body", [{"trials": "many"}, {"trials": 5}, {"trials": 1e300}, {"seed": -1}, {"seed": 2**63}, {"colour": "red"}]
    )
    def test_bad_input_names_the_field_and_starts_nothing(self, client, plan, body):
        answer = client.post(f"roadmaps/{plan[0].pk}/forecast/", body)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(body))}"
        assert not Job.objects.filter(name=forecasts.TASK).exists()

    @pytest.mark.parametrize("address", ["schedule-forecasts/", "forecast-dates/"])
    def test_lists_cost_the_same_for_any_number_of_rows(self, client, scope, address):
        counts = []
        for wanted in (1, 3, 30):
            while ForecastDate.objects.count() < wanted:
                ForecastDateFactory()
            client.get(address)
            with own_queries() as count:
                assert len(client.get(address).json()["results"]) == wanted
                counts.append(count())
        assert counts == [1, 1, 1]


class TestPage:
    def test_without_a_forecast_it_says_what_to_do(self, plan, product_manager):
        answer = client_of(product_manager).get(url("roadmap_forecast", pk=plan[0].pk))
        assert "No forecast yet" in answer.content.decode()

    def test_it_shows_dates_chances_and_the_asked_day(self, plan, product_manager):
        make_forecast(plan[0], trials=200, seed=3, as_of=TODAY, actor=product_manager)
        page = url("roadmap_forecast", pk=plan[0].pk)
        answer = client_of(product_manager).get(page, {"by": "2026-12-31"})
        text = answer.content.decode()
        assert all(word in text for word in ("80% sure by", "Train", "Evaluate", "Beta", "100%"))
        assert client_of(product_manager).get(page, {"by": "2026-99-99"}).status_code == 200

    def test_running_one_starts_a_job_that_the_page_follows(self, plan, product_manager):
        client = client_of(product_manager)
        client.post(url("roadmap_forecast_run", pk=plan[0].pk), {"trials": "1000"})
        job = Job.objects.get(name=forecasts.TASK)
        assert str(job.pk) in client.get(url("roadmap_forecast", pk=plan[0].pk)).content.decode()

    def test_wrong_trials_start_nothing(self, plan, product_manager):
        client = client_of(product_manager)
        answer = client.post(url("roadmap_forecast_run", pk=plan[0].pk), {"trials": "9" * 1000}, follow=True)
        assert "number of trials" in answer.content.decode()
        assert not Job.objects.filter(name=forecasts.TASK).exists()

    def test_viewers_may_not_run_one(self, plan, viewer):
        assert client_of(viewer).post(url("roadmap_forecast_run", pk=plan[0].pk), {"trials": "1000"}).status_code == 403

    def test_it_costs_the_same_for_any_number_of_items(self, scope, product_manager):
        client, counts = client_of(product_manager), []
        for wanted in (1, 3, 30):
            roadmap = RoadmapFactory()
            forecast = ScheduleForecastFactory(roadmap=roadmap)
            for _ in range(wanted):
                ForecastDateFactory(forecast=forecast)
            client.get(url("roadmap_forecast", pk=roadmap.pk))
            with own_queries() as count:
                client.get(url("roadmap_forecast", pk=roadmap.pk))
                counts.append(count())
        assert counts == [4, 4, 4]
