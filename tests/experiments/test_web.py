"""Pages of experiments."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from core.web.navigation import navigation_for
from core.web.palette import commands, search
from experiments.models import Experiment, ExperimentMetric, Metric, Readout, Variant
from experiments.services.readouts import create_readout
from experiments.services.results import record_result
from experiments.web.panels import evidence_panel
from portfolio.enums import Visibility
from portfolio.hooks import initiative_panels
from tenancy.models import Job, LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.experiments import (
    ExperimentFactory,
    MetricFactory,
    arm_of,
    metric_of,
    planned_experiment,
    running_experiment,
)
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory


@pytest.fixture
def signed_in(client):
    """signed_in(actor): a signed-in client."""

    def sign_in(actor):
        client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


# Of these, 12 belong to session, scope and frame, one to saved views; the filter by initiative adds its choices.
QUERIES = {"experiments": 10, "metrics": 10}


def address(experiment=None, path="", *, base="experiments") -> str:
    return f"/acme/experiments/{base}/{f'{experiment.pk}/' if experiment else ''}{path}"


def with_figures(actor, *, conversions=(1000, 1200), units=(10_000, 10_000), **fields) -> Experiment:
    experiment = running_experiment(**fields)
    for arm, hits, count in zip(("control", "treatment"), conversions, units, strict=True):
        facts = {"actor": actor, "variant": arm_of(experiment, arm), "units": count, "as_of": timezone.now()}
        record_result(
            metric=metric_of(experiment, "primary"), conversions=hits, source_id=f"{arm}-{experiment.key}", **facts
        )
        record_result(
            metric=metric_of(experiment, "guardrail"),
            sum=200.0 * count,
            sum_of_squares=41_600.0 * count,
            source_id=f"{arm}-{experiment.key}-latency",
            **facts,
        )
    create_readout(experiment, actor=actor)
    return experiment


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize("base", ["experiments", "metrics"])
def test_lists_cost_the_same_for_any_number_of_rows(signed_in, viewer, owner, base, rows, django_assert_num_queries):
    with tenant_scope(owner):
        for _ in range(rows):
            create_readout(running_experiment(initiative=InitiativeFactory()), actor=owner)
    client = signed_in(viewer)
    client.get(address(base=base))

    with django_assert_num_queries(QUERIES[base]):
        response = client.get(address(base=base))

    assert response.status_code == 200
    assert len(response.context["page"].rows) == (min(rows * 2, 50) if base == "metrics" else rows)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_page_of_an_experiment_costs_the_same_for_any_number_of_readouts(
    signed_in, viewer, owner, rows, django_assert_num_queries
):
    with tenant_scope(owner):
        experiment = with_figures(owner, initiative=InitiativeFactory())
        for number in range(rows):
            Readout.objects.create(
                experiment=experiment,
                computed_at=timezone.now() - timedelta(days=1),
                inputs_digest=str(number),
                engine_version="x",
                recommendation="continue",
                results={},
            )
    client = signed_in(viewer)
    client.get(address(experiment))

    with django_assert_num_queries(12):
        assert client.get(address(experiment)).status_code == 200


def test_the_page_shows_lift_interval_p_value_and_units(signed_in, viewer, owner):
    with tenant_scope(owner):
        experiment = with_figures(owner)

    response = signed_in(viewer).get(address(experiment))
    text = response.content.decode()

    row = response.context["view"].metrics[0].rows[0]
    assert (row.control.value, row.treatment.value, row.treatment.units) == ("10.00%", "12.00%", "10,000 units")
    assert (row.lift, row.p_value, row.verdict) == ("+20.0%", "<0.001", "Better")
    assert row.interval_text == "+10.5% to +29.5%"
    guardrail = response.context["view"].metrics[1].rows[0]
    assert (guardrail.verdict, guardrail.lift) == ("Within margin", "0.0%")
    assert 0 < row.interval.x < row.interval.middle < row.interval.x + row.interval.width < 280
    assert 'class="interval interval--success"' in text
    assert "These are interim figures" in text
    variants = [variant.name for variant in response.context["plan"].variants]
    assert [response.context["view"].control_name, response.context["view"].treatment_name] == variants
    assert "Sample ratio mismatch" not in text


def test_the_page_warns_of_a_sample_ratio_mismatch_before_anything_else(signed_in, viewer, owner):
    with tenant_scope(owner):
        experiment = with_figures(owner, units=(10_000, 9_000))

    text = signed_in(viewer).get(address(experiment)).content.decode()

    assert text.index("Sample ratio mismatch") < text.index("Results")
    assert '<b class="num">9,000</b> of <span class="num">9,500</span> expected' in text


def test_the_page_shows_missing_figures_as_unknown(signed_in, viewer, owner):
    with tenant_scope(owner):
        experiment = running_experiment()
        create_readout(experiment, actor=owner)

    row = signed_in(viewer).get(address(experiment)).context["view"].metrics[0].rows[0]

    assert (row.control.value, row.lift, row.p_value, row.interval) == (
        "\N{EM DASH}",
        "\N{EM DASH}",
        "\N{EM DASH}",
        None,
    )


def test_a_page_without_readout_says_how_to_get_one_and_a_draft_what_it_lacks(signed_in, viewer, owner):
    with tenant_scope(owner):
        running, draft = running_experiment(), ExperimentFactory(hypothesis="")
    client = signed_in(viewer)

    assert "No figures yet" in client.get(address(running)).content.decode()
    assert "Write down the hypothesis." in client.get(address(draft)).content.decode()


@pytest.fixture
def clicked(signed_in, product_manager):
    """clicked(step, data): the answer to a step's form on the only experiment there is."""

    def post(step, data):
        with tenant_scope(product_manager):
            experiment = Experiment.objects.get()
        return signed_in(product_manager).post(address(experiment, f"{step}/"), {"version": experiment.version, **data})

    return post


def test_a_new_experiment_is_planned_by_clicking(signed_in, product_manager, clicked):
    with tenant_scope(product_manager):
        clicks, latency = MetricFactory(name="Clicks"), MetricFactory(name="Latency", kind="mean", direction="down")
    basics = {"name": "Reranker", "key": "EXP-1", "hypothesis": "More clicks.", "significance_level": "0.05"}
    arms = {"key_0": "control", "name_0": "Today", "allocation_0": "0.4", "is_control_0": "on"} | {
        "key_1": "rerank",
        "allocation_1": "0.6",
        "description_1": "Top 50",
    }
    roles = {"metric_0": clicks.pk, "role_0": "primary", "metric_1": latency.pk, "role_1": "guardrail"}

    created = signed_in(product_manager).post(address(path="new/"), basics)
    variants = clicked("variants", {"row_count": "4", **arms})
    metrics = clicked("metrics", {"row_count": "3", **roles, "non_inferiority_margin_1": "0.02"})

    assert [response.status_code for response in (created, variants, metrics)] == [303] * 3
    with tenant_scope(product_manager):
        assert list(Variant.objects.values_list("name", "allocation", "is_control", "description")) == [
            ("Today", Decimal("0.4"), True, ""),
            ("rerank", Decimal("0.6"), False, "Top 50"),
        ]
        assert list(ExperimentMetric.objects.values_list("role", "non_inferiority_margin")) == [
            ("primary", None),
            ("guardrail", Decimal("0.02")),
        ]


def test_a_planned_experiment_is_started_stopped_and_decided_by_clicking(product_manager, clicked):
    with tenant_scope(product_manager):
        experiment = planned_experiment()

    started = clicked("start", {"reason": "Go."})
    stopped = clicked("stop", {"reason": "Enough."})
    decided = clicked("decide", {"decision": "ship", "rationale": "Better."})

    assert [response.status_code for response in (started, stopped, decided)] == [303] * 3
    assert decided["Location"] == address(experiment)
    with tenant_scope(product_manager):
        actions = LedgerEvent.objects.filter(table_name="experiments_experiment").order_by("id")
        assert list(actions.values_list("action", "reason"))[-3:] == [
            ("experiment.started", "Go."),
            ("experiment.stopped", "Enough."),
            ("experiment.decided", "Better."),
        ]


@pytest.mark.parametrize(
    ("step", "data", "field"),
    [
        ("variants", {"row_count": "1", "key_0": "a"}, "allocation_0"),
        ("variants", {"row_count": "1", "name_0": "A", "allocation_0": "1"}, "key_0"),
        ("variants", {"row_count": "1", "key_0": "a", "allocation_0": "1.5"}, "allocation_0"),
        ("variants", {"row_count": "1", "key_0": "a", "allocation_0": "NaN"}, "allocation_0"),
        ("metrics", {"row_count": "1", "role_0": "primary"}, "metric_0"),
        ("metrics", {"row_count": "1", "metric_0": "METRIC"}, "role_0"),
        ("metrics", {"row_count": "1", "metric_0": "METRIC", "role_0": "guardrail"}, "non_inferiority_margin_0"),
        (
            "metrics",
            {"row_count": "1", "metric_0": "METRIC", "role_0": "primary", "non_inferiority_margin_0": "0.1"},
            "non_inferiority_margin_0",
        ),
        ("variants", {"row_count": "x", "key_0": "a"}, "row_count"),
    ],
)
def test_a_faulty_row_is_refused_at_its_field_and_keeps_what_was_typed(signed_in, product_manager, step, data, field):
    with tenant_scope(product_manager):
        experiment = planned_experiment()
        before = list(Variant.objects.values_list("pk", flat=True))
        data = {key: MetricFactory().pk if value == "METRIC" else value for key, value in data.items()}

    response = signed_in(product_manager).post(address(experiment, f"{step}/"), {"version": experiment.version, **data})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    with tenant_scope(product_manager):
        assert list(Variant.objects.values_list("pk", flat=True)) == before
        assert ExperimentMetric.objects.count() == 2


def test_a_metric_of_another_organization_cannot_be_chosen(signed_in, product_manager, stranger):
    with tenant_scope(stranger):
        foreign = MetricFactory()
    with tenant_scope(product_manager):
        draft = ExperimentFactory()

    response = signed_in(product_manager).post(
        address(draft, "metrics/"),
        {"version": draft.version, "row_count": "1", "metric_0": foreign.pk, "role_0": "primary"},
    )

    assert response.status_code == 422
    with tenant_scope(product_manager):
        assert not ExperimentMetric.objects.exists()


def test_an_incomplete_plan_is_refused_with_its_reasons_and_a_stale_form_too(signed_in, product_manager):
    with tenant_scope(product_manager):
        draft = ExperimentFactory(hypothesis="")
    client = signed_in(product_manager)

    refused = client.post(address(draft, "start/"), {"version": draft.version})
    stale = client.post(address(draft, "start/"), {"version": 99})

    assert (refused.status_code, stale.status_code) == (409, 409)
    assert "Write down the hypothesis." in refused.content.decode()
    with tenant_scope(product_manager):
        assert Experiment.objects.get().status == "draft"


def test_a_running_experiment_offers_no_edit(signed_in, product_manager):
    with tenant_scope(product_manager):
        running = running_experiment()
    client = signed_in(product_manager)

    for path in ("edit/", "variants/", "metrics/", "delete/"):
        response = client.post(address(running, path), {"version": running.version, "name": "x"})
        assert response.status_code in (403, 409), path
    with tenant_scope(product_manager):
        assert Experiment.objects.get().name == running.name


@pytest.mark.parametrize("step", ["start", "stop", "decide", "variants", "metrics", "compute", "edit", "delete"])
def test_viewers_get_403_and_strangers_404_on_every_step(signed_in, viewer, stranger, owner, step):
    with tenant_scope(owner):
        draft = planned_experiment()
    data = {"version": draft.version, "reason": "x", "decision": "ship", "rationale": "x"}

    assert signed_in(viewer).post(address(draft, f"{step}/"), data).status_code == 403
    assert signed_in(stranger).post(address(draft, f"{step}/"), data).status_code == 404
    with tenant_scope(owner):
        assert Experiment.objects.get().version == draft.version
        assert not Job.objects.exists()


def test_computing_a_readout_is_a_job_that_the_page_waits_for(signed_in, product_manager):
    with tenant_scope(product_manager):
        running = running_experiment()
    client = signed_in(product_manager)

    response = client.post(address(running, "compute/"))
    fragment = client.get(address(running, "readout/"), headers={"HX-Request": "true"}).content.decode()
    opened = client.get(address(running, "readout/"))

    assert response.status_code == 303
    assert (opened.status_code, opened["Location"]) == (303, address(running))
    assert 'hx-trigger="every 2s"' in fragment
    assert "<html" not in fragment
    with tenant_scope(product_manager):
        assert Job.objects.count() == 1


def test_the_initiative_shows_its_evidence_and_only_that_the_actor_may_see(scope, viewer, django_assert_num_queries):
    initiative, other = InitiativeFactory(), InitiativeFactory()
    experiment = with_figures(scope, initiative=initiative)
    planned_experiment(initiative=other)

    with tenant_scope(viewer), django_assert_num_queries(1):
        ((_, template, context),) = evidence_panel(initiative=initiative, actor=viewer)

    shown = render_to_string(template, {**context, "actor": viewer})
    assert context["evidence"] == [(experiment, "Keep running")]
    assert f'<a href="{address(experiment)}">{experiment.name}</a>' in shown
    assert "New experiment" not in shown


def test_the_portfolio_asks_for_the_evidence():
    assert evidence_panel in initiative_panels._providers


def test_search_finds_experiments_and_metrics_but_nothing_restricted(scope, viewer):
    secret = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    ExperimentFactory(name="Hidden rerank", initiative=secret)
    ExperimentFactory(name="Open rerank")
    MetricFactory(name="Rerank score")

    with tenant_scope(viewer):
        groups = search(viewer, "rerank", 5)

    assert [(group.label, [hit.label for hit in group.hits]) for group in groups] == [
        ("Experiment", ["Open rerank"]),
        ("Metric", ["Rerank score"]),
    ]


def test_navigation_and_palette_know_experiments(scope, viewer):
    (section,) = [s for s in navigation_for(viewer, "/acme/experiments/metrics/") if s.key == "experiments"]

    assert [(item.label, item.is_current) for item in section.items] == [("Experiments", False), ("Metrics", True)]
    assert [hit.label for hit in commands(scope, "experiment", 9)] == ["Experiments", "New experiment"]
    assert [hit.label for hit in commands(viewer, "experiment", 9)] == ["Experiments"]


def test_a_metric_is_defined_changed_and_deleted(signed_in, product_manager):
    client = signed_in(product_manager)
    values = {"name": "Clicks", "key": "clicks", "kind": "proportion", "direction": "up"}

    created = client.post(address(path="new/", base="metrics"), values)
    taken = client.post(address(path="new/", base="metrics"), {**values, "key": "CLICKS"})
    with tenant_scope(product_manager):
        metric = Metric.objects.get()
    page = client.get(address(metric, base="metrics"))
    deleted = client.post(address(metric, "delete/", base="metrics"))

    assert (created.status_code, taken.status_code, page.status_code, deleted.status_code) == (303, 409, 200, 303)
    assert taken.context["form"].errors == {"key": ["Another metric has this key."]}
    with tenant_scope(product_manager):
        assert not Metric.objects.exists()
