"""Cases on prioritisation: scores per item, their ranks, and the delay cost of an order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.errors import DomainError
from portfolio.calc.ranking import competition_ranks
from portfolio.calc.scoring import (
    DIVISOR,
    FRAMEWORKS,
    Factor,
    Method,
    method_of,
    population_of,
    reach_per_period,
    weighted_method,
)
from portfolio.calc.sequencing import Work, sequence_cost
from tests.published_cases.cases import Case
from tests.published_cases.comparison import Tolerance, differences
from tests.published_cases.registry import UnservedCaseError, serves_kind

Row = Mapping[str, float | None]
Plan = tuple[Method, list[Row]]

# Names that sources use for a factor of a framework, besides our own.
_ALIASES = {
    "business_value": "user_business_value",
    "user_value": "user_business_value",
    "time_value": "time_criticality",
    "risk_reduction": "risk_reduction_opportunity",
    "risk_reduction_opportunity_enablement": "risk_reduction_opportunity",
    "duration": "job_size",
    "job_duration": "job_size",
    "size": "job_size",
}
_FRAMEWORKS = {
    "RICE": "rice",
    "WSJF": "wsjf",
    "ICE": "ice",
    "value/effort": "value_effort",
    "value-effort": "value_effort",
    "ML-RICE": "ml_rice",
    "ML-WSJF": "ml_wsjf",
}
_AVERAGE = {"average", "mean"}
# Cost of delay given as one figure instead of its three addends.
_DELAY_ONLY = Method((Factor("cost_of_delay", "addend"), Factor("job_size", DIVISOR)))


@serves_kind("framework")
def prioritised(case: Case) -> list[str]:
    """What is wrong with the scores, the rank or the delay cost of a case."""
    items = case.content["items"]
    tolerance = Tolerance.of_case(case.content)
    scores = _scores(case, items)
    found = []
    for item, score in zip(items, scores, strict=True):
        found += differences(item["expected"], score, tolerance, name=item["name"])
        found += _delay_differences(item, tolerance)
    return found + _rank_differences(case, items, scores) + _sequence_differences(case, items, tolerance)


def _scores(case: Case, items: Sequence[Mapping[str, Any]]) -> list[float | None]:
    if case.name == "RICE-reach":
        return [_refused_as_none(lambda item=item: _reach(item["inputs"])) for item in items]
    if case.name == "weighted":
        return [_refused_as_none(lambda item=item: _weighted(case, item["inputs"])) for item in items]
    method, rows = _plan(case, [item["inputs"] for item in items])
    return [score.value for score in population_of(method, rows).scores]


def _plan(case: Case, inputs: Sequence[Mapping[str, Any]]) -> Plan:
    rows = [{_ALIASES.get(key, key): value for key, value in row.items()} for row in inputs]
    if case.name == "WSJF-sequence" or (case.name == "WSJF" and all("cost_of_delay" in row for row in rows)):
        return _DELAY_ONLY, rows
    framework = _FRAMEWORKS.get(case.name)
    if framework is None:
        raise UnservedCaseError(f"framework {case.name!r} is not served")
    if case.convention in _AVERAGE:
        keys = FRAMEWORKS[framework]
        return weighted_method(dict.fromkeys(keys, 1.0 / len(keys))), rows
    return method_of(framework), rows


def _reach(inputs: Mapping[str, float]) -> float:
    population, *shares = inputs.values()
    return reach_per_period(population, *shares)


def _weighted(case: Case, inputs: Mapping[str, Any]) -> float | None:
    weights = dict(inputs["weights"])
    if case.convention in _AVERAGE:
        whole = sum(weights.values())
        weights = {key: weight / whole for key, weight in weights.items()}
    return population_of(weighted_method(weights), [inputs["scores"]]).scores[0].value


def _refused_as_none(answer: Callable[[], float | None]) -> float | None:
    try:
        return answer()
    except DomainError:
        return None


def _delay_differences(item: Mapping[str, Any], tolerance: Tolerance) -> list[str]:
    if "expected_cost_of_delay" not in item:
        return []
    delay = [factor for factor in method_of("wsjf").factors if factor.part == "addend"]
    row = {_ALIASES.get(key, key): value for key, value in item["inputs"].items()}
    score = population_of(Method(tuple(delay)), [row]).scores[0].value
    return differences(item["expected_cost_of_delay"], score, tolerance, name=f"{item['name']}.cost_of_delay")


def _rank_differences(case: Case, items: Sequence[Mapping[str, Any]], scores: Sequence[float | None]) -> list[str]:
    """Names in the order of their ranks; items without a score come last, ties in the order given."""
    if case.content.get("expected_rank") is None:
        return []
    ranks = competition_ranks(scores)
    ordered = sorted(zip(ranks, items, strict=True), key=lambda pair: pair[0] or len(items) + 1)
    return differences(case.content["expected_rank"], [item["name"] for _, item in ordered], Tolerance(), name="rank")


def _sequence_differences(case: Case, items: Sequence[Mapping[str, Any]], tolerance: Tolerance) -> list[str]:
    expected = case.content.get("expected_delay_cost")
    if expected is None:
        return []
    by_name = {item["name"]: item["inputs"] for item in items}
    works = [Work(by_name[name]["cost_of_delay"], by_name[name]["duration"]) for name in case.content["expected_rank"]]
    cost = sequence_cost(works)
    saved = None if cost.saved is None else 100.0 * cost.saved
    # Sources print the reduction in whole per cent.
    is_whole = isinstance(expected.get("reduction_pct"), int)
    got = {
        "in_rank_order": cost.in_order,
        "in_reverse_order": cost.in_reverse,
        "reduction_pct": round(saved) if is_whole and saved is not None else saved,
    }
    return differences(expected, got, tolerance, name="delay_cost")
