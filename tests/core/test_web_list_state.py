"""A list's query string: what is read from it and what its links say."""

import pytest
from django.http import QueryDict

from core.web.list_state import ListState
from core.web.tables import Column

COLUMNS = [
    Column("name", sort=True),
    Column("status", sort=("status", "name")),
    Column("note"),
    Column("size", is_default=False, sort=True),
]


def _state(query: str) -> ListState:
    return ListState(QueryDict(query), COLUMNS, page_size=50)


def test_empty_query_gives_the_defaults():
    state = _state("")

    assert (state.text, state.sort, state.page, state.size, state.is_filtered) == ("", "", 1, 50, False)
    assert [column.name for column in state.visible] == ["name", "status", "note"]


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "", "99999999999999999999", "²"])
def test_page_that_is_no_page_is_the_first(page):
    assert _state(f"page={page}").page == 1


@pytest.mark.parametrize("sort", ["unknown", "note", "--name", "name;drop", "organization_id"])
def test_order_that_was_not_declared_is_ignored(sort):
    assert _state(f"sort={sort}").sort == ""


def test_page_size_that_is_not_offered_is_ignored():
    assert (_state("size=7").size, _state("size=100").size) == (50, 100)


def test_unknown_columns_are_dropped_and_order_is_the_declared_one():
    assert [column.name for column in _state("columns=size&columns=evil&columns=name").visible] == ["name", "size"]


def test_query_is_the_shortest_that_says_the_same():
    state = _state(
        "q=+x+&sort=-name&columns=name&columns=status&columns=note&size=50&page=1&status=open&status=&theme="
    )

    assert state.query() == "q=x&sort=-name&status=open"


def test_change_goes_back_to_the_first_page():
    assert _state("q=x&page=3").url(sort="name") == "?q=x&sort=name"


def test_header_turns_the_direction_of_its_own_column_only():
    headers = {header.column.name: header for header in _state("sort=name").headers()}

    assert (headers["name"].direction, headers["name"].url) == ("ascending", "?sort=-name")
    assert (headers["status"].direction, headers["status"].url) == ("", "?sort=status")
    assert headers["note"].url == ""


def test_forgotten_parameters_no_longer_filter():
    state = _state("flag=unknown&status=open")
    state.forget(["flag", "absent"])

    assert state.query() == "status=open"


def test_view_name_alone_is_no_filter():
    assert not _state("view=all&page=2").is_filtered
