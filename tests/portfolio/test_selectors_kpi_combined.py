"""KPIs of one definition put together along the tree, themes and portfolios; series and what does not fit them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portfolio.enums import Visibility
from portfolio.selectors.kpi_combined import combined_values
from portfolio.selectors.kpi_series import series
from portfolio.services.kpi_observations import ObservationInput, record_observations
from portfolio.services.kpi_rollups import roll_up
from tests.factories.portfolio import InitiativeFactory, KpiFactory, KpiRollupFactory, PortfolioFactory, ThemeFactory

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
JANUARY = {"period": "month", "first": date(2026, 1, 1), "past": date(2026, 2, 1)}


def kpi_of(initiative, aggregation, **more):
    return KpiFactory(initiative=initiative, aggregation=aggregation, definition_key="x", **more)


def observe(scope, kpi, *values, **more):
    rows = [
        ObservationInput(
            kpi_id=kpi.pk,
            observed_at=NOON + timedelta(hours=number),
            source_id=f"{number}",
            value=None if more.get("denominators") else Decimal(value),
            numerator=Decimal(value) if more.get("denominators") else None,
            denominator=Decimal(more["denominators"][number]) if more.get("denominators") else None,
            weight=Decimal(more["weights"][number]) if more.get("weights") else None,
        )
        for number, value in enumerate(values)
    ]
    record_observations(observations=rows, actor=scope)
    roll_up(actor=scope)


@pytest.fixture
def siblings(scope):
    """Two initiatives below one parent, of one theme in one portfolio."""
    portfolio, theme = PortfolioFactory(), ThemeFactory()
    parent = InitiativeFactory(portfolio=portfolio, level="program")
    return [InitiativeFactory(portfolio=portfolio, theme=theme, parent=parent) for _ in range(2)]


def combined(scope, level, **more):
    return [(each.value, each.known, each.expected, each.reason) for each in at(scope, level, **more)]


def at(scope, level, **more):
    return combined_values(actor=scope, level=level, **{**JANUARY, **more})


def test_shares_are_made_of_their_sums_and_not_averaged(scope, siblings):
    small, large = (kpi_of(each, "ratio") for each in siblings)
    observe(scope, small, 1, denominators=[2])
    observe(scope, large, 10, denominators=[98])

    assert combined(scope, "portfolio") == [(Decimal("0.11"), 2, 2, "")]


def test_means_are_weighted_by_their_observations(scope, siblings):
    first, second = (kpi_of(each, "mean") for each in siblings)
    observe(scope, first, 10)
    observe(scope, second, 1, 1, 1)

    assert combined(scope, "theme") == [(Decimal("3.25"), 2, 2, "")]


def test_weighted_means_keep_their_weights(scope, siblings):
    first, second = (kpi_of(each, "weighted_mean") for each in siblings)
    observe(scope, first, 10, 20, weights=[1, 3])
    observe(scope, second, 30, weights=[6])

    assert combined(scope, "organization") == [(Decimal("25"), 2, 2, "")]


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("sum", 17), ("min", 1), ("max", 9), ("p95", Decimal("8.4")), ("median", Decimal("3.5"))],
)
def test_other_aggregations_combine_as_what_they_are(scope, siblings, aggregation, expected):
    first, second = (kpi_of(each, aggregation) for each in siblings)
    observe(scope, first, 1, 2)
    observe(scope, second, 5, 9)

    assert [each.value for each in at(scope, "portfolio")] == [expected]


def test_sum_with_an_unknown_part_is_unknown(scope, siblings):
    first, _ = (kpi_of(each, "sum") for each in siblings)
    observe(scope, first, 5)

    (value,) = at(scope, "portfolio")

    assert (value.value, value.partial, value.known, value.expected, value.reason) == (None, 5, 1, 2, "incomplete")


def test_period_nobody_observed_has_no_entry(scope, siblings):
    kpi_of(siblings[0], "sum")

    assert at(scope, "portfolio") == []


def test_last_values_of_different_things_do_not_add_up(scope, siblings):
    for each in siblings:
        observe(scope, kpi_of(each, "last"), 5)

    assert sorted(each[3] for each in combined(scope, "initiative")) == ["", "", "not_additive"]
    assert combined(scope, "portfolio") == [(None, 2, 2, "not_additive")]


def test_definition_with_two_units_is_not_put_together(scope, siblings):
    for each, unit in zip(siblings, ("ms", "s"), strict=True):
        observe(scope, kpi_of(each, "sum", unit=unit), 5)

    assert combined(scope, "portfolio") == [(None, 2, 2, "mixed")]


def test_initiative_includes_its_descendants(scope, siblings):
    for number, each in enumerate(siblings):
        observe(scope, kpi_of(each, "sum"), number + 1)

    values = {each.node_id: each.value for each in at(scope, "initiative")}

    assert values == {siblings[0].pk: 1, siblings[1].pk: 2, siblings[0].parent_id: 3}


def test_kpi_measured_as_a_whole_does_not_count_again(scope, siblings):
    observe(scope, kpi_of(siblings[0], "sum"), 5)
    observe(scope, KpiFactory(aggregation="sum", definition_key="x"), 100)
    observe(scope, KpiFactory(aggregation="sum", definition_key="x", portfolio=siblings[0].portfolio), 100)

    assert [each.value for each in at(scope, "organization")] == [5]
    assert [each.value for each in at(scope, "portfolio")] == [5]


def test_hidden_portfolio_is_not_counted(scope, product_manager, siblings):
    observe(scope, kpi_of(siblings[0], "sum"), 5)
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    observe(scope, kpi_of(hidden, "sum"), 100)

    assert [each.value for each in at(scope, "organization")] == [105]
    assert [each.value for each in at(product_manager, "organization")] == [5]
    assert at(scope, "portfolio", node_ids=[]) == []
    assert at(scope, "portfolio", definition_keys=["y"]) == []


@pytest.mark.parametrize("count", [1, 3, 30])
def test_combined_values_cost_the_same_for_any_number_of_kpis(scope, siblings, count, django_assert_num_queries):
    for _ in range(count):
        KpiRollupFactory(kpi=kpi_of(siblings[0], "sum"), period="month", period_start=date(2026, 1, 1))

    with django_assert_num_queries(2):
        assert len(at(scope, "portfolio")) == 1


TODAY = date(2026, 3, 31)


def test_series_has_every_period_and_flags_what_does_not_fit(scope):
    kpi = KpiFactory(aggregation="mean")
    for age in range(1, 80):
        value = 100 if age == 3 else 10 + age % 3
        KpiRollupFactory(kpi=kpi, period_start=TODAY - timedelta(days=age), value=value)

    points = series(kpi, period="day", periods=10, today=TODAY)

    assert [point.period_start for point in points] == [TODAY - timedelta(days=age) for age in range(9, -1, -1)]
    assert [point.period_start for point in points if point.is_anomaly] == [TODAY - timedelta(days=3)]
    assert (points[-1].value, points[-1].is_running, points[-1].fit) == (None, True, None)
