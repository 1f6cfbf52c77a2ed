"""Knapsack cases: the published optimum must be reached by a selection that fits."""

from portfolio.calc.selection import Candidate, Outcome, Problem, select, uses_of
from tests.published_cases.cases import Case
from tests.published_cases.comparison import Tolerance, differences
from tests.published_cases.registry import pick, serves_kind


@serves_kind("knapsack")
def best_selection(case: Case) -> list[str]:
    profits, weights, capacities, optimum = pick(case.content, "profits", "weights", "capacities", "optimum")
    candidates = [
        Candidate(str(item), profit, {str(row): weight[item] for row, weight in enumerate(weights)})
        for item, profit in enumerate(profits)
    ]
    limits = {str(row): capacity for row, capacity in enumerate(capacities)}
    selection = select(Problem(candidates, limits))
    chosen = [candidates[int(key)] for key in selection.chosen]
    problems = differences(optimum, sum(one.value for one in chosen), Tolerance.of_case(case.content))
    if selection.outcome is not Outcome.OPTIMAL:
        problems.append(f"the search ended with {selection.outcome}")
    for name, used in uses_of(chosen, limits).items():
        if used > limits[name]:
            problems.append(f"row {name} takes {used} of {limits[name]}")
    return problems
