"""Cycles and orders of graphs, small ones by hand, random ones by their definition, and a very long one."""

import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.calc.graph import closed_cycles, find_cycle_with, topological_order

EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20)
LONG = 100_000


def is_path(path, edges):
    return all(step in set(edges) for step in itertools.pairwise(path))


def has_cycle_by_removal(edges):
    """Strip nodes without predecessors until none is left; what remains, if anything, holds a cycle."""
    remaining = set(edges)
    while remaining:
        starts = {before for before, _ in remaining} - {after for _, after in remaining}
        kept = {edge for edge in remaining if edge[0] not in starts}
        if kept == remaining:
            return True
        remaining = kept
    return False


@given(EDGES)
def test_topological_order_puts_predecessors_first_or_is_none(edges):
    order = topological_order(edges, nodes=range(8))

    assert (order is None) == has_cycle_by_removal(edges)
    if order is not None:
        assert sorted(order) == list(range(8))
        assert all(order.index(before) < order.index(after) for before, after in edges)


def test_topological_order_keeps_the_given_order_where_it_may():
    assert topological_order([("c", "a")], nodes=["b", "c", "a", "d"]) == ("b", "c", "d", "a")


def test_topological_order_counts_a_repeated_edge_once():
    assert topological_order([("a", "b"), ("a", "b")]) == ("a", "b")


@pytest.mark.parametrize(
    ("new_edge", "cycle"),
    [
        (("d", "e"), None),
        (("a", "d"), None),
        (("d", "a"), ("d", "a", "c", "d")),
        (("b", "b"), ("b", "b")),
        (("z", "a"), None),
    ],
)
def test_find_cycle_with_returns_the_shortest_cycle_a_new_edge_closes(new_edge, cycle):
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "d")]

    assert find_cycle_with(edges, new_edge) == cycle


@given(EDGES, st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_find_cycle_with_agrees_with_adding_the_edge(edges, new_edge):
    acyclic = [edge for edge in edges if edge[0] < edge[1]]

    cycle = find_cycle_with(acyclic, new_edge)

    assert (cycle is not None) == has_cycle_by_removal([*acyclic, new_edge])
    if cycle is not None:
        assert cycle[:2] == new_edge
        assert cycle[-1] == cycle[0]
        assert is_path(cycle, [*acyclic, new_edge])


def test_closed_cycles_counts_accepted_edges_and_no_refused_ones():
    new_edges = [("c", "d"), ("d", "a"), ("a", "a"), ("a", "d"), ("e", "f"), ("f", "e"), ("c", "d"), ("d", "a")]

    assert closed_cycles([("a", "b"), ("b", "c")], new_edges) == [
        None,
        ("d", "a", "b", "c", "d"),
        ("a", "a"),
        None,
        None,
        ("f", "e", "f"),
        None,
        ("d", "a", "d"),
    ]


@given(EDGES, EDGES)
def test_closed_cycles_agrees_with_asking_for_one_edge_after_the_other(edges, new_edges):
    edges = [edge for edge in edges if edge[0] < edge[1]]

    cycles = closed_cycles(edges, new_edges)

    for new_edge, cycle in zip(new_edges, cycles, strict=True):
        assert cycle == find_cycle_with(edges, new_edge)
        if cycle is None:
            edges = [*edges, new_edge]
    assert not has_cycle_by_removal(edges)


def test_a_chain_of_a_hundred_thousand_nodes_is_no_problem():
    chain = [(node, node + 1) for node in range(LONG)]
    random.Random(7).shuffle(chain)

    started = time.perf_counter()
    order = topological_order(chain)
    closed = find_cycle_with(chain, (LONG, 0))
    circle = topological_order([*chain, (LONG, 0)])

    assert order == tuple(range(LONG + 1))
    assert closed == (LONG, *range(LONG + 1))
    assert circle is None
    # Linear work takes about a second here; quadratic work would take hours.
    assert time.perf_counter() - started < 30
