"""The published cases, run through the project's own functions; absent files skip with a line."""

from pathlib import Path

import pytest

from tests.published_cases.runner import run_files

CASES = Path(__file__).resolve().parents[3] / "shared" / "cases"


def test_every_published_finance_case_passes():
    path = CASES / "finance_cases.json"
    if not path.is_file():
        pytest.skip("published cases are not here: ../shared/cases/finance_cases.json")

    report = run_files([path])

    assert report.lines == []
    assert report.failed == 0
    assert report.passed >= 87


def test_every_published_knapsack_reaches_its_optimum():
    path = CASES / "knapsack_cases.json"
    if not path.is_file():
        pytest.skip("published cases are not here: ../shared/cases/knapsack_cases.json")

    report = run_files([path])

    assert report.lines == []
    assert (report.passed, report.failed) == (55, 0)


def test_every_published_network_has_its_dates_floats_and_critical_path():
    path = CASES / "schedule_cases.json"
    if not path.is_file():
        pytest.skip("published cases are not here: ../shared/cases/schedule_cases.json")

    report = run_files([path])

    assert report.lines == []
    assert (report.passed, report.failed) == (21, 0)


# The planning of sequential and Bayesian designs belongs to modules of its own.
SERVED = ("frequentist_fixed", "srm", "multiple_comparisons", "eval_intervals", "ab_")


def test_every_published_case_on_fixed_horizon_tests_passes():
    paths = [CASES / "experiment_cases.json", CASES / "stats_cases.json"]
    if not all(path.is_file() for path in paths):
        pytest.skip("published cases are not here: ../shared/cases/experiment_cases.json, stats_cases.json")

    report = run_files(paths)

    failures = [line for line in report.lines if line.startswith("FAIL")]
    assert [line for line in failures if line.split()[3].startswith(SERVED)] == []
    assert report.passed >= 61
