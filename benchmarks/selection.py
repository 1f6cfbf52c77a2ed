"""Portfolio selection at the size of a large organization: 2,000 initiatives, 8 quarters, 20 teams."""

import numpy as np

from benchmarks.report import Figure
from portfolio.calc.selection import Candidate, Problem, Selection, select

INITIATIVES, QUARTERS, TEAMS = 2000, 8, 20
MAX_GAP = 0.001
MAX_SECONDS = 900.0


def run() -> list[Figure]:
    """Gap reached and seconds taken; the problem is random but the same in every run."""
    problem = random_problem(np.random.default_rng(20261122))
    selection: Selection = select(problem, relative_gap=MAX_GAP, time_limit=MAX_SECONDS)
    return [
        Figure(f"selection among {INITIATIVES:,}: gap", (selection.gap or 0.0) * 100, "%", MAX_GAP * 100),
        Figure(f"selection among {INITIATIVES:,}: chosen", len(selection.chosen), ""),
        Figure(f"selection among {INITIATIVES:,}: time", selection.seconds, "s"),
    ]


def random_problem(random: np.random.Generator) -> Problem:
    """Initiatives of one to three teams over one to four quarters, with budgets and capacities for about a third."""
    quarters = [f"Q{number}" for number in range(QUARTERS)]
    candidates = [_candidate(f"I-{number}", quarters, random) for number in range(INITIATIVES)]
    wanted: dict[str, float] = {}
    for candidate in candidates:
        for name, amount in candidate.uses.items():
            wanted[name] = wanted.get(name, 0.0) + amount
    capacities = {name: round(amount * 0.35, 1) for name, amount in wanted.items()}
    keys = [candidate.key for candidate in candidates]
    pairs = [(keys[later], keys[later - int(random.integers(1, 40))]) for later in range(50, INITIATIVES, 10)]
    groups = [[keys[first], keys[first + 1], keys[first + 2]] for first in range(3, INITIATIVES - 2, 50)]
    return Problem(candidates, capacities, prerequisites=pairs, exclusions=groups, required=frozenset(keys[:20:5]))


def _candidate(key: str, quarters: list[str], random: np.random.Generator) -> Candidate:
    first, length = int(random.integers(0, QUARTERS)), int(random.integers(1, 5))
    teams = random.choice(TEAMS, size=int(random.integers(1, 4)), replace=False)
    uses: dict[str, float] = {}
    for quarter in quarters[first : first + length]:
        uses[quarter] = round(float(random.lognormal(4.5, 0.7)), 1)
        for team in teams:
            uses[f"{quarter} team {team}"] = round(float(random.uniform(0.5, 6.0)), 1)
    value = round(sum(uses[quarter] for quarter in uses if "team" not in quarter) * float(random.uniform(0.2, 4.0)), 1)
    return Candidate(key, value, uses)
