"""Recording aggregates and computing readouts from them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from experiments.models import Experiment, Readout, VariantResult
from experiments.services.experiments import stop_experiment
from experiments.services.readouts import create_readout, recompute_readout
from experiments.services.results import SourceIdReusedError, record_result
from experiments.tasks import compute_readout
from tenancy.models import Job, LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.experiments import MetricFactory, arm_of, metric_of, planned_experiment, running_experiment

AS_OF = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def experiment(scope) -> Experiment:
    return running_experiment()


def clicks(experiment, actor, arm="treatment", **changes):
    values = {"units": 1000, "conversions": 100, "as_of": AS_OF, "source_id": f"{arm}-1", **changes}
    return record_result(
        actor=actor, variant=arm_of(experiment, arm), metric=metric_of(experiment, "primary"), **values
    )


def test_record_result_keeps_history_and_the_newest_counts(scope, experiment):
    clicks(experiment, scope, as_of=AS_OF + timedelta(days=1), units=2000, source_id="second")
    clicks(experiment, scope, as_of=AS_OF, units=1000, source_id="late arrival of the first")

    assert VariantResult.objects.count() == 2
    assert [result.units for result in VariantResult.objects.all().counting()] == [2000]


def test_record_result_takes_the_same_delivery_once(scope, experiment):
    first = clicks(experiment, scope)
    again = clicks(experiment, scope)

    assert again == first
    assert VariantResult.objects.count() == 1


def test_record_result_refuses_other_figures_under_a_known_name(scope, experiment):
    clicks(experiment, scope)

    with pytest.raises(SourceIdReusedError) as refusal:
        clicks(experiment, scope, conversions=101)

    assert refusal.value.pointer == "source_id"
    assert VariantResult.objects.get().conversions == 100


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"units": -1}, "units"),
        ({"conversions": -1}, "conversions"),
        ({"conversions": 1001}, "conversions"),
        ({"conversions": None}, "conversions"),
        ({"sum": 5.0}, "sum"),
        ({"as_of": AS_OF - timedelta(days=60)}, "as_of"),
        ({"as_of": AS_OF + timedelta(days=36500)}, "as_of"),
    ],
)
def test_record_result_refuses_bad_figures_and_changes_nothing(scope, experiment, changes, pointer):
    with pytest.raises(InvalidInputError) as refusal:
        clicks(experiment, scope, **changes)

    assert refusal.value.pointer == pointer
    assert not VariantResult.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("sums", [(float("nan"), 1.0), (1.0, float("nan")), (float("inf"), 1.0), (1.0, -1.0)])
def test_the_database_itself_refuses_sums_that_are_no_numbers(scope, experiment, sums):
    row = VariantResult(
        variant=arm_of(experiment, "control"),
        metric=metric_of(experiment, "guardrail"),
        units=2,
        sum=sums[0],
        sum_of_squares=sums[1],
        as_of=AS_OF,
        source_id="x",
    )

    with pytest.raises(DatabaseError, match="experiments_result_finite"), transaction.atomic():
        row.save()


def test_record_result_refuses_a_metric_outside_the_plan(scope, experiment):
    with pytest.raises(InvalidInputError) as refusal:
        record_result(
            actor=scope,
            variant=arm_of(experiment, "control"),
            metric=MetricFactory(),
            units=1,
            conversions=0,
            as_of=AS_OF,
            source_id="x",
        )

    assert refusal.value.pointer == "metric"


@pytest.mark.parametrize("status", ["draft", "decided"])
def test_record_result_refuses_experiments_that_do_not_run(scope, status):
    fields = {"decided": {"status": "decided", "started_on": AS_OF.date(), "decision": "stop", "rationale": "x"}}
    experiment = planned_experiment(**fields.get(status, {}))

    with pytest.raises(DomainError, match="takes no results"):
        clicks(experiment, scope)


def test_record_result_refuses_variants_of_another_organization(organization, product_manager, stranger):
    with tenant_scope(stranger):
        foreign = running_experiment()
        variant, metric = arm_of(foreign, "control"), metric_of(foreign, "primary")

    with tenant_scope(product_manager), pytest.raises(InvalidInputError) as refusal:
        record_result(
            actor=product_manager, variant=variant, metric=metric, units=1, conversions=0, as_of=AS_OF, source_id="x"
        )

    assert refusal.value.pointer == "variant"


def test_record_result_is_refused_to_viewers(scope, experiment, viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        clicks(experiment, viewer)


def test_many_results_ask_for_one_readout(scope, experiment):
    clicks(experiment, scope, "control")
    clicks(experiment, scope, "treatment")

    assert [job.name for job in Job.objects.all()] == ["experiments.compute_readout"]


def test_a_finished_readout_is_asked_for_again_by_the_next_result(scope, experiment):
    clicks(experiment, scope, "control")
    Job.objects.update(status="succeeded")

    clicks(experiment, scope, "treatment")

    assert Job.objects.count() == 2


def test_create_readout_twice_gives_one_readout(scope, experiment):
    clicks(experiment, scope, "control")
    clicks(experiment, scope, "treatment", conversions=200)

    first = create_readout(experiment, actor=scope)
    second = create_readout(experiment, actor=scope)

    assert first == second
    assert Readout.objects.count() == 1
    assert first.data_as_of == AS_OF
    assert first.has_sample_ratio_mismatch is False
    comparison = first.results["metrics"][0]["comparisons"][0]
    assert comparison["variant"] == "treatment"
    assert comparison["significance"]["relative_lift"] == pytest.approx(1.0)
    assert comparison["verdict"] == "better"


def test_create_readout_follows_new_figures_and_the_stop(scope, experiment):
    clicks(experiment, scope, "control")
    clicks(experiment, scope, "treatment", conversions=200)
    running = create_readout(experiment, actor=scope)

    stop_experiment(experiment, actor=scope, reason="Done.")
    stopped = create_readout(experiment, actor=scope)

    assert running.recommendation == "continue"
    assert stopped.recommendation == "inconclusive"
    assert stopped.reasons[-1] == "Treatment: Latency is not yet shown to stay within its margin."
    assert Readout.objects.count() == 2


def test_create_readout_without_data_leaves_everything_unknown(scope, experiment):
    readout = create_readout(experiment, actor=scope)

    assert (readout.data_as_of, readout.has_sample_ratio_mismatch) == (None, None)
    assert readout.recommendation == "continue"


def test_create_readout_refuses_a_draft(scope):
    with pytest.raises(DomainError, match="draft"):
        create_readout(planned_experiment(), actor=scope)
    with pytest.raises(DomainError, match="draft"):
        recompute_readout(planned_experiment(), actor=scope)


def test_a_readout_cannot_be_changed(scope, experiment):
    readout = create_readout(experiment, actor=scope)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Readout.objects.filter(pk=readout.pk).update(recommendation="ship")


def test_the_job_delivered_twice_computes_one_readout(
    organization, product_manager, django_capture_on_commit_callbacks
):
    with tenant_scope(product_manager):
        experiment = running_experiment()
        clicks(experiment, product_manager, "control")
        clicks(experiment, product_manager, "treatment")
        job = Job.objects.get()
    headers = {"organization_id": str(organization.pk), "job_id": str(job.pk)}

    compute_readout.apply(headers=headers)
    compute_readout.apply(headers=headers)

    with tenant_scope(product_manager):
        job.refresh_from_db()
        readout = Readout.objects.get()
        assert (job.status, job.attempts) == ("succeeded", 1)
        assert job.result == {"readout_id": str(readout.pk), "recommendation": "continue"}
        assert LedgerEvent.objects.filter(action="readout.computed").count() == 1


def test_late_figures_of_a_stopped_experiment_are_taken(scope, experiment):
    stop_experiment(experiment, actor=scope, reason="Done.")

    assert clicks(experiment, scope, as_of=timezone.now()).units == 1000
