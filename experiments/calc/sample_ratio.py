"""Sample ratio mismatch: do the arms hold as many units as the split promised, at one look or at many."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.calc.checks import finite_sequence, open_fraction, positive, same_length
from core.calc.errors import CalculationError
from core.calc.lazy import load_when_used

special = load_when_used("scipy.special")
stats = load_when_used("scipy.stats")


# Repeated daily looks raise false alarms at 0.01 to about 7% of healthy tests; at 0.001 they stay below 1%.
ALARM_LEVEL = 0.001


@dataclass(frozen=True)
class SampleRatioResult:
    """Outcome for the arms with a weight above zero; without two such arms or any unit all figures are None."""

    statistic: float | None
    degrees_of_freedom: int | None
    p_value: float | None
    expected: tuple[float, ...]
    is_mismatch: bool


def sample_ratio_mismatch(
    observed: Sequence[float], weights: Sequence[float], *, alarm_level: float = ALARM_LEVEL
) -> SampleRatioResult:
    """Test observed units per arm against the planned split by Pearson's chi-square, arms - 1 degrees of freedom.

    `weights` need not add up to one; they must be those in force while the units came in. Arms of weight zero are
    left out. `expected` holds the planned units of every arm (0 for those left out).
    Source: Fabijan et al., Diagnosing Sample Ratio Mismatch in Online Controlled Experiments (KDD 2019).
    """
    counts, shares = _checked(observed, weights)
    level = open_fraction("alarm_level", alarm_level)
    active = [(count, weight) for count, weight in zip(counts, shares, strict=True) if weight > 0.0]
    units, weight_total = math.fsum(count for count, _ in active), math.fsum(shares)
    expected = tuple(units * weight / weight_total if weight_total else 0.0 for weight in shares)
    if len(active) < 2 or units == 0.0:
        return SampleRatioResult(None, None, None, expected, is_mismatch=False)
    statistic = math.fsum(
        (count - planned) ** 2 / planned for count, planned in zip(counts, expected, strict=True) if planned > 0.0
    )
    p_value = float(stats.chi2.sf(statistic, len(active) - 1))
    return SampleRatioResult(statistic, len(active) - 1, p_value, expected, p_value < level)


def sequential_sample_ratio_p_values(
    batches: Sequence[Sequence[int]], weights: Sequence[float], *, concentration: float = 10_000.0
) -> tuple[float, ...]:
    """Return after each batch a p-value that stays valid however often one looks; it never rises again.

    1 / Bayes factor of a Dirichlet alternative around the planned split (parameters concentration * share) against
    the split itself, running minimum, at most 1. All weights must be above zero.
    Source: Lindon and Malek, Anytime-Valid Inference for Multinomial Count Data (NeurIPS 2022).
    """
    spread = positive("concentration", concentration)
    planned = [positive("weights", weight) for weight in finite_sequence("weights", weights, min_length=2)]
    shares = [weight / math.fsum(planned) for weight in planned]
    totals = [0.0] * len(shares)
    p_values: list[float] = []
    for batch in batches:
        counts, _ = _checked(batch, shares)
        totals = [before + count for before, count in zip(totals, counts, strict=True)]
        evidence = _log_bayes_factor(totals, shares, spread)
        p_values.append(min(p_values[-1] if p_values else 1.0, math.exp(min(0.0, -evidence))))
    return tuple(p_values)


def _log_bayes_factor(counts: Sequence[float], shares: Sequence[float], concentration: float) -> float:
    terms = (
        float(special.gammaln(concentration * share + count) - special.gammaln(concentration * share))
        - count * math.log(share)
        for count, share in zip(counts, shares, strict=True)
    )
    normaliser = special.gammaln(concentration) - special.gammaln(concentration + math.fsum(counts))
    return math.fsum(terms) + float(normaliser)


def _checked(observed: Sequence[float], weights: Sequence[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    counts, shares = finite_sequence("observed", observed), finite_sequence("weights", weights)
    same_length("observed", counts, "weights", shares)
    for name, values in (("observed", counts), ("weights", shares)):
        if min(values) < 0.0:
            raise CalculationError(f"{name} must not be negative.", code="negative", pointer=name)
    return counts, shares
