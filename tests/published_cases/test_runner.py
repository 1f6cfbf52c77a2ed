"""The runner itself: tolerances, bounds, undefined answers, errata, explanations and exit codes."""

import json

import pytest

from tests.published_cases.__main__ import main
from tests.published_cases.cases import CaseFileError, load_cases
from tests.published_cases.comparison import Tolerance, differences
from tests.published_cases.runner import read_explanations, run_files

NPV = {"id": "a", "metric": "npv", "inputs": {"rate": 0.1, "cashflows": [-100, 110]}, "expected": 0.0, "abs_tol": 1e-9}


@pytest.fixture
def case_file(tmp_path):
    def write(*cases, **document):
        path = tmp_path / "cases.json"
        path.write_text(json.dumps({**document, "cases": list(cases)}), encoding="utf-8")
        return path

    return write


def test_passing_cases_are_counted_and_not_mentioned(case_file, capsys):
    assert main([str(case_file(NPV, {**NPV, "id": "b"}))]) == 0

    assert capsys.readouterr().out == "2 passed, 0 failed\n"


def test_failure_names_case_expectation_answer_and_tolerance(case_file, capsys):
    assert main([str(case_file(NPV, {**NPV, "id": "b", "expected": 5.0, "abs_tol": 0.01}))]) == 1

    first, last = capsys.readouterr().out.splitlines()
    assert first == "FAIL b metric npv: expected 5.0, got 0.0 (tolerance abs 0.01, rel 0)"
    assert last == "1 passed, 1 failed"


def test_metric_that_nobody_serves_is_a_failure(case_file):
    report = run_files([case_file({"id": "a", "metric": "happiness", "inputs": {}, "expected": 1})])

    assert report.summary == "0 passed, 1 failed"
    assert report.lines == ["FAIL a metric happiness: no function of the project serves metric 'happiness'"]


def test_undefined_is_expected_as_such_and_a_refusal_counts_as_undefined(case_file):
    refused = {**NPV, "inputs": {"rate": -1, "cashflows": [1, 2]}, "expected": None}
    answered = {**NPV, "id": "b", "expected": None}

    report = run_files([case_file(refused, answered)])

    assert report.summary == "1 passed, 1 failed"
    assert "expected 'undefined (null)', got 0.0" in report.lines[0]


def test_undefined_where_a_figure_is_expected_is_a_failure_that_says_why(case_file):
    report = run_files([case_file({**NPV, "inputs": {"rate": -1, "cashflows": [1, 2]}})])

    assert report.failed == 1
    assert "got undefined (None)" in report.lines[0]
    assert "refused: rate must be greater than -1." in report.lines[0]


def test_crash_is_a_failure_and_the_run_goes_on(case_file):
    report = run_files([case_file({**NPV, "inputs": {"rate": 0.1}}, {**NPV, "id": "b"})])

    assert report.summary == "1 passed, 1 failed"
    assert "crashed with KeyError: 'cashflows'" in report.lines[0]


def test_conventions_of_a_case_are_followed(case_file):
    one_period_out = {**NPV, "convention": "excel: first cash flow at t=1", "inputs": {**NPV["inputs"], "rate": 0.0}}

    assert run_files([case_file({**one_period_out, "expected": 10.0})]).failed == 0


def test_any_declared_rate_will_do_where_the_case_lists_several(case_file):
    case = {"id": "a", "metric": "irr", "inputs": {"cashflows": [-1000, 2500, -1540]}, "expected": 0.4, "abs_tol": 1e-9}

    assert run_files([case_file(case)]).failed == 1
    assert run_files([case_file({**case, "all_real_roots": [0.1, 0.4]})]).failed == 0
    assert run_files([case_file({**case, "all_real_roots": [0.1, 0.4], "expected": 0.3})]).failed == 1


def test_erratum_and_explanation_are_printed_with_the_failure(case_file):
    case = {**NPV, "expected": 5.0, "erratum": "the source prints 6"}

    report = run_files([case_file(case)], explanations={"a": "another convention on purpose"})

    assert report.summary == "0 passed, 1 failed"
    assert report.lines[1:] == [
        "  erratum of the source: the source prints 6",
        "  explained: another convention on purpose",
    ]


def test_explanation_that_is_no_longer_needed_is_mentioned(case_file):
    report = run_files([case_file(NPV)], explanations={"a": "once upon a time"})

    assert report.summary == "1 passed, 0 failed"
    assert report.lines == ["NOTE a metric npv: passes, so its explanation can go"]


def test_explanations_are_readable():
    assert all(reason.strip() for reason in read_explanations().values())


@pytest.mark.parametrize("text", ["not json", "{}", '{"cases": []}', "[]", "7"])
def test_file_in_another_format_is_refused(tmp_path, text, capsys):
    path = tmp_path / "cases.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(CaseFileError):
        load_cases(path)
    assert main([str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_missing_file_is_refused(tmp_path):
    assert main([str(tmp_path / "nothing.json")]) == 2


def test_kind_and_name_come_from_the_case_and_not_from_the_file(tmp_path):
    path = tmp_path / "cases.json"
    cases = [
        {"id": "a", "framework": "RICE"},
        {"id": "b", "category": "srm"},
        {"id": "c", "activities": []},
        {"id": "d", "capacities": []},
        {"id": "e", "variations": []},
        {"id": "f"},
    ]
    path.write_text(json.dumps({"cases": cases, "v2": {"flag_set": {}, "cases": [{"flag_key": "x"}]}}), "utf-8")

    found = [(case.id, case.kind, case.name) for case in load_cases(path)]

    assert found == [
        ("a", "framework", "RICE"),
        ("b", "category", "srm"),
        ("c", "schedule", ""),
        ("d", "knapsack", ""),
        ("e", "decision", ""),
        ("f", "unknown", ""),
        ("v2/case-001", "flag", "v2"),
    ]


@pytest.mark.parametrize(
    ("expected", "got", "agrees"),
    [
        (1.0, 1.05, True),
        (1.0, 1.2, False),
        (1.0, None, False),
        (1.0, float("nan"), False),
        (1.0, float("inf"), False),
        (1.0, True, False),
        (1.0, "1.0", False),
        (None, None, True),
        (None, 0.0, False),
        (None, float("nan"), False),
        (True, True, True),
        (True, 1, False),
        ("inf", "inf", True),
        ("inf", None, False),
        ([1, 2], (1.01, 2.01), True),
        ([1, 2], [1], False),
        ([1, None], [1, None], True),
        ({"a": 1}, {"a": 1, "b": 9}, True),
        ({"a": 1}, {"b": 1}, False),
        ({"a": 1}, None, False),
        ({"payback_months_lt": 6}, {"payback_months": 5.9}, True),
        ({"payback_months_lt": 6}, {"payback_months": 6.0}, False),
        ({"payback_months_lt": 6}, {"payback_months": None}, False),
        ({"roi_gt": 1}, {"roi": 2}, True),
    ],
)
def test_answers_are_compared_within_the_tolerance(expected, got, agrees):
    assert (differences(expected, got, Tolerance(absolute=0.1)) == []) is agrees


@pytest.mark.parametrize(
    ("content", "tolerance"),
    [
        ({"abs_tol": 0.5, "rel_tol": 0.1}, Tolerance(absolute=0.5)),
        ({"rel_tol": 0.1}, Tolerance(relative=0.1)),
        ({"tolerance": {"rel": 0.1, "abs": 0.2}}, Tolerance(absolute=0.2, relative=0.1)),
        ({"tolerance": {"rel": 0.1, "abs": 0}}, Tolerance(absolute=0.0, relative=0.1)),
        ({}, Tolerance(relative=1e-9)),
    ],
)
def test_tolerance_is_read_from_the_case(content, tolerance):
    assert Tolerance.of_case(content) == tolerance
