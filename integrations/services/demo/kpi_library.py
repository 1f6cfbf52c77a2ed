"""KPIs the demo adopted from the library, targets that changed, and benefits realised from a KPI."""

import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from integrations.services.demo.content import first_day_of_month, last_day_of_month, read
from integrations.services.demo.kpis import SEED
from integrations.services.demo.people import Cast
from portfolio.enums import ActualSource, KpiAggregation, KpiFrequency
from portfolio.models import CashLine, Initiative, Kpi, Portfolio
from portfolio.services.case_lines import change_line
from portfolio.services.kpi_library import adopt_kpi
from portfolio.services.kpi_observations import ObservationInput, record_observations
from portfolio.services.kpi_rollups import request_rollup
from portfolio.services.kpi_targets import set_target

_MEASURED_AT = time(18, tzinfo=UTC)
_GOAL = ("target", "low", "high", "tolerance")
_DAYS_APART = {KpiFrequency.DAILY: 1, KpiFrequency.WEEKLY: 7}


def create_library_kpis(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Adopted KPIs with their observations, and the targets that were raised since."""
    content = read("kpi_library")
    portfolios = {portfolio.name: portfolio for portfolio in Portfolio.objects.all()}
    for row in content["adopted"]:
        with cast.acting(row.get("adopted_by", row["by"])) as actor:
            kpi = adopt_kpi(
                row["key"],
                actor=actor,
                initiative=initiatives.get(row.get("initiative", "")),
                portfolio=portfolios.get(row.get("portfolio", "")),
                **_goal(row),
            )
            observations = list(_observations(kpi, row, today))
            if observations:
                record_observations(observations=observations, actor=actor)
    for row in content["target"]:
        with cast.acting(row["by"]) as actor:
            kpi = Kpi.objects.get(key=row["kpi"])
            start = first_day_of_month(today, row["months"])
            set_target(kpi, actor=actor, valid_from=start, reason=row["reason"], **_goal(row))


def measure_benefits(cast: Cast, initiatives: Mapping[str, Initiative]) -> None:
    """Say by which KPI the benefits of approved cases are measured; the job that follows writes the amounts."""
    for row in read("kpi_library")["benefit"]:
        line = CashLine.objects.get(
            case__initiative=initiatives[row["initiative"]],
            case__is_current=True,
            option__is_recommended=True,
            category=row["category"],
        )
        with cast.acting(row["by"]) as actor:
            change_line(
                line,
                actor=actor,
                actual_source=ActualSource.KPI,
                kpi=Kpi.objects.get(key=row["kpi"]),
                value_per_unit=Decimal(row["value_per_unit"]),
            )
            request_rollup(actor=actor)


def _goal(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Decimal(str(row[name])) for name in _GOAL if name in row}


def _observations(kpi: Kpi, row: Mapping[str, Any], today: date) -> Iterator[ObservationInput]:
    days = list(_days(kpi.frequency, row["months"], today))
    rng = np.random.default_rng([SEED, zlib.crc32(kpi.key.encode())])
    for number, day in enumerate(days):
        share = number / max(len(days) - 1, 1)
        value = row["from"] + (row["to"] - row["from"]) * share + float(rng.normal(0, row["noise"]))
        yield ObservationInput(
            kpi_id=kpi.pk,
            observed_at=datetime.combine(day, _MEASURED_AT),
            source=kpi.source,
            source_id=f"{kpi.key}/{day.isoformat()}",
            **_measured(kpi, value, row.get("size", 1)),
        )


def _measured(kpi: Kpi, value: float, size: int) -> dict[str, Any]:
    """The value as its aggregation wants it: a share as what it is made of, a rating with its sample."""
    if kpi.aggregation == KpiAggregation.RATIO:
        most = size if kpi.direction != "band" else 10 * size
        return {"numerator": Decimal(min(round(value * size), most)), "denominator": Decimal(size)}
    if kpi.aggregation == KpiAggregation.SUM:
        return {"value": Decimal(max(round(value), 0))}
    return {"value": round(Decimal(value), 2), "sample_size": size}


def _days(frequency: str, months: int, today: date) -> Iterator[date]:
    """Days with an observation, oldest first; today is not over and has none."""
    apart = _DAYS_APART.get(KpiFrequency(frequency))
    if apart is None:
        every = 3 if frequency == KpiFrequency.QUARTERLY else 1
        for ago in range(months, 0, -1):
            day = last_day_of_month(today, -ago)
            if day.month % every == 0:
                yield day
        return
    for age in range(months * 30, 0, -apart):
        yield today - timedelta(days=age)
