"""The demo's experiments and their figures."""

import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from experiments.models import Experiment, Metric, Variant, VariantResult
from experiments.services.experiments import create_experiment, decide_experiment, start_experiment, stop_experiment
from experiments.services.metrics import create_metric
from experiments.services.readouts import create_readout
from integrations.services.demo.content import read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.scope import named_action

SEED = 43
_DAY_ENDS = time(23, 30, tzinfo=UTC)
# Shares of the days after which somebody looked at the figures.
_LOOKS = (0.4, 0.75, 1.0)


def create_experiments(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """A decided, a running, a stopped and a drafted experiment, with daily figures and readouts."""
    content = read("experiments")
    with cast.acting("pm") as actor:
        metrics = {row["key"]: create_metric(actor=actor, **row) for row in content["metric"]}
    for row in content["experiment"]:
        with cast.acting(row["by"]) as actor:
            experiment = _create_draft(row, initiatives, metrics, actor)
            if "started" in row:
                _run(experiment, row, metrics, today, actor)
            if "ended" in row:
                _end(experiment, row, today, actor)


def _create_draft(
    row: Mapping[str, Any], initiatives: Mapping[str, Initiative], metrics: Mapping[str, Metric], actor: Actor
) -> Experiment:
    planned = []
    for plan in row["metrics"]:
        margin = {"non_inferiority_margin": Decimal(plan["margin"])} if "margin" in plan else {}
        planned.append({"metric": metrics[plan["metric"]], "role": plan["role"], **margin})
    return create_experiment(
        actor=actor,
        key=row["key"],
        name=row["name"],
        hypothesis=row["hypothesis"].strip(),
        initiative=initiatives[row["initiative"]],
        planned_units=row.get("planned_units"),
        variants=[{**variant, "allocation": Decimal(variant["allocation"])} for variant in row["variants"]],
        metrics=planned,
    )


def _run(
    experiment: Experiment, row: Mapping[str, Any], metrics: Mapping[str, Metric], today: date, actor: Actor
) -> None:
    start_experiment(experiment, actor=actor, reason="The plan is complete and the tracking was checked.")
    _backdate(experiment, started_on=today - timedelta(days=row["started"]))
    days = [today - timedelta(days=age) for age in range(row["started"], row.get("ended", 0), -1)]
    results = list(_results(experiment, row, metrics, days))
    for share, share_before in zip(_LOOKS, (0.0, *_LOOKS), strict=False):
        seen, last = round(share_before * len(days)), round(share * len(days))
        named_action("demo.loaded")
        VariantResult.objects.bulk_create(result for index, result in results if seen <= index < last)
        create_readout(experiment, actor=actor)


def _end(experiment: Experiment, row: Mapping[str, Any], today: date, actor: Actor) -> None:
    stop_experiment(experiment, actor=actor, reason=row["reason"])
    _backdate(experiment, ended_on=today - timedelta(days=row["ended"]))
    create_readout(experiment, actor=actor)
    if "decision" in row:
        decide_experiment(experiment, decision=row["decision"], rationale=row["rationale"], actor=actor)


def _backdate(experiment: Experiment, **dates: date) -> None:
    """The services know only today; the demo needs a past."""
    named_action("demo.loaded")
    Experiment.objects.filter(pk=experiment.pk).update(**dates)


def _results(
    experiment: Experiment, row: Mapping[str, Any], metrics: Mapping[str, Metric], days: list[date]
) -> Iterator[tuple[int, VariantResult]]:
    """(number of the day, cumulative aggregate) of every variant and metric."""
    rng = np.random.default_rng([SEED, zlib.crc32(row["key"].encode())])
    truth = row["results"]
    for variant in Variant.objects.filter(experiment=experiment):
        daily_units = rng.poisson([truth["units"] * (0.6 if day.weekday() >= 5 else 1.16) for day in days])
        for key in (plan["metric"] for plan in row["metrics"]):
            totals = _cumulative(truth[key][variant.key], daily_units, rng)
            for index, (day, figures) in enumerate(zip(days, totals, strict=True)):
                yield (
                    index,
                    VariantResult(
                        variant=variant,
                        metric=metrics[key],
                        as_of=datetime.combine(day, _DAY_ENDS),
                        source_id=f"warehouse/{experiment.key}/{variant.key}/{key}/{day.isoformat()}",
                        **figures,
                    ),
                )


def _cumulative(truth: list[float], daily_units: Any, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Totals after each day; `truth` is a share, or a mean with its standard deviation."""
    units = conversions = 0
    total = squares = 0.0
    for count in daily_units.tolist():
        units += count
        if len(truth) == 1:
            conversions += int(rng.binomial(count, truth[0]))
            yield {"units": units, "conversions": conversions}
        else:
            values = np.maximum(rng.normal(truth[0], truth[1], count), 1.0)
            total, squares = total + float(values.sum()), squares + float((values**2).sum())
            yield {"units": units, "sum": total, "sum_of_squares": squares}
