"""The size budget finds what is too long, and allowances that are wrong or no longer needed."""

import pytest

from launcher.size_budget import ALLOW_LIST, Allowance, complaints, parse_allowance


def function(name: str, lines: int, arguments: str = "") -> str:
    return "\n".join([f"def {name}({arguments}):", *["    pass"] * (lines - 1)]) + "\n"


def method_class(lines: int) -> str:
    return "\n".join(["class Long:", "    def act(self):", *["        pass"] * (lines - 2)]) + "\n"


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_everything_at_its_budget_passes(tmp_path):
    write(tmp_path, "app/a.py", function("f", 40))
    write(tmp_path, "app/b.py", "x = 1\n" * 400)
    write(tmp_path, "app/web/views.py", function("index", 15, "request"))

    assert complaints(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("app/a.py", "x = 1\n" * 401, "app/a.py: 401 lines, budget 400"),
        ("app/a.py", function("f", 41), "app/a.py:f: 41 lines, budget 40"),
        ("app/a.py", "async " + function("f", 41), "app/a.py:f: 41 lines, budget 40"),
        ("app/web/views.py", function("index", 16, "request"), "app/web/views.py:index: 16 lines, budget 15"),
        ("app/web/views_bulk.py", function("index", 16, "request"), "app/web/views_bulk.py:index: 16 lines, budget 15"),
        ("app/api/viewsets.py", function("index", 16, "request"), "app/api/viewsets.py:index: 16 lines, budget 15"),
    ],
)
def test_one_line_more_is_too_much(tmp_path, name, text, expected):
    write(tmp_path, name, text)

    assert complaints(tmp_path) == [expected]


def test_a_class_and_its_method_are_both_measured(tmp_path):
    write(tmp_path, "app/a.py", method_class(201))

    assert complaints(tmp_path) == [
        "app/a.py:Long: 201 lines, budget 200",
        "app/a.py:Long.act: 200 lines, budget 40",
    ]


@pytest.mark.parametrize("definition", [function("_part", 16, "request"), function("columns", 16, "table")])
def test_a_helper_among_views_may_be_as_long_as_a_function(tmp_path, definition):
    write(tmp_path, "app/web/views.py", definition)

    assert complaints(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    ["app/migrations/0001_initial.py", "tests/app/data/big.py", ".hidden/a.py", "static/vendor/a.py"],
)
def test_what_is_not_written_by_hand_is_not_measured(tmp_path, name):
    write(tmp_path, name, "x = 1\n" * 500)

    assert complaints(tmp_path) == []


def test_an_allowance_covers_exactly_its_length(tmp_path):
    write(tmp_path, "app/a.py", function("f", 45))
    write(tmp_path, ALLOW_LIST, "# reasons are read\n\napp/a.py:f 45 one table of formulas\n")

    assert complaints(tmp_path) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("app/a.py:f 44 reason", "app/a.py:f: 45 lines, budget 40, allowed 44"),
        ("app/a.py:f 46 reason", f"{ALLOW_LIST}: app/a.py:f has shrunk to 45 lines; lower its limit from 46"),
    ],
)
def test_an_allowance_that_is_too_small_or_too_large_fails(tmp_path, line, expected):
    write(tmp_path, "app/a.py", function("f", 45))
    write(tmp_path, ALLOW_LIST, line + "\n")

    assert complaints(tmp_path) == [expected]


@pytest.mark.parametrize("subject", ["app/a.py:f", "app/a.py:gone", "app/gone.py"])
def test_an_allowance_nobody_needs_fails(tmp_path, subject):
    write(tmp_path, "app/a.py", function("f", 40))
    write(tmp_path, ALLOW_LIST, f"{subject} 99 reason\n")

    assert complaints(tmp_path) == [f"{ALLOW_LIST}: {subject} is no longer needed; remove it"]


@pytest.mark.parametrize("line", ["app/a.py:f 45", "app/a.py:f many lines", "app/a.py"])
def test_an_allowance_without_limit_or_reason_fails(tmp_path, line):
    write(tmp_path, ALLOW_LIST, line + "\n")

    assert complaints(tmp_path) == [f"{ALLOW_LIST}:1: expected once per subject: path[:name] limit reason"]


def test_parse_allowance_keeps_the_whole_reason():
    assert parse_allowance("app/a.py 500 a long reason") == Allowance("app/a.py", 500, "a long reason")
