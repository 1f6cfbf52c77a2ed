"""The demo's price book, exchange rates, two years of usage, savings, and the cases usage is charged to."""

import math
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from integrations.services.demo.content import first_day_of_month, read
from integrations.services.demo.people import Cast
from portfolio.enums import ActualSource, CashCategory, OptimizationStatus
from portfolio.models import BusinessCase, CashLine, CashPeriod, Initiative
from portfolio.services.actuals import record_forecast
from portfolio.services.case_lifecycle import approve_case, submit_case
from portfolio.services.case_lines import change_line
from portfolio.services.cost_optimizations import create_cost_optimization
from portfolio.services.exchange_rates import RateInput, load_exchange_rates
from portfolio.services.money_rollups import request_money_refresh
from portfolio.services.price_book import PriceInput, load_model_prices
from portfolio.services.usage_records import MAX_BATCH, UsageInput, record_usage

SEED = 73
_SOURCE = "inference gateway"


def create_unit_economics(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Everything the pages of unit economics show; costs and rollups are asked for as by any feed."""
    content = read("unit_economics")
    with cast.acting("finance") as actor:
        load_exchange_rates(list(_rates(content["rate"], today)), actor=actor)
        load_model_prices(list(_prices(content["price"], today)), actor=actor)
    _approve_cases(cast, content["approved"], initiatives, today)
    with cast.acting("finance") as actor:
        rows = [row for series in content["usage"] for row in _usage(series, initiatives, today)]
        for start in range(0, len(rows), MAX_BATCH):
            record_usage(rows[start : start + MAX_BATCH], actor=actor, today=today)
        request_money_refresh(actor=actor)
    _create_savings(cast, content["saving"], initiatives, today)


def _rates(rows: list[dict[str, Any]], today: date) -> Iterator[RateInput]:
    for row in rows:
        for index, rate in enumerate(reversed(row["monthly"])):
            yield RateInput(row["currency"], first_day_of_month(today, -index), Decimal(str(rate)), row["source"])


def _prices(rows: list[dict[str, Any]], today: date) -> Iterator[PriceInput]:
    for row in rows:
        for kind, steps in row["kinds"].items():
            for ago, amount in steps:
                yield PriceInput(
                    provider=row["provider"],
                    model=row["model"],
                    kind=kind,
                    valid_from=today - timedelta(days=ago),
                    amount=Decimal(str(amount)),
                    currency=row["currency"],
                    unit_quantity=Decimal(row["unit"]),
                    source=row["source"],
                )


def _usage(row: Mapping[str, Any], initiatives: Mapping[str, Initiative], today: date) -> Iterator[UsageInput]:
    """One record a day; the same day of loading gives the same figures."""
    days = row["days"]
    rng = np.random.default_rng([SEED, zlib.crc32(f"{row['initiative']} {row['model']}".encode())])
    for ago in range(days, 0, -1):
        day, progress = today - timedelta(days=ago), 1 - ago / days
        requests = _requests(row, day, ago, progress, float(rng.normal(0, row["noise"])))
        tokens = requests * row.get("input", 0)
        cached = int(tokens * _cached_share(row, ago))
        yield UsageInput(
            initiative_id=initiatives[row["initiative"]].pk,
            used_on=day,
            source=_SOURCE,
            source_id=f"{row['initiative']}/{row['model']}/{day.isoformat()}",
            provider=row["provider"],
            model=row["model"],
            input_tokens=tokens - cached,
            cached_input_tokens=cached,
            output_tokens=requests * row.get("output", 0),
            images=requests * row.get("images", 0),
            gpu_hours=round(Decimal(requests * row.get("gpu_seconds", 0)) / 3600, 4),
            requests=requests,
            actions=int(requests * row["actions"]) if "actions" in row else None,
            active_users=_month_to_date_users(row, day, progress),
        )


def _requests(row: Mapping[str, Any], day: date, ago: int, progress: float, noise: float) -> int:
    low, high = row["requests"]
    level = low + (high - low) * (1 - math.cos(math.pi * progress)) / 2
    weekend = row["weekend"] if day.weekday() >= 5 else 1
    spike_ago, factor = row.get("spike", (0, 1))
    rerouted_ago, share = row.get("reroute", (0, 1))
    level *= (factor if ago == spike_ago else 1) * (share if ago <= rerouted_ago else 1)
    return max(int(level * weekend * (1 + noise)), 0)


def _cached_share(row: Mapping[str, Any], ago: int) -> float:
    since, share = row.get("cached_from", (0, 0.0))
    return float(share if ago <= since else row.get("cached", 0.0))


def _month_to_date_users(row: Mapping[str, Any], day: date, progress: float) -> int | None:
    """Distinct people since the first of the month: many at once, the last ones late."""
    if "users" not in row:
        return None
    low, high = row["users"]
    return int((low + (high - low) * progress) * (1 - math.exp(-day.day / 8)))


def _approve_cases(cast: Cast, rows: list[dict[str, Any]], initiatives: Mapping[str, Initiative], today: date) -> None:
    """Submit and approve, let usage feed the inference line, and say what the overrun means for the months to come."""
    for row in rows:
        case = BusinessCase.objects.current().get(initiative=initiatives[row["initiative"]])
        with cast.acting(row["submitted_by"]) as actor:
            submit_case(case, actor=actor)
        with cast.acting(row["approved_by"]) as actor:
            approve_case(case, actor=actor, note="Approved at the quarterly portfolio review.")
        with cast.acting(row["submitted_by"]) as actor:
            line = CashLine.objects.get(case=case, option__is_recommended=True, category=CashCategory.INFERENCE)
            change_line(line, actor=actor, actual_source=ActualSource.USAGE)
            if "forecast" in row:
                _raise_forecast(line, Decimal(str(row["forecast"])), today, actor)


def _raise_forecast(line: CashLine, factor: Decimal, today: date, actor: Any) -> None:
    planned = CashPeriod.objects.planned().filter(line=line, month__gte=first_day_of_month(today, 0))
    amounts = {month: round(amount * factor, -2) for month, amount in planned.values_list("month", "amount")}
    record_forecast(line, dict(amounts), source="Run rate after the beta grew", actor=actor)


def _create_savings(cast: Cast, rows: list[dict[str, Any]], initiatives: Mapping[str, Initiative], today: date) -> None:
    for row in rows:
        with cast.acting(row["by"]) as actor:
            is_live = row["status"] == OptimizationStatus.LIVE
            create_cost_optimization(
                actor=actor,
                initiative=initiatives[row["initiative"]],
                name=row["name"],
                lever=row["lever"],
                status=row["status"],
                description=row["description"],
                expected_monthly_saving=Decimal(row["expected"]),
                owner=cast.members[row["owner"]],
                effective_on=today - timedelta(days=row["live_ago"]) if is_live else None,
            )
