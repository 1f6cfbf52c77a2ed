"""Months of KPI observations: the partitions their rows lie in."""

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.utils import timezone

from portfolio.calc.calendar import next_start, period_start

AHEAD = 2


def prepare_months(months: Iterable[date]) -> int:
    """See that these months have partitions; returns how many were created.

    Must come before the transaction touches observations. A month whose partition cannot be had at once
    is not waited for: the default partition takes its rows until the next attempt moves them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE portfolio_prepare_kpi_month(month)) FROM unnest(%s::date[]) month",
            [sorted(months)],
        )
        return int(cursor.fetchone()[0])


def prepare_coming_months() -> int:
    """This month and the next two."""
    month = period_start(timezone.now().date(), "month")
    months = [month]
    for _ in range(AHEAD):
        months.append(next_start(months[-1], "month"))
    return prepare_months(months)
