"""Live evidence: missing and old data is unknown, and unknown blocks."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from experiments.enums import ExperimentStatus
from experiments.models import Experiment, Readout
from governance.enums import Comparator, CriterionKind, CriterionSource
from governance.selectors.gates import evaluate, overall
from portfolio.models import Kpi, KpiObservation
from tests.factories.governance import GateCriterionFactory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def live(gate):
    """A live criterion on the task success rate: at least 0.7, at most 30 days old."""
    return GateCriterionFactory(
        gate=gate,
        title="Task success",
        kind=CriterionKind.LIVE,
        source=CriterionSource.KPI,
        kpi_name="Task success rate",
        comparator=Comparator.AT_LEAST,
        threshold=Decimal("0.7"),
        max_age_days=30,
    )


@pytest.fixture
def kpi(initiative):
    return Kpi.objects.create(initiative=initiative, key="task-success", name="Task success rate", unit="fraction")


def observe(kpi: Kpi, value: str, *, days_ago: float = 1) -> None:
    KpiObservation.objects.create(
        kpi=kpi, value=Decimal(value), observed_at=NOW - timedelta(days=days_ago), source_id=f"{value}@{days_ago}"
    )


def result_of(gate, initiative):
    (result,) = evaluate(gate, initiative, None, at=NOW)
    return result


def test_value_on_the_right_side_passes(gate, live, kpi, initiative):
    observe(kpi, "0.74")

    result = result_of(gate, initiative)

    assert (result.outcome, result.value, result.threshold) == ("pass", "0.74", "0.7")
    assert result.explanation == "74% is at least 70%."
    assert result.measured_at == (NOW - timedelta(days=1)).isoformat()
    assert result.evidence["kpi"] == str(kpi.pk)


def test_explanation_does_not_round_the_difference_away(gate, live, kpi, initiative):
    observe(kpi, "0.699999")

    assert result_of(gate, initiative).explanation == "69.9999% is not at least 70%."


def test_value_on_the_wrong_side_fails(gate, live, kpi, initiative):
    observe(kpi, "0.69")

    result = result_of(gate, initiative)

    assert (result.outcome, result.explanation) == ("fail", "69% is not at least 70%.")


def test_missing_kpi_is_unknown_and_blocks(gate, live, initiative):
    result = result_of(gate, initiative)

    assert (result.outcome, result.blocks, result.value) == ("unknown", True, None)
    assert result.explanation == "the initiative has no KPI named “Task success rate”."
    assert overall([result]) == "unknown"


def test_kpi_without_an_observation_is_unknown(gate, live, kpi, initiative):
    assert result_of(gate, initiative).explanation == "the KPI “Task success rate” has no observation yet."


def test_two_kpis_of_one_name_are_unknown(gate, live, kpi, initiative):
    observe(kpi, "0.9")
    Kpi.objects.create(initiative=initiative, key="task-success-2", name="task success RATE")

    assert result_of(gate, initiative).outcome == "unknown"


def test_old_data_is_unknown_whatever_it_said(gate, live, kpi, initiative):
    observe(kpi, "0.99", days_ago=31)

    result = result_of(gate, initiative)

    assert (result.outcome, result.value) == ("unknown", "0.99")
    assert result.explanation == "the newest data is of 20 Oct 2026, older than 30 days."


def test_newest_day_counts_with_all_its_observations(gate, live, kpi, initiative):
    observe(kpi, "0.1", days_ago=3)
    observe(kpi, "0.7", days_ago=1)
    observe(kpi, "0.8", days_ago=1.2)

    assert result_of(gate, initiative).value == "0.75"


def test_observation_of_the_future_does_not_count(gate, live, kpi, initiative):
    observe(kpi, "0.9", days_ago=-1)

    assert result_of(gate, initiative).outcome == "unknown"


def test_criterion_that_does_not_block_leaves_the_gate_open(gate, live, initiative):
    live.is_blocking = False
    live.save()

    result = result_of(gate, initiative)

    assert (result.blocks, overall([result])) == (False, "pass")


@pytest.fixture
def experiment_criterion(gate):
    return GateCriterionFactory(
        gate=gate,
        title="Uplift",
        kind=CriterionKind.LIVE,
        source=CriterionSource.EXPERIMENT,
        max_age_days=90,
    )


@pytest.fixture
def experiment(initiative):
    return Experiment.objects.create(
        initiative=initiative, key="rerank", name="Rerank", status=ExperimentStatus.RUNNING, started_on=NOW.date()
    )


def read_out(experiment, recommendation: str, *, days_ago: int = 1, **changes) -> None:
    Readout.objects.create(
        experiment=experiment,
        computed_at=NOW - timedelta(days=days_ago),
        data_as_of=NOW - timedelta(days=days_ago),
        inputs_digest=f"{recommendation}{days_ago}".ljust(64, "0"),
        engine_version="1",
        recommendation=recommendation,
        reasons=["Because."],
        results={},
        **changes,
    )


@pytest.mark.parametrize(
    ("recommendation", "outcome"),
    [("ship", "pass"), ("stop", "fail"), ("inconclusive", "fail"), ("continue", "unknown")],
)
def test_readout_decides_by_its_recommendation(
    gate, experiment_criterion, experiment, initiative, recommendation, outcome
):
    read_out(experiment, recommendation)

    assert result_of(gate, initiative).outcome == outcome


def test_initiative_without_a_started_experiment_is_unknown(gate, experiment_criterion, initiative):
    Experiment.objects.create(initiative=initiative, key="draft", name="Draft")

    assert result_of(gate, initiative).explanation == "the initiative has no experiment that was started."


def test_experiment_without_a_readout_is_unknown(gate, experiment_criterion, experiment, initiative):
    assert result_of(gate, initiative).outcome == "unknown"


def test_newest_readout_counts(gate, experiment_criterion, experiment, initiative):
    read_out(experiment, "ship", days_ago=3)
    read_out(experiment, "stop", days_ago=1)

    assert result_of(gate, initiative).outcome == "fail"


def test_sample_ratio_mismatch_never_passes(gate, experiment_criterion, experiment, initiative):
    read_out(experiment, "ship", has_sample_ratio_mismatch=True)

    assert result_of(gate, initiative).outcome == "fail"


def test_old_readout_is_unknown(gate, experiment_criterion, experiment, initiative):
    read_out(experiment, "ship", days_ago=91)

    assert result_of(gate, initiative).outcome == "unknown"
