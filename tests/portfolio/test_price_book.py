"""The price book: one price of a kind a day, one model whatever its spelling."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from core.errors import DuplicateError, InvalidInputError, NotPermittedError
from portfolio.models import ModelPrice, PricedModel
from portfolio.services.price_book import (
    PriceInput,
    PriceOverlapError,
    change_model_price,
    create_model_price,
    delete_model_price,
    load_model_prices,
)
from tenancy.scope import tenant_scope

JANUARY, MARCH, JUNE = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 1)


def price(actor, **changes):
    fields = {
        "provider": "Northlight",
        "model": "lumen-2",
        "kind": "input",
        "valid_from": JANUARY,
        "amount": Decimal(3),
        "currency": "USD",
    }
    return create_model_price(actor=actor, **{**fields, **changes})


def test_model_is_one_whatever_its_capitals_and_spaces(scope):
    price(scope)
    price(scope, provider="  NORTHLIGHT ", model="Lumen-2", valid_from=MARCH)

    assert [str(model) for model in PricedModel.objects.all()] == ["Northlight lumen-2"]
    assert ModelPrice.objects.count() == 2


def test_second_price_from_the_same_day_is_refused(scope):
    price(scope)

    with pytest.raises(DuplicateError) as refused:
        price(scope, amount=Decimal(4))

    assert refused.value.pointer == "valid_from"


@pytest.mark.parametrize(
    ("first", "second", "pointer"),
    [
        ({"valid_from": JANUARY, "valid_until": JUNE}, {"valid_from": MARCH}, "valid_from"),
        ({"valid_from": JANUARY, "valid_until": MARCH}, {"valid_from": MARCH}, "valid_from"),
        ({"valid_from": MARCH}, {"valid_from": JANUARY, "valid_until": JUNE}, "valid_until"),
        ({"valid_from": MARCH}, {"valid_from": JANUARY, "valid_until": MARCH}, "valid_until"),
    ],
)
def test_overlapping_prices_are_refused(scope, first, second, pointer):
    price(scope, **first)

    with pytest.raises(PriceOverlapError) as refused:
        price(scope, **second)

    assert refused.value.pointer == pointer
    assert ModelPrice.objects.count() == 1


def test_adjoining_prices_and_other_kinds_do_not_overlap(scope):
    price(scope, valid_until=date(2026, 2, 28))
    price(scope, valid_from=MARCH)
    price(scope, kind="output", valid_from=date(2026, 2, 1))

    assert ModelPrice.objects.count() == 3


def test_change_into_an_overlap_is_refused(scope):
    price(scope, valid_from=MARCH)
    early = price(scope)

    with pytest.raises(PriceOverlapError):
        change_model_price(early, actor=scope, valid_until=JUNE)

    early.refresh_from_db()
    assert early.valid_until is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Decimal(-1)}, "amount"),
        ({"amount": Decimal("NaN")}, "amount"),
        ({"amount": Decimal("1e20")}, "amount"),
        ({"unit_quantity": Decimal(0)}, "unit_quantity"),
        ({"currency": "dollars"}, "currency"),
        ({"kind": "smell"}, "kind"),
        ({"valid_until": date(2025, 1, 1)}, "__all__"),
    ],
)
def test_impossible_prices_are_refused(scope, changes, field):
    with pytest.raises(ValidationError) as refused:
        price(scope, **changes)

    assert field in refused.value.message_dict


@pytest.mark.parametrize(("name", "value"), [("provider", "  "), ("model", "x" * 121)])
def test_price_without_a_usable_name_is_refused(scope, name, value):
    with pytest.raises(InvalidInputError) as refused:
        price(scope, **{name: value})

    assert refused.value.pointer == name


def test_price_list_is_loaded_once_and_refused_where_it_contradicts_the_book(scope):
    rows = [
        PriceInput("Northlight", "lumen-2", "input", JANUARY, Decimal(3), "USD"),
        PriceInput("Northlight", "lumen-2", "output", JANUARY, Decimal(12), "USD"),
    ]

    assert load_model_prices(rows, actor=scope) == 2
    assert load_model_prices(rows, actor=scope) == 0
    with pytest.raises(DuplicateError):
        load_model_prices([PriceInput("Northlight", "lumen-2", "input", JANUARY, Decimal(5), "USD")], actor=scope)


def test_price_goes(scope):
    delete_model_price(price(scope), actor=scope)

    assert ModelPrice.objects.count() == 0


def test_viewer_enters_no_price(scope, viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        price(viewer)
