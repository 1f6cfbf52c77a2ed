"""Early and late times, floats and the critical set, compared with a linear programme and with each other."""

import numpy as np
import pytest
from scipy.optimize import linprog

from roadmap.calc.critical_path import (
    KIND_NUMBERS,
    CyclicGraphError,
    NegativeDurationError,
    ScheduleGraph,
    critical_path,
)

FS, SS, FF, SF = (KIND_NUMBERS[kind] for kind in ("FS", "SS", "FF", "SF"))


def random_graph(seed, *, count=40, edges=80):
    """Acyclic, with every kind and signed lags."""
    random = np.random.default_rng(seed)
    ends = np.sort(random.integers(0, count, (edges, 2)), axis=1)
    ends = ends[ends[:, 0] < ends[:, 1]]
    shuffled = random.permutation(count)
    return ScheduleGraph(
        random.integers(0, 12, count),
        shuffled[ends[:, 0]],
        shuffled[ends[:, 1]],
        kinds=random.integers(0, 4, len(ends)),
        lags=random.integers(-4, 6, len(ends)),
    )


def solved(graph, *, upper, sense):
    """Starts by linear programming: the smallest (sense 1) or largest (-1) that keep every dependency."""
    rows = np.zeros((len(graph.weights), len(graph)))
    for row, (predecessor, successor) in enumerate(zip(graph.predecessors, graph.successors, strict=True)):
        rows[row, predecessor] += 1
        rows[row, successor] -= 1
    bounds = [(None if sense < 0 else 0, None if upper is None else upper - each) for each in graph.durations]
    return linprog(sense * np.ones(len(graph)), A_ub=rows, b_ub=-graph.weights, bounds=bounds).x


@pytest.mark.parametrize("seed", range(8))
def test_passes_agree_with_a_linear_programme_for_all_kinds_and_lags(seed):
    graph = random_graph(seed)

    result = critical_path(graph)

    assert result.early_start == pytest.approx(solved(graph, upper=None, sense=1))
    assert result.late_start == pytest.approx(solved(graph, upper=result.duration, sense=-1))
    assert result.duration == result.early_finish.max()
    assert (result.total_float >= 0).all()
    assert (result.free_float <= result.total_float + 1e-9).all()
    assert result.critical.any()


@pytest.mark.parametrize(
    ("kind", "lag", "start"),
    [(FS, 0, 5), (FS, 2, 7), (FS, -2, 3), (SS, 0, 0), (SS, 3, 3), (FF, 0, 2), (FF, -1, 1), (SF, 4, 1), (SF, 0, 0)],
)
def test_each_kind_holds_the_end_it_names(kind, lag, start):
    result = critical_path(ScheduleGraph([5, 3], [0], [1], kinds=[kind], lags=[lag]))
    assert result.early_start.tolist() == [0, start]


def test_free_float_is_the_room_before_the_nearest_successor():
    result = critical_path(ScheduleGraph([2, 4, 1], [0, 1], [2, 2]))

    assert result.total_float.tolist() == [2, 0, 0]
    assert result.free_float.tolist() == [2, 0, 0]
    assert result.critical.tolist() == [False, True, True]


def test_a_start_no_earlier_than_pushes_what_follows():
    result = critical_path(ScheduleGraph([2, 3], [0], [1]), earliest=[4, 0])
    assert (result.early_start.tolist(), result.duration) == ([4, 6], 9)


def test_an_empty_network_has_no_duration():
    result = critical_path(ScheduleGraph([]))
    assert (result.duration, result.critical.tolist()) == (0.0, [])


def test_zero_durations_pass_and_negative_ones_do_not():
    assert critical_path(ScheduleGraph([0, 0], [0], [1])).duration == 0
    with pytest.raises(NegativeDurationError, match="must not be negative"):
        ScheduleGraph([1, -1])
    with pytest.raises(NegativeDurationError):
        ScheduleGraph([float("nan")])


def test_cycles_and_unknown_activities_are_refused():
    with pytest.raises(CyclicGraphError):
        critical_path(ScheduleGraph([1, 1, 1], [0, 1, 2], [1, 2, 0]))
    with pytest.raises(CyclicGraphError):
        critical_path(ScheduleGraph([1], [0], [0]))
    with pytest.raises(IndexError):
        ScheduleGraph([1, 1], [0], [2])
    with pytest.raises(IndexError):
        ScheduleGraph([1, 1], [-1], [1])
