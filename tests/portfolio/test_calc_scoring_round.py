"""Ranks, contributions, rank ranges, agreement, and a round put together of them."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from core.calc.errors import CalculationError
from core.calc.expressions import parse
from portfolio.calc.agreement import concordance_of, kendalls_w, relative_spread
from portfolio.calc.ranking import average_ranks, competition_ranks
from portfolio.calc.score_explanations import contributions_of, rank_ranges
from portfolio.calc.scoring import Factor, Method, method_of, population_of, weighted_method
from portfolio.calc.scoring_round import Rating, score_round
from portfolio.calc.sequencing import Work, delay_cost, sequence_cost

WEIGHTED = weighted_method({"value": 3.0, "fit": 1.0})


def test_ties_share_the_better_rank_and_the_next_is_skipped():
    assert competition_ranks([5, 9, None, 5, 1]) == (2, 1, None, 2, 4)


def test_scores_that_differ_only_by_rounding_are_tied():
    assert competition_ranks([0.1 + 0.2, 0.3, 0.30001]) == (2, 2, 1)


def test_a_score_that_is_not_finite_has_no_rank():
    with pytest.raises(ValueError, match="finite"):
        competition_ranks([math.nan])


@given(st.lists(st.integers(0, 5).map(float), min_size=1, max_size=20))
def test_average_ranks_are_those_of_scipy(values):
    assert average_ranks(values) == pytest.approx(tuple(stats.rankdata(values)))


def test_contributions_to_a_sum_are_weight_times_value():
    explained = contributions_of(population_of(WEIGHTED, [{"value": 2, "fit": 5}, {"value": 1, "fit": 0}]))

    assert explained.start == 0.0
    assert explained.parts == ({"value": 6.0, "fit": 5.0}, {"value": 3.0, "fit": 0.0})


def test_contributions_to_a_quotient_start_at_the_median_initiative_and_add_up_to_the_score():
    rows = [
        {"reach": 10, "impact": 1, "confidence": 1, "effort": 2},
        {"reach": 20, "impact": 2, "confidence": 1, "effort": 4},
        {"reach": 80, "impact": 3, "confidence": 1, "effort": 8},
    ]
    population = population_of(method_of("rice"), rows)

    explained = contributions_of(population)

    assert explained.start == 20 * 2 * 1 / 4
    for part, score in zip(explained.parts, population.scores, strict=True):
        assert explained.start + sum(part.values()) == pytest.approx(score.value)
    assert explained.parts[1] == {"reach": 0, "impact": 0, "confidence": 0, "effort": 0}
    assert explained.parts[0]["effort"] > 0 > explained.parts[0]["reach"]


def test_contributions_are_those_of_all_orders_of_adding_factors():
    rows = [{"user_business_value": 8, "time_criticality": 5, "risk_reduction_opportunity": 3, "job_size": 4}] * 1
    rows.append({"user_business_value": 1, "time_criticality": 2, "risk_reduction_opportunity": 8, "job_size": 1})
    population = population_of(method_of("wsjf"), rows)
    keys = population.method.keys
    base = {key: (rows[0][key] + rows[1][key]) / 2 for key in keys}

    def worth(own):
        row = {key: rows[0][key] if key in own else base[key] for key in keys}
        return population_of(population.method, [row]).scores[0].value

    orders = list(itertools.permutations(keys))
    for key in keys:
        steps = [worth(order[: order.index(key) + 1]) - worth(order[: order.index(key)]) for order in orders]
        assert contributions_of(population).parts[0][key] == pytest.approx(sum(steps) / len(steps))


def test_a_row_without_a_score_has_no_contributions_and_no_range():
    population = population_of(WEIGHTED, [{"value": 2, "fit": 5}, {"value": None, "fit": 0}])

    assert contributions_of(population).parts[1] is None
    assert rank_ranges(population) == ((1, 1), None)


def test_the_rank_range_holds_what_any_one_weight_moved_by_a_fifth_makes_of_the_rank():
    rows = [{"value": 10, "fit": 0}, {"value": 9, "fit": 3.5}, {"value": 1, "fit": 1}]

    assert rank_ranges(population_of(WEIGHTED, rows)) == ((1, 2), (1, 2), (3, 3))
    assert rank_ranges(population_of(WEIGHTED, rows), shift=0.0) == ((2, 2), (1, 1), (3, 3))


def test_the_rank_range_of_an_own_formula_moves_the_weights_it_names():
    factors = (Factor("value", "variable"), Factor("fit", "variable"))
    rows = [{"value": 10, "fit": 0}, {"value": 0, "fit": 9}]

    moved = population_of(Method(factors, parse("weight_value * value + weight_fit * fit")), rows)
    fixed = population_of(Method(factors, parse("value + fit")), rows)

    assert rank_ranges(moved) == ((1, 2), (1, 2))
    assert rank_ranges(fixed) == ((1, 1), (2, 2))


def test_raters_who_agree_have_a_w_of_one_and_who_contradict_each_other_of_zero():
    assert kendalls_w([[1, 2, 3], [10, 20, 30]]).w == 1.0
    assert kendalls_w([[1, 2, 3], [3, 2, 1]]).w == 0.0


@given(st.integers(3, 6).flatmap(lambda n: st.lists(st.lists(st.integers(1, 4), min_size=n, max_size=n), min_size=3)))
def test_w_is_friedmans_chi_square_by_raters_and_items_less_one(ratings):
    ratings = [[float(value) for value in row] for row in ratings[:8]]
    result = kendalls_w(ratings)

    if result.w is None:
        assert all(len(set(row)) == 1 for row in ratings)
    else:
        chi_square = stats.friedmanchisquare(*zip(*ratings, strict=True)).statistic
        assert result.w == pytest.approx(chi_square / (result.raters * (result.items - 1)), abs=1e-9)


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([], "fewer than two raters"),
        ([[1, 2]], "fewer than two raters"),
        ([[1], [2]], "fewer than two initiatives rated by all of them"),
        ([[2, 2], [3, 3]], "every rater gave all initiatives the same value"),
    ],
)
def test_w_without_an_answer_says_why(ratings, reason):
    result = kendalls_w(ratings)

    assert (result.w, result.reason) == (None, reason)


def test_w_refuses_rows_of_different_lengths_and_values_that_are_no_numbers():
    with pytest.raises(CalculationError):
        kendalls_w([[1, 2], [1]])
    with pytest.raises(CalculationError):
        kendalls_w([[1, math.nan], [1, 2]])


def test_w_of_ratings_with_gaps_compares_what_the_busy_raters_have_in_common():
    ratings = {
        "ann": {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0},
        "bob": {"a": 1.0, "b": 2.0, "c": 3.0},
        "eve": {"d": 1.0},
    }

    result = concordance_of(ratings)

    assert (result.w, result.raters, result.items) == (1.0, 2, 3)
    assert concordance_of({}).reason == "fewer than two raters"


def test_spread_is_the_distance_of_the_ends_by_the_width():
    assert relative_spread([1, 3, 5], width=8) == 0.5
    assert relative_spread([3], width=8) is None
    with pytest.raises(CalculationError):
        relative_spread([1, 2], width=0)


def ratings(table):
    return [
        Rating(item, factor, rater, value)
        for item, factors in table.items()
        for factor, raters in factors.items()
        for rater, value in raters.items()
    ]


TABLE = {
    "search": {"value": {"ann": 8.0, "bob": 6.0}, "fit": {"ann": 2.0, "bob": 2.0}},
    "chat": {"value": {"ann": 3.0, "bob": 5.0}, "fit": {"ann": 4.0, "bob": 4.0}},
    "voice": {"value": {"ann": 1.0}, "fit": {}},
}


def test_a_round_scores_the_means_of_its_raters():
    result = score_round(WEIGHTED, list(TABLE), ratings(TABLE))

    search, chat, voice = result.items
    assert (search.score, search.rank, search.rank_range, search.raters) == (23.0, 1, (1, 1), 2)
    assert (chat.score, chat.rank) == (16.0, 2)
    assert (voice.score, voice.rank, voice.reason) == (None, None, "fit has no rating")
    assert search.means == {"value": 7.0, "fit": 2.0}
    assert search.contributions == {"value": 21.0, "fit": 2.0}
    # value spans 1 to 8 in this round, fit 2 to 4; nobody disagreed on fit.
    assert search.spread == pytest.approx((2 / 7 + 0) / 2)
    assert voice.spread is None
    assert result.bounds["value"].lowest == 1.0
    assert result.agreement["value"].w == 1.0
    assert result.overall_agreement.w == 1.0
    assert result.overall_agreement.items == 2


def test_a_round_normalises_over_its_population_and_keeps_the_bounds():
    method = Method((Factor("value", "addend"), Factor("risk", "addend", is_lower_better=True)))
    table = {
        name: {"value": {"ann": v}, "risk": {"ann": r}} for name, v, r in [("a", 10, 1), ("b", 20, 3), ("c", 30, 2)]
    }

    result = score_round(method, list(table), ratings(table), normalisation="min_max")

    assert [item.score for item in result.items] == [1.0, 0.5, 1.5]
    assert result.items[1].inputs == {"value": 0.5, "risk": 0.0}
    assert result.items[1].means == {"value": 20.0, "risk": 3.0}
    assert (result.bounds["risk"].lowest, result.bounds["risk"].highest) == (1.0, 3.0)
    assert result.overall_agreement.reason == "fewer than two raters answered all that a score needs"


def test_a_quotient_of_normalised_values_is_refused():
    with pytest.raises(CalculationError, match="cannot be normalised"):
        score_round(method_of("rice"), ["a"], [], normalisation="min_max")


def test_a_round_without_ratings_says_so_of_every_item():
    result = score_round(WEIGHTED, ["a", "b"], [])

    assert {item.reason for item in result.items} == {"value and fit have no rating"}
    assert result.bounds == {}
    assert result.start == 0.0


def test_a_rating_of_another_population_is_refused():
    with pytest.raises(CalculationError):
        score_round(WEIGHTED, ["a"], [Rating("b", "value", "ann", 1.0)])


def test_delay_cost_is_smallest_in_the_order_of_cost_of_delay_by_duration():
    works = [Work(10, 1), Work(3, 3), Work(1, 10)]

    assert sequence_cost(works).in_order == 7
    assert delay_cost(works) == min(delay_cost(order) for order in itertools.permutations(works))
    assert sequence_cost([Work(0, 1)]).saved is None
    with pytest.raises(CalculationError):
        delay_cost([Work(1, 0)])
