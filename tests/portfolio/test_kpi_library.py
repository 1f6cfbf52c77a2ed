"""The built-in library of KPIs and its adoption."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import DuplicateError, InvalidInputError, NotPermittedError
from portfolio.enums import Visibility
from portfolio.models import Kpi, KpiTarget
from portfolio.selectors.kpi_library import adopted, by_family, library, matching
from portfolio.services.kpi_library import adopt_kpi
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory

SHARED = Path(__file__).parents[2].parent / "shared" / "reference" / "kpi_library.json"
AGGREGATIONS = {"ratio_of_sums": "ratio"}


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/reference/kpi_library.json is not there to compare with")
def test_library_has_the_kpis_of_the_blueprints():
    """A KPI reported per release or per experiment has no calendar frequency there; ours says monthly."""
    expected = {row["key"]: row for row in json.loads(SHARED.read_text())}

    found = library()

    assert found.keys() == expected.keys()
    for key, definition in found.items():
        row = expected[key]
        assert definition.direction == row["direction"], key
        assert definition.aggregation == AGGREGATIONS.get(row["aggregation"], row["aggregation"]), key
        assert definition.frequency in row["frequency"] or any("per " in each for each in row["frequency"]), key


def test_every_definition_is_complete_and_its_target_fits_its_direction():
    assert len(library()) == 41
    for definition in library().values():
        texts = (definition.name, definition.measures, definition.why, definition.goal, definition.owner_role)
        assert all(texts), definition.key
        assert (definition.low is None) == (definition.direction != "band"), definition.key
        assert definition.direction != "band" or definition.target is None, definition.key


def test_library_is_searched_by_words_in_any_order():
    assert [each.key for each in matching("percentile latency")] == ["latency_p95", "inference_latency_p95"]
    assert [each.key for each in matching("calibration")] == ["calibration_error"]
    assert matching("no such thing") == []
    assert sum(len(group) for _, group in by_family(matching(""))) == 41


def test_adopted_kpi_has_definition_target_and_a_key_of_its_own(scope):
    initiative = InitiativeFactory(key="AST-1")

    own = adopt_kpi("task_success_rate", actor=scope)
    theirs = adopt_kpi("task_success_rate", actor=scope, initiative=initiative)
    again = adopt_kpi("task_success_rate", actor=scope, portfolio=PortfolioFactory(key_prefix="AST"))

    assert [kpi.key for kpi in (own, theirs, again)] == [
        "task-success-rate",
        "ast-1-task-success-rate",
        "ast-task-success-rate",
    ]
    assert {kpi.definition_key for kpi in Kpi.objects.all()} == {"task_success_rate"}
    assert (own.aggregation, own.unit, own.owner_role, bool(own.why)) == ("ratio", "fraction", "Product manager", True)
    assert list(KpiTarget.objects.values_list("target", "tolerance")) == [(Decimal("0.8"), Decimal("0.1"))] * 3
    assert adopted(scope, initiative=initiative) == {"task_success_rate": theirs}


def test_adoption_takes_another_target_or_none(scope):
    adopt_kpi("latency_p95", actor=scope, target=Decimal(3))
    adopt_kpi("inference_latency_p95", actor=scope, has_target=False)
    adopt_kpi("complaint_rate", actor=scope)
    adopt_kpi("budget_variance", actor=scope)

    assert list(KpiTarget.objects.order_by("created_at").values_list("target", "low", "tolerance")) == [
        (3, None, None),
        (None, Decimal("-0.1"), Decimal("0.05")),
    ]


def test_money_is_in_the_organizations_currency(scope):
    assert adopt_kpi("cost_per_active_user", actor=scope).unit == scope.organization.currency


def test_kpi_is_adopted_once_for_a_place(scope):
    adopt_kpi("recall", actor=scope)

    with pytest.raises(DuplicateError) as refusal:
        adopt_kpi("recall", actor=scope)

    assert refusal.value.pointer == "definition_key"


def test_key_that_is_taken_gets_a_number(scope):
    Kpi.objects.create(key="Recall", name="Somebody's own")

    assert adopt_kpi("recall", actor=scope).key == "recall-2"


def test_unknown_definitions_and_hidden_places_are_refused(scope, product_manager, viewer):
    hidden = PortfolioFactory(visibility=Visibility.RESTRICTED)

    with pytest.raises(InvalidInputError) as unknown:
        adopt_kpi("magic", actor=scope)
    with pytest.raises(InvalidInputError) as unseen:
        adopt_kpi("recall", actor=product_manager, portfolio=hidden)
    with pytest.raises(NotPermittedError):
        adopt_kpi("recall", actor=viewer)

    assert (unknown.value.pointer, unseen.value.pointer, Kpi.objects.count()) == ("definition_key", "portfolio", 0)
