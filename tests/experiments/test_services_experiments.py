"""Planning, starting, stopping and deciding."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from experiments.enums import ExperimentStatus, MetricRole
from experiments.models import Experiment, ExperimentMetric, Metric, Variant
from experiments.services.experiments import (
    TransitionNotAllowedError,
    change_experiment,
    create_experiment,
    decide_experiment,
    delete_experiment,
    start_experiment,
    stop_experiment,
)
from experiments.services.metrics import change_metric, create_metric, delete_metric
from portfolio.enums import Visibility
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.experiments import (
    ExperimentFactory,
    ExperimentMetricFactory,
    MetricFactory,
    metric_of,
    planned_experiment,
    running_experiment,
)
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory


def test_create_experiment_begins_with_two_equal_arms(scope):
    experiment = create_experiment(actor=scope, key="EXP-1", name="Reranker")

    arms = Variant.objects.filter(experiment=experiment).values_list("key", "is_control", "allocation")
    assert list(arms) == [("control", True, Decimal("0.5")), ("treatment", False, Decimal("0.5"))]
    assert experiment.status == ExperimentStatus.DRAFT
    assert set(LedgerEvent.objects.filter(table_name="experiments_variant").values_list("action", flat=True)) == {
        "experiment.created"
    }


def test_create_experiment_takes_variants_and_metrics(scope):
    metric = MetricFactory()

    experiment = create_experiment(
        actor=scope,
        key="EXP-1",
        name="Reranker",
        variants=[{"key": "a", "name": "A", "is_control": True, "allocation": Decimal(1)}],
        metrics=[{"metric": metric, "role": "guardrail", "non_inferiority_margin": Decimal("0.02")}],
    )

    assert Variant.objects.get(experiment=experiment).key == "a"
    assert ExperimentMetric.objects.get(experiment=experiment).non_inferiority_margin == Decimal("0.02")


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            {"variants": [{"key": "a", "allocation": 1}, {"key": "A", "allocation": 0}]},
            "Two variants have the same key.",
        ),
        (
            {
                "variants": [{"key": "a", "allocation": 0, "is_control": True}] * 1
                + [{"key": "b", "allocation": 0, "is_control": True}]
            },
            "An experiment has exactly one control.",
        ),
        (
            {"variants": [{"key": f"a{n}", "allocation": 0} for n in range(21)]},
            "An experiment has at most 20 variants.",
        ),
    ],
)
def test_create_experiment_refuses_an_impossible_plan(scope, plan, message):
    with pytest.raises(InvalidInputError, match=message) as refusal:
        create_experiment(actor=scope, key="EXP-1", name="Reranker", **plan)

    assert refusal.value.pointer == "variants"
    assert not Experiment.objects.exists()


@pytest.mark.parametrize("allocation", [Decimal("-0.1"), Decimal("1.1"), Decimal("NaN")])
def test_create_experiment_refuses_an_allocation_that_is_no_fraction(scope, allocation):
    with pytest.raises(ValidationError) as refusal:
        create_experiment(actor=scope, key="EXP-1", name="Reranker", variants=[{"key": "a", "allocation": allocation}])

    assert list(refusal.value.message_dict) == ["variants"]


@pytest.mark.parametrize(
    "metric", [{"role": "guardrail"}, {"role": "primary", "non_inferiority_margin": Decimal("0.1")}]
)
def test_create_experiment_wants_a_margin_for_guardrails_and_for_nothing_else(scope, metric):
    with pytest.raises(ValidationError) as refusal:
        create_experiment(actor=scope, key="E", name="E", metrics=[{"metric": MetricFactory(name="M"), **metric}])

    assert refusal.value.message_dict == {
        "metrics": ["M: A guardrail, and only a guardrail, has a margin of zero or more."]
    }


def test_create_experiment_refuses_a_key_that_is_taken_in_other_letters(scope):
    ExperimentFactory(key="EXP-1")

    with pytest.raises(InvalidInputError) as refusal:
        create_experiment(actor=scope, key="exp-1", name="Other")

    assert refusal.value.pointer == "key"


def test_create_experiment_refuses_an_initiative_of_another_organization(organization, product_manager, stranger):
    with tenant_scope(stranger):
        foreign = InitiativeFactory()

    with tenant_scope(product_manager), pytest.raises(InvalidInputError) as refusal:
        create_experiment(actor=product_manager, key="E", name="E", initiative=foreign)

    assert refusal.value.pointer == "initiative"


def test_create_experiment_is_refused_to_viewers(viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        create_experiment(actor=viewer, key="E", name="E")


def test_change_experiment_keeps_unchanged_variants_and_moves_the_control(scope):
    experiment = planned_experiment()
    before = dict(Variant.objects.filter(experiment=experiment).values_list("key", "pk"))

    change_experiment(
        experiment,
        actor=scope,
        name="New name",
        variants=[
            {"key": "treatment", "name": "T", "is_control": True, "allocation": Decimal("0.3")},
            {"key": "control", "name": "C", "allocation": Decimal("0.3")},
            {"key": "third", "name": "3", "allocation": Decimal("0.4")},
        ],
    )

    rows = list(Variant.objects.filter(experiment=experiment))
    assert [(row.key, row.is_control) for row in rows] == [("treatment", True), ("control", False), ("third", False)]
    assert (rows[0].pk, rows[1].pk) == (before["treatment"], before["control"])
    assert ExperimentMetric.objects.filter(experiment=experiment).count() == 2


def test_change_experiment_is_refused_once_it_runs(scope):
    experiment = running_experiment(name="Old")

    with pytest.raises(DomainError, match="fixed once it has started"):
        change_experiment(experiment, actor=scope, name="New")

    assert Experiment.objects.get().name == "Old"


def test_start_experiment_fixes_the_plan_and_records_the_reason(scope):
    experiment = start_experiment(planned_experiment(), actor=scope, reason="Traffic is ready.")

    assert (experiment.status, experiment.started_on) == ("running", timezone.now().date())
    event = LedgerEvent.objects.filter(table_name="experiments_experiment").first()
    assert (event.action, event.reason) == ("experiment.started", "Traffic is ready.")


def test_start_experiment_says_everything_the_plan_lacks(scope):
    experiment = ExperimentFactory(hypothesis="")
    ExperimentMetricFactory(experiment=experiment, role=MetricRole.PRIMARY)

    with pytest.raises(DomainError) as refusal:
        start_experiment(experiment, actor=scope)

    assert refusal.value.reasons == (
        "Write down the hypothesis.",
        "Name exactly one variant as the control.",
        "Add at least one treatment.",
        "Choose at least one guardrail metric.",
    )
    assert Experiment.objects.get().status == ExperimentStatus.DRAFT


def test_start_experiment_refuses_allocations_that_do_not_add_up(scope):
    experiment = planned_experiment()
    Variant.objects.filter(experiment=experiment, is_control=False).update(allocation=Decimal("0.4"))

    with pytest.raises(DomainError) as refusal:
        start_experiment(experiment, actor=scope)

    assert refusal.value.reasons == ("Allocations must add up to 1; they add up to 0.9.",)


def _start(experiment, actor):
    return start_experiment(experiment, actor=actor)


def _stop(experiment, actor):
    return stop_experiment(experiment, actor=actor, reason="x")


def _decide(experiment, actor):
    return decide_experiment(experiment, actor=actor, decision="ship", rationale="x")


@pytest.mark.parametrize(
    ("status", "act"),
    [
        ("running", _start),
        ("stopped", _start),
        ("draft", _stop),
        ("stopped", _stop),
        ("draft", _decide),
        (
            "running",
            lambda experiment, actor: decide_experiment(experiment, actor=actor, decision="ship", rationale="x"),
        ),
    ],
)
def test_status_changes_only_along_the_table(scope, status, act):
    experiment = running_experiment()
    Experiment.objects.update(status=status)

    with pytest.raises(TransitionNotAllowedError):
        act(experiment, scope)

    assert Experiment.objects.get().status == status


def test_stop_and_decide_lead_to_the_end(scope):
    experiment = running_experiment()

    stopped = stop_experiment(experiment, actor=scope, reason="Sample reached.")
    decided = decide_experiment(stopped, actor=scope, decision="iterate", rationale=" Too small an effect. ")

    assert stopped.ended_on == timezone.now().date()
    assert (decided.status, decided.decision, decided.rationale) == ("decided", "iterate", "Too small an effect.")


@pytest.mark.parametrize(
    ("decision", "rationale", "pointer"), [("maybe", "x", "decision"), ("ship", "  ", "rationale")]
)
def test_decide_experiment_wants_a_known_decision_and_a_rationale(scope, decision, rationale, pointer):
    experiment = running_experiment()
    Experiment.objects.update(status=ExperimentStatus.STOPPED)

    with pytest.raises(InvalidInputError) as refusal:
        decide_experiment(experiment, actor=scope, decision=decision, rationale=rationale)

    assert refusal.value.pointer == pointer


def test_stop_experiment_wants_a_reason(scope):
    with pytest.raises(InvalidInputError) as refusal:
        stop_experiment(running_experiment(), actor=scope, reason=" ")

    assert refusal.value.pointer == "reason"


@pytest.mark.parametrize("role", ["viewer", "auditor", "finance", "reviewer", "contributor"])
def test_starting_stopping_and_deciding_take_a_planner(scope, actor_with, role):
    experiment = planned_experiment()
    actor = actor_with(role)

    with tenant_scope(actor):
        for act in (
            lambda: start_experiment(experiment, actor=actor),
            lambda: stop_experiment(experiment, actor=actor, reason="x"),
            lambda: decide_experiment(experiment, actor=actor, decision="ship", rationale="x"),
            lambda: delete_experiment(experiment, actor=actor),
        ):
            with pytest.raises(NotPermittedError):
                act()

    assert Experiment.objects.get().status == ExperimentStatus.DRAFT


def test_service_accounts_start_but_do_not_decide(actor_with):
    robot = actor_with("service_account")

    assert robot.can("experiment.start")
    assert not robot.can("experiment.decide")


def test_delete_experiment_takes_drafts_only(scope):
    delete_experiment(planned_experiment(), actor=scope)
    running = running_experiment()

    with pytest.raises(DomainError, match="stays"):
        delete_experiment(running, actor=scope)

    assert list(Experiment.objects.all()) == [running]
    assert Variant.objects.count() == 2


def test_experiments_of_a_restricted_portfolio_are_hidden_but_free_ones_are_not(scope, product_manager):
    secret = PortfolioFactory(visibility=Visibility.RESTRICTED)
    hidden = planned_experiment(initiative=InitiativeFactory(portfolio=secret))
    seen = planned_experiment(initiative=InitiativeFactory())
    free = planned_experiment()

    with tenant_scope(product_manager):
        assert set(Experiment.objects.permitted(product_manager)) == {seen, free}
        assert Variant.objects.permitted(product_manager).count() == 4
        with pytest.raises(NotPermittedError):
            start_experiment(hidden, actor=product_manager)


def test_metric_keeps_what_it_measures_once_an_experiment_started(scope):
    drafted = metric_of(planned_experiment(), "primary")
    used = metric_of(running_experiment(), "primary")

    change_metric(drafted, actor=scope, direction="down")
    change_metric(used, actor=scope, name="Better name", direction="up")
    with pytest.raises(DomainError) as refusal:
        change_metric(used, actor=scope, direction="down")

    assert refusal.value.pointer == "direction"
    assert Metric.objects.get(pk=used.pk).name == "Better name"


def test_metric_in_use_cannot_be_deleted(scope):
    used, free = metric_of(planned_experiment(), "primary"), MetricFactory()

    delete_metric(free, actor=scope)
    with pytest.raises(DomainError, match="is still in use"):
        delete_metric(used, actor=scope)

    assert Metric.objects.filter(pk=used.pk).exists()


@pytest.mark.parametrize("key", ["", "with space", "-x", "a\n", "x" * 61])
def test_create_metric_refuses_a_key_programs_cannot_use(scope, key):
    with pytest.raises(ValidationError) as refusal:
        create_metric(actor=scope, key=key, name="Metric")

    assert list(refusal.value.message_dict) == ["key"]
