"""Mapping and interpreting: headers become fields, words become values, and nothing is guessed."""

from datetime import date

import pytest

from core.errors import InvalidInputError
from integrations.enums import ImportField
from integrations.services.importer.interpreting import interpret, split_links
from integrations.services.importer.mapping import checked_mapping, map_columns, parse_pairs
from integrations.services.importer.problems import ProblemList
from integrations.services.importer.reading import read_table


def table(text):
    return read_table(text.encode(), file_format="csv")


def interpreted(text, **overrides):
    """(records, problems as (line, column, value, reason))."""
    read = table(text)
    problems = ProblemList()
    records = interpret(read, map_columns(read, **overrides), problems)
    return records, [(each.line, each.column, each.value, each.reason) for each in problems.in_order()]


def stage_of(stage, status="", **overrides):
    """(stage, values that were reported)."""
    records, problems = interpreted(f"id,title,stage,status\n1,A,{stage},{status}\n", **overrides)
    return records[0].values.get(ImportField.STAGE), [value for _, _, value, _ in problems]


def test_headers_are_recognized_whatever_their_case_and_spacing():
    mapping = map_columns(table("Issue Key,Summary,Owner Team,Fix Version,Due-Date,Blocked by,Color\n1,a,b,c,d,e,f\n"))

    assert mapping.columns == {
        "Issue Key": ImportField.EXTERNAL_ID,
        "Summary": ImportField.TITLE,
        "Owner Team": ImportField.OWNING_TEAM,
        "Fix Version": ImportField.TARGET_RELEASE,
        "Due-Date": ImportField.END_ON,
        "Blocked by": ImportField.DEPENDS_ON,
    }


def test_external_id_is_the_first_column_that_differs_in_every_row():
    mapping = map_columns(table("id,slug,title\n1,one,A\n1,two,B\n"))

    assert mapping.columns["slug"] == ImportField.EXTERNAL_ID
    assert mapping.columns["id"] == ImportField.OTHER_ID


def test_without_such_a_column_the_first_candidate_stays_so_that_its_rows_are_reported():
    records, problems = interpreted("id,title\n1,A\n1,B\n,C\n2,D\n")

    assert [record.external_id for record in records] == ["2"]
    assert problems == [
        (2, "id", "1", "The same external id stands on line 3; which row is meant is not guessed."),
        (3, "id", "1", "The same external id stands on line 2; which row is meant is not guessed."),
        (4, "id", "", "The row has no external id."),
    ]


def test_overrides_win_and_an_empty_field_leaves_a_column_out():
    mapping = map_columns(
        table("id,title,name,created\n1,a,b,2026-01-01\n"), columns={"NAME": "title", "created": "", "title": None}
    )

    assert mapping.columns == {"id": ImportField.EXTERNAL_ID, "name": ImportField.TITLE}


@pytest.mark.parametrize(
    ("columns", "values", "message"),
    [
        ({"colour": "kind"}, {}, "The file has no column “colour”."),
        ({"title": "headline"}, {}, "There is no field “headline”. Fields: "),
        ({"id": "title", "title": "title"}, {}, "“id” and “title” cannot both become title."),
        ({"title": ""}, {}, "No column of the file is the title. Say which one: column=title."),
        ({"id": ""}, {}, "No column of the file is the external id. Say which one: column=external_id."),
        ({}, {"title": {"a": "b"}}, "Only words of stage, status, kind, level can be translated, not of “title”."),
        ({}, {"stage": {"a": "launch"}}, "“launch” is no stage. Possible: idea, "),
    ],
)
def test_overrides_that_do_not_fit_are_refused(columns, values, message):
    with pytest.raises(InvalidInputError) as refusal:
        map_columns(table("id,title\n1,a\n"), columns=columns, values=values)

    assert refusal.value.message.startswith(message)
    assert refusal.value.pointer == "mapping"


def test_pairs_are_split_at_the_last_equals_sign():
    assert parse_pairs(["a=title", "b=c=kind", "d="]) == {"a": "title", "b=c": "kind", "d": ""}


@pytest.mark.parametrize("raw", [[], {"x": {}}, {"columns": []}, {"columns": {"a": 1}}, {"values": {"stage": "x"}}])
def test_a_mapping_of_another_shape_is_refused(raw):
    with pytest.raises(InvalidInputError):
        checked_mapping(raw)


@pytest.mark.parametrize(
    ("stage", "status", "expected", "reported"),
    [
        ("alpha", "", "alpha", []),
        ("Stable", "implementable", "ga", []),
        ("beta", "withdrawn", "sunset", []),
        ("", "provisional", "discovery", []),
        ("", "implementable", "validated", []),
        ("", "implemented", "ga", []),
        ("", "deferred", "idea", []),
        ("deprecated", "implemented", "sunset", []),
        ("", "", None, []),
        ("n/a", "none", None, []),
        ("stable", "imlpemented", "ga", ["imlpemented"]),
        ("alpha|beta|stable", "implemented", None, ["alpha|beta|stable"]),
        ("alpha (deprecated)", "implemented (alpha)", None, ["alpha (deprecated)", "implemented (alpha)"]),
    ],
)
def test_stage_comes_from_the_stage_unless_the_status_says_it_is_over(stage, status, expected, reported):
    assert stage_of(stage, status) == (expected, reported)


def test_words_can_be_translated():
    values = {"stage": {"Pilot Phase": "alpha", "someday": ""}}

    assert stage_of("pilot phase", values=values) == ("alpha", [])
    assert stage_of("someday", values=values) == (None, [])


@pytest.mark.parametrize("value", ["2023-14-05", "2023-9-18", "yyyy-mm-dd", "05.03.2026", "20260305", "soon"])
def test_a_date_that_is_none_is_reported_and_left_out(value):
    records, problems = interpreted(f"id,title,start date\n1,A,{value}\n")

    assert ImportField.START_ON not in records[0].values
    assert problems == [(2, "start date", value, "This is not a date; dates are written 2026-03-31.")]


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31"])
def test_a_day_no_form_would_take_is_reported_and_left_out(value):
    records, problems = interpreted(f"id,title,end date\n1,A,{value}\n")

    assert ImportField.END_ON not in records[0].values
    reason = "This day lies outside the calendar, which runs from 1900 to 2199."
    assert problems == [(2, "end date", value, reason)]


def test_dates_and_moments_are_read():
    records, problems = interpreted("id,title,start,end\n1,A,2026-03-05,2026-04-05T10:00:00Z\n")

    assert (records[0].values[ImportField.START_ON], records[0].values[ImportField.END_ON]) == (
        date(2026, 3, 5),
        date(2026, 4, 5),
    )
    assert problems == []


def test_an_end_before_its_start_is_reported_and_left_out():
    records, problems = interpreted("id,title,start,end\n1,A,2026-03-05,2026-03-04\n")

    assert ImportField.END_ON not in records[0].values
    assert problems == [(2, "end", "2026-03-04", "This lies before “start”, 2026-03-05.")]


@pytest.mark.parametrize("value", ["TBD", "v0.0", "x.y"])
def test_a_placeholder_is_no_release(value):
    records, problems = interpreted(f"id,title,release\n1,A,{value}\n")

    assert ImportField.TARGET_RELEASE not in records[0].values
    assert problems == [(2, "release", value, "This is a placeholder, not a release.")]


def test_a_row_without_title_or_with_one_too_long_is_an_error():
    records, problems = interpreted(f"id,title\n1,\n2,{'x' * 301}\n")

    assert records == []
    assert [(line, column, reason) for line, column, _, reason in problems] == [
        (2, "title", "The row has no title."),
        (3, "title", "The value is longer than 300 characters."),
    ]


def test_links_are_split_and_lose_their_decoration():
    records, _ = interpreted(
        'id,title,see_also\n1,A,"n/a;[Design](https://example.com/a(b));(https://example.com/c);P-2, P-3"\n'
    )

    assert [(link.text, link.label) for link in records[0].links] == [
        ("https://example.com/a(b)", "Design"),
        ("https://example.com/c", ""),
        ("P-2", ""),
        ("P-3", ""),
    ]


def test_an_address_with_a_comma_stays_whole():
    assert split_links("https://example.com/a,b\nP-1") == ["https://example.com/a,b", "P-1"]
