"""Reading: bytes become rows that know their line, or a refusal that names the line."""

import pytest

from integrations.services.importer import reading
from integrations.services.importer.problems import UnreadableFileError
from integrations.services.importer.reading import format_of, read_table


def csv_table(text):
    return read_table(text.encode(), file_format="csv")


def json_table(text):
    return read_table(text.encode(), file_format="json")


def rows(table):
    return [(row.line, row.cells) for row in table.rows]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_csv_is_read_with_and_without_a_byte_order_mark(start):
    table = read_table(start + b"id,title\n1, Search \n", file_format="csv")

    assert table.columns == ("id", "title")
    assert rows(table) == [(2, {"id": "1", "title": "Search"})]


@pytest.mark.parametrize("break_", ["\n", "\r\n"])
def test_csv_lines_are_those_of_the_file_after_quoted_line_breaks_and_blank_lines(break_):
    text = break_.join(["id,title", '1,"two', 'lines"', "", "2,next", ""])

    assert [row.line for row in csv_table(text).rows] == [2, 5]
    assert csv_table(text).rows[0].text("title") == f"two{break_}lines"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_delimiter_is_the_one_of_the_header(delimiter):
    table = csv_table(f"id{delimiter}title\n1{delimiter}Search\n")

    assert rows(table) == [(2, {"id": "1", "title": "Search"})]


def test_ragged_and_unstorable_rows_are_defects_and_the_others_are_read():
    table = csv_table("id,title\n1,Search,extra\n2,Sort\n3\n4,a\x00b\n")

    assert [row.cells["id"] for row in table.rows] == ["2"]
    assert [(each.line, each.column, each.reason) for each in table.defects] == [
        (2, "", "The row has 3 cells, the header 2."),
        (4, "", "The row has 1 cell, the header 2."),
        (5, "title", "The value holds a character that cannot be stored."),
    ]
    assert table.row_count == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is empty."),
        (b"id,title\n", "The file has a header but no rows."),
        (b"id,title\n1,ok\n2,caf\xe9\n", "Line 3: Byte 0xe9 is not UTF-8."),
        ("id,title\n".encode("utf-16"), "Line 1: The file is encoded as UTF-16; save it as UTF-8."),
        (b'id,title\n1,"open\n2,x\n', "Line 2: This is not CSV: a quotation mark is opened and never closed."),
        (b'id,title\n1,ok\n2,"a"b\n', "Line 3: This is not CSV: text follows a closing quotation mark."),
        (b"id,title,ID\n1,a,2\n", "Line 1: The header names the column “ID” twice."),
        (b"\nid,,title\n1,a,2\n", "Line 2: Column 2 of the header has no name."),
    ],
)
def test_csv_that_is_none_is_refused_with_its_line(content, message):
    with pytest.raises(UnreadableFileError) as refusal:
        read_table(content, file_format="csv")

    assert refusal.value.message == message
    assert refusal.value.pointer == "file"


def test_a_file_over_the_limit_is_refused():
    with pytest.raises(UnreadableFileError, match="larger than 10 MB"):
        read_table(b"x" * (reading.MAX_BYTES + 1), file_format="csv")


def test_more_rows_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 2)

    with pytest.raises(UnreadableFileError, match=r"Line 4: The file has more than 2 rows; split it\."):
        csv_table("id\n1\n2\n3\n")


def test_json_objects_know_the_line_they_begin_on():
    table = json_table('[\n{"id": "1",\n "title": "Search"},\n\n  {"id": "2", "title": "Sort"}]')

    assert [row.line for row in table.rows] == [2, 5]
    assert table.columns == ("id", "title")


def test_json_in_an_object_that_holds_one_array_of_objects():
    table = json_table('{"meta": {"n": 1}, "tags": ["a"], "items": [{"id": "1"}]}')

    assert rows(table) == [(1, {"id": "1"})]


def test_json_values_become_cells_without_being_changed():
    text = (
        '[{"a": 1.10, "b": null, "c": true, "d": ["x", 2], "e": {"f": "g"}, "h": [{"i": 1}], "j": 12345678901234567}]'
    )

    assert json_table(text).rows[0].cells == {
        "a": "1.10",
        "b": "",
        "c": "true",
        "d": ("x", "2"),
        "e.f": "g",
        "h": ('{"i": "1"}',),
        "j": "12345678901234567",
    }


def test_json_elements_that_are_no_rows_are_defects():
    table = json_table('[{"id": "1"},\n 7,\n {"id": "2", "id": "3"},\n {"id": "\\ud800"}]')

    assert [row.cells["id"] for row in table.rows] == ["1"]
    assert [(each.line, each.reason) for each in table.defects] == [
        (2, "This element of the array is not an object."),
        (3, "The object has the key “id” twice."),
        (4, "The value holds a character that cannot be stored."),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": 1},\n{"id": }]', "Line 2: This is not JSON: Expecting value, column 8."),
        ('[{"id": NaN}]', "This is not JSON: NaN is not a JSON number."),
        ("7", "The JSON is neither an array of objects nor an object that holds one."),
        ('{"a": [1]}', "The JSON is neither an array of objects nor an object that holds one."),
        ('{"a": [{}], "b": [{}]}', "The object holds several arrays of objects: a, b. Keep one."),
        ("[]", "The file has a header but no rows."),
        ("[" * 200_000, "The JSON is nested too deeply."),
    ],
)
def test_json_that_is_none_is_refused(text, message):
    with pytest.raises(UnreadableFileError) as refusal:
        json_table(text)

    assert refusal.value.message == message


@pytest.mark.parametrize(("name", "expected"), [("a.csv", "csv"), ("A.JSON", "json"), ("list.txt", "csv")])
def test_format_follows_the_name(name, expected):
    assert format_of(name) == expected
