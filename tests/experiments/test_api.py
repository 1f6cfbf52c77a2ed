"""Experiments over REST."""

import json
from datetime import UTC, datetime

import pytest

from experiments.models import Experiment, ExperimentMetric, Metric, Readout, Variant, VariantResult
from experiments.services.readouts import create_readout
from portfolio.enums import Visibility
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.factories.experiments import (
    ExperimentFactory,
    MetricFactory,
    VariantFactory,
    VariantResultFactory,
    arm_of,
    metric_of,
    planned_experiment,
    running_experiment,
)
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory

AS_OF = "2026-02-01T00:00:00Z"


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager, scopes=["experiments:write"])


@pytest.fixture
def experiment(product_manager) -> Experiment:
    with tenant_scope(product_manager):
        return running_experiment(initiative=InitiativeFactory())


@pytest.fixture
def delivery(product_manager, experiment) -> dict:
    with tenant_scope(product_manager):
        return {
            "variant": str(arm_of(experiment, "treatment").pk),
            "metric": str(metric_of(experiment, "primary").pk),
            "units": 1000,
            "conversions": 120,
            "as_of": AS_OF,
            "source_id": "warehouse:2026-02-01:treatment",
        }


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize("path", ["metrics/", "experiments/", "experiment-results/", "readouts/"])
def test_lists_cost_the_same_for_any_number_of_rows(client, product_manager, path, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        for _ in range(rows):
            experiment = running_experiment(initiative=InitiativeFactory())
            metric = metric_of(experiment, "primary")
            VariantResultFactory(variant=arm_of(experiment, "control"), metric=metric)
            create_readout(experiment, actor=product_manager)
    client.get(path)

    with django_assert_num_queries(5):
        response = client.get(path, {"page_size": 100})

    assert len(response.json()["results"]) == (rows * 2 if path == "metrics/" else rows)


def drafted(client) -> dict:
    """An experiment with its plan, created over REST."""
    share = client.post("metrics/", {"key": "click-rate", "name": "Click rate"}).json()
    mean = client.post("metrics/", {"key": "latency", "name": "Latency", "kind": "mean", "direction": "down"}).json()
    body = {
        "key": "EXP-1",
        "name": "Reranker",
        "hypothesis": "Reranked results are clicked more.",
        "significance_level": "0.05",
        "variants": [
            {"key": "control", "name": "Today", "is_control": True, "allocation": "0.5"},
            {"key": "rerank", "allocation": "0.5"},
        ],
        "metrics": [
            {"metric": share["id"], "role": "primary"},
            {"metric": mean["id"], "role": "guardrail", "non_inferiority_margin": "0.05"},
        ],
    }
    response = client.post("experiments/", body)
    assert response.status_code == 201, response.content
    return response.json()


def deliveries(experiment: dict) -> list[dict]:
    """Aggregates of both arms: 10% against 12% clicks, latency the same."""
    share, mean = (entry["metric"] for entry in experiment["metrics"])
    now = datetime.now(UTC).isoformat()
    rows = []
    for variant, conversions in zip(experiment["variants"], (1000, 1200), strict=True):
        facts = {"variant": variant["id"], "units": 10_000, "as_of": now}
        rows.append({**facts, "metric": share, "conversions": conversions, "source_id": f"{variant['key']}-share"})
        sums = {"sum": 2e6, "sum_of_squares": 4.2e8}
        rows.append({**facts, **sums, "metric": mean, "source_id": f"{variant['key']}-mean"})
    return rows


def test_an_experiment_is_created_with_its_plan(client):
    experiment = drafted(client)

    assert experiment["variants"][1] | {"id": ""} == {
        "id": "",
        "key": "rerank",
        "name": "rerank",
        "description": "",
        "is_control": False,
        "allocation": "0.500000",
    }
    assert experiment["metrics"][1] | {"metric": ""} == {
        "metric": "",
        "key": "latency",
        "name": "Latency",
        "role": "guardrail",
        "non_inferiority_margin": "0.05000",
    }


def test_an_experiment_goes_from_draft_to_decision(client, product_manager):
    experiment = drafted(client)
    address = f"experiments/{experiment['id']}/"

    started = client.post(f"{address}start/", {})
    bulk = client.post("experiment-results/bulk/", {"rows": deliveries(experiment)})
    stopped = client.post(f"{address}stop/", {"reason": "Sample reached."})
    with tenant_scope(product_manager):
        assert Job.objects.filter(name="experiments.compute_readout").count() == 1
        create_readout(Experiment.objects.get(), actor=product_manager)
    readout = client.get("readouts/", {"experiment": experiment["id"]}).json()["results"][0]
    decided = client.post(f"{address}decide/", {"decision": "ship", "rationale": "Clear win."})

    assert (started.status_code, started.json()["status"]) == (200, "running")
    assert (bulk.status_code, bulk.json()["succeeded"], bulk.json()["failed"]) == (207, 4, 0)
    assert stopped.json()["status"] == "stopped"
    assert readout["recommendation"] == "ship"
    assert readout["results"]["metrics"][0]["comparisons"][0]["significance"]["relative_lift"] == pytest.approx(0.2)
    assert (decided.json()["status"], decided.json()["decision"]) == ("decided", "ship")


def test_a_started_experiment_keeps_its_plan(client, experiment):
    response = client.patch(f"experiments/{experiment.pk}/", {"hypothesis": "Another one."})

    assert response.status_code == 409
    assert response.json()["detail"] == "The plan of an experiment is fixed once it has started."


def test_a_stale_change_of_a_draft_is_refused(client, product_manager):
    with tenant_scope(product_manager):
        draft = planned_experiment()
    address = f"experiments/{draft.pk}/"
    etag = client.get(address)["ETag"]

    first = client.patch(address, {"variants": []}, If_Match=etag)
    second = client.patch(address, {"name": "Late"}, If_Match=etag)

    assert (first.status_code, first.json()["variants"]) == (200, [])
    assert second.status_code == 412


def test_an_incomplete_plan_does_not_start_and_says_why(client, product_manager):
    with tenant_scope(product_manager):
        draft = ExperimentFactory(hypothesis="")

    response = client.post(f"experiments/{draft.pk}/start/", {})

    assert response.status_code == 409
    assert response.json()["reasons"][0] == "Write down the hypothesis."
    assert len(response.json()["reasons"]) == 5


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"units": -1}, "/units"),
        ({"units": 1.5}, "/units"),
        ({"units": "1000"}, "/units"),
        ({"units": 10**30}, "/units"),
        ({"conversions": -1}, "/conversions"),
        ({"conversions": 1001}, "/conversions"),
        ({"conversions": None}, "/conversions"),
        ({"sum": 3.5}, "/sum"),
        ({"as_of": "2026-02-01T00:00:00"}, "/as_of"),
        ({"as_of": "2025-12-31T00:00:00Z"}, "/as_of"),
        ({"as_of": "2099-01-01T00:00:00Z"}, "/as_of"),
        ({"source_id": ""}, "/source_id"),
        ({"source_id": "x" * 201}, "/source_id"),
        ({"variant": "01a20000-0000-7000-8000-000000000000"}, "/variant"),
        ({"metric": 7}, "/metric"),
        ({"uplift": 1}, "/uplift"),
    ],
)
def test_bad_aggregates_are_refused_at_their_field(client, product_manager, delivery, change, pointer):
    response = client.post("experiment-results/", {**delivery, **change})

    assert response.status_code == 400, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    with tenant_scope(product_manager):
        assert not VariantResult.objects.exists()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_sums_that_are_no_numbers_are_refused(client, product_manager, experiment, delivery, number):
    with tenant_scope(product_manager):
        metric = str(metric_of(experiment, "guardrail").pk)
    body = json.dumps({**delivery, "metric": metric, "conversions": None, "sum": "X", "sum_of_squares": 1.0})

    response = client.post("experiment-results/", body.replace('"X"', number))

    assert response.status_code == 400
    with tenant_scope(product_manager):
        assert not VariantResult.objects.exists()


def test_a_repeated_delivery_is_recorded_once_and_a_changed_one_refused(client, product_manager, delivery):
    first = client.post("experiment-results/", delivery)
    again = client.post("experiment-results/", delivery)
    changed = client.post("experiment-results/", {**delivery, "conversions": 121})

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json()["id"] == first.json()["id"]
    assert (changed.status_code, changed.json()["code"]) == (409, "source_id_reused")
    with tenant_scope(product_manager):
        assert VariantResult.objects.get().conversions == 120


def test_bulk_says_which_row_is_wrong_and_keeps_the_others(client, product_manager, delivery):
    rows = [delivery, {**delivery, "source_id": "b", "conversions": 5000}]

    response = client.post("experiment-results/bulk/", {"rows": rows})

    assert [entry["status"] for entry in response.json()["results"]] == [201, 400]
    with tenant_scope(product_manager):
        assert VariantResult.objects.count() == 1


def test_ids_of_another_organization_are_unknown_everywhere(client, product_manager, stranger, delivery):
    with tenant_scope(stranger):
        foreign = running_experiment()
        initiative = InitiativeFactory()
        arm, metric = arm_of(foreign, "control"), metric_of(foreign, "primary")
    refusals = {
        "/initiative": client.post("experiments/", {"key": "E", "name": "E", "initiative": str(initiative.pk)}),
        "/metrics/0/metric": client.post(
            "experiments/", {"key": "E", "name": "E", "metrics": [{"metric": str(metric.pk), "role": "primary"}]}
        ),
        "/variant": client.post("experiment-results/", {**delivery, "variant": str(arm.pk)}),
        "/metric": client.post("experiment-results/", {**delivery, "metric": str(metric.pk)}),
    }

    for pointer, response in refusals.items():
        assert (response.status_code, response.json()["errors"][0]["pointer"]) == (400, pointer)
    for path in (f"experiments/{foreign.pk}/", f"metrics/{metric.pk}/"):
        assert client.get(path).status_code == 404
    assert client.post(f"experiments/{foreign.pk}/stop/", {"reason": "x"}).status_code == 404
    with tenant_scope(stranger):
        assert Experiment.objects.get().status == "running"


def test_viewers_may_read_but_not_write(api_client, viewer, experiment, delivery):
    client = api_client(viewer)

    assert client.get(f"experiments/{experiment.pk}/").status_code == 200
    for path, body in (
        ("metrics/", {"key": "m", "name": "m"}),
        ("experiments/", {"key": "e", "name": "e"}),
        ("experiment-results/", delivery),
        (f"experiments/{experiment.pk}/stop/", {"reason": "x"}),
        (f"experiments/{experiment.pk}/compute-readout/", {}),
    ):
        assert client.post(path, body).status_code == 403, path
    assert client.patch(f"experiments/{experiment.pk}/", {"name": "x"}).status_code == 403
    with tenant_scope(viewer):
        assert Experiment.objects.get().name == experiment.name
        assert not VariantResult.objects.exists()
        assert not Job.objects.exists()


def test_experiments_of_a_restricted_portfolio_do_not_exist_for_others(client, owner, product_manager):
    with tenant_scope(owner):
        secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        hidden = running_experiment(initiative=secret)
        readout = create_readout(hidden, actor=owner)

    assert client.get(f"experiments/{hidden.pk}/").status_code == 404
    assert client.get(f"readouts/{readout.pk}/").status_code == 404
    assert client.get("experiments/").json()["results"] == []


def test_a_readout_is_asked_for_as_a_job(client, product_manager, experiment):
    response = client.post(f"experiments/{experiment.pk}/compute-readout/", {})

    assert response.status_code == 202
    assert response.json()["status"] == "waiting"
    with tenant_scope(product_manager):
        assert Job.objects.get().arguments == {"experiment_id": str(experiment.pk)}


def test_a_readout_offers_no_writes(client, product_manager, experiment):
    with tenant_scope(product_manager):
        readout = create_readout(experiment, actor=product_manager)

    assert client.patch(f"readouts/{readout.pk}/", {"recommendation": "ship"}).status_code == 405
    assert client.delete(f"readouts/{readout.pk}/").status_code == 405
    assert client.post("readouts/", {}).status_code == 405
    with tenant_scope(product_manager):
        assert Readout.objects.count() == 1


def test_a_draft_is_deleted_with_its_plan_and_a_used_metric_is_not(client, product_manager):
    with tenant_scope(product_manager):
        draft = planned_experiment()
        used, free = metric_of(draft, "primary"), MetricFactory()
        VariantFactory()

    refused = client.delete(f"metrics/{used.pk}/")
    assert (refused.status_code, client.delete(f"metrics/{free.pk}/").status_code) == (409, 204)
    assert client.delete(f"experiments/{draft.pk}/").status_code == 204
    with tenant_scope(product_manager):
        assert Metric.objects.filter(pk=used.pk).exists()
        assert Variant.objects.count() == 1
        assert not ExperimentMetric.objects.exists()
