"""Columns, rows and CSV cells."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from core.web.exports import cell, csv_line
from core.web.tables import Column, column_for, follow, make_row, resolve_columns
from tenancy.models import Membership, Team


def test_follow_stops_at_none():
    record = SimpleNamespace(owner=None)

    assert follow(record, "owner.name") is None


def test_follow_calls_what_is_callable():
    record = SimpleNamespace(owner=SimpleNamespace(get_name=lambda: "Ana"))

    assert follow(record, "owner__get_name") == "Ana"


def test_misspelt_accessor_is_loud():
    with pytest.raises(AttributeError):
        follow(SimpleNamespace(), "nmae")


@pytest.mark.parametrize(
    ("name", "formatter", "can_sort"),
    [
        ("role", "choice", True),
        ("is_active", "boolean", True),
        ("created_at", "datetime", True),
        ("user", "text", False),
    ],
)
def test_column_is_inferred_from_the_model_field(name, formatter, can_sort):
    column = column_for(Membership, name)

    assert (column.formatter, bool(column.order_fields)) == (formatter, can_sort)


@pytest.mark.parametrize(
    ("column", "tooltip"),
    [
        (Column("name", width="m"), "R&D"),
        (Column("name", width="xl"), ""),
        (Column("name"), ""),
        (Column("lead", width="m"), ""),
    ],
)
def test_only_a_text_that_may_be_cut_off_has_a_tooltip(column, tooltip):
    row = make_row(SimpleNamespace(pk=1, name="R&D", lead=None), [column], None)

    assert row.cells[0].tooltip == tooltip


def test_first_column_links_to_the_record_unless_another_does():
    team = SimpleNamespace(pk=1, name="Core", lead="Ana")

    plain = make_row(team, [Column("name"), Column("lead")], "/teams/1/")
    chosen = make_row(team, [Column("name"), Column("lead", link=True)], "/teams/1/")

    assert [cell.url for cell in plain.cells] == ["/teams/1/", None]
    assert [cell.url for cell in chosen.cells] == [None, "/teams/1/"]


def test_text_of_a_cell_is_escaped_by_the_template_and_not_marked_safe():
    (column,) = resolve_columns(Team, ["name"])

    assert not hasattr(column.html(SimpleNamespace(name="<b>")), "__html__")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_text_that_starts_a_formula_is_neutralised(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "yes"),
        (-5, -5),
        (Decimal("-1.50"), Decimal("-1.50")),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00+00:00"),
        (["a", "b"], "a, b"),
        (["=a"], "'=a"),
        ("plain", "plain"),
    ],
)
def test_cells_keep_their_value(value, expected):
    assert cell(value) == expected


def test_line_is_quoted_after_rfc_4180():
    assert csv_line(['say "hi"', "a,b", "two\nlines"]) == '"say ""hi""","a,b","two\nlines"\r\n'
