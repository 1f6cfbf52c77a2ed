"""Objectives and key results: progress along the tree, rules, REST and pages."""

from decimal import Decimal

import pytest
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from portfolio.calc.goal_progress import Part, key_result_progress, tree_progress, weighted_progress
from portfolio.enums import Visibility
from portfolio.models import KeyResult, Objective, ObjectiveInitiative
from portfolio.selectors.objectives import goals
from portfolio.services import objectives
from portfolio.services.kpi_standings import refresh_standings
from tenancy.enums import Role
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, KpiFactory, KpiRollupFactory, PortfolioFactory
from tests.factories.portfolio_objectives import KeyResultFactory, ObjectiveFactory, ObjectiveInitiativeFactory
from tests.portfolio.page_text import text_of

HUGE = "9" * 1000


def test_weighted_mean_of_the_documented_example():
    progress = weighted_progress([Part(Decimal(2), Decimal("0.4")), Part(Decimal(3), Decimal("0.2"))])

    assert progress.value == Decimal("0.28")


def test_unknown_parts_are_counted_and_never_taken_as_zero():
    progress = weighted_progress([Part(Decimal(1), Decimal("0.5")), Part(Decimal(9), None)])

    assert (progress.value, progress.known, progress.unknown) == (Decimal("0.5"), 1, 1)
    assert weighted_progress([Part(Decimal(1), None)]).value is None
    assert weighted_progress([]).value is None


@pytest.mark.parametrize(
    ("start", "target", "current", "expected"),
    [
        (0, 100, 25, "0.25"),
        (8, 2, 5, "0.5"),
        (0, 100, 140, "1"),
        (0, 100, -3, "0"),
        (5, 5, 5, "1"),
        (5, 5, 4, "0"),
    ],
)
def test_way_from_start_to_target(start, target, current, expected):
    way = key_result_progress(start=Decimal(start), target=Decimal(target), current=Decimal(current))

    assert way == Decimal(expected)


def test_tree_is_rolled_up_from_its_leaves():
    progress = tree_progress(
        {"top": None, "left": "top", "right": "top"},
        {"top": Decimal(1), "left": Decimal(3), "right": Decimal(1)},
        {"left": [Part(Decimal(1), Decimal(1))], "right": [Part(Decimal(1), Decimal(0))]},
    )

    assert progress["top"].value == Decimal("0.75")


def test_progress_takes_the_kpi_before_the_check_in(scope, owner):
    kpi = KpiFactory(target=100)
    KpiRollupFactory(kpi=kpi, value=Decimal(40))
    refresh_standings(actor=owner, kpis=[kpi.pk])
    key_result = KeyResultFactory(kpi=kpi, current_value=Decimal(90))

    found = goals(owner, now=timezone.now())

    (measured,) = found.key_results[key_result.objective_id]
    assert measured.current == Decimal(40)


def test_check_in_is_recorded_with_its_reason(scope, owner):
    key_result = objectives.check_in(KeyResultFactory(), value=Decimal(30), actor=owner, reason="Pilot ended")

    assert goals(owner, now=timezone.now()).progress[key_result.objective_id].value == Decimal("0.3")
    event = LedgerEvent.objects.filter(record_id=key_result.pk).latest("id")
    assert (event.action, event.reason) == ("key_result.checked_in", "Pilot ended")


def test_measured_key_result_takes_no_check_in(scope, owner):
    with pytest.raises(InvalidInputError) as refusal:
        objectives.check_in(KeyResultFactory(kpi=KpiFactory()), value=Decimal(1), actor=owner)
    assert refusal.value.pointer == "value"


def test_cycle_and_bottomless_tree_are_refused(scope, owner):
    top = ObjectiveFactory()
    middle = ObjectiveFactory(parent=top)
    with pytest.raises(InvalidInputError) as refusal:
        objectives.change_objective(top, actor=owner, parent=middle)
    assert refusal.value.pointer == "parent"

    deepest = middle
    for _ in range(objectives.MAX_DEPTH - 2):
        deepest = ObjectiveFactory(parent=deepest)
    with pytest.raises(InvalidInputError, match="levels deep"):
        objectives.create_objective(actor=owner, title="One too deep", parent=deepest)


def test_same_initiative_is_linked_once(scope, owner):
    link = ObjectiveInitiativeFactory()

    again = objectives.link_initiative(link.objective, initiative=link.initiative, actor=owner)

    assert again == link
    assert ObjectiveInitiative.objects.count() == 1


def test_objective_of_a_restricted_portfolio_is_hidden(scope, viewer, product_manager):
    hidden = ObjectiveFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    KeyResultFactory(objective=hidden)

    assert goals(viewer, now=timezone.now()).objectives == {}
    assert not KeyResult.objects.permitted(viewer).exists()
    with tenant_scope(product_manager), pytest.raises(NotPermittedError):
        objectives.change_objective(hidden, actor=product_manager, title="Seen")


def test_viewer_may_not_write(scope, viewer):
    with pytest.raises(NotPermittedError):
        objectives.create_objective(actor=viewer, title="No")
    with pytest.raises(NotPermittedError):
        objectives.check_in(KeyResultFactory(), value=Decimal(1), actor=viewer)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_pages_cost_the_same_for_any_number_of_rows(portfolio_page, product_manager, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        top = ObjectiveFactory()
        for _ in range(rows):
            KeyResultFactory(objective=ObjectiveFactory(parent=top), kpi=KpiFactory())
            ObjectiveInitiativeFactory(objective=top)
            KeyResultFactory(objective=top)
    for path, queries in (("goals/", 10), ("objectives/", 13), (f"objectives/{top.pk}/", 12)):
        portfolio_page(path)
        with django_assert_num_queries(queries):
            assert portfolio_page(path).status_code == 200, path


def test_goals_show_progress_and_what_is_unknown(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        top = ObjectiveFactory(title="Answers people trust")
        KeyResultFactory(objective=top, title="Complaints halved", current_value=Decimal(50))
        KeyResultFactory(objective=top, title="Nobody asked")

    text = text_of(portfolio_page("goals/"))

    assert "Answers people trust" in text
    assert "50%" in text
    assert "1/2" in text


def test_key_result_is_added_checked_in_and_removed_by_pages(client_for, product_manager):
    with tenant_scope(product_manager):
        objective = ObjectiveFactory()
    client, base = client_for(product_manager), "/acme/portfolio"
    added = client.post(
        f"{base}/objectives/{objective.pk}/key-results/new/",
        {"title": "Faster", "start_value": "10", "target_value": "5", "weight": "1"},
    )
    assert added.status_code == 303
    with tenant_scope(product_manager):
        key_result = KeyResult.objects.get()
    form = text_of(client.get(f"{base}/key-results/{key_result.pk}/edit/"))
    values = client.get(f"{base}/key-results/{key_result.pk}/edit/").context["form"]
    assert "KPI Optional" in form
    assert [str(values[name].value()) for name in ("start_value", "target_value", "weight")] == ["10", "5", "1.00"]
    refused = client.post(f"{base}/key-results/{key_result.pk}/check-in/", {"value": HUGE})
    assert refused.status_code == 422
    assert client.post(f"{base}/key-results/{key_result.pk}/check-in/", {"value": "7.5"}).status_code == 303
    with tenant_scope(product_manager):
        assert KeyResult.objects.get().current_value == Decimal("7.5")
    delete = f"{base}/key-results/{key_result.pk}/delete/"
    assert f'action="{delete}"' in client.get(f"{base}/objectives/{objective.pk}/").content.decode()
    assert client.post(delete).status_code == 303
    with tenant_scope(product_manager):
        assert not KeyResult.objects.exists()


def test_objective_lives_over_rest(client, product_manager):
    created = client.post("objectives/", {"title": "Trust", "weight": "2.00"})
    assert created.status_code == 201
    objective = created.json()["id"]
    key_result = client.post(
        "key-results/", {"objective": objective, "title": "Fewer complaints", "start_value": "8", "target_value": "2"}
    ).json()["id"]
    moved = client.post(f"key-results/{key_result}/check-in/", {"value": "5"})
    assert (moved.status_code, moved.json()["current_value"]) == (200, "5.000000")
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
    linked = client.post("objective-initiatives/", {"objective": objective, "initiative": str(initiative.pk)})
    assert linked.status_code == 201
    assert client.delete(f"objective-initiatives/{linked.json()['id']}/").status_code == 204
    with tenant_scope(product_manager):
        assert Objective.objects.get().weight == Decimal(2)


@pytest.mark.parametrize(
    ("field", "value"),
    [("weight", "0"), ("weight", "NaN"), ("weight", "Infinity"), ("weight", HUGE), ("title", ""), ("parent", "x")],
)
def test_bad_objective_names_its_field(client, field, value):
    response = client.post("objectives/", {"title": "Fine", field: value})

    assert response.status_code == 400
    assert f"/{field}" in {error["pointer"] for error in response.json()["errors"]}


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(client, product_manager, rows, django_assert_num_queries):
    with tenant_scope(product_manager):
        ObjectiveInitiativeFactory.create_batch(rows)
        KeyResultFactory.create_batch(rows)
    for address in ("objectives/", "key-results/", "objective-initiatives/"):
        client.get(address)
        with django_assert_num_queries(5):
            assert client.get(address).status_code == 200


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


def test_finance_reads_goals_only(api_client, actor_with):
    reader = api_client(actor_with(Role.FINANCE))

    assert reader.get("objectives/").status_code == 200
    assert reader.post("objectives/", {"title": "No"}).status_code == 403
