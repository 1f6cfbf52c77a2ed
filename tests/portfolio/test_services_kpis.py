"""KPIs: bulk ingest, and rollups over what changed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import RollupPeriod, Visibility
from portfolio.models import Kpi, KpiObservation, KpiRollup, KpiTouchedMonth
from portfolio.services.kpi_observations import MAX_BATCH, IngestResult, ObservationInput, record_observations
from portfolio.services.kpi_rollups import roll_up
from portfolio.services.kpis import change_kpi, create_kpi, delete_kpi
from portfolio.services.portfolios import share_portfolio
from tenancy.models import Job, LedgerEvent, Membership
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, KpiFactory, PortfolioFactory

FIFTH = datetime(2026, 1, 5, 12, tzinfo=UTC)


def observed(kpi, value, source_id, at=FIFTH, source="feed") -> ObservationInput:
    return ObservationInput(
        kpi_id=kpi.pk, observed_at=at, value=Decimal(str(value)), source_id=source_id, source=source
    )


def rollups(kpi, *periods) -> dict:
    rows = KpiRollup.objects.filter(kpi=kpi, period__in=periods or RollupPeriod.values)
    return {(row.period, row.period_start): (row.value, row.count) for row in rows}


def test_ingest_stores_corrects_and_passes_over(scope):
    kpi = KpiFactory()
    first = record_observations(observations=[observed(kpi, 1, "a"), observed(kpi, 2, "b")], actor=scope)

    second = record_observations(
        observations=[observed(kpi, 1, "a"), observed(kpi, 5, "b"), observed(kpi, 3, "c")], actor=scope
    )

    assert first == IngestResult(created=2, corrected=0, unchanged=0)
    assert second == IngestResult(created=1, corrected=1, unchanged=1)
    values = KpiObservation.objects.order_by("source_id").values_list("source_id", "value")
    assert list(values) == [("a", 1), ("b", 5), ("c", 3)]


def test_known_row_in_a_large_batch_is_noticed(scope):
    kpi = KpiFactory(aggregation="sum")
    # Its place is none of those that are looked up before the batch is believed to be new.
    record_observations(observations=[observed(kpi, 1, "known")], actor=scope)
    rows = [observed(kpi, 1, str(number)) for number in range(199)]

    result = record_observations(observations=[*rows[:101], observed(kpi, 2, "known"), *rows[101:]], actor=scope)
    roll_up(actor=scope)

    assert (result.created, result.corrected, result.outcomes[101]) == (199, 1, "corrected")
    assert rollups(kpi, "month") == {("month", date(2026, 1, 1)): (201, 200)}


def test_ingest_of_known_values_touches_nothing(scope):
    kpi = KpiFactory()
    record_observations(observations=[observed(kpi, 1, "a")], actor=scope)
    roll_up(actor=scope)
    Job.objects.all().delete()

    record_observations(observations=[observed(kpi, 1, "a")], actor=scope)

    assert (KpiTouchedMonth.objects.count(), Job.objects.count()) == (0, 0)


def test_ingest_makes_one_job_while_one_is_waiting(scope):
    kpi = KpiFactory()

    record_observations(observations=[observed(kpi, 1, "a")], actor=scope)
    record_observations(observations=[observed(kpi, 2, "b")], actor=scope)

    assert Job.objects.count() == 1


def test_ingest_is_recorded_as_a_summary(scope):
    record_observations(observations=[observed(KpiFactory(), 1, "a")], actor=scope)

    event = LedgerEvent.objects.get(table_name="portfolio_kpiobservation")
    assert (event.action, event.operation) == ("kpi.observed", "insert")
    assert '"rows": 1' in event.changes


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e18", "-1e18"])
def test_ingest_refuses_values_that_are_no_numbers(scope, value):
    kpi = KpiFactory()

    with pytest.raises(InvalidInputError) as refusal:
        record_observations(observations=[observed(kpi, 1, "a"), observed(kpi, value, "b")], actor=scope)

    assert refusal.value.pointer == "rows/1/value"
    assert KpiObservation.objects.count() == 0


def test_ingest_refuses_the_same_source_id_twice_in_one_request(scope):
    kpi, other = KpiFactory(), KpiFactory()

    with pytest.raises(InvalidInputError) as refusal:
        record_observations(
            observations=[observed(kpi, 1, "a"), observed(other, 1, "a"), observed(kpi, 2, "a")], actor=scope
        )

    assert refusal.value.pointer == "rows/2/source_id"


def test_ingest_refuses_too_many_rows(scope):
    kpi = KpiFactory()

    with pytest.raises(InvalidInputError, match="At most 10000"):
        record_observations(
            observations=[observed(kpi, 1, str(number)) for number in range(MAX_BATCH + 1)], actor=scope
        )


def test_ingest_refuses_another_organizations_kpi(stranger, product_manager):
    with tenant_scope(stranger):
        foreign = KpiFactory()

    with tenant_scope(product_manager):
        with pytest.raises(InvalidInputError) as refusal:
            record_observations(observations=[observed(foreign, 1, "a")], actor=product_manager)

        assert (refusal.value.pointer, KpiObservation.objects.count()) == ("rows/0/kpi", 0)


def test_ingest_into_a_restricted_portfolio(scope, product_manager):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    kpi = KpiFactory(initiative=InitiativeFactory(portfolio=portfolio))
    member = Membership.objects.get(user=product_manager.user)

    with pytest.raises(InvalidInputError) as hidden:
        record_observations(observations=[observed(kpi, 1, "a")], actor=product_manager)
    share_portfolio(portfolio, membership=member, actor=scope)
    with pytest.raises(NotPermittedError):
        record_observations(observations=[observed(kpi, 1, "a")], actor=product_manager)
    share_portfolio(portfolio, membership=member, actor=scope, may_change=True)
    result = record_observations(observations=[observed(kpi, 1, "a")], actor=product_manager)

    assert (hidden.value.pointer, result.created) == ("rows/0/kpi", 1)


@pytest.mark.parametrize(("role", "may_ingest"), [("contributor", True), ("finance", True), ("viewer", False)])
def test_rights_to_ingest(scope, actor_with, role, may_ingest):
    actor, observations = actor_with(role), [observed(KpiFactory(), 1, "a")]

    if may_ingest:
        assert record_observations(observations=observations, actor=actor).created == 1
    else:
        with pytest.raises(NotPermittedError):
            record_observations(observations=observations, actor=actor)


@pytest.mark.parametrize(("aggregation", "expected"), [("sum", 12), ("mean", 4), ("median", 4), ("last", 3)])
def test_rollup_aggregates_a_day_and_its_month(scope, aggregation, expected):
    kpi = KpiFactory(aggregation=aggregation)
    hours = [(1, 4), (3, 5), (23, 3)]
    record_observations(
        observations=[observed(kpi, value, str(hour), FIFTH.replace(hour=hour)) for hour, value in hours], actor=scope
    )

    roll_up(actor=scope)

    assert rollups(kpi) == {
        ("day", date(2026, 1, 5)): (expected, 3),
        ("week", date(2026, 1, 5)): (expected, 3),
        ("month", date(2026, 1, 1)): (expected, 3),
        ("quarter", date(2026, 1, 1)): (expected, 3),
    }


def test_rollup_divides_days_and_months_in_utc(scope):
    kpi = KpiFactory(aggregation="sum")
    tokyo = datetime.fromisoformat("2026-02-01T08:59:59+09:00")
    record_observations(
        observations=[observed(kpi, 1, "a", tokyo), observed(kpi, 2, "b", tokyo + timedelta(seconds=1))], actor=scope
    )

    roll_up(actor=scope)

    assert rollups(kpi) == {
        ("day", date(2026, 1, 31)): (1, 1),
        ("day", date(2026, 2, 1)): (2, 1),
        ("week", date(2026, 1, 26)): (3, 2),
        ("month", date(2026, 1, 1)): (1, 1),
        ("month", date(2026, 2, 1)): (2, 1),
        ("quarter", date(2026, 1, 1)): (3, 2),
    }


def test_late_and_corrected_values_reach_the_rollups(scope):
    kpi = KpiFactory(aggregation="sum")
    record_observations(observations=[observed(kpi, 1, "a")], actor=scope)
    roll_up(actor=scope)

    record_observations(
        observations=[observed(kpi, 7, "a"), observed(kpi, 2, "late", FIFTH - timedelta(days=3))], actor=scope
    )
    roll_up(actor=scope)

    assert rollups(kpi) == {
        ("day", date(2026, 1, 5)): (7, 1),
        ("day", date(2026, 1, 2)): (2, 1),
        ("week", date(2026, 1, 5)): (7, 1),
        ("week", date(2025, 12, 29)): (2, 1),
        ("month", date(2026, 1, 1)): (9, 2),
        ("quarter", date(2026, 1, 1)): (9, 2),
    }


def test_value_moved_to_another_day_leaves_no_row_behind(scope):
    kpi = KpiFactory(aggregation="sum")
    record_observations(observations=[observed(kpi, 1, "a")], actor=scope)
    roll_up(actor=scope)

    record_observations(observations=[observed(kpi, 1, "a", FIFTH + timedelta(days=40))], actor=scope)
    result = roll_up(actor=scope)

    assert result.removed == 3
    assert rollups(kpi) == {
        ("day", date(2026, 2, 14)): (1, 1),
        ("week", date(2026, 2, 9)): (1, 1),
        ("month", date(2026, 2, 1)): (1, 1),
        ("quarter", date(2026, 1, 1)): (1, 1),
    }


def test_rollup_works_only_on_touched_days(scope):
    kpi = KpiFactory(aggregation="sum")
    days = [observed(kpi, 1, str(day), FIFTH.replace(day=day)) for day in range(1, 11)]
    record_observations(observations=days, actor=scope)
    roll_up(actor=scope)

    record_observations(observations=[observed(kpi, 5, "1", FIFTH.replace(day=1))], actor=scope)
    result = roll_up(actor=scope)

    assert (result.days, result.written) == (1, 4)


def test_another_aggregation_makes_every_period_anew(scope):
    kpi = KpiFactory(aggregation="sum")
    record_observations(
        observations=[observed(kpi, 2, "a"), observed(kpi, 4, "b", FIFTH + timedelta(hours=1))], actor=scope
    )
    roll_up(actor=scope)

    change_kpi(kpi, actor=scope, aggregation="mean")
    roll_up(actor=scope)

    assert rollups(kpi, "day", "month") == {("day", date(2026, 1, 5)): (3, 2), ("month", date(2026, 1, 1)): (3, 2)}


def test_period_without_observations_has_no_row(scope):
    kpi = KpiFactory()
    record_observations(
        observations=[observed(kpi, 1, "a"), observed(kpi, 1, "b", FIFTH + timedelta(days=2))], actor=scope
    )

    roll_up(actor=scope)

    days = KpiRollup.objects.filter(kpi=kpi, period="day").values_list("period_start", flat=True)
    assert sorted(days) == [date(2026, 1, 5), date(2026, 1, 7)]


def test_create_kpi_refuses_a_taken_key(scope):
    create_kpi(actor=scope, key="latency", name="Latency")

    with pytest.raises(InvalidInputError) as refusal:
        create_kpi(actor=scope, key="LATENCY", name="Again")

    assert refusal.value.pointer == "key"


def test_create_kpi_refuses_an_initiative_of_a_hidden_portfolio(scope, product_manager):
    initiative = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))

    with pytest.raises(InvalidInputError) as refusal:
        create_kpi(actor=product_manager, key="x", name="X", initiative=initiative)

    assert refusal.value.pointer == "initiative"
    assert not Kpi.objects.permitted(product_manager).exists()


def test_delete_kpi_removes_what_was_observed(scope):
    kpi = KpiFactory()
    record_observations(observations=[observed(kpi, 1, "a")], actor=scope)
    roll_up(actor=scope)

    delete_kpi(kpi, actor=scope)

    assert (KpiObservation.objects.count(), KpiRollup.objects.count()) == (0, 0)


def test_kpis_are_not_for_contributors_to_define(scope, actor_with):
    with pytest.raises(NotPermittedError):
        create_kpi(actor=actor_with("contributor"), key="x", name="X")
    with pytest.raises(NotPermittedError):
        change_kpi(KpiFactory(), actor=actor_with("viewer"), name="No")
