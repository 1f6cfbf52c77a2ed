"""Values as people read them: currencies, fractions, times, and that unknown is never zero."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone
from django.utils.html import strip_tags

from core.web import formatting


@pytest.mark.parametrize(
    ("amount", "currency", "options", "expected"),
    [
        (Decimal("1234567.5"), "EUR", {}, "€1,234,567.50"),
        (Decimal("-12"), "USD", {}, "\N{MINUS SIGN}$12.00"),
        (Decimal(90), "CHF", {}, "CHF\N{NO-BREAK SPACE}90.00"),
        (Decimal("1500.4"), "JPY", {}, "¥1,500"),
        (Decimal("1450000"), "EUR", {"compact": True}, "€1.45m"),
        (Decimal("12300"), "EUR", {"compact": True}, "€12.3k"),
        (Decimal("-2500000000"), "EUR", {"compact": True}, "\N{MINUS SIGN}€2.50bn"),
        (Decimal("999"), "EUR", {"compact": True}, "€999"),
        (Decimal("1200.75"), "EUR", {"decimals": 0}, "€1,201"),
        (Decimal("0.004"), "EUR", {}, "€0.00"),
    ],
)
def test_money_shows_amount_with_currency(amount, currency, options, expected):
    assert strip_tags(formatting.money(amount, currency, **options)) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [(1234567, None, "1,234,567"), (Decimal("1.500"), None, "1.5"), (100, None, "100"), (-3, None, "\N{MINUS SIGN}3")],
)
def test_number_separates_thousands_and_drops_trailing_zeros(value, decimals, expected):
    assert formatting.number(value, decimals) == expected


def test_percent_reads_a_fraction():
    assert strip_tags(formatting.percent(Decimal("0.125"))) == "12.5%"


@pytest.mark.parametrize(
    "formatter",
    [
        formatting.money,
        formatting.percent,
        formatting.number,
        formatting.day,
        formatting.moment,
        formatting.ago,
        formatting.person,
        formatting.meter,
        formatting.boolean,
        formatting.plain,
    ],
)
def test_none_is_shown_as_unknown(formatter):
    assert formatter(None) == formatting.UNKNOWN


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_number_without_a_value_is_unknown(value):
    assert formatting.number(Decimal(value)) == formatting.UNKNOWN


@pytest.mark.parametrize(
    ("value", "unit", "options", "expected"),
    [
        (Decimal("0.882000"), "fraction", {}, "88.2%"),
        (Decimal("0.699949"), "fraction", {}, "69.99%"),
        (Decimal("0.699949"), "fraction", {"is_exact": True}, "69.9949%"),
        (Decimal("12.5"), "%", {}, "12.5%"),
        (Decimal("2.9"), "EUR", {}, "€2.90"),
        (Decimal("-1176856.4"), "EUR", {}, "\N{MINUS SIGN}€1,176,856"),
        (Decimal("44.623111"), "leaks", {}, "44.62\N{NO-BREAK SPACE}leaks"),
        (Decimal(1), "findings", {}, "1\N{NO-BREAK SPACE}finding"),
        (Decimal(-1), "queries", {}, "\N{MINUS SIGN}1\N{NO-BREAK SPACE}query"),
        (Decimal(1), "searches", {}, "1\N{NO-BREAK SPACE}search"),
        (Decimal(1), "series", {}, "1\N{NO-BREAK SPACE}series"),
        (Decimal(1), "ms", {}, "1\N{NO-BREAK SPACE}ms"),
        (Decimal(1), "points of 5", {}, "1\N{NO-BREAK SPACE}points of 5"),
        (Decimal("1676182"), "", {}, "1,676,182"),
        (Decimal(0), "fraction", {}, "0%"),
        (None, "fraction", {}, formatting.UNKNOWN),
    ],
)
def test_quantity_shows_a_figure_in_its_unit(value, unit, options, expected):
    assert formatting.quantity(value, unit, **options) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a.b@demo.example", "a.b<wbr>@demo.example"), ("<i>@x", "&lt;i&gt;<wbr>@x"), ("", formatting.UNKNOWN)],
)
def test_address_breaks_before_its_sign(value, expected):
    assert formatting.email(value) == expected


def test_day_is_machine_readable():
    assert formatting.day(date(2026, 3, 9)) == '<time class="num" datetime="2026-03-09">9 Mar 2026</time>'


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=12, seconds=5), "12 min ago"),
        (timedelta(hours=3, seconds=5), "3 h ago"),
        (timedelta(days=2, seconds=5), "2 d ago"),
        (-timedelta(days=2, seconds=5), "in 2 d"),
    ],
)
def test_ago_counts_in_the_largest_unit(difference, expected):
    assert strip_tags(formatting.ago(timezone.now() - difference)) == expected


def test_ago_beyond_a_month_is_a_date():
    past = timezone.now() - timedelta(days=45)

    assert formatting.ago(past) == formatting.day(past)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Ana Maria Ruiz", "AR"), ("Plato", "P"), ("jonas.keller@example.com", "JK"), ("", "?")],
)
def test_initials(name, expected):
    assert formatting.initials(name) == expected


def test_person_escapes_the_name():
    assert "<script>" not in formatting.person("<script>alert(1)</script>")


def test_meter_stays_inside_its_bar():
    assert 'value="1.0000"' in formatting.meter(1.7)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(6800, "agents", "6,800"), ("0.62", "fraction", "62%"), (62, "%", "62%"), ("2.9", "EUR", "€2.90"), (4, "", "4")],
)
def test_figure_leaves_out_a_unit_that_is_a_word(value, unit, expected):
    assert formatting.figure(value, unit) == expected
    assert "unknown" in formatting.figure(None, unit)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1007, "1,007"), (0, "0"), (None, formatting.UNKNOWN), ("333 / 71", "333 / 71"), ("€1.10m", "€1.10m")],
)
def test_figure_of_a_strip_groups_thousands(value, shown):
    template = Template('{% load fairlead %}{% stat "Releases" value %}')

    assert f">{shown}<" in "".join(template.render(Context({"value": value})).split("\n"))
