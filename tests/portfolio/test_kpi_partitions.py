"""Observations in partitions by month: sealed like their parent, and unique by source id across all of them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from portfolio.models import KpiObservation, KpiObservationKey
from portfolio.services.kpi_months import prepare_coming_months, prepare_months
from portfolio.services.kpi_observations import ObservationInput, record_observations
from tests.factories.portfolio import KpiFactory, KpiObservationFactory

MAY = datetime(2001, 5, 31, 23, 59, 59, tzinfo=UTC)


def rows(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def partitions():
    return [
        name for (name,) in rows("SELECT tableoid::regclass::text FROM portfolio_kpiobservation ORDER BY observed_at")
    ]


def test_ingest_makes_the_months_it_needs(scope):
    kpi = KpiFactory()
    june = MAY.replace(month=6, day=1, hour=0, minute=0, second=0)
    observations = [
        ObservationInput(kpi_id=kpi.pk, observed_at=moment, value=Decimal(1), source_id=str(moment))
        for moment in (MAY, june)
    ]

    record_observations(observations=observations, actor=scope)

    assert partitions() == ["portfolio_kpiobservation_200105", "portfolio_kpiobservation_200106"]


def test_rows_that_came_before_their_month_are_moved_into_it(scope):
    KpiObservationFactory(observed_at=MAY)
    assert partitions() == ["portfolio_kpiobservation_default"]
    transaction.get_connection().check_constraints()

    assert prepare_months([date(2001, 5, 1)]) == 1

    assert partitions() == ["portfolio_kpiobservation_200105"]
    assert KpiObservation.objects.get().observed_at == MAY
    assert prepare_months([date(2001, 5, 1)]) == 0


def test_months_out_of_reach_are_not_made(scope):
    assert prepare_months([date(1999, 12, 1), date(2100, 1, 1)]) == 0
    assert prepare_coming_months() == 0


def test_partition_is_sealed_and_closed_to_the_application(scope):
    prepare_months([date(2001, 5, 1)])

    query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass"
    assert rows(query, "portfolio_kpiobservation_200105") == [(True, True)]
    assert rows(
        "SELECT DISTINCT relforcerowsecurity FROM pg_class WHERE relname LIKE %s AND relkind = 'r'",
        "portfolio_kpiobservation\\_%",
    ) == [(True,)]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows("SELECT * FROM portfolio_kpiobservation_200105")


def test_source_id_is_known_in_every_month(scope):
    kpi = KpiFactory()
    KpiObservationFactory(kpi=kpi, source_id="a", observed_at=datetime(2026, 1, 5, tzinfo=UTC))

    with pytest.raises(IntegrityError, match="source_id"), transaction.atomic():
        KpiObservationFactory(kpi=kpi, source_id="a", observed_at=datetime(2026, 2, 5, tzinfo=UTC))

    KpiObservationFactory(source_id="a")


def test_correction_takes_an_observation_to_another_month(scope):
    kpi = KpiFactory()
    january, february = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC)
    for moment in (january, february):
        sent = ObservationInput(kpi_id=kpi.pk, observed_at=moment, value=Decimal(1), source_id="a")
        record_observations(observations=[sent], actor=scope)

    assert partitions() == ["portfolio_kpiobservation_202602"]
    assert KpiObservationKey.objects.get().observed_at == february
    KpiObservation.objects.all().delete()
    assert not KpiObservationKey.objects.exists()
