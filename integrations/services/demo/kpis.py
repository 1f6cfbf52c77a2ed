"""The demo's KPIs and their history."""

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from integrations.services.demo.content import last_day_of_month, read
from integrations.services.demo.people import Cast
from portfolio.enums import KpiFrequency
from portfolio.models import Initiative, Kpi
from portfolio.services.kpi_observations import ObservationInput, record_observations
from portfolio.services.kpis import create_kpi

SEED = 41
TWO_YEARS = 730
_MEASURED_AT = time(18, tzinfo=UTC)
_FIELDS = ("key", "name", "definition", "unit", "direction", "aggregation", "frequency")


def create_kpis(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """KPIs with their observations; the rollup is asked for as by any feed."""
    for row in read("kpis")["kpi"]:
        with cast.acting("pm") as actor:
            fields = {name: row[name] for name in _FIELDS}
            fields |= {name: Decimal(str(row[name])) for name in ("target", "tolerance") if name in row}
            kpi = create_kpi(actor=actor, initiative=initiatives.get(row.get("initiative", "")), **fields)
            record_observations(observations=list(_observations(kpi, row, today)), actor=actor)


def _observations(kpi: Kpi, row: Mapping[str, Any], today: date) -> Iterator[ObservationInput]:
    history = row.get("history_days", TWO_YEARS)
    rng = np.random.default_rng([SEED, zlib.crc32(row["key"].encode())])
    for day in _days(row.get("observed", row["frequency"]), history, today):
        age = (today - day).days
        # Drawn before gaps are left out, so that a gap does not change the days after it.
        noise = 1 + float(rng.normal(0, row["noise"]))
        if _is_silent(age, row):
            continue
        value = _level(row, 1 - age / history) * _season(row, day) * _incident(row, age) * noise
        if row.get("is_share"):
            value = min(value, 0.999)
        yield ObservationInput(
            kpi_id=kpi.pk,
            observed_at=datetime.combine(day, _MEASURED_AT),
            value=round(Decimal(value), row["decimals"]),
            source="warehouse",
            source_id=f"{row['key']}/{day.isoformat()}",
        )


def _days(frequency: str, history: int, today: date) -> Sequence[date]:
    """Days with an observation, oldest first; today is not over and has none."""
    if frequency == KpiFrequency.MONTHLY:
        return [last_day_of_month(today, -months) for months in range(history // 30, 0, -1)]
    step = 7 if frequency == KpiFrequency.WEEKLY else 1
    return [today - timedelta(days=age) for age in reversed(range(1, history + 1, step))]


def _is_silent(age: int, row: Mapping[str, Any]) -> bool:
    return age <= row.get("silent_days", 0) or any(ago - days < age <= ago for ago, days in row.get("gaps", ()))


def _level(row: Mapping[str, Any], progress: float) -> float:
    """The undisturbed course: quick gains first, slower ones later."""
    return float(row["from"] + (row["to"] - row["from"]) * (1 - (1 - progress) ** 1.4))


def _season(row: Mapping[str, Any], day: date) -> float:
    weekend = 1 - row.get("weekly", 0) if day.weekday() >= 5 else 1
    return float(weekend * (1 + row.get("yearly", 0) * math.sin(2 * math.pi * day.timetuple().tm_yday / 365)))


def _incident(row: Mapping[str, Any], age: int) -> float:
    """The factor of an incident: worst on its first day, then back to normal evenly."""
    for ago, days, worst in row.get("incidents", ()):
        if ago - days < age <= ago:
            return float(worst + (1 - worst) * (ago - age) / days)
    return 1.0
