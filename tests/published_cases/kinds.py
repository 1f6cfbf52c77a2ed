"""Loads every module that registers functions for a kind of case; ask here, so that none is forgotten."""

from tests.published_cases import ab_tests, finance, knapsack, registry, schedule, scoring

MODULES = (finance, ab_tests, knapsack, schedule, scoring)

problems_of = registry.problems_of
