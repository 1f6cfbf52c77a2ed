"""Exchange rates: dated, over the organization's currency; a gap is named, never guessed."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from core.errors import DuplicateError, NotPermittedError
from portfolio.models import ExchangeRate
from portfolio.selectors.exchange_rates import RateMissingError, rate_table
from portfolio.services.exchange_rates import (
    RateInput,
    change_exchange_rate,
    create_exchange_rate,
    delete_exchange_rate,
    load_exchange_rates,
)
from tenancy.scope import tenant_scope
from tests.factories.portfolio_spend import ExchangeRateFactory

NEW_YEAR, MAY = date(2026, 1, 1), date(2026, 5, 1)


def enter(actor, currency="USD", valid_on=NEW_YEAR, rate="0.9"):
    return create_exchange_rate(actor=actor, currency=currency, valid_on=valid_on, rate=Decimal(rate))


@pytest.mark.parametrize(
    ("source", "target", "on", "expected"),
    [
        ("USD", "EUR", NEW_YEAR, "90.0"),
        ("USD", "EUR", date(2026, 4, 30), "90.0"),
        ("USD", "EUR", MAY, "80.0"),
        ("EUR", "USD", NEW_YEAR, "111.1111"),
        ("USD", "GBP", NEW_YEAR, "75.0"),
        ("EUR", "EUR", date(1999, 1, 1), "100.0"),
        ("JPY", "JPY", date(1999, 1, 1), "100.0"),
    ],
)
def test_convert_takes_the_newest_rate_of_the_day_over_the_pivot(scope, source, target, on, expected):
    enter(scope)
    enter(scope, valid_on=MAY, rate="0.8")
    enter(scope, currency="GBP", rate="1.2")

    assert round(rate_table(scope).convert(Decimal(100), source, target, on), 4) == Decimal(expected)


def test_convert_names_currency_and_day_without_a_rate(scope):
    enter(scope)

    with pytest.raises(RateMissingError) as early:
        rate_table(scope).convert(Decimal(1), "USD", "EUR", date(2025, 12, 31))
    with pytest.raises(RateMissingError) as never:
        rate_table(scope).convert(Decimal(1), "EUR", "CHF", MAY)

    known = "There is no exchange rate for USD on or before 2025-12-31 (the first is from 2026-01-01)."
    assert early.value.message == known
    assert never.value.message == "There is no exchange rate for CHF on or before 2026-05-01."


def test_rates_to_a_former_reporting_currency_are_not_used(scope):
    ExchangeRateFactory(currency="USD", pivot_currency="GBP", valid_on=NEW_YEAR, rate=Decimal("0.7"))

    assert rate_table(scope).find("USD", MAY) is None


def test_rate_is_unique_per_currency_and_day(scope):
    enter(scope)

    with pytest.raises(DuplicateError) as refused:
        enter(scope, rate="0.95")

    assert refused.value.pointer == "valid_on"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rate": "0"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "1000000001"}, "rate"),
        ({"rate": "0.90000000001"}, "rate"),
        ({"rate": "NaN"}, "rate"),
        ({"currency": "usd"}, "currency"),
        ({"currency": "EUR"}, "__all__"),
    ],
)
def test_impossible_rates_are_refused(scope, values, field):
    with pytest.raises(ValidationError) as refused:
        enter(scope, **values)

    assert list(refused.value.message_dict) == [field]


def test_database_refuses_a_rate_of_zero(scope):
    with pytest.raises(IntegrityError), transaction.atomic():
        ExchangeRate.objects.bulk_create(
            [ExchangeRate(currency="USD", pivot_currency="EUR", valid_on=NEW_YEAR, rate=Decimal(0))]
        )


def test_list_of_rates_is_stored_as_a_whole_and_idempotent(scope):
    rows = [RateInput("USD", NEW_YEAR, Decimal("0.9")), RateInput("GBP", NEW_YEAR, Decimal("1.2"))]

    first = load_exchange_rates(rows, actor=scope)
    second = load_exchange_rates(rows, actor=scope)
    third = load_exchange_rates([RateInput("USD", NEW_YEAR, Decimal("0.91"))], actor=scope)

    assert (first, second, third) == (2, 0, 1)
    assert rate_table(scope).find("USD", NEW_YEAR) == Decimal("0.91")
    with pytest.raises(ValidationError):
        load_exchange_rates([RateInput("CHF", MAY, Decimal(1)), RateInput("USD", MAY, Decimal(0))], actor=scope)
    assert rate_table(scope).find("CHF", MAY) is None


def test_rate_changes_and_goes(scope):
    rate = enter(scope)

    change_exchange_rate(rate, actor=scope, rate=Decimal("0.5"))
    assert rate_table(scope).find("USD", MAY) == Decimal("0.5")
    delete_exchange_rate(rate, actor=scope)
    assert rate_table(scope).find("USD", MAY) is None


def test_viewer_enters_no_rate(scope, viewer):
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        enter(viewer)
