"""The selection of a portfolio: exact, within every rule, explained."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInputError
from portfolio.calc.selection import Candidate, Outcome, Problem, select, uses_of
from portfolio.calc.selection_reasons import LeftOut, conflict_of, reasons_left_out, value_of_more

SMALL = [
    Candidate("search", 60.0, {"2027-Q1": 10.0, "ml": 1.0}),
    Candidate("ranking", 100.0, {"2027-Q1": 20.0, "ml": 1.0}),
    Candidate("agents", 120.0, {"2027-Q1": 30.0, "ml": 1.0}),
]


def test_the_classic_knapsack_takes_the_two_larger():
    selection = select(Problem(SMALL, {"2027-Q1": 50.0}))

    assert selection.chosen == ("ranking", "agents")
    assert selection.outcome is Outcome.OPTIMAL
    assert (selection.value, selection.used) == (220.0, {"2027-Q1": 50.0})
    assert selection.gap == pytest.approx(0.0, abs=1e-9)


def test_rules_between_candidates_are_kept():
    problem = Problem(
        SMALL,
        {"2027-Q1": 50.0},
        prerequisites=[("agents", "search")],
        exclusions=[("search", "ranking")],
        required=frozenset({"agents"}),
    )
    selection = select(problem)

    assert selection.chosen == ("search", "agents")
    (reason,) = reasons_left_out(problem, selection)
    assert (reason.key, reason.kind, reason.others) == ("ranking", LeftOut.EXCLUDED_BY, ("search",))


def test_every_reason_is_named():
    candidates = [
        Candidate("taken", 10.0, {"budget": 5.0}),
        Candidate("no room", 4.0, {"budget": 4.0}),
        Candidate("too large", 50.0, {"budget": 11.0}),
        Candidate("worthless", 0.0, {"budget": 0.0}),
        Candidate("orphan", 1.0, {"budget": 0.5}),
        Candidate("not now", 90.0, {"budget": 1.0}),
    ]
    problem = Problem(
        candidates,
        {"budget": 6.0},
        prerequisites=[("orphan", "too large")],
        required=frozenset({"taken"}),
        forbidden=frozenset({"not now"}),
    )
    reasons = {reason.key: reason for reason in reasons_left_out(problem, select(problem))}

    assert {key: reason.kind for key, reason in reasons.items()} == {
        "no room": LeftOut.NO_ROOM,
        "too large": LeftOut.TOO_LARGE,
        "worthless": LeftOut.NO_VALUE,
        "orphan": LeftOut.NEEDS,
        "not now": LeftOut.FORBIDDEN,
    }
    assert reasons["no room"].short == {"budget": pytest.approx(3.0)}
    assert reasons["too large"].short == {"budget": pytest.approx(5.0)}
    assert reasons["orphan"].others == ("too large",)


def test_impossible_must_dos_are_explained():
    problem = Problem(
        SMALL,
        {"2027-Q1": 40.0},
        prerequisites=[("agents", "ranking")],
        required=frozenset({"agents"}),
    )

    assert select(problem).outcome is Outcome.INFEASIBLE
    assert conflict_of(problem).short == {"2027-Q1": pytest.approx(10.0)}
    both = Problem(SMALL, {}, exclusions=[("search", "agents")], required=frozenset({"search", "agents"}))
    assert conflict_of(both).contradictions == ("agents, search are required but exclude each other",)


def test_one_more_unit_is_worth_what_the_next_best_selection_gains():
    problem = Problem(SMALL, {"2027-Q1": 59.0})
    selection = select(problem)

    assert selection.chosen == ("ranking", "agents")
    assert value_of_more(problem, selection, "2027-Q1") == pytest.approx(60.0)
    assert selection.marginal is not None
    assert selection.marginal["2027-Q1"] > 0


def test_nothing_to_choose_from_is_an_empty_selection():
    assert select(Problem([], {"budget": 1.0})).chosen == ()


@pytest.mark.parametrize(
    ("problem", "pointer"),
    [
        (Problem([Candidate("a", float("nan"))], {}), "candidates"),
        (Problem([Candidate("a", 1.0, {"b": float("inf")})], {"b": 1.0}), "candidates"),
        (Problem([Candidate("a", 1.0, {"b": -1.0})], {"b": 1.0}), "candidates"),
        (Problem([Candidate("a", 1.0), Candidate("a", 2.0)], {}), "candidates"),
        (Problem([Candidate("a", 1.0)], {"b": float("nan")}), "capacities"),
        (Problem([Candidate("a", 1.0)], {}, prerequisites=[("a", "z")]), "prerequisites"),
        (Problem([Candidate("a", 1.0)], {}, required=frozenset({"z"})), "required"),
    ],
)
def test_unsound_problems_are_refused_by_name(problem, pointer):
    with pytest.raises(InvalidInputError) as refusal:
        select(problem)
    assert refusal.value.pointer == pointer


@settings(max_examples=60)
@given(
    values=st.lists(st.integers(1, 50), min_size=1, max_size=8),
    costs=st.lists(st.integers(1, 20), min_size=8, max_size=8),
    days=st.lists(st.integers(0, 9), min_size=8, max_size=8),
    budget=st.integers(0, 60),
)
def test_no_other_feasible_set_is_worth_more(values, costs, days, budget):
    candidates = [
        Candidate(str(at), float(value), {"budget": float(costs[at]), "days": float(days[at])})
        for at, value in enumerate(values)
    ]
    limits = {"budget": float(budget), "days": 15.0}
    pairs = [("0", "1")] if len(values) > 1 else []
    selection = select(Problem(candidates, limits, prerequisites=pairs))

    best = 0.0
    for size in range(len(candidates) + 1):
        for group in combinations(candidates, size):
            keys = {one.key for one in group}
            fits = all(used <= limits[name] for name, used in uses_of(group, limits).items())
            if fits and all(needed in keys for dependent, needed in pairs if dependent in keys):
                best = max(best, sum(one.value for one in group))
    assert selection.value == pytest.approx(best)
