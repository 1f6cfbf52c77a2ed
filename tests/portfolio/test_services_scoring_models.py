"""Scoring models: frameworks, refusals at the field, revisions that a round keeps as they are."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from core.errors import DomainError, InvalidInputError, StaleVersionError
from portfolio.models import ScoreFactor, ScoringModel
from portfolio.services.scoring_models import (
    change_scoring_model,
    create_scoring_model,
    delete_scoring_model,
    factor_inputs,
    set_status,
)
from portfolio.services.scoring_rounds import open_round
from portfolio.services.scoring_templates import factors_of
from tests.factories.portfolio import PortfolioFactory
from tests.portfolio.scoring_method import FACTORS, autumn_round, own_method


@pytest.fixture
def model(scope):
    return own_method(scope)


@pytest.fixture
def opened(scope, model):
    return autumn_round(model, scope)


@pytest.mark.parametrize("framework", ["rice", "wsjf", "ice", "value_effort", "weighted", "ml_rice", "ml_wsjf"])
def test_every_framework_makes_a_model_with_its_factors(scope, framework):
    model = create_scoring_model(actor=scope, name="Method", framework=framework)

    assert [factor.key for factor in ScoreFactor.objects.filter(model=model)] == [f.key for f in factors_of(framework)]
    assert (model.key, model.revision) == ("method", 1)


def test_an_own_formula_is_stored(scope):
    fields = {"name": "Own", "framework": "custom", "factors": factors_of("custom")}

    assert create_scoring_model(actor=scope, formula=" value / cost ", **fields).formula == "value / cost"


@pytest.mark.parametrize("formula", ["value / luck", "value +", "__import__('os')", "(" * 500 + "1" + ")" * 500])
def test_a_formula_that_cannot_be_is_refused_at_its_field(scope, formula):
    with pytest.raises(InvalidInputError) as refused:
        create_scoring_model(actor=scope, name="Own", framework="custom", formula=formula)

    assert refused.value.pointer == "formula"


@pytest.mark.parametrize("formula", ["", "9" * 100_000])
def test_an_empty_or_endless_formula_is_refused(scope, formula):
    with pytest.raises(ValidationError):
        create_scoring_model(actor=scope, name="Own", framework="custom", formula=formula)


@pytest.mark.parametrize(
    ("framework", "change", "pointer"),
    [
        ("rice", {"key": "luck"}, "factors"),
        ("weighted", {"minimum": None}, "factors/0/minimum"),
        ("weighted", {"minimum": Decimal(11)}, "factors/0"),
        ("weighted", {"scale": "choice"}, "factors/0/rubric"),
        ("weighted", {"scale": "percent", "maximum": Decimal(2)}, "factors/0/minimum"),
        ("weighted", {"scale": "fibonacci", "minimum": Decimal(4), "maximum": Decimal(6)}, "factors/0/maximum"),
        ("weighted", {"key": "Not a key"}, "factors/0/key"),
        ("weighted", {"weight": Decimal(-1)}, "factors/0/weight"),
        ("weighted", {"weight": Decimal("NaN")}, "factors/0/weight"),
        ("weighted", {"weight": Decimal("1e999")}, "factors/0/weight"),
        ("weighted", {"rater_roles": ("king",)}, "factors/0/rater_roles"),
        ("weighted", {"rubric": ({"label": "no value"},)}, "factors/0/rubric"),
        ("weighted", {"rubric": ({"value": "NaN"},)}, "factors/0/rubric"),
        ("weighted", {"rubric": ({"value": "1"}, {"value": "1.0"})}, "factors/0/rubric"),
    ],
)
def test_a_factor_that_cannot_be_is_refused_at_its_field(scope, framework, change, pointer):
    factors = factors_of(framework)
    factors[0] = replace(factors[0], **change)

    with pytest.raises(InvalidInputError) as refused:
        create_scoring_model(actor=scope, name="Method", framework=framework, factors=factors)

    assert refused.value.pointer == pointer
    assert not ScoringModel.objects.exists()


def test_an_unused_model_is_changed_in_place(scope, model):
    changed = change_scoring_model(model, actor=scope, name="Better", factors=FACTORS[:1])

    assert (changed.pk, changed.revision, changed.name) == (model.pk, 1, "Better")
    assert [factor.key for factor in ScoreFactor.objects.filter(model=model)] == ["value"]


def test_a_used_model_is_left_as_it_is_and_gets_a_new_revision(scope, opened, model):
    changed = change_scoring_model(model, actor=scope, factors=[replace(FACTORS[0], weight=Decimal(5)), FACTORS[1]])

    assert (changed.key, changed.revision) == (model.key, 2)
    assert [factor.weight for factor in ScoreFactor.objects.filter(model=changed)] == [5, 1]
    assert [factor.weight for factor in ScoreFactor.objects.filter(model=model)] == [3, 1]
    assert factor_inputs(model)[0].weight == 3
    with pytest.raises(StaleVersionError):
        change_scoring_model(model, actor=scope, name="Late")


@pytest.mark.parametrize(
    "write",
    [
        lambda model: ScoringModel.objects.filter(pk=model.pk).update(name="Other"),
        lambda model: ScoreFactor.objects.filter(model=model).update(weight=9),
        lambda model: ScoreFactor.objects.create(model=model, key="new", name="New", part="addend"),
    ],
)
def test_the_database_refuses_to_change_a_used_model(opened, model, write):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        write(model)


def test_the_database_refuses_to_delete_a_factor_of_a_used_model(opened, model):
    ScoreFactor.objects.filter(model=model, key="fit").delete()

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        connection.check_constraints()


def test_a_retired_model_opens_no_round(scope, model):
    set_status(model, "retired", actor=scope)

    with pytest.raises(InvalidInputError) as refused:
        open_round(actor=scope, name="Autumn", model=model, portfolio=PortfolioFactory())

    assert refused.value.pointer == "model"
    delete_scoring_model(model, actor=scope)
    assert not ScoringModel.objects.exists()


def test_a_used_model_cannot_be_deleted(scope, opened, model):
    with pytest.raises(DomainError, match="still in use"):
        delete_scoring_model(model, actor=scope)
